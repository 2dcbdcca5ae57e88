"""Claims as facts of acts: every fact is documented, filled as its line says, or null."""

import json

import pytest

from toubib.observatory.acts import mapping, write_acts
from toubib.observatory.tests.claims_kit import ald, centre, doctor, line, main, write_claims
from toubib.rulebook.engine.tables import read_table
from toubib.rulebook.facts import all_facts

DAY = "2024-02-15"


@pytest.fixture
def acts(tmp_path, capsys):
    """Acts by patient's number, without what is null."""

    def run(lines, **tables):
        folder = write_claims(tmp_path / "claims", acts=lines, **tables)
        out = tmp_path / "acts.jsonl"
        assert main(["observatory", "acts", "--claims", str(folder), "--out", str(out)]) == 0, (
            capsys.readouterr().err
        )
        rows = [json.loads(text) for text in out.read_text().splitlines()]
        return sorted(
            ({name: value for name, value in row.items() if value is not None} for row in rows),
            key=lambda row: (row["patient_id"], row["act_id"]),
        )

    return run


def only(row, *names):
    return {name: row.get(name) for name in names}


def test_every_fact_has_its_line_in_the_documented_mapping():
    assert list(mapping()) == list(all_facts())
    assert [name for name, row in mapping().items() if set(row) not in ({"silent"}, {"from", "how"})] == []


def test_an_act_is_mapped_column_by_column(acts):
    codes = {"PRS_PDS_QCP": 1, "BEN_AMA_COD": 47, "BEN_CMU_TOP": 0, "PSE_ACT_NAT": 0, "PSE_CNV_COD": 1}
    money = {"PRS_DEP_MNT": 5.0, "EXO_MTF": 42, "RGO_ASU_NAT": 10, "MTM_NAT": 2}
    [row] = acts(
        [line(7, DAY, DCT_ORD_NUM=12, **codes, **money)],
        doctors=[doctor("75000001")],
        alds=[ald(7, DAY, DAY)],
    )
    assert row == {
        "act_id": "2024-03-01-2024-01-01-1-1-1-011010000-12-1-1",
        "act_date": DAY,
        "act_kind": "teleconsultation",
        "identified": True,
        "funding": "amo",
        "overrun": 5.0,
        "practitioner_id": "75000001",
        "practitioner_profession": "doctor",
        "practitioner_specialty": "general_practice",
        "practitioner_sector": "s1",
        "practitioner_employer": "liberal",
        "practitioner_country": "FR",
        "is_medecin_traitant": True,
        "replaces_mt": False,
        "patient_id": "PATIENT0000000007-1",
        "patient_age": 47,
        "has_medecin_traitant": True,
        "patient_departement": "75",
        "c2s": False,
        "patient_ald": True,
        "ald_related": True,
        "work_accident": False,
        "alsace_moselle": True,
    }


def test_what_claims_do_not_say_is_null(acts):
    silent = {name for name, row in mapping().items() if "silent" in row}
    rows = acts([line(1, DAY, PRS_PDS_QCP=99, PSE_CNV_COD=3, PSE_SPE_COD=0, PSE_STJ_COD=90, BSE_REM_MNT=0.0)])
    assert silent.isdisjoint(rows[0])
    asked = (
        "has_medecin_traitant",
        "practitioner_sector",
        "practitioner_profession",
        "practitioner_employer",
        "funding",
    )
    assert only(rows[0], *asked) == dict.fromkeys(asked)


PATHWAY = [  # PRS_PDS_QCP: is_medecin_traitant, has_medecin_traitant, referred_by_mt, emergency, replaces_mt
    (1, (True, True, None, None, False)),
    (3, (False, True, True, None, False)),
    (5, (False, True, None, True, False)),
    (7, (False, True, None, None, True)),
    (23, (False, True, False, None, False)),
    (24, (False, False, False, None, False)),
    (25, (False, False, None, True, False)),
    (31, (None, None, None, None, None)),
]


def test_the_pathway_s_code_says_what_its_label_says(acts):
    rows = acts([line(n, DAY, PRS_PDS_QCP=code) for n, (code, _) in enumerate(PATHWAY)])
    names = ("is_medecin_traitant", "has_medecin_traitant", "referred_by_mt", "emergency", "replaces_mt")
    assert [tuple(only(row, *names).values()) for row in rows] == [said for _, said in PATHWAY]


def test_lines_beside_an_act_say_who_helped_and_are_no_acts(acts):
    lines = [
        line(1, DAY),
        line(1, DAY, PRS_NAT_REF=3308, PSE_ACT_NAT=50),
        line(2, DAY),
        line(2, DAY, PRS_NAT_REF=3105, PSE_ACT_NAT=24),
        line(3, DAY),
        line(3, "2024-02-16", PRS_NAT_REF=3308),
    ]
    rows = acts(lines)
    assert [only(row, "assisted_by", "place_type") for row in rows] == [
        {"assisted_by": "pharmacist", "place_type": "pharmacy"},
        {"assisted_by": "nurse", "place_type": "home"},
        {"assisted_by": None, "place_type": None},
    ]


def test_cancelled_acts_are_gone_and_a_line_of_three_is_three(acts):
    # Patient 1 billed twice and cancelled once: one. Patient 2: a line of three. Patient 3: cancelled.
    lines = [
        line(1, DAY),
        line(1, DAY),
        line(1, DAY, PRS_ACT_QTE=-1.0),
        line(2, DAY, PRS_ACT_QTE=3.0),
        line(3, DAY),
        line(3, DAY, PRS_ACT_QTE=-1.0),
    ]
    rows = acts(lines)
    assert [row["patient_id"][-3] for row in rows] == ["1", "2", "2", "2"]
    assert [row["act_id"].rpartition("-")[2] for row in rows] == ["1", "1", "1.2", "1.3"]


def test_kinds_channels_and_ages_of_other_lines(acts):
    in_centre = line(2, DAY, BEN_AMA_COD=1013)
    lines = [
        line(1, DAY, PRS_NAT_REF=1194, PSE_SPE_COD=33, PSE_STJ_COD=64, PFS_EXE_NUM="130000099"),
        in_centre,
        line(3, DAY, PRS_NAT_REF=1110, BEN_RES_DPT="097", BEN_RES_COM="411"),
    ]
    chained = doctor("13000009", STA_PFS_NUM="75000001")
    rows = acts(
        lines, centres=[centre(in_centre)], doctors=[chained], alds=[ald(3, "2020-01-01", "2024-02-14")]
    )
    names = ("act_kind", "practitioner_id", "practitioner_specialty", "practitioner_employer", "patient_age")
    assert [tuple(only(row, *names).values()) for row in rows] == [
        ("tele_expertise", "75000001", "psychiatry", "company", None),
        ("teleconsultation", "75000001", "general_practice", "health_centre", 1),
        ("in_person", "75000001", "general_practice", "liberal", None),
    ]
    assert only(rows[2], "patient_departement", "patient_ald") == {
        "patient_departement": "974",
        "patient_ald": False,
    }


@pytest.mark.parametrize("suffix", ["parquet", "csv", "jsonl"])
def test_the_rule_book_reads_what_is_written(tmp_path, suffix):
    folder = write_claims(
        tmp_path / "claims", acts=[line(1, DAY), line(2, DAY)], doctors=[doctor("75000001")]
    )
    out = tmp_path / f"acts.{suffix}"
    assert main(["observatory", "acts", "--claims", str(folder), "--out", str(out)]) == 0
    assert read_table(out).count().to_pyarrow().as_py() == 2


def test_acts_of_a_year_are_those_of_all_years_that_fall_in_it(tmp_path):
    days = ("2023-12-31", "2024-01-01", DAY, "2024-12-31", "2025-01-01")
    lines = [line(number, day) for number, day in enumerate(days, 1)]
    lines.append(line(3, DAY, PRS_ACT_QTE=-1))
    folder = write_claims(tmp_path / "claims", acts=lines, doctors=[doctor("75000001")])

    def written(**which):
        out = tmp_path / "acts.jsonl"
        write_acts(claims=folder, out=out, **which)
        return sorted(out.read_text().splitlines())

    own = [text for text in written() if json.loads(text)["act_date"][:4] == "2024"]
    assert (written(year=2024), len(own)) == (own, 2)


def test_a_file_of_another_form_is_refused(tmp_path, capsys):
    out = tmp_path / "acts.xlsx"
    assert main(["observatory", "acts", "--claims", str(tmp_path), "--out", str(out)]) == 2
    assert capsys.readouterr().err == f"{out}:1: -: a file of .parquet, .csv, .jsonl is expected\n"
