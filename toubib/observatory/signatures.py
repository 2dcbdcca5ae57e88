"""Millions of acts that look alike to the cap: each combination of the facts that it reads is judged once, then counted.

What the cap says of an act hangs on a dozen facts; a year of a nation has some thousand combinations of them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from datetime import date, timedelta
from typing import Any

import ibis
import ibis.expr.operations as ops

from toubib.rulebook.engine.bulk import Days, questions_of
from toubib.rulebook.engine.clauses import act_table
from toubib.rulebook.facts import all_facts, fact_of_column
from toubib.rulebook.policies import Overlay

SIGNATURES = "signatures"  # ID, the facts, and how many acts: `acts`
CELLS = "cells"  # practitioner, ID, `n`
TALLY = "tally"
ALIKE = "alike"  # ID, the facts, `acts`
ID = "act_id"  # a combination stands for an act
MAYBE = "maybe_doctor"
DAY = "act_date"
FEW = {"bool", "enum"}  # kinds of facts


def columns_read(overlays: Mapping[str, Overlay], decisions: tuple[str, ...], days: Days) -> tuple[str, ...]:
    """The facts' columns that these decisions look at, the day apart: it only says which law holds."""
    return tuple(sorted(questions_of(overlays, decisions, days).keys() - {DAY}))


def condense(
    connection: Any, rows: Any, columns: Iterable[str], days: Days, known: Callable[[Any], Any] | None = None
) -> None:
    """Makes SIGNATURES and CELLS of the acts in `rows`. `known`: what is known of a practitioner besides, set on rows
    that stand for many acts instead of on each of them."""
    names = list(dict.fromkeys(columns))
    own = rows.select("practitioner_id", *names, **{DAY: first_day_of_law(rows[DAY], days)})
    listed = ", ".join((*names, DAY))
    same = " AND ".join(f"f.{name} IS NOT DISTINCT FROM s.{name}" for name in (*names, DAY))
    run = connection.raw_sql
    sql = ibis.to_sql(own, dialect="duckdb")
    run(f"CREATE OR REPLACE TEMP TABLE found AS SELECT *, count(*) AS n FROM ({sql}) GROUP BY ALL")  # noqa: S608  our own names
    if known:
        told = ibis.to_sql(known(connection.table("found")), dialect="duckdb")
        run(f"CREATE OR REPLACE TEMP TABLE found AS {told}")
    run(
        f"CREATE OR REPLACE TEMP TABLE {SIGNATURES} AS SELECT CAST(row_number() OVER () AS VARCHAR) AS {ID}, * "  # noqa: S608
        f"FROM (SELECT {listed}, CAST(sum(n) AS BIGINT) AS acts FROM found GROUP BY ALL)"
    )
    run(
        f"CREATE OR REPLACE TEMP TABLE {CELLS} AS SELECT f.practitioner_id, s.{ID}, f.n "  # noqa: S608
        f"FROM found f JOIN {SIGNATURES} s ON {same}"
    )
    run("DROP TABLE found")


def gather(connection: Any, rows: Any, questions: Mapping[str, list[Any]], days: Days) -> None:
    """Makes ALIKE of the acts in `rows`: one of all those to which each question, by column, has the same answer. Of a column
    of few values, each value is an answer."""
    act = act_table()
    own: dict[str, Any] = {}
    asked: dict[str, Any] = {}
    for name, expressions in questions.items():
        if all_facts()[fact_of_column()[name]].type in FEW or any(
            isinstance(one.op(), ops.Field) for one in expressions
        ):
            own[name] = act[name]
        else:
            asked |= {f"{name}|{number}": one for number, one in enumerate(expressions)}
    asked["law"] = first_day_of_law(act[DAY], days)
    any_of_them = {name: act[name].arbitrary() for name in {*questions, DAY} - own.keys()}
    found = act.group_by(**own, **asked).aggregate(**any_of_them, acts=act.count()).drop(*asked)
    sources = f"WITH act AS ({ibis.to_sql(rows, dialect='duckdb')})"
    sql = f"{sources} {ibis.to_sql(found, dialect='duckdb')}"
    connection.raw_sql(
        f"CREATE OR REPLACE TEMP TABLE {ALIKE} AS SELECT CAST(row_number() OVER () AS VARCHAR) AS {ID}, * FROM ({sql})"  # noqa: S608
    )


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
    # Combinations that bear the same marks are one kind: what follows goes over a kind once, not over each of them.
    run = connection.raw_sql
    run(
        f"CREATE OR REPLACE TEMP TABLE kinds AS SELECT row_number() OVER () AS kind, list({ID}) AS ids, * EXCLUDE ({ID}) "  # noqa: S608
        "FROM marks GROUP BY ALL"
    )
    found = connection.con.execute("SELECT * EXCLUDE (kind, ids) FROM kinds").fetchall()
    alike = {name: tuple(column) for name, column in zip(marks, zip(*found, strict=True), strict=False)}
    first: dict[tuple[int, ...], str] = {}
    for name, column in alike.items():
        first.setdefault(column, name)
    sums = "".join(f', sum(c.n * m."{name}")::BIGINT AS "{name}"' for name in first.values())
    run(
        f"CREATE OR REPLACE TEMP TABLE sums AS WITH of AS (SELECT kind, unnest(ids) AS {ID} FROM kinds), "  # noqa: S608
        f"few AS (SELECT practitioner_id, kind, sum(n)::BIGINT AS n FROM {CELLS} JOIN of USING ({ID}) GROUP BY ALL) "
        f"SELECT c.practitioner_id{sums} FROM few c JOIN kinds m USING (kind) GROUP BY c.practitioner_id"
    )
    run("DROP TABLE kinds")
    own = {name: f'"{first[alike[name]]}"' if alike else "0" for name in marks}
    chosen = ", ".join(f'{value}{" > 0" if name == MAYBE else ""} AS "{name}"' for name, value in own.items())
    run(f"CREATE OR REPLACE TEMP VIEW {TALLY} AS SELECT practitioner_id, {chosen} FROM sums")  # noqa: S608
