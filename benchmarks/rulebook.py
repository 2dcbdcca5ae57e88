"""The rule book: one decision in a warm process, and random acts in bulk, made by DuckDB itself.

.venv/bin/python benchmarks/rulebook.py [--acts 1000000] [--only one,cap,all,lists,hand]
"""

import argparse
import os
import resource
import tempfile
import time
from datetime import date
from pathlib import Path

import ibis

from toubib.observatory.simulate import _cases
from toubib.rulebook.decide import decide
from toubib.rulebook.engine.bulk import Days, judge_many, judge_table
from toubib.rulebook.engine.tables import connect, read_table
from toubib.rulebook.facts import all_facts
from toubib.rulebook.policies import find_policy, policy_files
from toubib.rulebook.tests.acts import random_acts

YEAR = Days(date(2025, 1, 1), date(2025, 12, 31), undated=False)


def column(fact):
    """A random value in SQL, a tenth unknown."""
    value = {
        "enum": lambda: pick(fact.values),
        "bool": lambda: "random() < 0.5",
        "int": lambda: f"CAST({fact.least} + floor(random() * {min(fact.most - fact.least + 1, 60)}) AS INT)",
        "money": lambda: "CAST(floor(random() * 60) AS DECIMAL(8, 2))",
        "date": lambda: "DATE '2025-01-01' + CAST(floor(random() * 365) AS INT)",
        "time": lambda: "TIME '00:00' + INTERVAL (CAST(floor(random() * 1440) AS INT)) MINUTE",
        "list": lambda: f"CASE WHEN random() < 0.9 THEN [] ELSE [{pick(fact.values)}] END",
        "country": lambda: pick(["FR", "FR", "FR", "BE"]),
        "departement": lambda: pick(["75", "13", "2A", "971", "57"]),
        "string": lambda: f"'{fact.name[:1]}' || CAST(floor(random() * 60000) AS INT)",
    }[fact.type]()
    return (
        value if fact.type in ("date", "string") else f"CASE WHEN random() < 0.1 THEN NULL ELSE {value} END"
    )


def pick(values):
    return f"({list(values)!r})[1 + CAST(floor(random() * {len(values)}) AS INT)]"


def make_acts(path, n):
    made = ", ".join(f"{column(fact)} AS {fact.name}" for fact in all_facts().values())
    connect().con.execute(
        f"COPY (SELECT {made} FROM range({n})) TO '{path}' (FORMAT parquet, COMPRESSION zstd)"
    )


def timed(name, work, n):
    """Prints acts a second by the clock and of CPU, and the greatest memory so far."""
    before, began = resource.getrusage(resource.RUSAGE_SELF), time.perf_counter()
    work()
    wall, after = time.perf_counter() - began, resource.getrusage(resource.RUSAGE_SELF)
    cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    print(
        f"{name}: {wall:.2f} s, {cpu:.2f} s of CPU, {n / wall / 1e6:.2f} M acts/s, "
        f"{2 * n / cpu / 1e6:.2f} M acts/s of two free cores, {after.ru_maxrss >> 10} MB",
        flush=True,
    )
    return cpu


def sink(connection, table):
    """Every column computed, nothing kept."""
    kinds = table.schema().items()
    asked = ", ".join(f'{"bool_or" if kind.is_boolean() else "max"}("{name}")' for name, kind in kinds)
    sql = f"SELECT {asked} FROM ({ibis.to_sql(table, dialect='duckdb', pretty=False)})"
    return lambda: connection.con.execute(sql).fetchall()


def one_decision():
    acts = random_acts(400, 7, since=date(2025, 1, 1), undated=0)
    for act in acts[:100]:
        decide(act)
    times = []
    for act in acts:
        began = time.perf_counter()
        decide(act)
        times.append(time.perf_counter() - began)
    times.sort()
    print(f"one decision, warm: p50 {times[200] * 1000:.2f} ms, p95 {times[380] * 1000:.2f} ms")


def by_hand(connection, source):
    """The cap count of 2025 under the law, written by hand, and the same by the rules."""
    sql = (
        "SELECT practitioner_id, count(*) FILTER (WHERE act_kind = 'teleconsultation' AND funding = 'amo' "
        f"AND practitioner_profession = 'doctor' AND NOT is_medecin_traitant) AS counted FROM {source} GROUP BY 1"
    )
    hand = connection.con.execute(f"SELECT sum(counted), count(*) FROM ({sql})")
    return hand.fetchall()


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--acts", type=int, default=1_000_000)
    parser.add_argument("--only", default="one,hand,cap,all,lists")
    given = parser.parse_args()
    only = given.only.split(",")
    if "one" in only:
        one_decision()
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "acts.parquet"
        make_acts(path, given.acts)
        connection = connect()
        measure(connection, path, given.acts, only)
    print(f"load {os.getloadavg()[0]:.1f}")


def measure(connection, path, n, only):
    acts = None

    def read():
        nonlocal acts
        acts = read_table(path, connection)

    timed("read and check", read, n)
    if "hand" in only:
        source = f"read_parquet('{path}')"
        hand = timed("cap count by hand", lambda: by_hand(connection, source), n)
        judged = judge_many(
            acts, {"law": _cases(())[0].overlay}, ("cap",), "outcomes", keep=("practitioner_id",), days=YEAR
        )
        counted = judged.group_by("practitioner_id").aggregate(counted=(judged["law|cap"] == "COUNTED").sum())
        total = counted.aggregate(a=counted.counted.sum(), b=counted.count())
        sql = ibis.to_sql(total, dialect="duckdb", pretty=False)
        rules = timed("cap count by the rules", lambda: connection.con.execute(sql).fetchall(), n)
        print(f"rules over hand: {rules / hand:.2f} times the CPU")
    if "cap" in only:
        overlays = {"law": _cases(())[0].overlay}
        for name in policy_files():
            overlays[name] = _cases((find_policy(name),))[1].overlay
        judged = judge_many(acts, overlays, ("cap",), "flags", days=YEAR)
        timed(f"cap, outcome and reason flags, {len(overlays)} policies at once", sink(connection, judged), n)
    if "all" in only:
        judged = judge_table(acts, detail="flags", days=YEAR)
        timed("all five decisions, outcomes and reason flags, the law", sink(connection, judged), n)
    if "lists" in only:
        judged = judge_table(acts, detail="lists", days=YEAR)
        timed("all five decisions, with lists and sentences", sink(connection, judged), n)


if __name__ == "__main__":
    main()
