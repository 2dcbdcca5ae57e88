"""The indicators on claims counted by hand, before small cells are hidden; then the hiding; then the stable face."""

import pytest

from toubib.observatory.claims.engine import connect_engine
from toubib.observatory.claims.reading import open_claims
from toubib.observatory.counting.count import count_acts
from toubib.observatory.counting.rules import RULES, rules_without
from toubib.observatory.indicators.adoption import (
    Adoption,
    adoption,
    adoption_rows,
    by_professional,
    removed_beside,
)
from toubib.observatory.indicators.ald import ald_patients, ald_rows
from toubib.observatory.indicators.areas import Areas, all_areas
from toubib.observatory.indicators.professionals import directory, kinds, quarter_table
from toubib.observatory.indicators.quarters import Cover, cover_of, lines_by_month
from toubib.observatory.indicators.report import indicators
from toubib.observatory.indicators.suppression import hidden_areas, hidden_shares
from toubib.observatory.tests.claims_kit import ald, centre, doctor, line, write_claims

ALL = frozenset(RULES)
Q1, Q2, Q3 = 2024 * 4, 2024 * 4 + 1, 2024 * 4 + 2
PARIS, VAR, BOUCHES, REUNION = 75, 83, 13, 974


@pytest.fixture
def opened(tmp_path):
    def run(acts, rules=ALL, **tables):
        folder = write_claims(tmp_path / "claims", acts=acts, **tables)
        claims = open_claims(folder, connect_engine("duckdb", tmp_path))
        return claims, count_acts(claims, rules).cache()

    return run


@pytest.fixture
def adopt(opened):
    """(professionals, users) by quarter and place."""

    def run(acts, doctors, rules=ALL, kind="gp", **tables):
        claims, counted = opened(acts, rules, doctors=doctors, **tables)
        rows = directory(claims, rules).cache()
        quarters = quarter_table(rows, cover_of(lines_by_month(counted)))
        found = adoption(by_professional(counted), rows, quarters, kinds()[kind], rules)
        return plain(found.professionals), plain(found.users)

    return run


def plain(counts):
    return {quarter: dict(places) for quarter, places in counts.items()}


def test_a_doctor_with_two_places_is_one_doctor_at_the_main_one(adopt):
    # Doctor 1 of Marseille has an office in the Var under the same number, and one in Paris under another number chained to the first, where
    # they bill. Doctor 2 of Paris bills nothing. Two GPs; the one with a téléconsultation is of Marseille.
    doctors = [
        doctor("13000001", PFS_COD_POS="83000", ACT_CAB_COD="2"),
        doctor("13000001", PFS_COD_POS="13001", ACT_CAB_COD="1"),
        doctor("75000009", PFS_COD_POS="75001", STA_PFS_NUM="13000001"),
        doctor("75000002"),
    ]
    acts = [line(1, "2024-02-01", PFS_EXE_NUM="750000095")]
    assert adopt(acts, doctors) == ({Q1: {BOUCHES: 1, PARIS: 1}}, {Q1: {BOUCHES: 1}})
    naive = rules_without(["main_place"])
    assert adopt(acts, doctors, naive) == ({Q1: {BOUCHES: 1, VAR: 1, PARIS: 2}}, {Q1: {PARIS: 1}})


def test_only_liberal_general_practitioners_in_exercise_are_counted(adopt):
    # Counted: 1 (code 1), 2 (22), 3 (23), 4 (stopped on 1 March, within the quarter). Not: a psychiatrist, a locum, a salaried doctor,
    # one who stopped before, one who settles in April (counted then, when 4 is gone).
    doctors = [
        doctor("75000001"),
        doctor("75000002", PFS_PRA_SPE="22"),
        doctor("75000003", PFS_PRA_SPE="23"),
        doctor("75000004", EXC_EXC_NAT="07", EXC_FIN_MTF="1", EXC_EFF_DSD="20240301"),
        doctor("75000005", PFS_PRA_SPE="33"),
        doctor("75000006", EXC_EXC_NAT="11"),
        doctor("75000007", EXC_EXC_NAT="08"),
        doctor("75000008", EXC_EXC_NAT="07", EXC_FIN_MTF="1", EXC_EFF_DSD="20231215"),
        doctor("75000009", PFS_INS_DSD="20240415"),
    ]
    acts = [line(1, "2024-02-01", PFS_EXE_NUM=f"7500000{n}0") for n in range(1, 10)] + [line(1, "2024-04-30")]
    professionals, users = adopt(acts, doctors)
    assert professionals == {Q1: {PARIS: 4}, Q2: {PARIS: 4}}
    assert users == {Q1: {PARIS: 4}, Q2: {PARIS: 1}}
    assert adopt(acts, doctors, kind="specialist")[0] == {Q1: {PARIS: 1}, Q2: {PARIS: 1}}


def test_a_quarter_takes_the_picture_of_its_year(adopt):
    # The reference table of 2023 has doctor 1, that of 2024 has doctors 1 and 2; in 2024 doctor 1 moved to the Var.
    doctors = [
        doctor("75000001", DTE_ANN_TRT=2023, DTE_MOI_FIN=12),
        doctor("75000001", DTE_ANN_TRT=2024, DTE_MOI_FIN=12, PFS_COD_POS="83000"),
        doctor("75000002", DTE_ANN_TRT=2024, DTE_MOI_FIN=12),
        doctor("75000003", DTE_ANN_TRT=2024, DTE_MOI_FIN=6),
    ]
    professionals, users = adopt([line(1, "2023-12-31"), line(1, "2024-01-01")], doctors)
    assert professionals == {Q1 - 1: {PARIS: 1}, Q1: {VAR: 1, PARIS: 1}}
    assert users == {Q1 - 1: {PARIS: 1}, Q1: {VAR: 1}}


def test_the_last_day_of_march_and_the_first_of_april_are_of_two_quarters(adopt):
    doctors = [doctor("75000001"), doctor("75000002")]
    acts = [line(1, "2024-03-31"), line(1, "2024-04-01", PFS_EXE_NUM="750000029")]
    assert adopt(acts, doctors)[1] == {Q1: {PARIS: 1}, Q2: {PARIS: 1}}


def test_an_act_in_a_centre_a_company_or_cancelled_is_no_liberal_teleconsultation(adopt):
    in_centre = line(2, "2024-02-01")
    acts = [
        line(1, "2024-02-01", PSE_STJ_COD=64),
        in_centre,
        line(3, "2024-02-01"),
        line(3, "2024-02-01", PRS_ACT_QTE=-1.0),
        line(4, "2024-02-01", PRS_NAT_REF=1193),
    ]
    assert adopt(acts, [doctor("75000001")], centres=[centre(in_centre)]) == ({Q1: {PARIS: 1}}, {})
    assert adopt(acts, [doctor("75000001")], rules_without(["regularisations"]))[1] == {Q1: {PARIS: 1}}


def patients_of(found):
    return plain(found.patients)


def test_ald_is_judged_on_the_day_of_the_act(opened):
    # Patient 1's ALD ends on 15 February: the act of that day counts, patient 2's of the day after does not. 3: open. 4: invalidity, no
    # ALD. 5: two ALD, one patient. 6: another rank of the same number. Each stays for two quarters.
    acts = [line(n, "2024-02-15") for n in (1, 3, 4, 5, 6)] + [line(2, "2024-02-16")]
    alds = [
        ald(1, "2020-01-01", "2024-02-15"),
        ald(2, "2020-01-01", "2024-02-15"),
        ald(3, "2024-02-15"),
        ald(4, "2020-01-01", IMB_ETM_NAT=13),
        ald(5, "2020-01-01", IMB_ETM_NAT=43),
        ald(5, "2021-01-01", "1600-01-01", IMB_ETM_NAT=45),
        ald(6, "2020-01-01", BEN_RNG_GEM=2),
    ]
    claims, counted = opened(acts, alds=alds)
    assert patients_of(ald_patients(claims, counted, ALL)) == {Q1: {PARIS: 3}, Q2: {PARIS: 3}}


def test_ald_without_the_register_is_what_the_line_says(opened):
    # EXO_MTF 42 is an ALD; patient 2's line says nothing, though the register does.
    acts = [line(1, "2024-02-15", EXO_MTF=42), line(2, "2024-02-15")]
    rules = rules_without(["ald_register"])
    claims, counted = opened(acts, rules, alds=[ald(2, "2020-01-01")])
    assert patients_of(ald_patients(claims, counted, rules)) == {Q1: {PARIS: 1}, Q2: {PARIS: 1}}


def test_a_patient_lives_where_the_last_act_of_the_window_says(opened):
    # One patient: Paris in February, La Réunion in May. 2024Q1: Paris; Q2 (January to June): La Réunion, once; Q3: La Réunion.
    acts = [
        line(1, "2024-02-15"),
        line(1, "2024-05-15", BEN_RES_DPT="097", BEN_RES_COM="411", PRS_NAT_REF=1194),
    ]
    claims, counted = opened(acts, alds=[ald(1, "2020-01-01")])
    assert patients_of(ald_patients(claims, counted, ALL)) == {
        Q1: {PARIS: 1},
        Q2: {REUNION: 1},
        Q3: {REUNION: 1},
    }


def test_patients_are_null_where_the_claims_do_not_cover_six_months():
    cover = cover_of({2024 * 12 + 4: 1, 2024 * 12 + 9: 1})
    assert cover == Cover(Q2, Q2 + 2, frozenset(range(2024 * 12, 2025 * 12)))
    assert [cover.holds(quarter, 2) for quarter in (Q1, Q2, Q3)] == [False, True, True]
    assert cover_of({}) is None
    assert cover_of({2024 * 12: 1}, (2023,)).holds(Q1, 2)


def test_a_month_without_a_line_is_a_hole_in_large_claims_only():
    lines = {2024 * 12 + month: 5000 for month in range(12) if month != 4}
    cover = cover_of(lines)
    assert [cover.holds(quarter) for quarter in cover.quarters] == [True, False, True, True]


SMALL = Areas({"R1": ("01", "02", "03"), "R2": ("04",), "R3": ("05", "06")})


def cells(**departements):
    numbers = {int(name[1:]): count for name, count in departements.items()}
    found = {"FR": sum(numbers.values()), "?": 0}
    for region, parts in SMALL.parts.items():
        found |= {part: numbers.get(int(part), 0) for part in parts}
        found[region] = sum(found[part] for part in parts)
    return found


@pytest.mark.parametrize(
    ("counts", "hidden"),
    [
        (cells(d01=20, d02=30, d03=0, d04=15, d05=11, d06=12), set()),  # none is small; 0 is shown
        (cells(d01=5, d02=30, d03=20, d04=15, d05=11, d06=12), {"01", "03"}),  # the next smallest goes too
        (cells(d01=5, d02=6, d03=20, d04=15, d05=11, d06=12), {"01", "02"}),  # two hide each other
        (cells(d01=5, d02=0, d03=0, d04=15, d05=11, d06=12), {"01", "R1", "04", "R2"}),  # alone in its region
        (
            cells(d01=50, d02=60, d03=0, d04=4, d05=11, d06=12),
            {"04", "R2", "R3", "05"},
        ),  # a region of one département
        (cells(d01=10), {"01", "R1", "FR"}),
    ],
)
def test_no_small_cell_can_be_had_from_totals(counts, hidden):
    assert hidden_areas(counts, SMALL) == hidden


@pytest.mark.parametrize(
    ("counts", "hidden"),
    [
        # 4 in R2 and 5 of no area: 9 is what France gives back, so the next smallest region goes too.
        ({"01": 50, "02": 60, "04": 4, "05": 11, "06": 12}, {"04", "R2", "R3", "05"}),
        # The 5 of no area are small themselves: a region hides them, and is not alone.
        ({"01": 50, "02": 60, "04": 15, "05": 21, "06": 22}, {"04", "R2", "R3", "05"}),
    ],
)
def test_what_is_of_no_area_leaves_no_region_alone(counts, hidden):
    found = cells(**{f"d{name}": number for name, number in counts.items()})
    assert hidden_areas(found | {"FR": found["FR"] + 5, "?": 5}, SMALL) == hidden


def test_a_small_share_takes_the_next_smallest_with_it():
    assert hidden_shares({"a": 500, "b": 40, "c": 3, "d": 0}) == {"b", "c"}
    assert hidden_shares({"a": 5, "b": 0}) == {"a"}
    assert hidden_shares({"a": 1, "b": 1, "c": 30, "d": 0}) == {
        "a",
        "b",
        "c",
    }  # else 2 for two, of which none is 0


def test_a_rate_is_hidden_where_few_have_none():
    cover = Cover(Q1, Q1, frozenset(range(2024 * 12, 2025 * 12)))
    found = Adoption({Q1: {1: 100, 2: 100, 3: 100, 4: 11}}, {Q1: {1: 92, 2: 50, 3: 30, 4: 0}}, {})
    rows = {
        row["area"]: (row["gps"], row["with_teleconsultation"], row["rate"])
        for row in adoption_rows(found, cover, SMALL)
    }
    assert rows == {
        "FR": (311, 172, 172 / 311),
        "R1": (300, 172, 172 / 300),
        "R2": (11, 0, 0.0),
        "R3": (0, 0, None),
        "01": (100, None, None),
        "02": (100, 50, 0.5),
        "03": (100, None, None),
        "04": (11, 0, 0.0),
        "05": (0, 0, None),
        "06": (0, 0, None),
    }


def test_a_rule_tells_no_small_difference_between_groups_of_which_one_holds_the_other():
    gps = Adoption({}, {}, {"2024Q1": {"main_place": 60, "regularisations": 30}, "2024Q2": {}})
    billed = Adoption(
        {}, {}, {"2024Q1": {"main_place": 53, "regularisations": 30}, "2024Q2": {"main_place": 0}}
    )
    assert removed_beside(billed, gps) == {
        "2024Q1": {"main_place": None, "regularisations": 30},
        "2024Q2": {"main_place": 0},
    }


def test_the_answer_has_the_form_of_the_stable_face(tmp_path):
    # Twenty GPs of Paris, twelve of whom see a patient in ALD each in 2024Q2; the Ain is empty.
    doctors = [doctor(f"75{n:06d}") for n in range(20)]
    acts = [line(n, "2024-05-02", PFS_EXE_NUM=f"75{n:06d}0") for n in range(12)]
    folder = write_claims(
        tmp_path / "claims", acts=acts, doctors=doctors, alds=[ald(n, "2020-01-01") for n in range(12)]
    )
    found = indicators(claims=folder)
    assert found["acts_by_year"] == {"2024": 12}
    assert found["share_by_channel"] == {
        "2024": {"gp_liberal": 1.0, "specialist_liberal": 0.0, "company": 0.0, "centre": 0.0}
    }
    assert (found["synthetic"], found["counting_rules"]) == (False, list(RULES))
    wanted = {"FR", "R11", "75", "01"}
    paris = {"gps": 20, "with_teleconsultation": None, "rate": None}  # 8 have none: 12 would tell it
    empty = {"gps": 0, "with_teleconsultation": 0, "rate": None}
    assert [row for row in found["gp_adoption"] if row["area"] in wanted] == [
        {"quarter": "2024Q2", "area": "FR", **paris},
        {"quarter": "2024Q2", "area": "R11", **paris},
        {"quarter": "2024Q2", "area": "01", **empty},
        {"quarter": "2024Q2", "area": "75", **paris},
    ]
    assert [row for row in found["ald_patients"] if row["area"] in wanted] == [
        {"quarter": "2024Q2", "area": "FR", "patients": 12},
        {"quarter": "2024Q2", "area": "R11", "patients": 12},
        {"quarter": "2024Q2", "area": "01", "patients": 0},
        {"quarter": "2024Q2", "area": "75", "patients": 12},
    ]


def test_there_are_eighteen_regions_and_a_hundred_and_one_departements():
    assert (len(all_areas().regions), len(all_areas().departements)) == (18, 101)
    assert ald_rows(ald_none(), Cover(Q1, Q1, frozenset()), all_areas())[0] == {
        "quarter": "2024Q1",
        "area": "FR",
        "patients": None,
    }


def ald_none():
    from toubib.observatory.indicators.ald import AldPatients

    return AldPatients({}, {})
