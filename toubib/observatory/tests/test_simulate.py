import argparse
import json

import pyarrow
import pyarrow.parquet
import pytest

from toubib.observatory.commands import add_commands
from toubib.observatory.payments import ASSUMPTION

ACTS = """\
act_id,act_date,act_kind,funding,practitioner_id,practitioner_profession,is_medecin_traitant,patient_zone,assisted_by,practitioner_situations
1,2025-03-10,teleconsultation,amo,A,doctor,false,ZIP,none,
2,2025-03-11,teleconsultation,amo,A,doctor,false,none,nurse,
3,2025-03-12,teleconsultation,amo,A,doctor,false,ZAC,nurse,
4,2025-03-12,teleconsultation,amo,A,doctor,true,none,none,
5,2025-03-12,in_person,amo,A,doctor,true,ZIP,none,
6,2025-03-12,teleconsultation,amo,B,doctor,false,none,none,retired
7,2024-03-12,teleconsultation,amo,B,doctor,false,none,none,retired
8,2025-03-12,teleconsultation,amo,C,,false,none,none,
9,2025-03-12,teleconsultation,amo,D,doctor,,none,none,
"""
ACTIVITY = """\
practitioner_id,practitioner_specialty,year,conventioned_acts,own_mt_acts
A,general_practice,2025,10,2
B,general_practice,2025,100,2
B,general_practice,2024,100,2
C,psychiatry,2025,,
E,psychiatry,2025,5,
"""


class Parser(argparse.ArgumentParser):
    def error(self, message):
        self.exit(2, f"{message}\n")


def main(arguments):
    parser = Parser()
    add_commands(parser.add_subparsers())
    given = parser.parse_args(arguments)
    return given.run(given)


@pytest.fixture
def run(tmp_path, capsys):
    def run_with(*arguments, acts=ACTS, activity=ACTIVITY, year="2025"):
        (tmp_path / "acts.csv").write_text(acts)
        (tmp_path / "activity.csv").write_text(activity)
        files = ["--acts", str(tmp_path / "acts.csv"), "--activity", str(tmp_path / "activity.csv")]
        try:
            code = main(["observatory", "simulate", *files, "--year", year, *arguments])
        except SystemExit as stopped:
            code = stopped.code
        told = capsys.readouterr()
        return code, told.out, told.err

    return run_with


def groups(undetermined, exempt, above, near, below):
    return {
        "practitioners": undetermined + exempt + above + near + below,
        "undetermined": undetermined,
        "exempt": exempt,
        "above": above,
        "near": near,
        "below": below,
    }


def acts(counted, uncounted, excluded, **by_code):
    return {
        "counted_acts": counted,
        "uncounted_acts": uncounted,
        "excluded": excluded,
        "excluded_by": {f"CAP.{code}": number for code, number in sorted(by_code.items())},
    }


def test_law_policies_and_their_union(run):
    code, out, err = run("--policy", "fmt_zone", "fmt_assisted", "--policy", "fmt_doctor_situation", "--json")
    assert code == 0
    own = {"EXC_OWN_MT_PATIENT": 1}
    zone, assisted, situation = {"REF_ZONE": 2}, {"REF_ASSISTED": 2}, {"REF_DOCTOR_SITUATION": 1}
    found = json.loads(out)
    assert (found["year"], len(found["sources"])) == (2025, 3)
    assert found["policies"] == {
        "law": groups(2, 0, 1, 0, 2) | acts(5, 2, 1, **own),
        "fmt_zone": groups(2, 0, 0, 0, 3) | acts(3, 4, 3, **own, **zone),
        "fmt_assisted": groups(2, 0, 0, 0, 3) | acts(3, 4, 3, **own, **assisted),
        "fmt_doctor_situation": groups(2, 1, 1, 0, 1) | acts(4, 3, 2, **own, **situation),
        "fmt_zone+fmt_assisted+fmt_doctor_situation": groups(2, 1, 0, 0, 2)
        | acts(1, 6, 5, **own, **zone, **assisted, **situation),
    }
    assert "law: 1 acts are neither counted nor uncounted" in err


def test_the_law_of_each_acts_own_date(run):
    rows = [
        f"{i},{day},tele_expertise,amo,A,doctor,false" for i, day in enumerate(["2024-06-21", "2024-06-22"])
    ]
    text = "act_id,act_date,act_kind,funding,practitioner_id,practitioner_profession,is_medecin_traitant\n"
    code, out, _ = run(
        "--policy", "law_2021", "--json", acts=text + "".join(f"{row}\n" for row in rows), year="2024"
    )
    found = json.loads(out)["policies"]
    assert code == 0
    assert found["law"]["counted_acts"] == 1
    assert found["law"]["excluded_by"] == {"CAP.EXC_TELEEXPERTISE": 1}
    assert found["law_2021"]["counted_acts"] == 2


def test_each_boundary_of_the_cap(run):
    head = "act_id,act_date,act_kind,funding,practitioner_id,practitioner_profession,is_medecin_traitant\n"
    lines = [
        f"x,2025-01-01,teleconsultation,amo,d{counted},doctor,false\n"
        for counted in (17, 18, 20, 21)
        for _ in range(counted)
    ]
    activity = "practitioner_id,practitioner_specialty,year,conventioned_acts\n" + "".join(
        f"d{counted},general_practice,2025,100\n" for counted in (17, 18, 20, 21)
    )
    _, out, _ = run("--json", acts=head + "".join(lines), activity=activity)
    assert json.loads(out)["policies"] == {"law": groups(0, 0, 1, 2, 1) | acts(76, 0, 0)}


def test_a_policy_of_ones_own_takes_its_acts_from_the_denominator(run, tmp_path):
    policy = tmp_path / "mine.yaml"
    policy.write_text(
        "id: mine\nlabel: Mine\nsource: me\nexcluded_acts_leave_denominator: true\n"
        "exclude:\n  - when: {patient_zone: [ZIP, ZAC]}\n"
    )
    activity = ACTIVITY.replace("A,general_practice,2025,10,2", "A,general_practice,2025,5,2")
    _, out, _ = run("--policy", str(policy), "--json", activity=activity)
    mine = json.loads(out)["policies"]["mine"]
    assert (mine["above"], mine["excluded_by"]) == (1, {"CAP.EXC_OWN_MT_PATIENT": 1, "CAP.REF_MINE": 2})


def test_as_a_small_table(run):
    code, out, _ = run("--policy", "fmt_zone")
    assert code == 0
    assert [line.split()[0] for line in out.splitlines()] == ["practitioners", "law", "fmt_zone"]


@pytest.mark.slow
def test_acts_newly_payable_and_their_cost(run):
    head = "act_id,act_date,act_time,act_kind,modality,secure_channel,consent,identified,funding,practitioner_id,practitioner_profession,practitioner_specialty,practitioner_sector,practitioner_employer,company_agrement,regulated_by,is_medecin_traitant,has_medecin_traitant,referred_by_mt,same_territory,territorial_organisation,patient_zone,patient_age,mt_unavailable,emergency,replaces_mt,patient_residence,covid,c2s,ame,patient_ald,ald_related,maternity,work_accident,alsace_moselle,participation_paid_today,participation_paid_year,overrun\n"  # fmt: skip
    row = "1,2025-03-11,10:00,teleconsultation,video,true,true,true,amo,A,doctor,general_practice,s1,liberal,false,none,false,true,true,{near},false,ZAC,40,false,false,false,home,false,false,false,false,false,false,false,false,0,0,0\n"  # fmt: skip
    text = head + row.format(near="false") + row.format(near="true")
    text += row.format(near="true").replace("video,true,true", "video,true,")
    _, out, _ = run("--policy", "territory_for_deserts", "tariff_as_in_person", "--json", acts=text)
    found = json.loads(out)["policies"]
    assert {name: row.get("newly_payable") for name, row in found.items()} == {
        "law": None,
        "territory_for_deserts": payable(1, "15.50", "0.00", "15.50"),
        "tariff_as_in_person": payable(0, "0.00", "3.50", "3.50"),
        "territory_for_deserts+tariff_as_in_person": payable(1, "19.00", "3.50", "22.50"),
    }


def payable(acts, new, others, all_of_it):
    return {
        "acts": acts,
        "acts_no_longer_payable": 0,
        "acts_undetermined": 1,  # of which the consent is not known
        "acts_without_certain_price": 0,
        "amo_for_newly_payable_acts": new,
        "amo_difference_for_other_acts": others,
        "amo_difference": all_of_it,
        "assumption": ASSUMPTION,
    }


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (
            {"activity": ACTIVITY + "A,general_practice,2025,9,1\n"},
            "activity.csv:7: practitioner_id: A stands twice for 2025",
        ),
        (
            {"activity": ACTIVITY.replace("2024,100,2", "2024,100,101")},
            "activity.csv:4: own_mt_acts: 101 is more than conventioned_acts, 100",
        ),
        ({"activity": ACTIVITY.replace("10,2", "-10,2")}, "activity.csv:2: conventioned_acts: -10"),
        ({"acts": ACTS.replace("ZAC", "ZAK")}, "acts.csv:4: patient_zone: unknown value"),
        ({"activity": ACTIVITY.replace("2024,100", "2024,-1")}, "activity.csv:4: conventioned_acts: -1"),
        ({"year": "25"}, "argument --year"),
    ],
)
def test_bad_input_is_one_line(run, arguments, told):
    code, out, err = run("--json", **arguments)
    assert (code, out, err.count("\n")) == (2, "", 1)
    assert told in err


def test_unknown_policies(run, tmp_path):
    assert run("--policy", "nope")[0] == 2
    (tmp_path / "bad.yaml").write_text("id: law\nlabel: x\nsource: y\n")
    code, _, err = run("--policy", str(tmp_path / "bad.yaml"))
    assert (code, "law is taken" in err) == (2, True)


def test_who_is_no_doctor_is_in_no_group(run):
    nurse = "10,2025-03-12,telecare,amo,N,nurse,false,none,none,\n"
    code, out, _ = run("--json", acts=ACTS + nurse, activity=ACTIVITY + "N,,2025,50,0\n")
    without = json.loads(run("--json")[1])["policies"]["law"]
    law = json.loads(out)["policies"]["law"]
    assert (code, law) == (0, without | {"uncounted_acts": without["uncounted_acts"] + 1})


def test_acts_without_a_date_are_said(run):
    undated = "10,,teleconsultation,amo,A,doctor,false,none,none,\n"
    code, out, err = run("--json", acts=ACTS + undated * 2)
    assert (code, json.loads(out)) == (0, json.loads(run("--json")[1]))
    assert "2 acts without a date are left out" in err


def test_an_activity_of_nought_is_below_where_nothing_counts(run):
    activity = ACTIVITY + "F,general_practice,2025,0,0\nB2,general_practice,2025,0,\n"
    law = json.loads(run("--json", activity=activity)[1])["policies"]["law"]
    before = json.loads(run("--json")[1])["policies"]["law"]
    assert law == before | {
        "practitioners": before["practitioners"] + 2,
        "below": before["below"] + 2,
    }


HEAD = "act_date,act_kind,funding,practitioner_id,practitioner_profession,is_medecin_traitant,practitioner_specialty,practitioner_situations\n"  # fmt: skip


def made(*rows):
    """Acts of a doctor: (how many, own patient, specialty, situations)."""
    lines = [
        f"2025-03-10,teleconsultation,amo,A,doctor,{own},{specialty},{situations}\n" * number
        for number, own, specialty, situations in rows
    ]
    return HEAD + "".join(lines)


def group_of(told, name="law"):
    row = json.loads(told[1])["policies"][name]
    return [group for group in ("undetermined", "exempt", "above", "near", "below") if row[group]]


@pytest.mark.parametrize(
    ("counted", "unknown", "group"),
    [
        (10, 7, "below"),  # 10 to 17 of 100
        (10, 8, "undetermined"),  # 18: near, if all count
        (18, 2, "near"),
        (18, 3, "undetermined"),
        (21, 79, "above"),
        (21, 80, "undetermined"),  # 101 of 100, if all count
    ],
)
def test_acts_of_unknown_outcome_leave_a_group_only_where_they_cannot_move_it(run, counted, unknown, group):
    acts = made((counted, "false", "", ""), (unknown, "", "", ""))
    activity = "practitioner_id,practitioner_specialty,year,conventioned_acts\nA,other,2025,100\n"
    told = run("--json", acts=acts, activity=activity)
    assert group_of(told) == [group]
    assert f"law: {unknown} acts are neither counted nor uncounted" in told[2]


@pytest.mark.parametrize(
    ("rows", "group"),
    [
        ([(3, "false", "", "retired")], "exempt"),
        ([(3, "false", "", "retired"), (1, "", "", "retired")], "exempt"),
        ([(3, "false", "", "retired"), (1, "", "", "")], "undetermined"),  # exempt, or not, by one act
        ([(3, "false", "", "retired"), (1, "false", "", "")], "below"),
        ([(3, "true", "", "retired")], "below"),  # the law counts none
    ],
)
def test_exempt_is_who_would_be_whatever_is_unknown(run, rows, group):
    activity = "practitioner_id,practitioner_specialty,year,conventioned_acts\nA,other,2025,100\n"
    told = run("--policy", "fmt_doctor_situation", "--json", acts=made(*rows), activity=activity)
    assert group_of(told, "fmt_doctor_situation") == [group]


def test_doctor_whose_situations_are_unknown_may_be_exempt(run):
    acts = made((3, "false", "", "")).replace(",practitioner_situations", "").replace(",\n", "\n")
    activity = "practitioner_id,practitioner_specialty,year,conventioned_acts\nA,other,2025,100\n"
    told = run("--policy", "fmt_doctor_situation", "--json", acts=acts, activity=activity)
    assert [group_of(told), group_of(told, "fmt_doctor_situation")] == [["below"], ["undetermined"]]


@pytest.mark.parametrize(
    ("of_the_year", "rows", "group"),
    [
        ("psychiatry", [(30, "false", "general_practice", "")], "below"),  # the activity's rules: 40 %
        ("", [(29, "false", "psychiatry", ""), (1, "false", "general_practice", "")], "below"),
        ("", [(1, "false", "psychiatry", ""), (29, "false", "general_practice", "")], "above"),
        ("", [(15, "false", "psychiatry", ""), (15, "false", "general_practice", "")], "undetermined"),
        (
            "",
            [(5, "false", "psychiatry", ""), (5, "false", "general_practice", "")],
            "below",
        ),  # at both rates
        ("", [(30, "false", "", "")], "undetermined"),
        ("", [(1, "false", "psychiatry", ""), (29, "false", "", "")], "below"),
    ],
)
def test_specialty_is_the_activitys_else_that_of_most_acts_else_unknown(run, of_the_year, rows, group):
    activity = f"practitioner_id,practitioner_specialty,year,conventioned_acts\nA,{of_the_year},2025,100\n"
    assert group_of(run("--json", acts=made(*rows), activity=activity)) == [group]


LEAVING = (
    "id: mine\nlabel: Mine\nsource: me\nexcluded_acts_leave_denominator: true\n"
    "exclude:\n  - when: {c2s: true}\n"
)


@pytest.mark.parametrize(
    ("own", "activity", "group"),
    [
        (
            "false",
            50,
            "near",
        ),  # 10 of 50, whether the others are of the activity or not: they were not counted
        ("true", 50, "undetermined"),  # 10 of 50, or of 40 where the own patients' are conventioned and leave
        ("true", 100, "below"),  # 10 of 100 or of 90
    ],
)
def test_acts_that_may_leave_the_activity_leave_a_group_only_where_they_cannot_move_it(
    run, tmp_path, own, activity, group
):
    (tmp_path / "mine.yaml").write_text(LEAVING)
    head = HEAD.replace("practitioner_situations", "c2s")
    counted = "2025-03-10,teleconsultation,amo,A,doctor,false,,false\n" * 10
    others = f"2025-03-10,teleconsultation,,A,doctor,{own},,{own}\n" * 10  # funding unknown
    if own == "false":
        others = "2025-03-10,in_person,,A,doctor,false,,true\n" * 10
    rows = f"practitioner_id,practitioner_specialty,year,conventioned_acts\nA,other,2025,{activity}\n"
    told = run("--policy", str(tmp_path / "mine.yaml"), "--json", acts=head + counted + others, activity=rows)
    assert group_of(told, "mine") == [group]


def test_activities_that_name_no_year_or_nobody_are_said(run):
    told = run("--json", activity=ACTIVITY + "Z,psychiatry,,5,\n,psychiatry,2025,5,\n")
    assert json.loads(told[1]) == json.loads(run("--json")[1])
    assert "2 activities that name no year or no practitioner are left out" in told[2]


def test_policies_that_say_two_things_of_one_parameter(run):
    code, out, err = run("--policy", "law_2021", "law_2024", "--json")
    found = json.loads(out)
    said = "law_2021+law_2024: the last named holds where policies differ: cap.rate.psychiatry: 0.2 by law_2021, 0.4 by law_2024"  # noqa: E501
    assert (code, list(found["policies"])) == (0, ["law", "law_2021", "law_2024", "law_2021+law_2024"])
    assert said in found["sources"]
    assert said in err
    assert "differ" not in run("--policy", "law_2021", "fmt_zone")[2]


def test_a_code_in_small_letters_or_of_the_law_is_refused(run, tmp_path):
    for code in ("CAP.ref_x", "CAP.COUNTED"):
        path = tmp_path / "mine.yaml"
        path.write_text(f"id: x\nlabel: y\nsource: z\nexclude:\n- when: {{c2s: true}}\n  code: {code}\n")
        exit_code, out, err = run("--policy", str(path))
        assert (exit_code, out, err.count("\n")) == (2, "", 1)
        assert f'mine.yaml:5: exclude: code: "{code}" is no code' in err


@pytest.mark.parametrize("kind", ["jsonl", "parquet"])
def test_bad_activity_of_other_kinds_names_its_line(run, tmp_path, kind):
    rows = [{"practitioner_id": who, "year": 2025, "conventioned_acts": 5, "own_mt_acts": own} for who, own in
            [("A", 1), ("B", 5), ("A", 1), ("C", 6)]]  # fmt: skip
    for bad, said in (
        (rows[:3], "3: practitioner_id: A stands twice"),
        (rows[1:], "3: own_mt_acts: 6 is more"),
    ):
        path = tmp_path / f"activities.{kind}"
        if kind == "jsonl":
            path.write_text("".join(json.dumps(row) + "\n" for row in bad))
        else:
            pyarrow.parquet.write_table(pyarrow.Table.from_pylist(bad), path)
        code, out, err = run("--activity", str(path), "--json")
        assert (code, out, err.count("\n")) == (2, "", 1)
        assert f"activities.{kind}:{said}" in err
