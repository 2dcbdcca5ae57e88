"""Open DAMIR and the REPSS workbook, from small files counted by hand; bad ones are one line."""

import gzip
from datetime import date

import openpyxl
import pytest

from toubib.observatory.claims.faults import BadClaims
from toubib.observatory.claims.layouts import read_yaml
from toubib.observatory.sources.damir import damir_indicators
from toubib.observatory.sources.repss import quarter_of_text, repss_indicators
from toubib.observatory.tests.claims_kit import main

COLUMNS = ("AGE_BEN_SNDS", *read_yaml("damir.yaml")["columns"])


def told(found, key, quarter, area):
    rows = [row for row in found[key] if (row["quarter"], row["area"]) == (quarter, area)]
    assert len(rows) == 1
    return {name: value for name, value in rows[0].items() if name not in ("quarter", "area")}


def write_month(folder, flow, lines, *, columns=COLUMNS, zipped=True):
    """`lines`: (year, month, region, act, quantity, paid, refunded)."""
    text = ";".join(columns) + "\n"
    for year, month, region, act, quantity, paid, refunded in lines:
        values = {
            "FLX_ANN_MOI": flow,
            "SOI_ANN": year,
            "SOI_MOI": f"{month:02d}",
            "BEN_RES_REG": region,
            "PRS_NAT": act,
        }
        values |= {"FLT_ACT_QTE": quantity, "FLT_PAI_MNT": paid, "FLT_REM_MNT": refunded, "AGE_BEN_SNDS": 40}
        text += ";".join(str(values[name]) for name in columns) + "\n"
    folder.mkdir(exist_ok=True)
    path = folder / (f"A{flow}.csv.gz" if zipped else f"A{flow}.csv")
    path.write_bytes(gzip.compress(text.encode()) if zipped else text.encode())
    return path


@pytest.fixture
def damir(tmp_path):
    """Flows of February to December 2024: care of January to May has its six months; June's last flow is not there... nor is its quarter."""
    folder = tmp_path / "damir"
    for month in range(2, 13):
        lines = [(2024, month - 1, 11, 1192, 30, 750, 525.5), (2024, month - 1, 5, 1191, 20, "600,5", 420)]
        lines += [(2024, month - 1, 11, 1110, 999, 1, 1), (2024, month - 1, 11, 1193, 12, 240, 240)]
        lines += [(2024, month - 1, 84, 1192, 3, 75, 52.5)] if month == 2 else []
        lines += [(2024, 1, 11, 1192, -1, -25, -17.5)] if month == 3 else []
        write_month(folder, 202400 + month, lines)
    return folder


def test_open_damir_gives_acts_by_quarter_and_region(damir):
    # First quarter: 3 × 30 - 1 in Île-de-France, 3 × 20 overseas (in France alone), 3 in Auvergne-Rhône-Alpes: hidden, and protected.
    found = damir_indicators(folder=damir, on=date(2026, 11, 22))
    assert found["kind"] == "open_damir" and not found["synthetic"]
    assert found["quarters"] == ["2024Q1", "2024Q2"]
    france = told(found, "acts", "2024Q1", "FR")
    assert (france["total"], france["paid"]) == (152, round(3 * 750 + 3 * 600.5 + 75 - 25))
    assert france["gp_liberal"] is None
    assert [told(found, "acts", "2024Q1", area)["total"] for area in ("R84", "R11", "R93", "R04", "75")] == [
        None
    ] * 5
    assert told(found, "tele_expertise", "2024Q1", "R11") == {"acts": 36, "reimbursed": 720, "paid": 720}
    assert told(found, "tele_expertise", "2024Q1", "R84") == {"acts": 0, "reimbursed": 0, "paid": 0}


def test_a_code_counts_in_its_days_alone(damir):
    # 1096 closed on 14 September 2018: lines of 2024 that bear it are no téléconsultations.
    write_month(damir, 202402, [(2024, 1, 11, 1192, 30, 750, 525), (2024, 1, 11, 1096, 500, 1, 1)])
    assert told(damir_indicators(folder=damir), "acts", "2024Q1", "FR")["total"] == 30 + 2 * 50 - 1


def test_a_quarter_whose_flows_are_not_all_there_is_null(damir):
    found = damir_indicators(folder=damir)
    assert told(found, "acts", "2024Q2", "FR")["total"] is not None
    (damir / "A202412.csv.gz").unlink()
    found = damir_indicators(folder=damir)
    assert told(found, "acts", "2024Q2", "FR")["total"] is None
    assert found["acts_by_year"] == {}


def test_a_file_of_damir_that_lacks_columns_or_holds_words_is_told(damir):
    path = write_month(damir, 202501, [], columns=COLUMNS[:-2])
    with pytest.raises(
        BadClaims, match=r"A202501.csv.gz:1: FLT_PAI_MNT: no such column \(FLT_PAI_MNT, FLT_REM_MNT\)"
    ):
        damir_indicators(folder=damir)
    path = write_month(damir, 202501, [(2024, 12, "IDF", 1192, 3, 1, 1)])
    with pytest.raises(BadClaims, match=r"A202501.csv.gz:1: BEN_RES_REG: 1 lines hold no int"):
        damir_indicators(folder=damir)
    path.write_bytes(path.read_bytes()[:30])
    with pytest.raises(BadClaims, match=r"A202501.csv.gz:1: "):
        damir_indicators(folder=damir)
    with pytest.raises(BadClaims, match="no such folder"):
        damir_indicators(folder=damir / "nothing")


def workbook(path, **sheets):
    book = openpyxl.Workbook()
    book.remove(book.active)
    for name, lines in sheets.items():
        sheet = book.create_sheet(name.replace("_", " "))
        for line in lines:
            sheet.append(line)
    book.save(path)
    return path


MAPPING = """
- {sheet: Taux, indicator: gp_adoption, header: 3, area: Département, unit: percent, values: {"T3 2024": 2024Q3, "T4 2024": 2024Q4}}
- {sheet: ALD, indicator: ald_patients, area: Code, period: Mois, value: "Nombre de patients"}
"""


@pytest.fixture
def repss(tmp_path):
    (tmp_path / "mapping.yaml").write_text(MAPPING)
    taux = [
        ("Part des généralistes",),
        (),
        ("Département", "T3 2024", "T4 2024"),
        ("Ain", 31.5, "34,2 %"),
        ("2A", "nd", 20),
        ("France entière", 35.0, 36),
        ("Source : Cnam", None, None),
    ]
    ald = [
        ("Code", "Mois", "Nombre de patients"),
        (1, "2024-12", "1 200"),
        (75, date(2024, 12, 1), 30000),
        ("976", "12/2024", 4),
        (999, "2024-12", 1075380),
    ]
    return workbook(tmp_path / "repss.xlsx", Taux=taux, ALD=ald), tmp_path / "mapping.yaml"


def test_the_workbook_of_the_repss_is_read_as_the_mapping_says(repss):
    book, mapping = repss
    found = repss_indicators(workbook=book, mapping=mapping)
    assert (found["kind"], found["quarters"]) == ("repss", ["2024Q3", "2024Q4"])
    rates = {
        (row["quarter"], row["area"]): row["rate"] for row in found["gp_adoption"] if row["rate"] is not None
    }
    assert rates == pytest.approx(
        {
            ("2024Q3", "01"): 0.315,
            ("2024Q4", "01"): 0.342,
            ("2024Q4", "2A"): 0.2,
            ("2024Q3", "FR"): 0.35,
            ("2024Q4", "FR"): 0.36,
        }
    )
    patients = {row["area"]: row["patients"] for row in found["ald_patients"] if row["quarter"] == "2024Q4"}
    assert {area: number for area, number in patients.items() if number is not None} == {
        "01": 1200,
        "75": 30000,
        "FR": 1075380,
    }
    assert len(found["gp_adoption"]) == 240


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (("sheet: Taux", "sheet: Absente"), "mapping.yaml:1: 1.sheet: no sheet 'Absente'; one of Taux, ALD"),
        (("area: Code", "area: Commune"), "repss.xlsx:1: ALD.Commune: no such column in the header"),
        (("header: 3", "header: 1"), "repss.xlsx:1: Taux.Département: no such column in the header"),
        (("unit: percent", "unit: euros"), "mapping.yaml:1: 1.unit: one of percent, share, number"),
        (
            ("period: Mois", 'period: "Nombre de patients"'),
            "repss.xlsx:2: Nombre de patients: '1 200': no quarter",
        ),
        (("2024Q4", "winter"), "mapping.yaml:1: 1.values: 'winter': no quarter, as 2024Q3"),
        (("indicator: ald_patients", "indicator: [x"), "mapping.yaml:"),
        (("indicator: ald_patients, ", ""), "mapping.yaml:1: 2.indicator: is missing"),
    ],
)
def test_a_mapping_that_does_not_fit_is_one_line(repss, change, message):
    book, mapping = repss
    mapping.write_text(MAPPING.replace(*change))
    with pytest.raises(BadClaims) as told:
        repss_indicators(workbook=book, mapping=mapping)
    assert message in str(told.value)
    assert "\n" not in str(told.value)


def test_a_workbook_that_is_none_is_one_line(repss):
    book, mapping = repss
    book.write_bytes(b"PK no workbook")
    with pytest.raises(BadClaims, match="repss.xlsx:1: -: no whole XLSX workbook"):
        repss_indicators(workbook=book, mapping=mapping)


@pytest.mark.parametrize(
    ("text", "quarter"),
    [
        ("2024Q3", "2024Q3"),
        ("T1 2025", "2025Q1"),
        ("2024-T2", "2024Q2"),
        ("2024-09", "2024Q3"),
        ("12/2024", "2024Q4"),
        ("2024-13", None),
        ("été", None),
        (date(2024, 4, 1), "2024Q2"),
    ],
)
def test_quarters_as_people_write_them(text, quarter):
    assert quarter_of_text(text) == quarter


def test_the_command_reads_one_source_and_asks_for_what_it_needs(repss, tmp_path, capsys):
    book, mapping = repss
    out = tmp_path / "result.json"
    order = ["observatory", "indicators", "--repss", str(book)]
    assert main([*order, "--mapping", str(mapping), "--out", str(out)]) == 0
    assert out.read_text().startswith('{\n "source": "REPSS Maladie, classeur « repss.xlsx »')
    assert main(order) == 2
    assert capsys.readouterr().err.startswith("--mapping: ")
    with pytest.raises(SystemExit):
        main([*order, "--damir", str(tmp_path)])
    assert main([*order, "--mapping", str(mapping), "--out", str(tmp_path / "no" / "result.json")]) == 2
    assert capsys.readouterr().err.endswith(
        "result.json:1: -: cannot be written: No such file or directory\n"
    )
