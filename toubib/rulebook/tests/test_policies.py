"""Policies: the shipped files, a user's own, and what a bad one answers."""

import pytest

from toubib.rulebook.codes import all_codes
from toubib.rulebook.decide import decide
from toubib.rulebook.policies import BadPolicy, Overlay, find_policy, policy_files, read_policy
from toubib.rulebook.trial import try_policy

OF_THE_FACTS = {
    "law_2021", "law_2024", "cnam_2023_50pct", "fmt_zone", "fmt_assisted", "fmt_assisted_in_desert",
    "morizet_device", "fmt_fragile_or", "fmt_fragile_and", "fmt_doctor_situation", "fmt_epidemic", "fmt_all",
    "roadmap_2026",
}  # fmt: skip
MINE = """
id: mine
label: "Ne pas compter les enfants de la C2S"
source: "un lecteur"
exclude:
  - when: {c2s: true, patient_zone: [ZIP]}
"""


def test_every_shipped_policy_reads_and_bears_its_name():
    assert set(policy_files()) >= OF_THE_FACTS
    assert {find_policy(name).id for name in policy_files()} == set(policy_files())


def test_codes_of_policies_are_registered_or_named_after_them():
    for name in policy_files():
        policy = find_policy(name)
        for clause in (*policy.exclude, *policy.exempt, *policy.suspend, *policy.open):
            own = clause.code.endswith(f".REF_{name.upper()}")
            assert own or clause.code in all_codes() or clause.code.startswith("TERR.REF_"), clause.code


def test_union_holds_every_part():
    codes = {c.code for c in find_policy("fmt_all").exclude} | {
        c.code for c in find_policy("fmt_all").suspend
    }
    assert codes == {"CAP.REF_ZONE", "CAP.REF_ASSISTED", "CAP.REF_FRAGILE", "CAP.REF_SUSPENSION"}


def test_user_writes_a_policy_in_a_file(tmp_path):
    path = tmp_path / "mine.yaml"
    path.write_text(MINE, encoding="utf-8")
    policy = find_policy(str(path))
    assert policy.id == "mine"
    assert policy.exclude[0].code == "CAP.REF_MINE"
    assert policy.exclude[0].when == ((("c2s", (True,)), ("patient_zone", ("ZIP",))),)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("[1]", "a map is expected"),
        ("id: [", "not YAML"),
        ("id: x\nlabel: y\nsource: z\ncolour: blue", "colour: unknown key"),
        ("id: x\nlabel: y", "source: a text is expected"),
        ("id: x\nlabel: y\nsource: z\nparameters: {cap.rate.nobody: 1}", "unknown parameter"),
        ("id: x\nlabel: y\nsource: z\nparameters: {cap.rate.general: much}", "is not of the kind"),
        ("id: x\nlabel: y\nsource: z\nexclude: [{when: {colour: blue}}]", "no fact with values"),
        ("id: x\nlabel: y\nsource: z\nexclude: [{when: {patient_zone: ZUP}}]", "is not among"),
        ("id: x\nlabel: y\nsource: z\nexclude: [{when: {}}]", "a map of facts is expected"),
        ("id: x\nlabel: y\nsource: z\nexclude: [{if: {}}]", "are expected"),
        ("id: x\nlabel: y\nsource: z\nopen: [{when: {c2s: true}}]", "condition"),
        ("id: x\nlabel: y\nsource: z\nincludes: [nobody]", "no such policy"),
        ("id: x\nlabel: y\nsource: z\nincludes: [x.yaml]", "no such policy"),
        ("id: x|y\nlabel: y\nsource: z", "mine.yaml:1: id: a word"),
        ("id: x\nlabel: y\nsource: z\nsource: w", "mine.yaml:4: -: not YAML: source stands twice"),
        ("id: x\nlabel: y\nsource: z\ncases: [2025-02-30]", "mine.yaml:4: -: not YAML: day is out of range"),
        ("id: x\nlabel: &a y\nsource: *a", "mine.yaml:3: -: not YAML: an alias is not read"),
        ("a: " + "[" * 5000, "nested too deep"),
        ("id: x\nlabel: y\nsource: z\nparameters:\n  cap.rate.general: .nan", "mine.yaml:5: parameters: "),
        ("id: x\nlabel: y\nsource: z\nparameters: {cap.denominator_mode: 5}", "is not of the kind"),
        ("id: x\nlabel: y\nsource: z\nexcluded_acts_leave_denominator: 1", "true or false is expected"),
        (
            "id: x\nlabel: y\nsource: z\nexclude:\n- when: {c2s: true}\n- when: {patient_departement: '20'}",
            "mine.yaml:6: exclude: when: patient_departement",
        ),
        (
            "id: x\nlabel: y\nsource: z\nexclude: [{code: 'x\"y', when: {c2s: true}}]",
            "is no code of the form",
        ),
    ],
)
def test_bad_policy_says_what_is_wrong(text, said):
    with pytest.raises(BadPolicy, match=said):
        read_policy(text, "mine.yaml")


def test_unknown_policy_names_those_there_are():
    with pytest.raises(BadPolicy, match="fmt_zone"):
        find_policy("nothing")


def test_a_great_file_or_bytes_that_are_no_text_are_refused(tmp_path):
    path = tmp_path / "great.yaml"
    with path.open("wb") as file:
        file.truncate(1 << 30)  # a sparse file: no bytes on the disk
    with pytest.raises(BadPolicy, match="great.yaml:1: -: a file of more than"):
        find_policy(str(path))
    (tmp_path / "bytes.yaml").write_bytes(b"id: x\nlabel: \xff\n")
    with pytest.raises(BadPolicy, match="bytes.yaml:2: -: not UTF-8"):
        find_policy(str(tmp_path / "bytes.yaml"))


def test_true_or_false_is_every_act():
    text = "id: x\nlabel: y\nsource: z\nexclude: [{when: {c2s: [true, false]}}]"
    overlay = Overlay((read_policy(text, "mine.yaml"),))
    act = {"act_date": "2025-03-10", "act_kind": "teleconsultation", "funding": "amo"}
    act |= {"practitioner_profession": "doctor", "is_medecin_traitant": False}
    assert [decide({**act, "c2s": value}, overlay)["cap"]["outcome"] for value in (True, False, None)] == [
        "NOT_COUNTED"
    ] * 3


@pytest.mark.parametrize(
    ("case", "said"),
    [
        ("[1]", "mine.yaml:5: cases: a case has the keys"),
        ("{colour: blue}", "mine.yaml:5: cases: a case has the keys"),
        ("{case: c}", "'expect' is missing"),
        ("{case: c, expect: [cap]}", "expect: a map of decisions"),
        ("{case: c, expect: {cap: {says: CAP.COUNTED}}}", "expect: a map of decisions"),
        ("{case: c, expect: {caps: {}}}", "caps: no such decision"),
        ("{case: c, facts: {act_kind: walk}, expect: {}}", "act_kind: unknown value"),
        ("{case: c, base: nobody, expect: {}}", "'nobody' is missing"),
    ],
)
def test_bad_cases_of_a_policy_name_their_line(case, said, tmp_path):
    path = tmp_path / "mine.yaml"
    path.write_text(f"id: x\nlabel: y\nsource: z\ncases:\n- {case}\n", encoding="utf-8")
    with pytest.raises(BadPolicy) as caught:
        try_policy(str(path))
    assert said in str(caught.value)
    assert "\n" not in str(caught.value)
