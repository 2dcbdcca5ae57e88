"""Policies: the shipped files, a user's own, and what a bad one answers."""

import pytest

from toubib.rulebook.codes import all_codes
from toubib.rulebook.policies import BadPolicy, find_policy, policy_files, read_policy

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
    ],
)
def test_bad_policy_says_what_is_wrong(text, said):
    with pytest.raises(BadPolicy, match=said):
        read_policy(text, "mine.yaml")


def test_unknown_policy_names_those_there_are():
    with pytest.raises(BadPolicy, match="fmt_zone"):
        find_policy("nothing")
