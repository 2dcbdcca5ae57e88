"""The workbook « Données du REPSS »: which sheet, which columns and which quarters is the user's to say, in a mapping (YAML)."""

from __future__ import annotations

import re
import unicodedata
from datetime import date, datetime
from pathlib import Path
from typing import Any
from zipfile import BadZipFile

import openpyxl
import yaml
from openpyxl.utils.exceptions import InvalidFileException

from toubib.observatory.claims.faults import BadClaims
from toubib.observatory.indicators.areas import FRANCE
from toubib.observatory.indicators.document import area_rows, empty_document

SOURCE = "REPSS Maladie, classeur « {name} », par la correspondance {mapping}"
KINDS = {"gp_adoption": "rate", "ald_patients": "patients"}
KEYS = {"sheet", "indicator", "header", "area", "period", "value", "values", "unit"}
SCALES = {"percent": 0.01, "share": 1.0, "number": 1.0}
QUARTER = re.compile(
    r"^(\d{4})\s*[-/ ]?\s*[QT]\s*([1-4])$|^[QT]\s*([1-4])\s*[-/ ]?\s*(\d{4})$", re.IGNORECASE
)
MONTH = re.compile(r"^(\d{4})-(\d{2})$|^(\d{2})/(\d{4})$")
NO_HOUR = "Le classeur du REPSS ne porte pas l’heure des actes."


def repss_indicators(*, workbook: Path, mapping: Path, on: date | None = None) -> dict[str, Any]:
    """The document of the tables that the mapping names. Raises BadClaims."""
    wanted = _mapping(mapping)
    sheets = _sheets(workbook)
    names = _area_names()
    values: dict[str, dict[tuple[str, str], float | None]] = {key: {} for key in KINDS}
    for number, table in enumerate(wanted, start=1):
        if table["sheet"] not in sheets:
            known = ", ".join(sheets)
            raise BadClaims(mapping, 1, f"{number}.sheet", f"no sheet {table['sheet']!r}; one of {known}")
        values[table["indicator"]] |= _read(workbook, table, sheets[table["sheet"]], names)
    source = SOURCE.format(name=workbook.name, mapping=mapping.name)
    document = empty_document(source, kind="repss", synthetic=False, rules=frozenset(), on=on)
    quarters = sorted({quarter for own in values.values() for quarter, _ in own})
    areas = [row["area"] for row in document["areas"]]
    adoption, ald = values["gp_adoption"], values["ald_patients"]
    nothing = {"gps": None, "with_teleconsultation": None}
    return document | {
        "quarters": quarters,
        "gp_adoption": [
            {"quarter": quarter, "area": area, **nothing, "rate": adoption.get((quarter, area))}
            for quarter in quarters
            if adoption
            for area in areas
        ],
        "ald_patients": [
            {"quarter": quarter, "area": area, "patients": _patients(ald.get((quarter, area)))}
            for quarter in quarters
            if ald
            for area in areas
        ],
        "out_of_hours": {"rows": [], "reason": NO_HOUR},
    }


def _patients(number: float | None) -> int | None:
    return None if number is None or 0 < number < 11 else round(number)


def _mapping(path: Path) -> list[dict[str, Any]]:
    try:
        found = yaml.safe_load(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError) as error:
        raise BadClaims(path, 1, "-", f"cannot be read: {str(error)[:80]}") from None
    except yaml.YAMLError as error:
        line = (
            error.problem_mark.line + 1
            if isinstance(error, yaml.MarkedYAMLError) and error.problem_mark
            else 1
        )
        raise BadClaims(path, line, "-", "no YAML") from None
    if not isinstance(found, list) or not found or not all(isinstance(one, dict) for one in found):
        raise BadClaims(path, 1, "-", "a list of tables is expected")
    for number, table in enumerate(found, start=1):
        fault = _fault(table)
        if fault:
            raise BadClaims(path, 1, f"{number}.{fault[0]}", fault[1])
    return found


def _fault(table: dict[str, Any]) -> tuple[str, str] | None:
    """(key, what is wrong)"""
    unknown = sorted(set(map(str, table)) - KEYS)
    if unknown:
        return unknown[0], f"unknown key; one of {', '.join(sorted(KEYS))}"
    for key in ("sheet", "indicator", "area"):
        if key not in table:
            return key, "is missing"
    if table["indicator"] not in KINDS:
        return "indicator", f"one of {', '.join(KINDS)}"
    if table.get("unit", "number") not in SCALES:
        return "unit", f"one of {', '.join(SCALES)}"
    if ("values" in table) == ("value" in table and "period" in table):
        return "value", "either value and period, or values: column → quarter"
    header = table.get("header", 1)
    if not isinstance(header, int) or isinstance(header, bool) or header < 1:
        return "header", "the line of the header is expected"
    for text in table.get("values", {}).values():
        if quarter_of_text(text) is None:
            return "values", f"{text!r}: no quarter, as 2024Q3"
    return None


def _sheets(path: Path) -> dict[str, list[tuple[Any, ...]]]:
    try:
        book = openpyxl.load_workbook(path, read_only=True, data_only=True)
        try:
            return {sheet.title: list(sheet.iter_rows(values_only=True)) for sheet in book.worksheets}
        finally:
            book.close()
    except (OSError, BadZipFile, InvalidFileException, KeyError, ValueError) as error:
        raise BadClaims(path, 1, "-", f"no whole XLSX workbook: {str(error)[:80]}") from None


def _read(
    workbook: Path, table: dict[str, Any], lines: list[tuple[Any, ...]], names: dict[str, str]
) -> dict[tuple[str, str], float | None]:
    header = table.get("header", 1)
    titles = [_plain(cell) for cell in lines[header - 1]] if header <= len(lines) else []
    columns = table.get("values") or {table["value"]: None}
    asked = [table["area"], *columns, *([table["period"]] if "period" in table else [])]
    place = {}
    for name in asked:
        if _plain(name) not in titles:
            raise BadClaims(workbook, header, f"{table['sheet']}.{name}", "no such column in the header")
        place[name] = titles.index(_plain(name))
    scale, found = SCALES[table.get("unit", "number")], {}
    for number, line in enumerate(lines[header:], start=header + 1):
        area = names.get(_area(line[place[table["area"]]]))
        if area is None:  # totals of something else, notes under the table
            continue
        for column, fixed in columns.items():
            period = fixed if "values" in table else line[place[table["period"]]]
            quarter = quarter_of_text(period)
            if quarter is None:
                raise BadClaims(workbook, number, str(table["period"]), f"{str(period)[:40]!r}: no quarter")
            cell = line[place[column]]
            value = _number(cell)
            if value is None and _plain(cell) not in ("", "nd", "ns", "-", "n d", "n s"):
                raise BadClaims(workbook, number, str(column), f"{str(cell)[:40]!r}: no number")
            found[quarter, area] = None if value is None else value * scale
    return found


def quarter_of_text(value: Any) -> str | None:
    """2024Q3, 2024T3, T3 2024, a day or a month of it; None where it is none."""
    if isinstance(value, (date, datetime)):
        return f"{value.year}Q{(value.month - 1) // 3 + 1}"
    text = str(value).strip()
    if found := QUARTER.match(text):
        year, part, part2, year2 = found.groups()
        return f"{year or year2}Q{part or part2}"
    if found := MONTH.match(text):
        year, month, month2, year2 = found.groups()
        number = int(month or month2)
        return f"{year or year2}Q{(number - 1) // 3 + 1}" if 1 <= number <= 12 else None
    return None


def _number(cell: Any) -> float | None:
    if isinstance(cell, bool):
        return None
    if isinstance(cell, (int, float)):
        return float(cell)
    text = re.sub(r"[\s\u00a0\u202f%]", "", str(cell or "")).replace(",", ".")
    try:
        return float(text)
    except ValueError:
        return None


def _plain(value: Any) -> str:
    text = (
        unicodedata.normalize("NFKD", str(value if value is not None else ""))
        .encode("ascii", "ignore")
        .decode()
    )
    return " ".join(re.sub(r"[^a-z0-9-]+", " ", text.lower()).split())


def _area(cell: Any) -> str:
    """75, 75.0, 1 and 01 are one."""
    if isinstance(cell, float) and cell.is_integer():
        cell = int(cell)
    text = _plain(cell)
    return text.zfill(2) if text.isdigit() else text


def _area_names() -> dict[str, str]:
    """Codes and names in plain letters; a name of a region and a département (La Réunion) is the département's."""
    rows = area_rows()
    found = {_plain(row["name"]): row["area"] for row in rows} | {
        _area(row["area"]): row["area"] for row in rows
    }
    return found | dict.fromkeys(("france", "france entiere", "total", "ensemble", "999"), FRANCE)
