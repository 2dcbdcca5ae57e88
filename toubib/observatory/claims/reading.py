"""A claims folder as typed tables: what is missing or of a wrong type is told at once, in one message.

Parquet columns have their types; `;` CSV is read as text and converted, and a cell that cannot be is told with its line.
"""

from __future__ import annotations

import csv
import gzip
import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Any

import ibis
import pyarrow as pa
import pyarrow.parquet

from toubib.observatory.claims.cells import EXPECTED, from_text, is_read
from toubib.observatory.claims.engine import rows_of
from toubib.observatory.claims.faults import BadClaims
from toubib.observatory.claims.files import Source, find_source, lines_of
from toubib.observatory.claims.layouts import INVENTED, Column, layouts

IBIS = {"text": "string", "int": "int64", "code": "int64", "number": "float64", "date": "date"}
ABOUT = "X_SOURCE.json"
SEVERAL = 5  # names in a message


@dataclass
class Claims:
    """Typed tables by name, with every column of the layouts; `synthetic`: were they made by a generator? `absent`: TABLE.COLUMN
    of the optional ones that are not there, and null."""

    folder: Path
    connection: Any
    tables: dict[str, Any] = field(default_factory=dict)
    sources: dict[str, Source] = field(default_factory=dict)
    synthetic: bool = False
    absent: frozenset[str] = frozenset()

    @property
    def years(self) -> tuple[int, ...]:
        """The years of care that a partition names."""
        return self.sources["ER_PRS_F"].years

    @property
    def words(self) -> str:
        """Whose figures: what the generator wrote of itself, or the folder's name."""
        told = self.folder / ABOUT
        if told.is_file():
            try:
                return str(json.loads(told.read_text(encoding="utf-8"))["source"])
            except (ValueError, KeyError):
                raise BadClaims(told, 1, "source", "cannot be read") from None
        return source_words(self.folder, synthetic=self.synthetic)


def open_claims(folder: Path, connection: Any, tables: tuple[str, ...] = tuple(layouts())) -> Claims:
    """Raises BadClaims: one message for all that is missing, or the first cell that cannot be read."""
    if not folder.is_dir():
        raise BadClaims(folder, 1, "-", "no such folder")
    found = Claims(folder, connection)
    missing: list[str] = []
    present: dict[str, dict[str, str]] = {}
    for table in tables:
        source = find_source(folder, table)
        if source is None:
            missing.append(f"{table}: no such table")
            continue
        found.sources[table] = source
        present[table], types = _types_of(source)
        missing += _lacks(table, types, is_text=source.kind == "csv")
    if missing and not found.sources:
        missing.append(f"it holds {_several(sorted(one.name for one in folder.iterdir()))}")
    if missing:
        name, _, message = "; ".join(missing).partition(": ")
        raise BadClaims(folder, 1, name, message)
    for table, source in found.sources.items():
        found.tables[table] = _typed(connection, source, present[table])
    found.absent = frozenset(
        f"{table}.{name}"
        for table in found.sources
        for name in layouts()[table]
        if name not in present[table]
    )
    found.synthetic = any(folder.glob("[Xx]_*")) or _is_invented(found)
    return found


def source_words(folder: Path, *, synthetic: bool) -> str:
    """In French, for the pages."""
    kind = "Données synthétiques" if synthetic else "Prestations"
    return f"{kind} au format du SNDS, dossier {folder.name}"


def _is_invented(claims: Claims) -> bool:
    """Do its patients bear the generator's pseudonyms? Its tables may have been copied without those that say so."""
    patients = claims.tables["ER_PRS_F"].BEN_NIR_PSA.name("patient").as_table()
    return any(str(row["patient"]).startswith(INVENTED) for row in rows_of(patients.limit(1)))


def _several(names: list[str]) -> str:
    return ", ".join(names[:SEVERAL]) + (", …" if len(names) > SEVERAL else "") if names else "nothing"


def _lacks(table: str, types: dict[str, str], *, is_text: bool) -> Iterator[str]:
    needed = [name for name, column in layouts()[table].items() if column.required]
    if not types.keys() & set(needed):
        hint = "; is there a ; between them?" if is_text and len(types) == 1 else ""
        yield f"{table}: none of the {len(needed)} columns that are needed; it has {_several(list(types))}{hint}"
        return
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


def _types_of(source: Source) -> tuple[dict[str, str], dict[str, str]]:
    """Column in capitals → as it is written; and → text, int, number, date, nothing or the type's own name. Files that differ are told."""
    if source.kind == "csv":
        names = _folded(source, source.files[0], _header(source.files[0]))
        return names, dict.fromkeys(names, "text")
    first: dict[str, str] = {}
    written: dict[str, str] = {}
    for path in source.files:
        try:
            schema = pyarrow.parquet.read_schema(path)
        except (pa.ArrowInvalid, OSError) as error:
            raise BadClaims(path, 1, source.table, f"no whole Parquet file: {str(error)[:120]}") from None
        names = _folded(source, path, schema.names)
        types = {one.name.upper(): _type_name(one.type) for one in schema}
        odd = sorted(
            name for name in types.keys() | first.keys() if first and types.get(name) != first.get(name)
        )
        ours = [name for name in odd if name in layouts()[source.table]]
        if ours:
            raise BadClaims(path, 1, f"{source.table}.{ours[0]}", f"not as in {source.files[0].name}")
        first, written = first or types, written or names
    return written, first


def _folded(source: Source, path: Path, names: list[str]) -> dict[str, str]:
    """In capitals → as it is written: exports often have small letters. Raises BadClaims for a column of ours that stands twice."""
    found: dict[str, str] = {}
    for name in names:
        if name.upper() in found and name.upper() in layouts()[source.table]:
            raise BadClaims(path, 1, f"{source.table}.{name.upper()}", "stands twice")
        found[name.upper()] = name
    return found


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


def _typed(connection: Any, source: Source, present: dict[str, str]) -> Any:
    columns = layouts()[source.table]
    if source.kind == "csv":
        return _typed_csv(connection, source, present, columns)
    raw = _read_parquet(connection, source)
    return raw.select(
        **{
            name: raw[present[name]].cast(IBIS[column.kind])
            if name in present
            else ibis.null(IBIS[column.kind])
            for name, column in columns.items()
        }
    )


def _read_parquet(connection: Any, source: Source) -> Any:
    if connection.name == "pyspark":
        return connection.read_parquet(str(source.path.absolute()))
    # A pattern would be read into a path that holds * ? or [
    plain = ["".join(f"[{c}]" if c in "*?[" else c for c in str(one.absolute())) for one in source.files]
    return connection.read_parquet(plain, hive_partitioning=False)


def _typed_csv(connection: Any, source: Source, present: dict[str, str], columns: dict[str, Column]) -> Any:
    raw = _read_csv(connection, source)
    values, bad = {}, []
    for name, column in columns.items():
        if name not in present:
            values[name] = ibis.null(IBIS[column.kind])
            continue
        text = raw[present[name]].strip().nullif("")
        values[name] = from_text(text, column.kind)
        if column.kind != "text":
            bad.append((text.notnull() & values[name].isnull()).any().fill_null(False).name(name))
    told = raw.aggregate(bad).to_pyarrow().to_pylist()[0] if bad else {}
    wrong = [name for name, is_bad in told.items() if is_bad]
    if wrong:
        raise _bad_cell(source, columns[wrong[0]])
    return raw.select(**values)


def _read_csv(connection: Any, source: Source) -> Any:
    names = _header(source.files[0])
    for path in source.files[1:]:
        if [one.upper() for one in _header(path)] != [one.upper() for one in names]:
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
    if path.suffix.lower() == ".gz":
        return gzip.open(path, "rt", encoding="utf-8-sig")
    return path.open(encoding="utf-8-sig")


def _lines(path: Path) -> Iterator[tuple[int, list[str]]]:
    number = 1
    try:
        with _open(path) as file:
            for number, cells in enumerate(csv.reader(lines_of(file), delimiter=";"), start=1):
                yield number, cells
    except UnicodeDecodeError:
        raise BadClaims(path, number, "-", "no UTF-8, from here or below: convert it") from None
    except (OSError, csv.Error) as error:
        raise BadClaims(path, number, "-", f"cannot be read: {str(error)[:80]}") from None


def _bad_cell(source: Source, column: Column) -> BadClaims:
    """The first line whose cell cannot be read; the engine has said that there is one."""
    for path in source.files:
        place = [one.upper() for one in _header(path)].index(column.name)
        for number, cells in _lines(path):
            text = cells[place].strip() if place < len(cells) else ""
            if number > 1 and text and not is_read(text, column.kind):
                kind = EXPECTED.get(column.kind, column.kind)
                return BadClaims(path, number, f"{source.table}.{column.name}", f"{text[:60]!r}: no {kind}")
    return BadClaims(source.path, 1, f"{source.table}.{column.name}", f"a cell holds no {column.kind}")
