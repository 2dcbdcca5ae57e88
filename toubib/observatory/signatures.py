"""Millions of acts that look alike to the cap: each combination of the facts that it reads is judged once, then counted.

What the cap says of an act hangs on a dozen facts; a year of a nation has some thousand combinations of them.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date, timedelta
from typing import Any

import ibis

from toubib.rulebook.engine.bulk import Days, fields_read
from toubib.rulebook.policies import Overlay

SIGNATURES = "signatures"  # ID, the facts, and how many acts: `acts`
CELLS = "cells"  # practitioner, ID, `n`
TALLY = "tally"
ID = "act_id"  # a combination stands for an act
MAYBE = "maybe_doctor"
DAY = "act_date"


def columns_read(overlays: Mapping[str, Overlay], decisions: tuple[str, ...], days: Days) -> tuple[str, ...]:
    """The facts' columns that these decisions look at, the day apart: it only says which law holds."""
    return tuple(sorted(fields_read(overlays, decisions, days) - {DAY}))


def condense(connection: Any, rows: Any, columns: Iterable[str], days: Days) -> None:
    """Makes SIGNATURES and CELLS of the acts in `rows`."""
    names = list(dict.fromkeys(columns))
    own = rows.select("practitioner_id", *names, **{DAY: first_day_of_law(rows[DAY], days)})
    sql = ibis.to_sql(own, dialect="duckdb")
    listed = ", ".join((*names, DAY))
    same = " AND ".join(f"f.{name} IS NOT DISTINCT FROM s.{name}" for name in (*names, DAY))
    run = connection.raw_sql
    run(f"CREATE OR REPLACE TEMP TABLE found AS SELECT *, count(*) AS n FROM ({sql}) GROUP BY ALL")  # noqa: S608  our own names
    run(
        f"CREATE OR REPLACE TEMP TABLE {SIGNATURES} AS SELECT CAST(row_number() OVER () AS VARCHAR) AS {ID}, * "  # noqa: S608
        f"FROM (SELECT {listed}, CAST(sum(n) AS BIGINT) AS acts FROM found GROUP BY ALL)"
    )
    run(
        f"CREATE OR REPLACE TEMP TABLE {CELLS} AS SELECT f.practitioner_id, s.{ID}, f.n "  # noqa: S608
        f"FROM found f JOIN {SIGNATURES} s ON {same}"
    )
    run("DROP TABLE found")


def first_day_of_law(day: Any, days: Days) -> Any:
    """For a day of the year, the first day of the year under the same law."""
    firsts = [days.first, *(start for start in days.starts() if days.first and start > days.first)]
    known = [one for one in firsts if one is not None]
    ends = [*known[1:], date.max - timedelta(days=1)]
    parts = [
        (
            (day >= ibis.date(since.isoformat())) & (day < ibis.date(until.isoformat())),
            ibis.date(since.isoformat()),
        )
        for since, until in zip(known, ends, strict=True)
    ]
    return ibis.cases(*parts)


def tally_up(connection: Any, flags: Any, marks: Mapping[str, Any]) -> None:
    """Makes TALLY: for each practitioner the number of acts that bear each mark; of MAYBE, whether one does."""
    bits = {name: where.fill_null(False).cast("int8") for name, where in marks.items()}
    connection.create_table("marks", flags.select(ID, **bits), temp=True, overwrite=True)
    sums = ", ".join(
        f'bool_or(m."{name}" = 1) AS "{name}"'
        if name == MAYBE
        else f'sum(c.n * m."{name}")::BIGINT AS "{name}"'
        for name in marks
    )
    connection.raw_sql(
        f"CREATE OR REPLACE TEMP TABLE {TALLY} AS SELECT c.practitioner_id, {sums} "  # noqa: S608
        f"FROM {CELLS} c JOIN marks m USING ({ID}) GROUP BY c.practitioner_id"
    )
