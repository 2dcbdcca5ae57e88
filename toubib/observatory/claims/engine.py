"""The two engines that run the same expressions: DuckDB here, Spark on a cluster or local."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path
from typing import Any

import ibis

MEMORY = "3GB"
ENGINES = ("duckdb", "spark")


class NoEngine(RuntimeError):
    """Spark was asked for and is not installed."""


def connect_engine(engine: str, scratch: Path) -> Any:
    """An Ibis connection that spills into `scratch`."""
    if engine == "spark":
        return _spark(scratch)
    connection = ibis.duckdb.connect()
    connection.raw_sql(f"SET memory_limit = '{MEMORY}'; SET preserve_insertion_order = false")
    quoted = str(scratch).replace("'", "''")
    connection.raw_sql(f"SET enable_progress_bar = false; SET temp_directory = '{quoted}'")
    return connection


def _spark(scratch: Path) -> Any:
    """SPARK_REMOTE or spark-defaults.conf point it at a cluster; without them, local mode."""
    try:
        from pyspark.sql import SparkSession
    except ImportError:
        raise NoEngine("Spark is not installed: add the dependency group spark, and Java 17") from None
    builder = SparkSession.builder.appName("toubib observatory").config("spark.sql.session.timeZone", "UTC")
    builder = builder.config("spark.ui.enabled", "false").config("spark.local.dir", str(scratch))
    if "SPARK_REMOTE" not in os.environ and "SPARK_CONF_DIR" not in os.environ:
        cores = os.cpu_count() or 1
        builder = builder.master(f"local[{cores}]").config("spark.sql.shuffle.partitions", str(2 * cores))
        builder = builder.config("spark.driver.host", "127.0.0.1").config(
            "spark.driver.bindAddress", "127.0.0.1"
        )
    return ibis.pyspark.connect(builder.getOrCreate())


def rows_of(expression: Any) -> list[dict[str, Any]]:
    """The rows of an Ibis expression as plain Python."""
    found: list[dict[str, Any]] = expression.to_pyarrow().to_pylist()
    return found


def keep(expression: Any, connection: Any, path: Path) -> Any:
    """Written once as Parquet, and read from there."""
    connection.to_parquet(expression, str(path))
    return connection.read_parquet(str(path))


def scratch_folder() -> tempfile.TemporaryDirectory[str]:
    return tempfile.TemporaryDirectory(prefix="toubib-observatory-")
