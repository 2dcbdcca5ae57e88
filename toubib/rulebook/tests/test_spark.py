"""The same answers on Spark: a table that DuckDB judges, judged by a local Spark too (`make test-spark`)."""

import json
from datetime import date

import ibis
import pytest

from toubib.rulebook.engine.bulk import judge_table
from toubib.rulebook.engine.program import DECISIONS
from toubib.rulebook.engine.tables import connect, read_table
from toubib.rulebook.tests.acts import random_acts
from toubib.rulebook.tests.test_bulk import LAW, alone

pytestmark = [
    pytest.mark.spark,
    pytest.mark.slow,
    pytest.mark.filterwarnings("ignore:.*unclosed.*"),  # PySpark leaves its sockets to the collector
]
SETTINGS = {
    "spark.master": "local[2]",
    "spark.driver.host": "127.0.0.1",
    "spark.driver.bindAddress": "127.0.0.1",
    "spark.driver.memory": "3g",
    "spark.ui.enabled": "false",
    "spark.sql.shuffle.partitions": "2",
}


@pytest.fixture(scope="module")
def spark(tmp_path_factory):
    from pyspark.sql import SparkSession

    folder = tmp_path_factory.mktemp("spark")
    builder = SparkSession.builder.appName("toubib")
    own = {"spark.local.dir": f"{folder}/local", "spark.sql.warehouse.dir": f"{folder}/warehouse"}
    for name, value in {**SETTINGS, **own}.items():
        builder = builder.config(name, value)
    connection = ibis.pyspark.connect(builder.getOrCreate())
    yield connection
    connection.disconnect()


def both(acts, folder, spark):
    """The acts as a table of DuckDB and, by way of Parquet, as one of Spark."""
    path = folder / "acts.jsonl"
    path.write_text("".join(f"{json.dumps(act)}\n" for act in acts))
    here = read_table(path, connect())
    here.to_parquet(folder / "acts.parquet")
    return here, spark.read_parquet(folder / "acts.parquet")


def rows(table, detail):
    found = judge_table(table, detail=detail).to_pyarrow().to_pylist()
    return {row["act_id"]: row for row in found}


def reasons(row, decision):
    """The codes of flags that are true, and the missing facts, as one list of reasons has them."""
    said = {name.split("|")[-1] for name, value in row.items() if value and f"{decision}|says|" in name}
    gaps = {name.split("|")[-1] for name, value in row.items() if value and f"{decision}|missing|" in name}
    return sorted(said | {f"MISSING.{fact}" for fact in gaps}), sorted(gaps)


def test_flags_are_those_of_duckdb_and_of_each_act_alone(tmp_path, spark):
    acts = random_acts(300, seed=21, since=date(2024, 6, 22), undated=0)
    here, there = both(acts, tmp_path, spark)
    found = rows(there, "flags")
    assert found == rows(here, "flags")
    for act in acts[:60]:
        expected, row = alone(act, LAW), found[act["act_id"]]
        for name in DECISIONS:
            answer = (row[name], *reasons(row, name))
            assert answer == tuple(expected[key] for key in (name, f"{name}_reasons", f"{name}_missing"))


def test_flags_of_acts_without_a_date_are_those_of_duckdb(tmp_path, spark):
    here, there = both(random_acts(100, seed=23, undated=1), tmp_path, spark)
    assert rows(there, "flags") == rows(here, "flags")


def test_lists_and_sentences_are_those_of_duckdb(tmp_path, spark):
    here, there = both(random_acts(300, seed=22, since=date(2025, 9, 1), undated=0), tmp_path, spark)
    assert rows(there, "lists") == rows(here, "lists")
