"""The same indicators on a local Spark (`make test-spark`)."""

import pytest

from toubib.observatory.indicators.report import indicators
from toubib.observatory.tests.claims_kit import ald, centre, doctor, line, write_claims

pytestmark = [
    pytest.mark.spark,
    pytest.mark.slow,
    pytest.mark.filterwarnings(
        "ignore"
    ),  # PySpark leaves its sockets to the collector, and warns of its own calls
]


@pytest.fixture(autouse=True)
def _own_session():
    """A session keeps the work folder that it began with, and that goes with its claims."""
    yield
    from pyspark.sql import SparkSession

    if session := SparkSession.getActiveSession():
        session.stop()


def test_spark_tells_what_duckdb_tells(tmp_path):
    # Forty GPs of Paris and Marseille, some with two places; acts that are cancelled, of a centre, from overseas, of people in ALD.
    doctors = [doctor(f"{town}{n:06d}", PFS_COD_POS=f"{town}001") for town in ("75", "13") for n in range(20)]
    doctors += [doctor(f"83{n:06d}", STA_PFS_NUM=f"13{n:06d}", PFS_COD_POS="83000") for n in range(5)]
    acts = [
        line(n, f"2024-0{month}-15", PFS_EXE_NUM=f"{town}{n % 20:06d}0", BEN_RES_DPT=home, BEN_RES_COM="411")
        for month in (2, 5, 8)
        for town, home in (("75", "075"), ("13", "097"), ("83", "02A"))
        for n in range(15)
    ]
    acts += [{**acts[n], "PRS_ACT_QTE": -1.0, "DCT_ORD_NUM": 10**6 + n} for n in range(0, 60, 4)]
    centres = [centre(act) for act in acts[1:60:3]]
    folder = write_claims(
        tmp_path / "claims",
        acts=acts,
        doctors=doctors,
        centres=centres,
        alds=[ald(n, "2020-01-01", "2024-06-30" if n % 2 else None) for n in range(12)],
    )
    assert indicators(claims=folder, engine="spark") == indicators(claims=folder)


def test_spark_reads_an_export_as_duckdb_does(tmp_path):
    # Small letters, columns the other way round, decimal commas, days as SAS writes them.
    acts = [line(n, "2024-02-29") for n in range(20)]
    folder = write_claims(tmp_path / "claims", acts=acts, doctors=[doctor("75000001")], form="csv")
    for path in sorted(folder.iterdir()):
        rows = [[*reversed(text.split(";"))] for text in path.read_text().splitlines()]
        text = "\n".join(";".join(row) for row in [[one.lower() for one in rows[0]], *rows[1:]])
        path.unlink()
        path.with_name(path.name.lower()).write_text(
            text.replace("17.5", "17,5").replace("2024-02-29", "29FEB2024:00:00:00") + "\n"
        )
    found = indicators(claims=folder)
    assert (found["acts_by_year"], found["euros_by_year"]["2024"]["reimbursed"]) == ({"2024": 20}, 350)
    assert indicators(claims=folder, engine="spark") == found
