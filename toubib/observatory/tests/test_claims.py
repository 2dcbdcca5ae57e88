"""Reading claims: all that is missing in one message; every form of the tables; nothing that cannot be read is guessed."""

from datetime import date

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from toubib.observatory.claims.engine import connect_engine
from toubib.observatory.claims.faults import BadClaims
from toubib.observatory.claims.layouts import act_codes, layouts
from toubib.observatory.claims.reading import open_claims
from toubib.observatory.tests.claims_kit import doctor, line, write_claims, write_table


def read(folder, tmp_path):
    return open_claims(folder, connect_engine("duckdb", tmp_path))


def fault(folder, tmp_path):
    with pytest.raises(BadClaims) as caught:
        read(folder, tmp_path)
    return str(caught.value)


@pytest.mark.parametrize("form", ["parquet", "csv"])
def test_tables_are_the_same_in_parquet_and_csv(tmp_path, form):
    folder = write_claims(
        tmp_path / "claims", acts=[line(1, "2024-02-29")], doctors=[doctor("75000001")], form=form
    )
    found = read(folder, tmp_path).tables["ER_PRS_F"].to_pyarrow().to_pylist()[0]
    assert {
        name: found[name]
        for name in ("BEN_NIR_PSA", "EXE_SOI_DTD", "PRS_NAT_REF", "BSE_REM_MNT", "PRS_MTT_NUM")
    } == {
        "BEN_NIR_PSA": "PATIENT0000000001",
        "EXE_SOI_DTD": date(2024, 2, 29),
        "PRS_NAT_REF": 1192,
        "BSE_REM_MNT": 17.5,
        "PRS_MTT_NUM": None,
    }
    assert list(found) == list(layouts()["ER_PRS_F"])


def test_partitions_are_one_table_and_name_their_years(tmp_path):
    folder = write_claims(tmp_path / "claims", acts=[])
    (folder / "ER_PRS_F.parquet").unlink()
    for year in (2023, 2024):
        part = folder / "ER_PRS_F" / f"annee={year}"
        part.mkdir(parents=True)
        write_table(part, "ER_PRS_F", [line(1, f"{year}-05-01")])
    found = read(folder, tmp_path)
    assert found.years == (2023, 2024)
    assert found.tables["ER_PRS_F"].count().to_pyarrow().as_py() == 2


def test_a_path_with_signs_of_a_pattern_is_a_plain_path(tmp_path):
    folder = write_claims(tmp_path / "claims[1]*", acts=[line(1, "2024-02-29")])
    assert read(folder, tmp_path).tables["ER_PRS_F"].count().to_pyarrow().as_py() == 1


def test_all_that_is_missing_is_told_at_once(tmp_path):
    folder = write_claims(tmp_path / "claims", acts=[line(1, "2024-02-29")])
    (folder / "IR_IMB_R.parquet").unlink()
    table = pq.read_table(folder / "ER_PRS_F.parquet").drop_columns(["PFS_EXE_NUM", "EXE_SOI_DTD"])
    text = table.append_column("EXE_SOI_DTD", pa.array(["2024-02-29"]))
    pq.write_table(
        text.set_column(text.schema.get_field_index("BEN_RES_DPT"), "BEN_RES_DPT", pa.array([75])),
        folder / "ER_PRS_F.parquet",
    )
    assert fault(folder, tmp_path) == (
        f"{folder}:1: ER_PRS_F.BEN_RES_DPT: a column of int cannot hold text; "
        "ER_PRS_F.EXE_SOI_DTD: a column of text cannot hold date; "
        "ER_PRS_F.PFS_EXE_NUM: no such column; IR_IMB_R: no such table"
    )


def test_a_truncated_parquet_is_named(tmp_path):
    folder = write_claims(tmp_path / "claims", acts=[line(1, "2024-02-29")])
    whole = (folder / "ER_PRS_F.parquet").read_bytes()
    (folder / "ER_PRS_F.parquet").write_bytes(whole[: len(whole) // 2])
    assert fault(folder, tmp_path).startswith(
        f"{folder}/ER_PRS_F.parquet:1: ER_PRS_F: no whole Parquet file: "
    )


@pytest.mark.parametrize(
    ("column", "text", "kind"),
    [("EXE_SOI_DTD", "31/02/2024", "date"), ("PRS_NAT_REF", "TCG", "int"), ("PRS_ACT_QTE", "une", "number")],
)
def test_a_cell_that_cannot_be_read_is_named_with_its_line(tmp_path, column, text, kind):
    folder = write_claims(
        tmp_path / "claims", acts=[line(1, "2024-02-29"), line(2, "2024-02-29")], form="csv"
    )
    path = folder / "ER_PRS_F.csv"
    rows = path.read_text().splitlines()
    place = rows[0].split(";").index(column)
    cells = rows[2].split(";")
    path.write_text("\n".join([*rows[:2], ";".join([*cells[:place], text, *cells[place + 1 :]])]) + "\n")
    assert fault(folder, tmp_path) == f"{path}:3: ER_PRS_F.{column}: {text!r}: no {kind}"


def test_french_days_and_decimal_commas_are_read(tmp_path):
    folder = write_claims(tmp_path / "claims", acts=[line(1, "2024-02-29")], form="csv")
    path = folder / "ER_PRS_F.csv"
    path.write_text(path.read_text().replace("2024-02-29", "29/02/2024").replace("17.5", "17,5"))
    found = read(folder, tmp_path).tables["ER_PRS_F"].to_pyarrow().to_pylist()[0]
    assert (found["EXE_SOI_DTD"], found["BSE_REM_MNT"]) == (date(2024, 2, 29), 17.5)


def test_no_folder_and_an_empty_one_are_told(tmp_path):
    assert fault(tmp_path / "none", tmp_path) == f"{tmp_path}/none:1: -: no such folder"
    folder = write_claims(tmp_path / "claims", acts=[])
    (folder / "ER_ETE_F.parquet").unlink()
    (folder / "ER_ETE_F").mkdir()
    assert (
        fault(folder, tmp_path) == f"{folder}/ER_ETE_F:1: ER_ETE_F: the folder holds no Parquet nor CSV file"
    )


def test_act_codes_stand_once():
    codes = [one.code for one in act_codes()]
    assert len(codes) == len(set(codes))
