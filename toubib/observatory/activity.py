"""What each practitioner did in a year: read, and refused where it cannot be."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import ibis
import pyarrow.parquet

from toubib.rulebook.engine.lines import rows_of, sniff
from toubib.rulebook.engine.tables import BadTable, read_table
from toubib.rulebook.facts import Fact, all_facts

MOST_ACTS = 10**9
NAME = "activity"


def activity_facts() -> dict[str, Fact]:
    """The columns of a table of activities."""
    return {
        "practitioner_id": all_facts()["practitioner_id"],
        "practitioner_specialty": all_facts()["practitioner_specialty"],
        "year": Fact("year", "int", "l’année", least=2000, most=2100),
        "conventioned_acts": Fact("conventioned_acts", "int", "l’activité conventionnée", most=MOST_ACTS),
        "own_mt_acts": Fact("own_mt_acts", "int", "les actes sur ses propres patients", most=MOST_ACTS),
    }


def read_activity(connection: Any, path: Path, year: int) -> int:
    """Makes the table NAME of the year, one row a practitioner; gives how many rows name no year or no practitioner.

    Raises BadTable, at the line of the row: for more own patients' acts than acts, in any year, and for a practitioner
    who stands twice in the year.
    """
    table = read_table(path, connection, activity_facts())
    asked = table.filter((table.year == year) & table.practitioner_id.notnull())
    connection.create_table(NAME, asked.select(*activity_facts()), temp=True)
    told = table.aggregate(
        impossible=(table.own_mt_acts > table.conventioned_acts).any(),
        nameless=(table.year.isnull() | table.practitioner_id.isnull()).sum(),
    )
    impossible, nameless = connection.con.execute(ibis.to_sql(told, dialect="duckdb")).fetchall()[0]
    if impossible:
        raise _impossible(path)
    twice = connection.con.execute(
        f"SELECT count(*) - count(DISTINCT practitioner_id) FROM {NAME}"  # noqa: S608
    ).fetchall()[0][0]
    if twice:
        raise _twice(path, year)
    return int(nameless or 0)


def _impossible(path: Path) -> BadTable:
    for line, row in _rows(path):
        own, acts = row.get("own_mt_acts"), row.get("conventioned_acts")
        if own is not None and acts is not None and own > acts:
            return BadTable(path, line, "own_mt_acts", f"{own} is more than conventioned_acts, {acts}")
    return BadTable(path, 1, "own_mt_acts", "more than conventioned_acts")


def _twice(path: Path, year: int) -> BadTable:
    """At the line of the second of two rows."""
    seen = set()
    for line, row in _rows(path):
        who = row.get("practitioner_id")
        if row.get("year") == year and who is not None:
            if who in seen:
                return BadTable(path, line, "practitioner_id", f"{who[:60]} stands twice for {year}")
            seen.add(who)
    return BadTable(path, 1, "practitioner_id", f"somebody stands twice for {year}")


def _rows(path: Path) -> Iterator[tuple[int, dict[str, Any]]]:
    """(line, values) of a file that can be read; of Parquet, the number of the row."""
    kind = sniff(path)
    if kind != "parquet":
        yield from rows_of(path, kind, activity_facts())
        return
    number = 0
    for batch in pyarrow.parquet.ParquetFile(path).iter_batches():
        for row in batch.to_pylist():
            number += 1
            yield number, row
