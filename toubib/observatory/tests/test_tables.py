"""Tables by quarter and area, counted by hand; cells hidden both ways; what is kept is counted once."""

import json
from itertools import permutations, product

import numpy as np
import pyarrow.parquet as pq
import pytest

from toubib.observatory.claims.engine import connect_engine, rows_of
from toubib.observatory.claims.faults import BadClaims
from toubib.observatory.claims.reading import open_claims
from toubib.observatory.counting.rules import RULES, rules_without
from toubib.observatory.indicators import kept as kept_module
from toubib.observatory.indicators.areas import Areas
from toubib.observatory.indicators.kept import ABOUT, count_once
from toubib.observatory.indicators.quarters import Cover
from toubib.observatory.indicators.report import indicators
from toubib.observatory.indicators.suppression import hidden_cells
from toubib.observatory.indicators.tables import (
    PARTS,
    TOTAL,
    acts_rows,
    lines_of,
    lone_quarters,
    specialty_rows,
)
from toubib.observatory.indicators.volumes import whole
from toubib.observatory.tests.claims_kit import ald, centre, doctor, line, write_claims

ALL = frozenset(RULES)
Q1 = 2024 * 4
SMALL = Areas({"R1": ("01", "02"), "R2": ("03", "04")})


def row_of(found, key, **wanted):
    rows = [row for row in found[key] if all(row[name] == value for name, value in wanted.items())]
    assert len(rows) == 1
    return {name: value for name, value in rows[0].items() if name not in wanted}


@pytest.fixture
def paris(tmp_path):
    """2024Q2, Paris: 12 acts of GPs, 11 of a psychiatrist, 20 of a company, 15 of a centre, 30 télé-expertises; the Var: 13 of a GP."""
    gps = [line(n, "2024-05-02", PFS_EXE_NUM=f"75{n % 12:06d}0") for n in range(12)]
    by_centre = [line(n, "2024-05-04", PFS_EXE_NUM="759000009", PSE_STJ_COD=62) for n in range(15)]
    acts = [
        *gps,
        *by_centre,
        *(
            line(n, "2024-05-03", PFS_EXE_NUM="750000500", PSE_SPE_COD=33, PRS_NAT_REF=1191)
            for n in range(11)
        ),
        *(line(n, "2024-05-05", PFS_EXE_NUM="920000010", PSE_STJ_COD=64) for n in range(20)),
        *(
            line(n, "2024-05-06", PFS_EXE_NUM="750000500", PSE_SPE_COD=33, PRS_NAT_REF=1194)
            for n in range(30)
        ),
        *(line(n, "2024-06-30", PFS_EXE_NUM="830000010", BEN_RES_DPT="083") for n in range(13)),
        # In person: 100 consultations of GP 0, 4 of them cancelled; 39 of the psychiatrist, one visit of whom is for information
        *(line(n, "2024-05-07", PFS_EXE_NUM="750000000", PRS_NAT_REF=1110) for n in range(100)),
        *(
            line(n, "2024-05-07", PFS_EXE_NUM="750000000", PRS_NAT_REF=1110, PRS_ACT_QTE=-1.0)
            for n in range(4)
        ),
        *(
            line(n, "2024-05-07", PFS_EXE_NUM="750000500", PRS_NAT_REF=1112, PSE_SPE_COD=33)
            for n in range(39)
        ),
        line(1, "2024-05-07", PFS_EXE_NUM="750000500", PRS_NAT_REF=1210, PSE_SPE_COD=33, DPN_QLF=71),
    ]
    doctors = [doctor(f"75{n:06d}") for n in range(12)]
    doctors += [doctor("75000050", PFS_PRA_SPE="33"), doctor("83000001", PFS_COD_POS="83000")]
    return write_claims(
        tmp_path / "claims", acts=acts, doctors=doctors, centres=[centre(act) for act in by_centre]
    )


def test_acts_stand_by_quarter_area_and_channel_where_the_patient_lives(paris):
    found = indicators(claims=paris)
    euros = {"reimbursed": round(58 * 17.5), "paid": 58 * 25}
    assert row_of(found, "acts", quarter="2024Q2", area="75") == {
        "total": 58,
        "gp_liberal": 12,
        "specialist_liberal": 11,
        "company": 20,
        "centre": 15,
        "other": 0,
        **euros,
    }
    assert row_of(found, "acts", quarter="2024Q2", area="83")["gp_liberal"] == 13
    assert row_of(found, "acts", quarter="2024Q2", area="FR")["total"] == 71
    assert row_of(found, "acts", quarter="2024Q2", area="01")["total"] == 0
    told = {"acts": 30, "reimbursed": 525, "paid": 750}
    assert row_of(found, "tele_expertise", quarter="2024Q2", area="R11") == told


def test_the_share_of_activity_is_of_acts_remote_or_not(paris):
    # GPs: 25 téléconsultations and 96 acts in person; Paris: 12 and 96. The psychiatrist: 11 and 39; the visit for information is none.
    found = indicators(claims=paris)
    share = {"teleconsultations": 11, "activity": 50, "share": 11 / 50}
    assert row_of(found, "specialties", quarter="2024Q2", specialty="psychiatry") == share
    assert row_of(found, "specialties", quarter="2024Q2", specialty="general_practice") == {
        "teleconsultations": 25,
        "activity": 121,
        "share": 25 / 121,
    }
    told = {"teleconsultations": 12, "activity": 108, "share": 12 / 108}
    assert row_of(found, "activity", quarter="2024Q2", area="75") == told
    assert row_of(found, "activity", quarter="2024Q2", area="83") == {
        "teleconsultations": 13,
        "activity": None,
        "share": None,
    }


def test_the_year_of_a_specialty_gives_back_no_quarter():
    # 2024: ophthalmology 30, 20, 5, 20. `share_by_specialty` tells 75: with 30, 20 and 20 shown, 75 - 70 is 5.
    cover = Cover(Q1, Q1 + 3, frozenset(range(2024 * 12, 2025 * 12)))
    counts = {"a": (30, 20, 5, 20), "b": (40, 40, 12, 40), "c": (90, 90, 90, 90)}
    rows = [
        {"quarter": Q1 + place, "specialty": name, "teleconsultations": number, "in_person": 100}
        for name, numbers in counts.items()
        for place, number in enumerate(numbers)
    ]
    found = specialty_rows(rows, cover, counts)
    shown = {name: [row["teleconsultations"] for row in found if row["specialty"] == name] for name in counts}
    assert shown == {"a": [30, None, None, 20], "b": [40, None, None, 40], "c": [90, 90, 90, 90]}


def test_out_of_hours_is_not_told_by_claims_and_the_reason_is(paris):
    found = indicators(claims=paris)
    assert found["out_of_hours"]["rows"] == []
    assert "heure" in found["out_of_hours"]["reason"]


def test_every_quarter_and_area_has_a_row(paris):
    found = indicators(claims=paris)
    areas = [row["area"] for row in found["areas"]]
    wanted = [(quarter, area) for quarter in found["quarters"] for area in areas]
    for key in ("gp_adoption", "ald_patients", "acts", "tele_expertise", "activity"):
        assert [(row["quarter"], row["area"]) for row in found[key]] == wanted
    assert (areas[0], len(areas), found["quarters"]) == ("FR", 120, ["2024Q2"])
    assert found["areas"][-1] == {"area": "976", "name": "Mayotte", "level": "departement", "region": "R06"}
    assert {row["name"] for row in found["areas"] if row["area"] in ("R11", "2A")} == {
        "Île-de-France",
        "Corse-du-Sud",
    }


def test_a_year_s_total_gives_no_hidden_quarter_back():
    cover = Cover(Q1, Q1 + 3, frozenset(range(2024 * 12, 2025 * 12)))
    counts = {Q1: {"FR": 5}, Q1 + 1: {"FR": 40}, Q1 + 2: {"FR": 30}, Q1 + 3: {"FR": 0}}
    assert lone_quarters(counts, cover) == {Q1, Q1 + 2}


def test_small_channels_are_hidden_both_ways():
    # 01: the centre's 3 acts are hidden; the next smallest channel of 01 goes with them, and in 02 the same two channels.
    rows = [
        {
            "quarter": Q1,
            "place": place,
            "channel": channel,
            "acts": acts,
            "paid": 25.0 * acts,
            "reimbursed": 17.5 * acts,
        }
        for place, numbers in {
            1: (100, 50, 40, 3),
            2: (90, 60, 45, 30),
            3: (80, 70, 20, 15),
            4: (50, 40, 30, 20),
        }.items()
        for channel, acts in zip(PARTS, numbers, strict=False)
    ]
    cover = Cover(Q1, Q1, frozenset(range(2024 * 12, 2024 * 12 + 3)))
    found = {row["area"]: row for row in acts_rows(rows, cover, SMALL)}
    hidden = {(area, part) for area in found for part in (TOTAL, *PARTS) if found[area][part] is None}
    assert hidden == {(area, part) for area in ("01", "02") for part in ("company", "centre")}
    assert found["01"]["reimbursed"] == round(193 * 17.5)


@pytest.mark.parametrize("seed", range(25))
def test_no_small_cell_is_the_only_solution_of_the_sums(seed):
    """Random tables: for each hidden small cell another table of whole numbers has the same shown cells."""
    random = np.random.default_rng(seed)
    parts = dict(zip(product((*SMALL.departements, "?"), PARTS), random.poisson(12, 25), strict=True))
    cells = {key: int(number) for key, number in parts.items()}
    for region, own in SMALL.parts.items():
        cells |= {(region, part): sum(cells[one, part] for one in own) for part in PARTS}
    cells |= {("FR", part): sum(cells[one, part] for one in ("R1", "R2", "?")) for part in PARTS}
    for area in (*SMALL, "?"):
        cells[area, TOTAL] = sum(cells[area, part] for part in PARTS)
    secret = {cell for cell, number in cells.items() if 0 < number < 11}
    hidden = hidden_cells(cells, lines_of(SMALL), secret)
    assert secret <= hidden
    own = sorted(hidden)
    sums = [
        [(-1 if cell == total else 1) if cell in (total, *members) else 0 for cell in own]
        for total, members in lines_of(SMALL)
    ]
    rank = np.linalg.matrix_rank(np.array(sums))
    for number, cell in enumerate(own):
        if cell in secret:
            one = [1 if place == number else 0 for place in range(len(own))]
            assert np.linalg.matrix_rank(np.array([*sums, one])) == rank + 1


def test_two_cells_of_one_act_each_take_a_third_with_them():
    # Hidden cells are not 0: two of them that sum to 2 would be known.
    cells = {("R1", "a"): 102, ("01", "a"): 1, ("02", "a"): 1, ("03", "a"): 40, ("04", "a"): 60}
    line_of = (("R1", "a"), tuple((one, "a") for one in ("01", "02", "03", "04")))
    assert hidden_cells(cells, [line_of], {("01", "a"), ("02", "a")}) == {
        ("01", "a"),
        ("02", "a"),
        ("03", "a"),
    }


def test_no_region_is_hidden_alone_beside_what_is_of_no_area():
    # R1 and what is of no area: 12 between them, but a reader has no cell of the second.
    numbers = {"R1": 4, "R2": 30, "R3": 50, "?": 8}
    cells = {(name, "a"): number for name, number in numbers.items()} | {("FR", "a"): 92}
    line_of = (("FR", "a"), tuple((one, "a") for one in numbers))
    secret = {("R1", "a"), ("?", "a")}
    assert hidden_cells(cells, [line_of], secret) == secret | {("R2", "a")}


def test_each_indicator_says_what_the_rules_removed(paris):
    # Two télé-expertises of the psychiatrist are for information; the GP of the Var has a second place.
    acts = [
        line(n, "2024-05-06", PFS_EXE_NUM="750000500", PSE_SPE_COD=33, PRS_NAT_REF=1194) for n in range(40)
    ]
    acts += [line(n, "2024-05-07", PRS_NAT_REF=1194, DPN_QLF=71) for n in range(12)]
    others = [doctor(f"83{n:06d}", PFS_PRA_SPE="33", STA_PFS_NUM="83000000") for n in range(12)]
    write_claims(paris, acts=acts, doctors=[doctor("75000001"), *others])
    removed = indicators(claims=paris)["removed"]
    assert removed["tele_expertise_by_year"] == {
        "2024": {"for_information": 12, "technical_lines": 0, "delays": 0, "regularisations": 0}
    }
    assert removed["specialist"] == {"2024Q2": {"health_centres": 0, "main_place": 11, "main_place_users": 0}}


def test_a_centre_s_lines_and_second_places_are_told_of_adoption(tmp_path):
    # Of 80 GPs 12 used it in a centre alone, 11 by a line for information alone, 14 at a centre by a technical line alone, 20 by
    # lines of their own, with a second place under the same number each; one of these also in a centre. Without rules: 12+11+14+40.
    numbers = [f"75{n:06d}" for n in range(80)]
    by_centre = [line(n, "2024-05-06", PFS_EXE_NUM=numbers[n] + "0") for n in (*range(12), 37)]
    dropped = [line(n, "2024-05-06", PFS_EXE_NUM=numbers[n] + "0", DPN_QLF=71) for n in range(12, 23)]
    both = [line(n, "2024-05-06", PFS_EXE_NUM=numbers[n] + "0", CPL_MAJ_TOP=2) for n in range(23, 37)]
    own = [line(n, "2024-05-06", PFS_EXE_NUM=numbers[n] + "0") for n in range(37, 57)]
    second = [doctor(one, ACT_CAB_COD="2", PFS_COD_POS="83000") for one in numbers[37:57]]
    folder = write_claims(
        tmp_path / "claims",
        acts=[*by_centre, *dropped, *both, *own],
        doctors=[*(doctor(one) for one in numbers), *second],
        centres=[centre(act) for act in (*by_centre, *both)],
    )
    found, naive = (indicators(claims=folder, rules=rules) for rules in (frozenset(RULES), frozenset()))
    users = [one["gp_adoption"][0]["with_teleconsultation"] for one in (found, naive)]
    taken = {
        "for_information": 11,
        "technical_lines": 14,
        "health_centres": 12,
        "main_place": 20,
        "main_place_users": 20,
    }
    assert (found["removed"]["gp_adoption"]["2024Q2"], users) == (taken, [20, 77])


def test_patients_that_only_their_exemption_says_to_be_in_ald_are_told(tmp_path):
    # 12 exempt and in no register, 15 in the register and not exempt, 11 both, 13 exempt by a line for information.
    acts = [line(n, "2024-05-06", EXO_MTF=41 if n < 12 or n >= 27 else 0) for n in range(38)]
    acts += [line(n, "2024-05-06", EXO_MTF=41, DPN_QLF=71) for n in range(40, 53)]
    folder = write_claims(
        tmp_path / "claims",
        acts=acts,
        doctors=[doctor("75000001")],
        alds=[ald(n, "2020-01-01") for n in range(12, 38)],
    )
    found, other = (
        indicators(claims=folder, rules=rules)
        for rules in (frozenset(RULES), rules_without(["ald_register"]))
    )
    patients = [one["ald_patients"][0]["patients"] for one in (found, other)]
    assert (found["removed"]["ald_patients"]["2024Q2"], patients) == ({"ald_register": 12}, [26, 23])
    assert other["removed"]["ald_patients"]["2024Q2"] == {"for_information": 13}


def test_acts_that_the_share_of_activity_lost_are_told(tmp_path):
    # A GP of two places under one number: 30 téléconsultations, 12 more in a centre, 11 for information; 40 consultations, 13
    # technical lines. Counted at each place, the 70 would be 140.
    mine = {"PFS_EXE_NUM": "750000010"}
    by_centre = [line(n, "2024-05-07", **mine) for n in range(12)]
    acts = [line(n, "2024-05-06", **mine) for n in range(30)]
    acts += [line(n, "2024-05-06", **mine, DPN_QLF=71) for n in range(11)]
    acts += [line(n, "2024-05-06", **mine, PRS_NAT_REF=1110) for n in range(40)]
    acts += [line(n, "2024-05-06", **mine, PRS_NAT_REF=1110, CPL_MAJ_TOP=2) for n in range(13)]
    folder = write_claims(
        tmp_path / "claims",
        acts=[*acts, *by_centre],
        doctors=[doctor("75000001"), doctor("75000001", ACT_CAB_COD="2")],
        centres=[centre(act) for act in by_centre],
    )
    found = indicators(claims=folder)
    assert found["activity"][0] == {
        "quarter": "2024Q2",
        "area": "FR",
        "teleconsultations": 30,
        "activity": 70,
        "share": 3 / 7,
    }
    assert found["removed"]["activity"] == {
        "2024Q2": {
            "for_information": 11,
            "technical_lines": 13,
            "delays": 0,
            "regularisations": 0,
            "health_centres": 12,
            "main_place": 70,
        }
    }


def test_what_is_kept_is_counted_once(paris, tmp_path):
    kept = tmp_path / "kept"
    first = indicators(claims=paris, kept=kept)
    times = {one.name: one.stat().st_mtime_ns for one in kept.iterdir()}
    assert indicators(claims=paris, kept=kept) == first == indicators(claims=paris)
    assert {one.name: one.stat().st_mtime_ns for one in kept.iterdir()} == times
    naive = rules_without(["health_centres"])
    assert indicators(claims=paris, kept=kept, rules=naive) == indicators(claims=paris, rules=naive)
    assert {one.name: one.stat().st_mtime_ns for one in kept.iterdir()} != times
    assert sorted(one.name for one in tmp_path.iterdir()) == ["claims", "kept"]


def test_changed_claims_are_counted_anew(paris, tmp_path):
    kept = tmp_path / "kept"
    before = indicators(claims=paris, kept=kept)["acts_by_year"]
    acts = [line(n, "2024-05-02") for n in range(30)]
    write_claims(paris, acts=acts, doctors=[doctor("75000001")])
    assert (before, indicators(claims=paris, kept=kept)["acts_by_year"]) == ({"2024": 71}, {"2024": 30})


def test_what_other_code_kept_is_counted_anew(paris, tmp_path, monkeypatch):
    kept, code = tmp_path / "kept", tmp_path / "count.py"
    monkeypatch.setattr(kept_module, "CODE", [code])
    code.write_text("quantity > 0")
    indicators(claims=paris, kept=kept)
    first = (kept / ABOUT).read_text()
    code.write_text("quantity >= 0")
    indicators(claims=paris, kept=kept)
    assert (kept / ABOUT).read_text() != first


def test_amounts_that_the_claims_do_not_hold_are_null(paris):
    path = paris / "ER_PRS_F.parquet"
    pq.write_table(pq.read_table(path).drop_columns(["BSE_REM_MNT"]), path)
    found = indicators(claims=paris)
    france = [row for row in found["acts"] if row["area"] == "FR"]
    assert {row["reimbursed"] for row in found["acts"] + found["tele_expertise"]} == {None}
    assert [one["reimbursed"] for one in found["euros_by_year"].values()] == [None]
    assert all(row["paid"] for row in france)


def test_a_kept_folder_without_its_label_is_replaced(paris, tmp_path):
    kept = tmp_path / "kept"
    kept.mkdir()
    (kept / "counted.json").write_text("half")
    claims = open_claims(paris, connect_engine("duckdb", tmp_path))
    counted = count_once(claims, ALL, folder=kept)
    assert rows_of(counted.billed.aggregate(n=counted.billed.count())) == [{"n": 16}]
    assert json.loads((kept / "counted.json").read_text())["months"] == 27


def test_a_folder_of_something_else_is_left_alone(paris, tmp_path):
    kept = tmp_path / "kept"
    kept.mkdir()
    (kept / "mine.txt").write_text("x")
    with pytest.raises(BadClaims, match="there is something else"):
        indicators(claims=paris, kept=kept)
    assert [one.name for one in kept.iterdir()] == ["mine.txt"]


def test_half_a_euro_falls_to_one_side_whatever_the_order_of_the_sum():
    amounts = [0.1, 0.2, 42.2]
    sums = {sum(order) for order in permutations(amounts)}
    assert (len(sums) > 1, {whole(one) for one in sums}) == (True, {42})


def test_second_places_of_those_who_billed_are_theirs_that_billed(tmp_path):
    # 40 GPs with an act, each with a second number; 15 billed under both. 30 others billed nothing, with two numbers each.
    main, second = ([f"{start}{n:06d}" for n in range(70)] for start in (75, 83))
    billing = [*main[:40], *second[:15]]
    acts = [line(n, "2024-05-06", PFS_EXE_NUM=f"{one}0") for n, one in enumerate(billing)]
    others = [
        doctor(two, STA_PFS_NUM=one, PFS_COD_POS="83000") for one, two in zip(main, second, strict=True)
    ]
    folder = write_claims(tmp_path / "claims", acts=acts, doctors=[*(doctor(one) for one in main), *others])
    removed = indicators(claims=folder)["removed"]
    told = {name: removed[name]["2024Q2"]["main_place"] for name in ("gp_adoption", "gp_with_a_billed_act")}
    assert told == {"gp_adoption": 70, "gp_with_a_billed_act": 15}
