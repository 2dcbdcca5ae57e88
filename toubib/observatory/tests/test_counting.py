"""The counting rules on claims counted by hand. Each text says what is planted and what must come out."""

import pytest

from toubib.observatory.claims.engine import connect_engine, rows_of
from toubib.observatory.claims.reading import open_claims
from toubib.observatory.counting.count import count_acts
from toubib.observatory.counting.rules import COUNTED, RULES, UnknownRule, rules_without
from toubib.observatory.indicators.volumes import counted, removed_by_year, share_by_channel, volumes
from toubib.observatory.tests.claims_kit import centre, doctor, line, write_claims

ALL = frozenset(RULES)


@pytest.fixture
def count(tmp_path):
    """Acts → (sum of what is counted, the acts)."""

    def run(acts, rules=ALL, months=27, **tables):
        folder = write_claims(tmp_path / "claims", acts=acts, doctors=[doctor("75000001")], **tables)
        claims = open_claims(folder, connect_engine("duckdb", tmp_path))
        found = count_acts(claims, rules, months).cache()
        rows = rows_of(found)
        return sum(row["acts"] for row in rows if row["stage"] == COUNTED), found

    return run


def test_a_regularised_act_is_no_act(count):
    # Patient 1: billed, then cancelled. Patient 2: billed, cancelled, billed again. Patient 3: two acts in two lines. 0 + 1 + 2.
    acts = [
        line(1, "2024-01-10"),
        line(1, "2024-01-10", PRS_ACT_QTE=-1.0),
        line(2, "2024-01-10"),
        line(2, "2024-01-10", PRS_ACT_QTE=-1.0),
        line(2, "2024-01-10"),
        line(3, "2024-01-10"),
        line(3, "2024-01-10"),
    ]
    number, found = count(acts)
    assert number == 3
    assert sum(row["acts"] for row in rows_of(found) if row["stage"] != COUNTED) == 4
    assert count(acts, rules_without(["regularisations"]))[0] == 7


def test_a_cancellation_touches_no_other_day_professional_nor_act(count):
    acts = [
        line(1, "2024-01-10"),
        line(1, "2024-01-11", PRS_ACT_QTE=-1.0),
        line(1, "2024-01-10", PFS_EXE_NUM="750000029", PRS_ACT_QTE=-1.0),
        line(1, "2024-01-10", PRS_NAT_REF=1191, PRS_ACT_QTE=-1.0),
    ]
    assert count(acts)[0] == 1


def test_the_money_of_a_cancelled_act_goes_with_it(count):
    acts = [
        line(1, "2024-01-10"),
        line(1, "2024-01-10", PRS_ACT_QTE=-1.0, BSE_REM_MNT=-17.5),
        line(2, "2024-01-10"),
    ]
    _, found = count(acts)
    assert sum(row["reimbursed"] for row in rows_of(found) if row["stage"] == COUNTED) == 17.5


def test_technical_lines_and_lines_for_information_are_no_acts(count):
    # Of six lines one is an act; four rules' codes take one or two each.
    acts = [
        line(1, "2024-01-10"),
        line(2, "2024-01-10", CPL_MAJ_TOP=2),
        line(3, "2024-01-10", CPL_AFF_COD=16),
        line(4, "2024-01-10", DPN_QLF=71),
        line(5, "2024-01-10", PRS_DPN_QLP=71),
        line(6, "2024-01-10", DPN_QLF=71, CPL_MAJ_TOP=2),
    ]
    assert count(acts)[0] == 1
    assert count(acts, rules_without(["technical_lines"]))[0] == 3
    assert count(acts, rules_without(["for_information"]))[0] == 3
    number, found = count(acts, rules_without(["technical_lines", "for_information"]))
    assert number == 6
    _, found = count(acts * 11)  # a cell of 1 to 10 would be hidden
    assert removed_by_year(volumes(found), ALL) == {
        "2024": {"for_information": 33, "technical_lines": 22, "delays": 0, "regularisations": 0}
    }


def test_late_lines_count_for_as_many_months_as_are_asked(count):
    # Care of January: told in July (6 months), in August (7), two years and three months later (27), and one more (28).
    acts = [
        line(n, "2024-01-10", FLX_DIS_DTD=day)
        for n, day in enumerate(_days("2024-07-01", "2024-08-01", "2026-04-01", "2026-05-01"))
    ]
    assert count(acts)[0] == 3
    assert count(acts, months=6)[0] == 1
    assert count(acts, rules_without(["delays"]))[0] == 4


def _days(*texts):
    from datetime import date

    return [date.fromisoformat(text) for text in texts]


def test_codes_that_are_no_telehealth_or_not_in_force_are_no_acts(count):
    # 1110 is a consultation; 1096 closed on 14 September 2018; 1192 opened the day after.
    acts = [
        line(1, "2024-01-10", PRS_NAT_REF=1110),
        line(2, "2018-09-14", PRS_NAT_REF=1096),
        line(3, "2018-09-15", PRS_NAT_REF=1096),
        line(4, "2018-09-14"),
        line(5, "2018-09-15"),
    ]
    number, found = count(acts)
    assert number == 2
    assert sorted(row["patient"][-1] for row in rows_of(found)) == ["2", "5"]


def test_an_act_of_a_health_centre_is_no_liberal_doctor_s(count):
    # Four channels, one line each; a category that is none of a health centre changes nothing; a hospital's doctor is in no channel.
    by_centre, by_hospital = line(3, "2024-01-10"), line(4, "2024-01-10", PSE_SPE_COD=33)
    acts = [
        line(1, "2024-01-10"),
        line(2, "2024-01-10", PSE_STJ_COD=64),
        by_centre,
        by_hospital,
        line(5, "2024-01-10", PSE_STJ_COD=61),
    ]
    registers = [centre(by_centre), centre(by_centre), centre(by_hospital, category=355)]

    def channels(rules):
        return share_by_channel(
            [
                row | {"acts": 11 * row["acts"]}
                for row in counted(volumes(count(acts, rules, centres=registers)[1]))
            ]
        )

    quarter = {"gp_liberal": 0.25, "specialist_liberal": 0.25, "company": 0.25, "centre": 0.25}
    assert channels(ALL) == {"2024": quarter}
    assert channels(rules_without(["health_centres"])) == {"2024": quarter | {"gp_liberal": 0.5, "centre": 0}}


def test_overseas_departements_are_recovered_from_the_commune(count):
    # 097 and 411 is La Réunion; 02A is Corse-du-Sud; 020 and 000 are no département.
    homes = {
        1: ("097", "411"),
        2: ("02A", "004"),
        3: ("001", "001"),
        4: ("020", "000"),
        5: ("000", "000"),
        6: ("097", "601"),
    }
    acts = [line(n, "2024-01-10", BEN_RES_DPT=a, BEN_RES_COM=b) for n, (a, b) in homes.items()]

    def places(rules):
        return [
            row["place"] for row in sorted(rows_of(count(acts, rules)[1]), key=lambda row: row["patient"])
        ]

    assert places(ALL) == [974, 20, 1, 0, 0, 976]
    assert places(rules_without(["overseas"])) == [0, 20, 1, 0, 0, 0]


def test_unknown_rules_are_told():
    with pytest.raises(UnknownRule, match="weekends: no counting rule; one of for_information, "):
        rules_without(["weekends"])
