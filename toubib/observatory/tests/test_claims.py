"""Reading claims: all that is missing in one message; every form of the tables; nothing that cannot be read is guessed."""

from datetime import date

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from toubib.observatory.claims.engine import connect_engine
from toubib.observatory.claims.faults import BadClaims
from toubib.observatory.claims.layouts import layouts, read_act_codes
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
    [
        ("EXE_SOI_DTD", "31/02/2024", "date (2024-02-29, 29/02/2024 or 29FEB2024)"),
        ("PRS_NAT_REF", "TCG", "int"),
        ("PRS_ACT_QTE", "une", "number"),
    ],
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


@pytest.mark.parametrize(
    "day", ["2024-02-29 00:00:00", "29/02/2024 00:00:00", "29FEB2024", "29feb2024:00:00:00.000"]
)
def test_days_as_exports_write_them_are_read(tmp_path, day):
    folder = write_claims(tmp_path / "claims", acts=[line(1, "2024-02-29")], form="csv")
    path = folder / "ER_PRS_F.csv"
    path.write_text(path.read_text().replace("2024-02-29", day))
    assert read(folder, tmp_path).tables["ER_PRS_F"].EXE_SOI_DTD.to_pyarrow().to_pylist() == [
        date(2024, 2, 29)
    ]
    path.write_text(path.read_text().replace(day, "29FEV2024"))
    assert "'29FEV2024': no date" in fault(folder, tmp_path)


def test_french_days_and_decimal_commas_are_read(tmp_path):
    folder = write_claims(tmp_path / "claims", acts=[line(1, "2024-02-29")], form="csv")
    path = folder / "ER_PRS_F.csv"
    path.write_text(path.read_text().replace("2024-02-29", "29/02/2024").replace("17.5", "17,5"))
    found = read(folder, tmp_path).tables["ER_PRS_F"].to_pyarrow().to_pylist()[0]
    assert (found["EXE_SOI_DTD"], found["BSE_REM_MNT"]) == (date(2024, 2, 29), 17.5)


def test_an_export_in_small_letters_in_another_order_is_read(tmp_path):
    # Each table and column in small letters, columns the other way round, one more that is not ours, decimal commas.
    folder = write_claims(
        tmp_path / "claims", acts=[line(1, "2024-02-29"), line(2, "2024-02-29")], form="csv"
    )
    for path in sorted(folder.iterdir()):
        rows = [[*reversed(text.split(";")), "x"] for text in path.read_text().splitlines()]
        text = "\n".join(";".join(row) for row in [[one.lower() for one in rows[0]], *rows[1:]])
        path.unlink()
        path.with_name(path.name.lower()).write_text(text.replace("17.5", "17,5") + "\n")
    (folder / "er_prs_f").mkdir()
    (folder / "er_prs_f.csv").rename(folder / "er_prs_f" / "2024.CSV")
    found = read(folder, tmp_path)
    assert [row["BSE_REM_MNT"] for row in found.tables["ER_PRS_F"].to_pyarrow().to_pylist()] == [17.5, 17.5]
    assert {"ER_PRS_F.BEN_AMA_COD", "ER_ETE_F.ETB_EXE_FIN"} <= found.absent
    assert "ER_PRS_F.BSE_REM_MNT" not in found.absent


def test_parquet_columns_in_small_letters_are_read(tmp_path):
    folder = write_claims(tmp_path / "claims", acts=[line(1, "2024-02-29")])
    table = pq.read_table(folder / "ER_PRS_F.parquet")
    (folder / "ER_PRS_F.parquet").unlink()
    for number, names in enumerate((table.column_names, [one.lower() for one in table.column_names])):
        path = folder / "er_prs_f" / f"ANNEE={2023 + number}" / "part.parquet"
        path.parent.mkdir(parents=True)
        pq.write_table(table.rename_columns(names), path)
    found = read(folder, tmp_path)
    assert found.years == (2023, 2024)
    assert found.tables["ER_PRS_F"].PRS_NAT_REF.to_pyarrow().to_pylist() == [1192, 1192]


def test_a_table_or_a_column_that_stands_twice_is_told(tmp_path):
    folder = write_claims(tmp_path / "claims", acts=[line(1, "2024-02-29")])
    table = pq.read_table(folder / "ER_PRS_F.parquet")
    twice = table.append_column("prs_nat_ref", table["PRS_NAT_REF"])
    pq.write_table(twice, folder / "ER_PRS_F.parquet")
    assert fault(folder, tmp_path) == f"{folder}/ER_PRS_F.parquet:1: ER_PRS_F.PRS_NAT_REF: stands twice"
    (folder / "ER_PRS_F.csv").write_text("x\n")
    assert fault(folder, tmp_path) == f"{folder}:1: ER_PRS_F: stands twice: ER_PRS_F.csv, ER_PRS_F.parquet"


def test_what_is_there_instead_is_told(tmp_path):
    # No table at all; a table of other columns; a header without the sign between columns; no UTF-8.
    (tmp_path / "other").mkdir()
    (tmp_path / "other" / "DCIR_2024.csv").write_text("x\n")
    assert fault(tmp_path / "other", tmp_path).endswith("DA_PRA_R: no such table; it holds DCIR_2024.csv")
    folder = write_claims(tmp_path / "claims", acts=[line(1, "2024-02-29")], form="csv")
    (folder / "DA_PRA_R.csv").write_text("A;B;C;D;E;F\n")
    path = folder / "IR_IMB_R.csv"
    path.write_text(path.read_text().replace(";", ","))
    assert fault(folder, tmp_path) == (
        f"{folder}:1: IR_IMB_R: none of the 5 columns that are needed; "
        "it has BEN_NIR_PSA,BEN_RNG_GEM,IMB_ETM_NAT,IMB_ALD_DTD,IMB_ALD_DTF; is there a ; between them?; "
        "DA_PRA_R: none of the 4 columns that are needed; it has A, B, C, D, E, …"
    )
    path.write_bytes("BEN_NIR_PSA;Numéro\n".encode("latin-1"))
    assert fault(folder, tmp_path) == f"{path}:1: -: no UTF-8, from here or below: convert it"


def test_invented_patients_are_synthetic_without_the_tables_that_say_so(tmp_path):
    real = write_claims(tmp_path / "claims", acts=[line(1, "2024-02-29")])
    made = write_claims(tmp_path / "made", acts=[line(1, "2024-02-29", BEN_NIR_PSA="SYNTHETIC00000001")])
    told = {
        folder.name: (read(folder, tmp_path).synthetic, read(folder, tmp_path).words)
        for folder in (real, made)
    }
    assert told == {
        "claims": (False, "Prestations au format du SNDS, dossier claims"),
        "made": (True, "Données synthétiques au format du SNDS, dossier made"),
    }


def test_no_folder_and_an_empty_one_are_told(tmp_path):
    assert fault(tmp_path / "none", tmp_path) == f"{tmp_path}/none:1: -: no such folder"
    folder = write_claims(tmp_path / "claims", acts=[])
    (folder / "ER_ETE_F.parquet").unlink()
    (folder / "ER_ETE_F").mkdir()
    assert (
        fault(folder, tmp_path) == f"{folder}/ER_ETE_F:1: ER_ETE_F: the folder holds no Parquet nor CSV file"
    )


CODE = "{prs_nat_ref: 1192, b2: TCG, family: TC, from: 2018-09-15, to: null, source: N}"


@pytest.mark.parametrize(
    ("line", "message"),
    [
        (CODE.replace("TC,", "TCO,"), "family: 'TCO': one of TC, TE, "),
        (
            CODE.replace("2018-09-15", "15/09/2018"),
            "from: '15/09/2018': a day as 2024-07-01 is expected, or null",
        ),
        (CODE.replace(" to: null,", ""), "to: missing"),
        (CODE.replace("to: null", "to: 2018-09-14"), "to: before the first day"),
        (CODE.replace("1192", "TCG"), "prs_nat_ref: 'TCG': a number is expected"),
        (CODE.replace("1192", "1191"), "prs_nat_ref: 1191 stands twice on one day"),
    ],
)
def test_a_line_of_the_act_codes_that_would_be_misread_is_told(tmp_path, line, message):
    # Read as it stands, the first would leave the code out of every figure without a word.
    path = tmp_path / "acts.yaml"
    first = CODE.replace("1192", "1191").replace("2018-09-15", "null")
    path.write_text(f"# codes\n- {first}\n- {line}\n")
    with pytest.raises(BadClaims) as caught:
        read_act_codes(path)
    assert str(caught.value).startswith(f"{path}:3: {message}")


def test_a_code_may_close_and_open_again(tmp_path):
    path = tmp_path / "acts.yaml"
    path.write_text(f"- {CODE.replace('null', '2020-12-31')}\n- {CODE.replace('2018-09-15', '2022-01-01')}\n")
    days = [(one.since, one.until) for one in read_act_codes(path)]
    assert days == [(date(2018, 9, 15), date(2020, 12, 31)), (date(2022, 1, 1), None)]
