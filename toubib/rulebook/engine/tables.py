"""Tables of facts from files: Parquet, CSV (`,`, header) or JSON Lines, checked whole, on DuckDB.

The engine's columns come out: time in minutes, money in cents, one boolean for each value of a list. DuckDB checks
all values at once; where one is bad, the file is read again in plain Python to name its line.
"""

from __future__ import annotations

from collections.abc import Callable, Container, Mapping
from dataclasses import dataclass
from functools import partial
from itertools import count
from pathlib import Path
from typing import Any

import duckdb
import ibis

from toubib.rulebook.engine.lines import BadTable, find_fault, read_header, sniff
from toubib.rulebook.facts import (
    CENTS_MOST,
    COUNTRY,
    DEPARTEMENT,
    FIRST_YEAR,
    LAST_YEAR,
    Fact,
    all_facts,
)

__all__ = ["BadTable", "connect", "read_table"]

MEMORY = "3GB"
LONGEST_LINE = 1 << 20  # bytes
FIRST_LINES = 1000
SQL_TYPES = {"bool": "BOOLEAN", "int": "BIGINT", "text": "VARCHAR", "date": "DATE"}
WHOLE = {
    "TINYINT",
    "SMALLINT",
    "INTEGER",
    "BIGINT",
    "HUGEINT",
    "UTINYINT",
    "USMALLINT",
    "UINTEGER",
    "UBIGINT",
}
REAL = {"FLOAT", "DOUBLE"}
_numbers = count(1)


@dataclass(frozen=True)
class Reading:
    """How SQL reads one column of a file: engine column → value, and where the value is bad."""

    values: dict[str, str]
    bad: str


def connect() -> Any:
    """An Ibis connection to a DuckDB in memory that spills to disk."""
    connection = ibis.duckdb.connect()
    connection.raw_sql(f"SET memory_limit = '{MEMORY}'; SET preserve_insertion_order = false")
    connection.raw_sql("SET enable_progress_bar = false")
    connection.raw_sql("SET lambda_syntax = 'ENABLE_SINGLE_ARROW'")  # Ibis writes x -> …
    # The optimizer makes joins of long lists, and the joins write the shared parts of the rules again: twenty times slower.
    # And it weighs where to place projections over some thousand expressions, for nothing: half of all planning.
    off = "in_clause,partial_aggregate_pushdown,projection_placement"
    connection.raw_sql(f"SET disabled_optimizers = '{off}'")
    return connection


def read_table(path: Path | str, connection: Any = None, facts: Mapping[str, Fact] | None = None) -> Any:
    """An Ibis table of the engine's columns over a file; raises BadTable. Absent columns are unknown."""
    path, facts = Path(path), all_facts() if facts is None else facts
    connection = connect() if connection is None else connection
    kind = sniff(path)
    try:
        source, readings = READERS[kind](connection, path, facts)
        bad = _bad_columns(connection, source, readings, _repeating(facts) if kind == "parquet" else ())
        if bad and kind == "parquet":
            raise _bad_row(connection, path, source, readings[bad[0]], facts[bad[0]])
    except duckdb.Error as error:
        raise _explain(path, kind, facts, error) from None
    if bad:
        raise find_fault(path, kind, facts) or BadTable(path, 1, bad[0], "a value cannot be read")
    return _view(connection, source, readings, facts)


def _explain(path: Path, kind: str, facts: Mapping[str, Fact], error: Exception) -> BadTable:
    """Python names the line; what it does not find is told as DuckDB says it."""
    fault = find_fault(path, kind, facts) if kind != "parquet" else None
    return fault or BadTable(path, 1, "-", " ".join(str(error).split()).split(" LINE 1:")[0][:200])


def _bad_columns(
    connection: Any, source: str, readings: Mapping[str, Reading], repeating: Container[str]
) -> list[str]:
    """Of a repeating column each value is asked once: Parquet gives its few values ten times faster than all of them."""
    asked = {name: reading.bad for name, reading in readings.items() if reading.bad != "FALSE"}
    found = {}
    if together := [name for name in asked if name not in repeating]:
        sql = ", ".join(f"bool_or({asked[name]})" for name in together)
        bad = connection.con.execute(f"SELECT {sql} FROM {source}").fetchall()[0]  # noqa: S608
        found = dict(zip(together, bad, strict=True))
    for name in asked:
        if name in repeating:
            sql = f"SELECT bool_or({asked[name]}) FROM (SELECT DISTINCT {name} FROM {source})"  # noqa: S608
            found[name] = connection.con.execute(sql).fetchall()[0][0]
    return [name for name in asked if found[name]]


def _repeating(facts: Mapping[str, Fact]) -> set[str]:
    """Facts of few values."""
    return {name for name, fact in facts.items() if fact.type in ("enum", "country", "departement", "money")}


def _view(connection: Any, source: str, readings: Mapping[str, Reading], facts: Mapping[str, Fact]) -> Any:
    chosen = []
    for name, fact in facts.items():
        for column, kind in fact.columns.items():
            value = readings[name].values[column] if name in readings else "NULL"
            chosen.append(
                f"CAST({value} AS {enum_of(fact) if fact.type == 'enum' else SQL_TYPES[kind]}) AS {column}"
            )
    view = f"facts_{next(_numbers)}"
    connection.con.execute(f"CREATE TEMP VIEW {view} AS SELECT {', '.join(chosen)} FROM {source}")  # noqa: S608
    return connection.table(view)


def enum_of(fact: Fact) -> str:
    """DuckDB's type of the values: compared ten times faster than texts."""
    return f"ENUM ({', '.join(quote(value) for value in fact.values)})"


def quote(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"


def _file(path: Path) -> str:
    """The path for DuckDB, which would read `*`, `?` and `[` as patterns."""
    return quote("".join(f"[{c}]" if c in "*?[" else c for c in str(path.absolute())))


# --- CSV and JSON Lines: all is text


def _read_csv(connection: Any, path: Path, facts: Mapping[str, Fact]) -> tuple[str, dict[str, Reading]]:
    names = read_header(path, facts)
    columns = ", ".join(f"{quote(name)}: 'VARCHAR'" for name in names)
    source = (
        f"read_csv({_file(path)}, header = true, auto_detect = false, delim = ',', quote = '\"', escape = '\"', "
        f"nullstr = '', columns = {{{columns}}}, max_line_size = {LONGEST_LINE})"
    )
    return source, {name: _text_reading(facts[name], name) for name in names}


def _text_reading(fact: Fact, column: str) -> Reading:
    """Of a CSV cell: empty is unknown, but an empty list is no value."""
    if fact.type == "list":
        cells = f"string_split({column}, '|')"
        return _list_reading(fact, f"CASE WHEN {column} IS NULL THEN [] ELSE {cells} END")
    if fact.type == "bool":
        return Reading({fact.name: f"{column} = 'true'"}, f"{column} NOT IN ('true', 'false')")
    return _by_type(fact, column)


def _read_json(connection: Any, path: Path, facts: Mapping[str, Fact]) -> tuple[str, dict[str, Reading]]:
    if fault := find_fault(path, "json", facts, lines=FIRST_LINES):  # a file of nonsense is told at once
        raise fault
    lines = f"read_ndjson_objects({_file(path)}, maximum_object_size = {LONGEST_LINE})"
    known, keys = f"[{', '.join(quote(name) for name in facts)}]", "json_keys(json)"
    bad = connection.con.execute(
        f"SELECT bool_or(json_type(json) <> 'OBJECT' OR NOT list_has_all({known}, {keys}) "  # noqa: S608
        f"OR len({keys}) <> len(list_distinct({keys}))) FROM {lines}"
    ).fetchall()[0][0]
    if bad:
        raise find_fault(path, "json", facts) or BadTable(path, 1, "-", "an object of facts is expected")
    columns = ", ".join(f"{quote(name)}: 'JSON'" for name in facts)
    source = (
        f"read_json({_file(path)}, format = 'newline_delimited', columns = {{{columns}}}, "
        f"maximum_object_size = {LONGEST_LINE})"
    )
    return source, {name: _json_reading(fact, name) for name, fact in facts.items()}


def _json_reading(fact: Fact, name: str) -> Reading:
    column = f"nullif(CAST({name} AS VARCHAR), 'null')"
    kind = f"json_type({name})"
    if fact.type == "list":
        found = _list_reading(fact, f"TRY_CAST({name} AS VARCHAR[])")
        return Reading(found.values, f"({kind} NOT IN ('ARRAY', 'NULL') OR {found.bad})")
    if fact.type == "bool":
        return Reading({name: f"{column} = 'true'"}, f"{kind} NOT IN ('BOOLEAN', 'NULL')")
    if fact.type in ("int", "money"):
        found = _by_type(fact, column)
        return Reading(found.values, f"({kind} IN ('VARCHAR', 'ARRAY', 'OBJECT', 'BOOLEAN') OR {found.bad})")
    found = _by_type(fact, f"({name} ->> '$')")
    return Reading(found.values, f"({kind} NOT IN ('VARCHAR', 'NULL') OR {found.bad})")


def _list_reading(fact: Fact, cells: str) -> Reading:
    allowed = ", ".join(quote(value) for value in fact.values)
    values = {f"{fact.name}_{value}": f"list_contains({cells}, {quote(value)})" for value in fact.values}
    outside = f"len(list_filter({cells}, lambda one: one IS NULL OR one NOT IN ({allowed})))"
    return Reading(values, f"{outside} > 0")


def _by_type(fact: Fact, text: str) -> Reading:
    """Of a text that is null where the fact is unknown."""
    readers: dict[str, Callable[[Fact, str], tuple[str, str]]] = {
        "string": _string,
        "enum": _enum,
        "int": _int,
        "money": _money,
        "date": _date,
        "time": _time,
        "country": partial(_pattern, pattern=COUNTRY.pattern),
        "departement": partial(_pattern, pattern=DEPARTEMENT.pattern),
    }
    value, fits = readers[fact.type](fact, text)
    return Reading({next(iter(fact.columns)): value}, f"({text} IS NOT NULL AND NOT coalesce({fits}, FALSE))")


def _string(fact: Fact, text: str) -> tuple[str, str]:
    return (
        text,
        f"(strlen({text}) <= 200 OR length({text}) <= 200)",
    )  # bytes are counted already, letters are not


def _enum(fact: Fact, text: str) -> tuple[str, str]:
    return text, f"TRY_CAST({text} AS {enum_of(fact)}) IS NOT NULL"


def _pattern(fact: Fact, text: str, pattern: str) -> tuple[str, str]:
    return text, f"regexp_full_match({text}, {quote(pattern.removesuffix(chr(92) + 'Z'))})"


def _int(fact: Fact, text: str) -> tuple[str, str]:
    number = f"TRY_CAST({text} AS BIGINT)"
    return (
        number,
        f"(regexp_full_match({text}, '-?[0-9]+') AND {number} BETWEEN {fact.least} AND {fact.most})",
    )


def _money(fact: Fact, text: str) -> tuple[str, str]:
    number = f"(TRY_CAST({text} AS DECIMAL(38, 12)) * 100)"
    plain = f"regexp_full_match({text}, '-?[0-9]+([.][0-9]+)?([eE][-+]?[0-9]+)?')"
    return number, f"({plain} AND {number} BETWEEN 0 AND {CENTS_MOST} AND {number} = trunc({number}))"


def _date(fact: Fact, text: str) -> tuple[str, str]:
    day = f"TRY_CAST({text} AS DATE)"
    plain = f"regexp_full_match({text}, '[0-9]{{4}}-[0-9]{{2}}-[0-9]{{2}}')"
    return day, f"({plain} AND coalesce(year({day}) BETWEEN {FIRST_YEAR} AND {LAST_YEAR}, FALSE))"


def _time(fact: Fact, text: str) -> tuple[str, str]:
    plain = f"regexp_full_match({text}, '([01][0-9]|2[0-3]):[0-5][0-9](:[0-5][0-9])?')"
    minutes = f"CAST(substr({text}, 1, 2) AS BIGINT) * 60 + CAST(substr({text}, 4, 2) AS BIGINT)"
    return f"CASE WHEN {plain} THEN {minutes} END", plain


# --- Parquet: columns have types


def _read_parquet(connection: Any, path: Path, facts: Mapping[str, Fact]) -> tuple[str, dict[str, Reading]]:
    source = f"read_parquet({_file(path)}, file_row_number = true)"
    described = connection.con.execute(f"DESCRIBE SELECT * FROM {source}").fetchall()  # noqa: S608
    types = {name: kind for name, kind, *_ in described if name != "file_row_number"}
    for name in types:
        if name not in facts:
            raise BadTable(path, 1, name[:60], "unknown column")
    readings, empty = {}, _empty_columns(connection, path)
    for name, kind in types.items():
        if name in empty:
            continue
        found = _typed_reading(facts[name], name, kind)
        if found is None:
            filled = connection.con.execute(f"SELECT count({name}) FROM {source}").fetchall()[0][0]  # noqa: S608
            if filled:
                message = f"a column of {kind} cannot hold {facts[name].type}"
                raise BadTable(path, 1, name, message)
            continue
        readings[name] = found
    return source, readings


def _empty_columns(connection: Any, path: Path) -> set[str]:
    """Those that the file itself says hold nothing: as good as absent. Of lists it does not say it."""
    sql = (
        f"SELECT path_in_schema FROM parquet_metadata({_file(path)}) GROUP BY 1 "  # noqa: S608
        "HAVING bool_and(coalesce(stats_null_count = num_values, FALSE))"
    )
    return {name for (name,) in connection.con.execute(sql).fetchall()}


def _typed_reading(fact: Fact, column: str, kind: str) -> Reading | None:
    """None: the type cannot hold the fact."""
    kind = "DECIMAL" if kind.startswith("DECIMAL") else kind
    if fact.type == "list":
        cells = {
            "VARCHAR[]": column,
            "VARCHAR": f"CASE {column} WHEN '' THEN [] ELSE string_split({column}, '|') END",
        }
        return _list_reading(fact, cells[kind]) if kind in cells else None
    if fact.type == "bool":
        return Reading({column: column}, "FALSE") if kind == "BOOLEAN" else None
    if fact.type == "date" and kind == "DATE":
        return Reading(
            {column: column},
            f"NOT coalesce(year({column}) BETWEEN {FIRST_YEAR} AND {LAST_YEAR}, {column} IS NULL)",
        )
    if fact.type == "time" and kind == "TIME":
        return Reading({f"{column}_minutes": f"hour({column}) * 60 + minute({column})"}, "FALSE")
    if fact.type in ("int", "money"):
        return _number_reading(fact, column, kind)
    if kind.startswith("ENUM"):
        return _by_type(fact, f"CAST({column} AS VARCHAR)")
    return _by_type(fact, column) if kind == "VARCHAR" else None


def _number_reading(fact: Fact, column: str, kind: str) -> Reading | None:
    if kind not in WHOLE | REAL | {"DECIMAL"}:
        return None
    number, least, most = (column, fact.least, fact.most)
    if fact.type == "money":
        number = f"({column} * 100)" if kind not in REAL else f"round({column} * 100, 6)"
        least, most = 0, CENTS_MOST
    whole = "" if kind in WHOLE else f" AND {number} = trunc({number})"
    bad = f"NOT coalesce({number} BETWEEN {least} AND {most}{whole}, {column} IS NULL)"
    return Reading({next(iter(fact.columns)): number}, bad)


def _bad_row(connection: Any, path: Path, source: str, reading: Reading, fact: Fact) -> BadTable:
    sql = f"SELECT file_row_number + 1, CAST({fact.name} AS VARCHAR) FROM {source} WHERE {reading.bad} "  # noqa: S608
    row, value = connection.con.execute(f"{sql} ORDER BY 1 LIMIT 1").fetchall()[0]
    known = f"; one of {', '.join(fact.values)}" if fact.values else f": no {fact.type} that can be"
    return BadTable(path, row, fact.name, f"{value[:60]!r}{known}")


READERS = {"csv": _read_csv, "json": _read_json, "parquet": _read_parquet}
