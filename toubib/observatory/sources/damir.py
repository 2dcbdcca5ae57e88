"""Open DAMIR: the monthly files of the Cnam, by region. They hold sums, so no counting rule applies; what is filtered is filtered there (FLT_)."""

from __future__ import annotations

import csv
import gzip
from calendar import monthrange
from datetime import date
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa
import pyarrow.parquet

from toubib.observatory.claims.engine import connect_engine, rows_of, scratch_folder
from toubib.observatory.claims.faults import BadClaims, DiskFull, is_disk_full
from toubib.observatory.claims.files import lines_of
from toubib.observatory.claims.layouts import ActCode, act_codes, read_yaml
from toubib.observatory.indicators.areas import FRANCE, Areas, all_areas
from toubib.observatory.indicators.document import empty_document
from toubib.observatory.indicators.quarters import name_of
from toubib.observatory.indicators.suppression import LEAST, hidden_areas
from toubib.observatory.indicators.tables import PARTS

SOURCE = "Open DAMIR, Cnam (Licence Ouverte) : {first} à {last}, flux de {files} fichiers"
SUFFIXES = (".csv", ".csv.gz", ".parquet")
NO_HOUR = "Open DAMIR ne porte pas l’heure des actes."
NAMES = {"acts": "FLT_ACT_QTE", "reimbursed": "FLT_REM_MNT", "paid": "FLT_PAI_MNT"}


def damir_indicators(*, folder: Path, on: date | None = None) -> dict[str, Any]:
    """The document of the files in `folder`. Raises BadClaims, DiskFull."""
    files = _files(folder)
    try:
        rows, flows = _read(files)
    except duckdb.Error as error:
        if is_disk_full(error):
            raise DiskFull("no room left for the work files") from None
        raise BadClaims(folder, 1, "-", str(error).split("\n")[0][:200]) from None
    told = _told_months(flows)
    if not told:
        raise BadClaims(folder, 1, "FLX_ANN_MOI", "no month of care has the flows of the six months after it")
    span = {
        "first": f"{min(told) // 12}-{min(told) % 12 + 1:02d}",
        "last": f"{max(told) // 12}-{max(told) % 12 + 1:02d}",
    }
    source = SOURCE.format(files=len(files), **span)
    document = empty_document(source, kind="open_damir", synthetic=False, rules=frozenset(), on=on)
    visits, expertise = ([row for row in rows if row["family"] == family] for family in ("TC", "TE"))
    years = [
        year
        for year in range(min(told) // 12, max(told) // 12 + 1)
        if told.issuperset(range(year * 12, year * 12 + 12))
    ]
    quarters = range(min(told) // 3, max(told) // 3 + 1)
    by_year = {str(year): _sum(visits, year * 12, 12) for year in years}
    return document | {
        "acts_by_year": {year: _shown(own["acts"]) for year, own in by_year.items()},
        "tele_expertise_by_year": {
            str(year): _shown(_sum(expertise, year * 12, 12)["acts"]) for year in years
        },
        "euros_by_year": {
            year: {
                name: own[name] if _shown(own["acts"]) is not None else None
                for name in ("reimbursed", "paid")
            }
            for year, own in by_year.items()
        },
        "quarters": [name_of(quarter) for quarter in quarters],
        "acts": _rows(visits, told, quarters, "total", dict.fromkeys(PARTS)),
        "tele_expertise": _rows(expertise, told, quarters, "acts", {}),
        "out_of_hours": {"rows": [], "reason": NO_HOUR},
    }


def _files(folder: Path) -> list[Path]:
    if not folder.is_dir():
        raise BadClaims(folder, 1, "-", "no such folder")
    found = sorted(
        one for one in folder.iterdir() if one.name.endswith(SUFFIXES) and not one.name.startswith(".")
    )
    if not found:
        raise BadClaims(folder, 1, "-", f"no file of {', '.join(SUFFIXES)}")
    for path in found:
        names = _header(path)
        missing = [name for name in read_yaml("damir.yaml")["columns"] if name not in names]
        if missing:
            raise BadClaims(path, 1, missing[0], f"no such column ({', '.join(missing)})")
    return found


def _header(path: Path) -> list[str]:
    try:
        if path.suffix == ".parquet":
            return list(pyarrow.parquet.read_schema(path).names)
        with (
            gzip.open(path, "rt", encoding="utf-8-sig")
            if path.suffix == ".gz"
            else path.open(encoding="utf-8-sig") as file
        ):
            return next(csv.reader(lines_of(file), delimiter=";"), [])
    except (pa.ArrowInvalid, OSError, EOFError, UnicodeDecodeError, csv.Error) as error:
        raise BadClaims(path, 1, "-", f"cannot be read: {str(error).splitlines()[0][:100]}") from None


def _read(files: list[Path]) -> tuple[list[dict[str, Any]], set[int]]:
    """(family, month of care, region) with sums; and the months of the flows. Files one after the other: thirty million lines each."""
    rows: list[dict[str, Any]] = []
    flows: set[int] = set()
    with scratch_folder() as scratch:
        connection = connect_engine("duckdb", Path(scratch))
        for path in files:
            try:
                found, months = _read_file(connection, path)
            except duckdb.Error as error:
                if is_disk_full(error):
                    raise
                raise BadClaims(path, 1, "-", str(error).split("\n")[0][:200]) from None
            rows, flows = rows + found, flows | months
    return rows, flows


def _read_file(connection: Any, path: Path) -> tuple[list[dict[str, Any]], set[int]]:
    """Raises BadClaims for cells that are no number, among the lines that count."""
    columns = read_yaml("damir.yaml")["columns"]
    codes = [one for one in act_codes() if one.family in ("TC", "TE")]
    table = _table(connection, path)
    text = {name: table[name].cast("string").strip().replace(",", ".") for name in columns}
    kinds = {"int": "int64", "number": "float64"}
    lines = table.select(**{name: text[name].try_cast(kinds[kind]) for name, kind in columns.items()})
    flows = {row["FLX_ANN_MOI"] for row in rows_of(lines.select("FLX_ANN_MOI").distinct())} - {None}
    ours = lines.filter(lines.PRS_NAT.isin([one.code for one in codes]))
    wrong = rows_of(ours.aggregate(**{name: ours[name].isnull().sum().fill_null(0) for name in columns}))[0]
    for name, number in wrong.items():
        if number:
            raise BadClaims(path, 1, name, f"{number} lines hold no {columns[name]}")
    keys = ("PRS_NAT", "SOI_ANN", "SOI_MOI", "BEN_RES_REG")
    sums = ours.group_by(*keys).aggregate(**{name: ours[column].sum() for name, column in NAMES.items()})
    rows = [
        {name: row[name] for name in NAMES}
        | {
            "family": family,
            "month": row["SOI_ANN"] * 12 + row["SOI_MOI"] - 1,
            "region": row["BEN_RES_REG"],
        }
        for row in rows_of(sums)
        if (family := _family(codes, row))
    ]
    return rows, {_month(flow) for flow in flows}


def _family(codes: list[ActCode], row: dict[str, Any]) -> str | None:
    """Of a code that was in force on a day of the month of care; None where none was, or the month is none."""
    year, month = row["SOI_ANN"], row["SOI_MOI"]
    if not (1 <= month <= 12 and 1 <= year <= 9999):
        return None
    first, last = date(year, month, 1), date(year, month, monthrange(year, month)[1])
    own = (one.family for one in codes if one.code == row["PRS_NAT"] and one.holds(first, last))
    return next(own, None)


def _table(connection: Any, path: Path) -> Any:
    plain = "".join(f"[{c}]" if c in "*?[" else c for c in str(path.absolute()))
    if path.suffix == ".parquet":
        return connection.read_parquet(plain)
    kinds = {name: "VARCHAR" for name in _header(path) if name}
    options = {"delim": ";", "header": True, "auto_detect": False, "columns": kinds, "quote": '"'}
    return connection.read_csv(plain, **options, null_padding=True, strict_mode=False)


def _month(flow: int) -> int:
    return flow // 100 * 12 + flow % 100 - 1


def _told_months(flows: set[int]) -> set[int]:
    after = read_yaml("damir.yaml")["months_after"]
    return {
        month
        for month in (flow - 1 for flow in flows)
        if flows.issuperset(range(month + 1, month + 1 + after))
    }


def _sum(rows: list[dict[str, Any]], first: int, months: int, region: str | None = None) -> dict[str, int]:
    names = read_yaml("damir.yaml")["regions"]
    own = [
        row
        for row in rows
        if first <= row["month"] < first + months and (region is None or names.get(row["region"]) == region)
    ]
    return {name: round(sum(row[name] for row in own)) for name in NAMES}


def _shown(number: int) -> int | None:
    return None if 0 < number < LEAST else number


def _rows(
    rows: list[dict[str, Any]], told: set[int], quarters: range, name: str, more: dict[str, None]
) -> list[dict[str, Any]]:
    """Départements, and the regions that the files do not part, are null."""
    areas, regions = all_areas(), sorted(set(read_yaml("damir.yaml")["regions"].values()))
    known, found = Areas(dict.fromkeys(regions, ())), []
    for quarter in quarters:
        sums = {region: _sum(rows, quarter * 3, 3, region) for region in regions}
        sums[FRANCE] = _sum(rows, quarter * 3, 3)
        cells = {area: own["acts"] for area, own in sums.items()}
        cells["?"] = cells[FRANCE] - sum(cells[region] for region in regions)
        hidden = hidden_areas(cells, known)
        is_covered = told.issuperset(range(quarter * 3, quarter * 3 + 3))
        for area in areas:
            own = sums.get(area) if is_covered and area not in hidden else None
            row: dict[str, Any] = {
                "quarter": name_of(quarter),
                "area": area,
                name: own["acts"] if own else None,
            }
            row |= more
            found.append(row | {euros: own[euros] if own else None for euros in ("reimbursed", "paid")})
    return found
