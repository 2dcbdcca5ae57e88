"""A claims folder as typed tables: what is missing or of a wrong type is told at once, in one message.

Parquet columns have their types; `;` CSV is read as text and converted, and a cell that cannot be is told with its line.
"""

from __future__ import annotations

import csv
import gzip
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import IO, Any

import ibis
import pyarrow as pa
import pyarrow.parquet

from toubib.observatory.claims.faults import BadClaims
from toubib.observatory.claims.files import Source, find_source, lines_of
from toubib.observatory.claims.layouts import Column, layouts

IBIS = {"text": "string", "int": "int64", "code": "int64", "number": "float64", "date": "date"}
FRENCH_DAY = r"^[0-9]{2}/[0-9]{2}/[0-9]{4}$"


@dataclass
class Claims:
    """Typed tables by name, with every column of the layouts; `synthetic`: were they made by a generator?"""

    folder: Path
    connection: Any
    tables: dict[str, Any] = field(default_factory=dict)
    sources: dict[str, Source] = field(default_factory=dict)
    synthetic: bool = False

    @property
    def years(self) -> tuple[int, ...]:
        """The years of care that a partition names."""
        return self.sources["ER_PRS_F"].years


def open_claims(folder: Path, connection: Any, tables: tuple[str, ...] = tuple(layouts())) -> Claims:
    """Raises BadClaims: one message for all that is missing, or the first cell that cannot be read."""
    if not folder.is_dir():
        raise BadClaims(folder, 1, "-", "no such folder")
    found = Claims(folder, connection, synthetic=any(folder.glob("X_*")))
    missing: list[str] = []
    present: dict[str, set[str]] = {}
    for table in tables:
        source = find_source(folder, table)
        if source is None:
            missing.append(f"{table}: no such table")
            continue
        found.sources[table] = source
        types = _types_of(source)
        present[table] = set(types)
        missing += _lacks(table, types, is_text=source.kind == "csv")
    if missing:
        name, _, message = "; ".join(missing).partition(": ")
        raise BadClaims(folder, 1, name, message)
    for table, source in found.sources.items():
        found.tables[table] = _typed(connection, source, present[table])
    return found


def _lacks(table: str, types: dict[str, str], *, is_text: bool) -> Iterator[str]:
    for column in layouts()[table].values():
        kind = types.get(column.name)
        if kind is None and column.required:
            yield f"{table}.{column.name}: no such column"
        elif kind is not None and not is_text and kind not in _accepted(column.kind):
            yield f"{table}.{column.name}: a column of {kind} cannot hold {column.kind}"


def _accepted(kind: str) -> set[str]:
    numbers = {"int", "number", "nothing"}
    return {
        "text": {"text", "nothing"},
        "int": numbers,
        "number": numbers,
        "code": numbers | {"text"},
        "date": {"date", "nothing"},
    }[kind]


def _types_of(source: Source) -> dict[str, str]:
    """Column → text, int, number, date, nothing or the type's own name. Files that differ are told."""
    if source.kind == "csv":
        return dict.fromkeys(_header(source.files[0]), "text")
    first: dict[str, str] = {}
    for path in source.files:
        try:
            schema = pyarrow.parquet.read_schema(path)
        except (pa.ArrowInvalid, OSError) as error:
            raise BadClaims(path, 1, source.table, f"no whole Parquet file: {str(error)[:120]}") from None
        types = {one.name: _type_name(one.type) for one in schema}
        odd = sorted(
            name for name in types.keys() | first.keys() if first and types.get(name) != first.get(name)
        )
        ours = [name for name in odd if name in layouts()[source.table]]
        if ours:
            raise BadClaims(path, 1, f"{source.table}.{ours[0]}", f"not as in {source.files[0].name}")
        first = first or types
    return first


def _type_name(kind: pa.DataType) -> str:
    if pa.types.is_dictionary(kind):
        kind = kind.value_type
    tests = {
        "text": (pa.types.is_string, pa.types.is_large_string),
        "int": (pa.types.is_integer,),
        "number": (pa.types.is_floating, pa.types.is_decimal),
        "date": (pa.types.is_date, pa.types.is_timestamp),
        "nothing": (pa.types.is_null,),
    }
    return next((name for name, asked in tests.items() if any(one(kind) for one in asked)), str(kind))


def _typed(connection: Any, source: Source, present: set[str]) -> Any:
    columns = layouts()[source.table]
    if source.kind == "csv":
        return _typed_csv(connection, source, present, columns)
    raw = _read_parquet(connection, source)
    return raw.select(
        **{
            name: raw[name].cast(IBIS[column.kind]) if name in present else ibis.null(IBIS[column.kind])
            for name, column in columns.items()
        }
    )


def _read_parquet(connection: Any, source: Source) -> Any:
    if connection.name == "pyspark":
        return connection.read_parquet(str(source.path.absolute()))
    # A pattern would be read into a path that holds * ? or [
    plain = ["".join(f"[{c}]" if c in "*?[" else c for c in str(one.absolute())) for one in source.files]
    return connection.read_parquet(plain, hive_partitioning=False)


def _typed_csv(connection: Any, source: Source, present: set[str], columns: dict[str, Column]) -> Any:
    raw = _read_csv(connection, source)
    values, bad = {}, []
    for name, column in columns.items():
        if name not in present:
            values[name] = ibis.null(IBIS[column.kind])
            continue
        text = raw[name].strip().nullif("")
        values[name] = _from_text(text, column.kind)
        if column.kind != "text":
            bad.append((text.notnull() & values[name].isnull()).any().fill_null(False).name(name))
    told = raw.aggregate(bad).to_pyarrow().to_pylist()[0] if bad else {}
    wrong = [name for name, is_bad in told.items() if is_bad]
    if wrong:
        raise _bad_cell(source, columns[wrong[0]])
    return raw.select(**values)


def _from_text(text: Any, kind: str) -> Any:
    if kind == "text":
        return text
    if kind == "date":
        turned = text.substr(6, 4) + "-" + text.substr(3, 2) + "-" + text.substr(0, 2)
        return ibis.ifelse(text.re_search(FRENCH_DAY), turned, text).try_cast("date")
    if kind == "number":
        return text.replace(",", ".").try_cast("float64")
    return text.try_cast("int64")


def _read_csv(connection: Any, source: Source) -> Any:
    names = _header(source.files[0])
    for path in source.files[1:]:
        if _header(path) != names:
            raise BadClaims(path, 1, source.table, f"another header than that of {source.files[0].name}")
    paths = [str(one.absolute()) for one in source.files]
    if connection.name == "pyspark":
        return connection.read_csv(paths, sep=";", header=True, inferSchema=False)
    kinds = dict.fromkeys(names, "VARCHAR")
    return connection.read_csv(
        paths, delim=";", header=True, auto_detect=False, columns=kinds, quote='"', escape='"'
    )


def _header(path: Path) -> list[str]:
    names = next(_lines(path), (1, []))[1]
    if not names:
        raise BadClaims(path, 1, "-", "a header of columns is expected")
    return names


def _open(path: Path) -> IO[str]:
    if path.suffix == ".gz":
        return gzip.open(path, "rt", encoding="utf-8-sig")
    return path.open(encoding="utf-8-sig")


def _lines(path: Path) -> Iterator[tuple[int, list[str]]]:
    number = 1
    try:
        with _open(path) as file:
            for number, cells in enumerate(csv.reader(lines_of(file), delimiter=";"), start=1):
                yield number, cells
    except (UnicodeDecodeError, OSError, csv.Error) as error:
        raise BadClaims(path, number, "-", f"cannot be read: {str(error)[:80]}") from None


def _bad_cell(source: Source, column: Column) -> BadClaims:
    """The first line whose cell cannot be read; the engine has said that there is one."""
    for path in source.files:
        place = _header(path).index(column.name)
        for number, cells in _lines(path):
            text = cells[place].strip() if place < len(cells) else ""
            if number > 1 and text and not _reads(text, column.kind):
                return BadClaims(
                    path, number, f"{source.table}.{column.name}", f"{text[:60]!r}: no {column.kind}"
                )
    return BadClaims(source.path, 1, f"{source.table}.{column.name}", f"a cell holds no {column.kind}")


def _reads(text: str, kind: str) -> bool:
    try:
        if kind == "date":
            day = f"{text[6:]}-{text[3:5]}-{text[:2]}" if text[2:3] == "/" else text
            date.fromisoformat(day)
        elif kind == "number":
            float(text.replace(",", "."))
        else:
            int(text)
    except ValueError:
        return False
    return True
