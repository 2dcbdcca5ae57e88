"""The observatory's speed: generation, counting rules once, indicators over what is kept; hand-written DuckDB and pandas beside.

    .venv/bin/python benchmarks/observatory.py --scale 0.1 [--claims DIR] [--only count hand-count …]

`policies`: all policies of the rule book and their union over a year of acts, which `acts` writes of the claims.

Each step is a process of its own with cold files: seconds of CPU, by the clock, greatest memory of one process.
"""

from __future__ import annotations

import argparse
import os
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
STEPS = (
    "generate",
    "scan",
    "count",
    "hand-count",
    "indicators",
    "hand-indicators",
    "pandas",
    "acts",
    "policies",
)
YEAR = 2024
SCAN = "SELECT count(*), sum(PRS_ACT_QTE), max(EXE_SOI_DTD), count(DISTINCT PRS_NAT_REF) FROM lines"
KEYS = "FLX_DIS_DTD, FLX_TRT_DTD, FLX_EMT_TYP, FLX_EMT_NUM, FLX_EMT_ORD, ORG_CLE_NUM, DCT_ORD_NUM, PRS_ORD_NUM, REM_TYP_AFF"


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--scale", type=float, default=0.1)
    parser.add_argument("--claims", type=Path, help="generated before; else made and taken away")
    parser.add_argument("--only", nargs="+", choices=STEPS, default=STEPS)
    parser.add_argument("--step", choices=STEPS, help=argparse.SUPPRESS)
    parser.add_argument("--work", type=Path, help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.step:
        STEP[given.step](given.claims, given.work, given.scale)
        return
    work = Path(tempfile.mkdtemp(prefix="toubib-bench-"))
    try:
        claims = given.claims or work / "claims"
        for step in STEPS:
            if step in given.only and not (step == "generate" and given.claims):
                measure(step, claims, work, given.scale)
        load = Path("/proc/loadavg").read_text().split()[0]
        print(f"load at the end: {load}")
    finally:
        shutil.rmtree(work, ignore_errors=True)


def measure(step: str, claims: Path, work: Path, scale: float) -> None:
    for path in (*claims.rglob("*.parquet"), *work.rglob("*.parquet")):
        with path.open("rb") as file:  # cold: out of the page cache
            os.fsync(file.fileno())
            os.posix_fadvise(file.fileno(), 0, 0, os.POSIX_FADV_DONTNEED)
    order = [sys.executable, __file__, "--step", step, "--claims", str(claims), "--work", str(work)]
    began = time.monotonic()
    child = subprocess.Popen([*order, "--scale", str(scale)])
    _, status, used = os.wait4(child.pid, 0)
    wall = time.monotonic() - began
    told = "" if status == 0 else f"  exit {os.waitstatus_to_exitcode(status)}"
    cpu, memory = used.ru_utime + used.ru_stime, used.ru_maxrss / 2**20
    print(f"{step:16} CPU {cpu:7.1f} s  clock {wall:7.1f} s  memory {memory:5.2f} GiB{told}", flush=True)


def generate_claims(claims: Path, work: Path, scale: float) -> None:
    from toubib.observatory.generator.calibration import Order
    from toubib.observatory.generator.run import generate

    generate(order=Order(scale, 2020, 2024), out=claims)


def count(claims: Path, work: Path, scale: float) -> None:
    from toubib.observatory.claims.engine import connect_engine
    from toubib.observatory.claims.reading import open_claims
    from toubib.observatory.counting.rules import RULES
    from toubib.observatory.indicators.kept import count_once

    found = open_claims(claims, connect_engine("duckdb", work))
    count_once(found, frozenset(RULES), folder=work / "kept")


def tell(claims: Path, work: Path, scale: float) -> None:
    from toubib.observatory.indicators.report import indicators

    found = indicators(claims=claims, kept=work / "kept")
    print(
        f"  acts {found['acts_by_year']}, ALD {found['ald_patients'][-120]}, GPs {found['gp_adoption'][-120]}"
    )


def duck(claims: Path, work: Path):
    import duckdb

    connection = duckdb.connect()
    connection.execute(
        f"SET memory_limit = '6GB'; SET preserve_insertion_order = false; SET temp_directory = '{work}'"
    )
    for name, table in {
        "lines": "ER_PRS_F",
        "houses": "ER_ETE_F",
        "ald": "IR_IMB_R",
        "doctors": "DA_PRA_R",
    }.items():
        connection.execute(f"CREATE VIEW {name} AS FROM read_parquet('{claims}/{table}/**/*.parquet')")
    return connection


def scan(claims: Path, work: Path, scale: float) -> None:
    duck(claims, work).execute(SCAN).fetchall()


def hand_count(claims: Path, work: Path, scale: float) -> None:
    """The same rules as one would type them."""
    own = duck(claims, work)
    care = "BEN_NIR_PSA, BEN_RNG_GEM, left(PFS_EXE_NUM, 8) AS pro, EXE_SOI_DTD, PRS_NAT_REF"
    late = "(year(FLX_DIS_DTD) - year(EXE_SOI_DTD)) * 12 + month(FLX_DIS_DTD) - month(EXE_SOI_DTD) > 27"
    stage = f"""CASE WHEN DPN_QLF = 71 OR PRS_DPN_QLP = 71 THEN 0 WHEN CPL_MAJ_TOP >= 2 OR CPL_AFF_COD = 16 THEN 1
        WHEN {late} THEN 2 ELSE 9 END"""
    own.execute(f"""CREATE TEMP TABLE negative(patient, rank, pro, day, code) AS SELECT DISTINCT {care} FROM lines
        WHERE PRS_ACT_QTE < 0 AND {stage} = 9 AND PRS_NAT_REF IN (1191, 1192, 1193, 1194, 9900)""")
    own.execute(f"""COPY (SELECT l.BEN_NIR_PSA AS patient, l.BEN_RNG_GEM AS rank, left(l.PFS_EXE_NUM, 8) AS professional,
        l.EXE_SOI_DTD AS day, l.PRS_NAT_REF AS code,
        CASE l.PRS_NAT_REF WHEN 1191 THEN 'TC' WHEN 1192 THEN 'TC' WHEN 9900 THEN 'TELESOIN' ELSE 'TE' END AS family,
        CASE WHEN PSE_STJ_COD = 64 THEN 'company'
            WHEN ({KEYS}) IN (SELECT ({KEYS}) FROM houses WHERE ETE_CAT_COD IN (124, 125, 130)) THEN 'centre'
            WHEN PSE_STJ_COD IN (51, 55) AND PSE_SPE_COD IN (1, 22, 23) THEN 'gp_liberal'
            WHEN PSE_STJ_COD IN (51, 55) THEN 'specialist_liberal' ELSE 'other' END AS channel,
        PSE_SPE_COD AS specialty, CASE BEN_RES_DPT WHEN '02A' THEN 20 WHEN '02B' THEN 96
            WHEN '097' THEN 970 + left(BEN_RES_COM, 1)::INT ELSE BEN_RES_DPT::INT END AS place, EXO_MTF AS exempt,
        PRS_PAI_MNT AS paid, BSE_REM_MNT AS reimbursed,
        CASE WHEN pro IS NOT NULL AND {stage} = 9 THEN 8 ELSE {stage} END AS stage,
        greatest(PRS_ACT_QTE, 1) AS acts, PRS_ACT_QTE AS quantity
        FROM lines l LEFT JOIN negative n ON l.BEN_NIR_PSA = n.patient AND l.BEN_RNG_GEM = n.rank
            AND left(l.PFS_EXE_NUM, 8) = n.pro AND l.EXE_SOI_DTD = n.day AND l.PRS_NAT_REF = n.code
        WHERE l.PRS_NAT_REF IN (1191, 1192, 1193, 1194, 9900)) TO '{work}/hand.parquet'""")
    own.execute(f"CREATE VIEW marked AS FROM '{work}/hand.parquet'")
    own.execute(f"""COPY (SELECT patient, rank, professional, day, code, any_value(family) AS family,
        any_value(channel) AS channel, any_value(place) AS place, sum(quantity) AS acts FROM marked WHERE stage = 8
        GROUP BY ALL HAVING sum(quantity) > 0) TO '{work}/hand_netted.parquet'""")
    own.execute(f"""COPY (SELECT patient, rank, year(day) * 4 + quarter(day) - 1 AS quarter, stage, day, place FROM marked
        SEMI JOIN (FROM ald WHERE IMB_ETM_NAT IN (41, 43, 45)) a ON patient = BEN_NIR_PSA AND rank = BEN_RNG_GEM
        AND day >= IMB_ALD_DTD AND (year(IMB_ALD_DTF) < 1900 OR day <= IMB_ALD_DTF)) TO '{work}/hand_ald.parquet'""")
    own.execute(f"""COPY (SELECT DISTINCT year(EXE_SOI_DTD) * 4 + quarter(EXE_SOI_DTD) - 1 AS quarter,
        left(PFS_EXE_NUM, 8) AS number FROM lines) TO '{work}/hand_billed.parquet'""")


def hand_indicators(claims: Path, work: Path, scale: float) -> None:
    own = duck(claims, work)
    own.execute(f"CREATE VIEW acts AS FROM '{work}/hand.parquet'")
    quarter = "year(day) * 4 + quarter(day) - 1"
    own.execute("SELECT year(day), month(day), count(*) FROM acts GROUP BY ALL").fetchall()
    own.execute(f"""SELECT {quarter}, family, channel, specialty, place, stage, sum(acts), sum(paid), sum(reimbursed)
        FROM acts GROUP BY ALL""").fetchall()
    own.execute(f"""CREATE TEMP TABLE used AS SELECT {quarter} AS quarter, professional, channel, max(stage) AS stage,
        sum(acts) AS acts FROM acts WHERE family = 'TC' GROUP BY ALL""")
    own.execute(
        """CREATE TEMP TABLE persons AS SELECT DISTINCT left(PFS_PFS_NUM, 8) AS number, STA_PFS_NUM AS person FROM doctors"""
    )
    for specialties, natures in (
        ("'01', '22', '23'", "'01'"),
        ("'33', '07', '79', '42'", "'01'"),
        ("'01', '22', '23'", "'08'"),
    ) * 2:
        own.execute(f"""WITH people AS (SELECT DTE_ANN_TRT AS year, STA_PFS_NUM AS person, arg_min(PFS_COD_POS[:2], ACT_CAB_COD)
            AS place FROM doctors WHERE PFS_PRA_SPE IN ({specialties}) AND EXC_EXC_NAT IN ({natures}) GROUP BY ALL),
            users AS (SELECT quarter, person, max(stage) AS stage FROM used JOIN persons ON professional = number GROUP BY ALL)
            SELECT quarter, place, count(*) FILTER (stage = 9), count(*) FROM people JOIN users USING (person)
            WHERE quarter // 4 = year GROUP BY ALL""").fetchall()
    own.execute(
        f"SELECT count(*) FROM (SELECT DISTINCT quarter, person FROM '{work}/hand_billed.parquet' JOIN persons USING (number))"
    )
    own.execute(f"""WITH each AS (SELECT patient, rank, quarter, max((stage, day, place)) AS last FROM '{work}/hand_ald.parquet'
        GROUP BY ALL), windows AS (FROM each UNION ALL SELECT patient, rank, quarter + 1, last FROM each)
        SELECT quarter, place, count(*) FROM (SELECT patient, rank, quarter, max(last)[3] AS place FROM windows GROUP BY ALL)
        GROUP BY ALL""").fetchall()


def with_pandas(claims: Path, work: Path, scale: float) -> None:
    """The indicators' three groupings over what was kept."""
    import pandas as pd

    columns = [
        "day",
        "family",
        "channel",
        "specialty",
        "place",
        "stage",
        "acts",
        "paid",
        "reimbursed",
        "professional",
    ]
    acts = pd.read_parquet(work / "kept" / "lines.parquet", columns=columns)
    day = pd.to_datetime(acts["day"])
    acts["quarter"] = day.dt.year * 4 + day.dt.quarter - 1
    keys = ["quarter", "family", "channel", "specialty", "place", "stage"]
    acts.groupby(keys)[["acts", "paid", "reimbursed"]].sum()
    visits = acts[acts["family"] == "TC"]
    visits.groupby(["quarter", "professional", "channel"]).agg(stage=("stage", "max"), acts=("acts", "sum"))
    ald = pd.read_parquet(work / "kept" / "in_ald.parquet")
    each = ald.groupby(["patient", "rank", "quarter"], as_index=False)["last"].max()
    windows = pd.concat([each, each.assign(quarter=each["quarter"] + 1)])
    last = windows.groupby(["patient", "rank", "quarter"], as_index=False)["last"].max()
    last.assign(place=last["last"] % 1000).groupby(["quarter", "place"]).size()


def acts_of_a_year(claims: Path, work: Path, scale: float) -> None:
    from toubib.observatory.acts import write_acts
    from toubib.observatory.supposed import suppose

    print(f"  {write_acts(claims=claims, out=work / 'acts.parquet', year=YEAR)} acts")
    suppose(claims, work / "acts.parquet", YEAR)


def all_policies(claims: Path, work: Path, scale: float) -> None:
    from toubib.observatory.simulate import simulate
    from toubib.rulebook.policies import find_policy, policy_files

    acts, activity = work / "supposed.parquet", work / "activity.parquet"
    policies = [find_policy(name) for name in policy_files()]
    found = simulate(acts=acts, activity=activity, year=YEAR, policies=policies)
    for name, row in found.policies.items():
        paid = row.get("newly_payable", {})
        print(
            f"  {name[:60]:60} {row['counted_acts']:>10} {paid.get('acts', ''):>9} {paid.get('amo_difference', '')}"
        )


STEP = {
    "generate": generate_claims,
    "scan": scan,
    "count": count,
    "hand-count": hand_count,
    "indicators": tell,
    "hand-indicators": hand_indicators,
    "pandas": with_pandas,
    "acts": acts_of_a_year,
    "policies": all_policies,
}

if __name__ == "__main__":
    sys.path.insert(0, str(ROOT))
    main()
