"""Policies: the shipped files, a user's own, and what a bad one answers."""

import json

import pytest

from toubib.rulebook.codes import all_codes
from toubib.rulebook.decide import decide
from toubib.rulebook.engine.bulk import judge_table
from toubib.rulebook.engine.tables import read_table
from toubib.rulebook.policies import BadPolicy, Overlay, find_policy, policy_files, read_policy
from toubib.rulebook.rules.cap_status import rates_of
from toubib.rulebook.tests.completions import plain_act
from toubib.rulebook.trial import try_file, try_policy

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
        ("id: x\nlabel: y\nsource: z\nparameters: {cap.rate.general: much}", "a share from 0 to 1"),
        ("id: x\nlabel: y\nsource: z\nexclude: [{when: {colour: blue}}]", "no fact with values"),
        ("id: x\nlabel: y\nsource: z\nexclude: [{when: {patient_zone: ZUP}}]", "is not among"),
        ("id: x\nlabel: y\nsource: z\nexclude: [{when: {}}]", "a map of facts is expected"),
        ("id: x\nlabel: y\nsource: z\nexclude: [{if: {}}]", "are expected"),
        ("id: x\nlabel: y\nsource: z\nopen: [{when: {c2s: true}}]", "condition"),
        ("id: x\nlabel: y\nsource: z\nexclude: [{when: {act_id: a}}]", "act_id.*nor with a range"),
        ("id: x\nlabel: y\nsource: z\nexclude: [{when: {patient_age: 15}}]", "patient_age: 15: a range"),
        ("id: x\nlabel: y\nsource: z\nexclude: [{when: {patient_age: {under: 16}}}]", "a range .from: "),
        ("id: x\nlabel: y\nsource: z\nexclude: [{when: {patient_age: {to: null}}}]", "one end of the range"),
        ("id: x\nlabel: y\nsource: z\nexclude: [{when: {patient_age: {to: 131}}}]", "not between 0 and 130"),
        ("id: x\nlabel: y\nsource: z\nexclude: [{when: {patient_age: {from: 16, to: 16}}}]", "ends before"),
        ("id: x\nlabel: y\nsource: z\nexclude: [{when: {act_date: {from: hier}}}]", "is no date of the form"),
        ("id: x\nlabel: y\nsource: z\nincludes: [nobody]", "no such policy"),
        ("id: x\nlabel: y\nsource: z\nincludes: [x.yaml]", "no such policy"),
        ("id: x|y\nlabel: y\nsource: z", "mine.yaml:1: id: a word"),
        ("id: x\nlabel: y\nsource: z\nsource: w", "mine.yaml:4: -: not YAML: source stands twice"),
        ("id: x\nlabel: y\nsource: z\ncases: [2025-02-30]", "mine.yaml:4: -: not YAML: day is out of range"),
        ("id: x\nlabel: &a y\nsource: *a", "mine.yaml:3: -: not YAML: an alias is not read"),
        ("a: " + "[" * 5000, "nested too deep"),
        ("id: x\nlabel: y\nsource: z\nparameters:\n  cap.rate.general: .nan", "mine.yaml:5: parameters: "),
        ("id: x\nlabel: y\nsource: z\nparameters: {cap.denominator_mode: 5}", "one of ALL_CONV"),
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


WINTER = """
id: winter
label: "Suspendre le seuil un hiver, pour les enfants le jour et pour tous le soir"
source: "un essai"
suspend:
  - when:
      - {act_date: {from: 2025-12-01, to: 2026-02-01}, patient_age: {to: 16}}
      - {act_date: {from: 2025-12-01, to: 2026-02-01}, act_time: {from: "20:00"}}
"""


def test_range_holds_its_first_value_and_not_its_end(tmp_path):
    """Of one act, and the same of a table."""
    overlay = Overlay((read_policy(WINTER, "winter.yaml"),))
    act = {"act_kind": "teleconsultation", "funding": "amo", "practitioner_profession": "doctor"}
    act |= {"is_medecin_traitant": False}
    counted, free, unsure = "COUNTED", "NOT_COUNTED", "UNDETERMINED"
    expected = {
        ("2025-11-30", "20:00", 15): counted,
        ("2025-12-01", "19:59", 15): free,
        ("2025-12-01", "19:59", 16): counted,
        ("2025-12-01", "20:00", 16): free,
        ("2026-01-31", "20:00", None): free,
        ("2026-01-31", "19:59", None): unsure,
        ("2026-02-01", "20:00", 15): counted,
    }
    acts = [{**act, "act_date": d, "act_time": t, "patient_age": age} for d, t, age in expected]
    assert [decide(one, overlay)["cap"]["outcome"] for one in acts] == list(expected.values())
    path = tmp_path / "acts.jsonl"
    path.write_text("".join(json.dumps({**one, "act_id": str(i)}) + "\n" for i, one in enumerate(acts)))
    table = judge_table(read_table(path), ("cap",), overlay)
    found = {row["act_id"]: row["cap"] for row in table.to_pyarrow().to_pylist()}
    assert [found[str(i)] for i in range(len(acts))] == list(expected.values())


def test_file_that_changes_is_read_again(tmp_path):
    path = tmp_path / "mine.yaml"
    path.write_text(MINE, encoding="utf-8")
    before = find_policy(str(path))
    path.write_text(MINE.replace("ZIP", "ZAC"), encoding="utf-8")
    assert [find_policy(str(path)).exclude[0].when, before.exclude[0].when] == [
        ((("c2s", (True,)), ("patient_zone", (zone,))),) for zone in ("ZAC", "ZIP")
    ]


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


def of_values(**values):
    lines = "".join(f"  {id}: {value}\n" for id, value in values.items())
    return read_policy(f"id: mine\nlabel: y\nsource: z\nparameters:\n{lines}", "mine.yaml")


@pytest.mark.parametrize(
    ("id", "value", "said"),
    [
        ("tariff.addon.MHP.morning_until", '"huit"', 'an hour "HH:MM", between quotes, is expected'),
        ("tariff.addon.MHP.night_from", "20:00", 'an hour "HH:MM", between quotes, is expected'),
        ("tariff.addon.MHP.night_from", '"24:00"', 'an hour "HH:MM", between quotes, is expected'),
        ("amo.rate.standard", "3", "a share from 0 to 1 in whole per cents"),
        ("amo.rate.standard", "0.655", "a share from 0 to 1 in whole per cents"),
        ("cap.rate.general", "-0.1", "a share from 0 to 1 in whole per cents"),
        ("cap.rate.general", ".nan", "a share from 0 to 1 in whole per cents"),
        ("cap.rate.general", ".inf", "a share from 0 to 1 in whole per cents"),
        ("tariff.TCG", "-1", "an amount in euros and cents from 0"),
        ("tariff.TCG", "25.005", "an amount in euros and cents from 0"),
        ("tariff.addon.MEG.under_age", "6.5", "a whole number from 0 to 10000"),
        ("cap.denominator_mode", "NON_SENSE", "one of ALL_CONVENTIONED_ACTIVITY, NON_MT_ACTIVITY_ONLY"),
        ("cap.in_force", "1", "true or false is expected"),
        ("cap.rate_day", '"02-29"', 'a day "MM-DD" of each year'),
        ("cap.rate_day", '"31-12"', 'a day "MM-DD" of each year'),
        ("reimb.territoriality.waiver.zone", "[ZUP]", "a list among ZAC"),
        ("reimb.territoriality.waiver.zone", "ZIP", "a list among ZAC"),
        ("tariff.G", "30.00", "no rule reads this value"),
        ("cap.period", "CALENDAR_YEAR", "no rule reads this value"),
        ("waiting.draft_minutes", "5", "no rule reads this value"),
    ],
)
def test_value_of_a_parameter_that_cannot_be_says_why(id, value, said):
    with pytest.raises(BadPolicy) as caught:
        of_values(**{"cap.in_force": "true"} | {id: value})
    line = 5 if id == "cap.in_force" else 6
    assert str(caught.value).startswith(f"mine.yaml:{line}: parameters: {id}: ")
    assert said in str(caught.value)


def test_values_that_no_law_held_but_that_can_be_are_read():
    values = {
        "amo.rate.standard": ("0.65", 0.65),
        "cap.denominator_mode": ("NON_MT_ACTIVITY_ONLY", "NON_MT_ACTIVITY_ONLY"),
        "cap.rate_day": ('"06-30"', "06-30"),
        "reimb.pathway.direct_access": ("[psychiatry, dermatology]", ("psychiatry", "dermatology")),
        "reimb.territoriality.waiver.zone.needs": ("[]", ()),
        "tariff.TCG": ("30", 30),
        "tariff.addon.MHP.night_from": ('"19:30"', "19:30"),
    }
    policy = of_values(**{id: written for id, (written, _) in values.items()})
    assert dict(policy.parameters) == {id: value for id, (_, value) in values.items()}


@pytest.mark.parametrize(
    ("kind", "code"),
    [
        ("exclude", "CAP.ref_x"),
        ("exclude", "CAP.COUNTED"),
        ("exclude", "TERR.REF_X"),
        ("open", "REIMB.OK"),
        ("open", "CAP.REF_X"),
    ],
)
def test_code_of_the_law_or_in_small_letters_is_refused(kind, code):
    condition = ", condition: REIMB.NOT_TERRITORIAL" if kind == "open" else ""
    text = f"id: x\nlabel: y\nsource: z\n{kind}:\n- {{code: {code}, when: {{c2s: true}}{condition}}}"
    with pytest.raises(BadPolicy, match=f'mine.yaml:5: {kind}: code: "{code}" is no code of the form'):
        read_policy(text, "mine.yaml")


def test_code_of_a_policy_whose_name_has_other_letters_is_in_capitals():
    text = "id: ma-réforme\nlabel: y\nsource: z\nexclude: [{when: {c2s: true}}]"
    assert read_policy(text, "mine.yaml").exclude[0].code == "CAP.REF_MA_REFORME"


def test_policy_that_includes_what_contradicts_it_is_refused():
    text = "id: x\nlabel: y\nsource: z\nincludes: [law_2021, law_2024]"
    with pytest.raises(BadPolicy, match="mine.yaml:4: includes: different values of one parameter: cap.num"):
        read_policy(text, "mine.yaml")


def test_day_of_the_rate_is_the_policys():
    policy = of_values(**{"cap.rate_day": '"03-01"'})  # the convention of 2024 began in June
    psychiatry = [rates_of(2024, overlay).psychiatry for overlay in (Overlay(), Overlay((policy,)))]
    assert [float(rate) for rate in psychiatry] == [0.4, 0.2]


def test_cases_of_the_law_are_tried_from_their_file(tmp_path):
    path = tmp_path / "cases.yaml"
    case = "- {case: c, base: video_generaliste, expect: {cap: {outcome: COUNTED}}}\n"
    path.write_text(case + case.replace("COUNTED", "NOT_COUNTED"), encoding="utf-8")
    assert try_file(str(path)) == (
        2,
        [f"{path}:2: c: cap.outcome: 'NOT_COUNTED' expected, 'COUNTED' answered"],
    )
    path.write_text(case + "- {colour: blue}\n", encoding="utf-8")
    with pytest.raises(BadPolicy, match="cases.yaml:2: cases: a case has the keys"):
        try_file(str(path))


SENTENCES = """
id: mine
label: "Un arrêt de cinq jours à distance"
source: "un lecteur"
parameters: {sickleave.tele.max_days: 5, participation.amount: 3}
exclude:
  - {when: {patient_zone: ZIP}, text: "Votre commune manque de médecins : l’acte ne compte pas."}
"""


def test_sentences_under_a_policy_show_its_values_and_cite_it(tmp_path):
    """Of one act and of a table; the law's own are as they were."""
    overlay = Overlay((read_policy(SENTENCES, "mine.yaml"),))
    act = {**plain_act("2025-03-10"), "leave_kind": "initial", "leave_days": 6, "patient_zone": "ZIP"}
    by_law, found = decide(act), decide(act, overlay)
    cited = "mine : Un arrêt de cinq jours à distance (un lecteur)"

    def said(answer, decision, code):
        return next(one for one in answer[decision]["reasons"] if one["code"] == code)

    before, after = (said(one, "sick_leave", "SL.OVER_3_DAYS") for one in (by_law, found))
    assert after["text_patient"] == before["text_patient"].replace("3", "5") != before["text_patient"]
    assert (after["reference"], cited in before["reference"]) == (cited, False)
    assert "3 €" in said(found, "price", "PRICE.PARTICIPATION")["text_patient"]
    own = said(found, "cap", "CAP.REF_MINE")
    assert (own["text_patient"], own["text_doctor"], own["reference"]) == (
        "Votre commune manque de médecins : l’acte ne compte pas.",
        "Réforme : Un arrêt de cinq jours à distance.",
        cited,
    )
    path = tmp_path / "acts.jsonl"
    path.write_text(json.dumps(act))
    row = judge_table(read_table(path), ("sick_leave", "cap"), overlay, "lists").to_pyarrow().to_pylist()[0]
    assert after["text_patient"] in row["sick_leave_text_patient"]
    assert own["text_doctor"] in row["cap_text_doctor"]
