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
