"""The same rules on PostgreSQL: the statement that answers one act in SQLite, over a table."""

import os
from datetime import date

import psycopg
import pytest

from toubib.rulebook.decide import judge, outputs
from toubib.rulebook.engine.program import program_on
from toubib.rulebook.engine.stages import sql_in_stages
from toubib.rulebook.facts import columns, read_facts
from toubib.rulebook.tests.acts import random_acts

TYPES = {"bool": "boolean", "int": "bigint", "text": "text", "date": "date"}
URL = os.environ.get("TOUBIB_DATABASE_URL", "")
pytestmark = [
    pytest.mark.postgres,
    pytest.mark.slow,
    pytest.mark.skipif(not URL.startswith("postgres"), reason="only on PostgreSQL"),
]


@pytest.mark.parametrize("on", [date(2022, 12, 15), date(2025, 3, 10)])
def test_the_same_answers_on_postgresql(on):
    program = program_on(on)
    wanted = outputs(program)
    rows = [read_facts({**act, "act_date": on.isoformat()}) for act in random_acts(200, seed=11)]
    sql = sql_in_stages(
        program.act, {f"c{i}": column for i, column in enumerate(wanted.values())}, dialect="postgres"
    )
    with psycopg.connect(URL) as connection:
        connection.execute(
            f"CREATE TEMP TABLE act ({', '.join(f'{name} {TYPES[kind]}' for name, kind in columns().items())})"
        )
        marks = ", ".join(["%s"] * len(columns()))
        found = []
        for row in rows:
            connection.execute("DELETE FROM act")
            connection.execute(f"INSERT INTO act VALUES ({marks})", [row[name] for name in columns()])
            found.append(dict(zip(wanted, connection.execute(sql).fetchone(), strict=True)))
    assert [summary(answer) for answer in found] == [expected(judge(row, program)) for row in rows]


def summary(answer):
    """Outcomes, figures, and the names of all flags that are true."""
    plain = {
        name: value for name, value in answer.items() if "|says|" not in name and "|missing|" not in name
    }
    flags = {name for name, value in answer.items() if ("|says|" in name or "|missing|" in name) and value}
    return plain, flags


def expected(found):
    plain, flags = {}, set()
    for name, one in found.items():
        plain[f"{name}|outcome"] = one.outcome
        plain |= {f"{name}|figure|{figure}": value for figure, value in one.figures.items()}
        flags |= {f"{name}|says|{code}" for code in one.codes} | {
            f"{name}|missing|{fact}" for fact in one.missing
        }
    return plain, flags
