"""Writes the invented results that the demo shows: toubib/observatory/data/sample. Some minutes; give it 20 GB of disk.

    .venv/bin/python scripts/build_observatory_sample.py WORK [--scale 0.2] [--seed 42] [--year 2024] [--reform-scale 1]

WORK: a folder for the claims, kept, so that a second run goes on from them. Indicators: five years at `--scale`.
Reforms: one year at `--reform-scale`, whole, since doctors are whole at every scale; what claims do not say is set as
data/assumed.yaml has it, and the page tells it.
"""

from __future__ import annotations

import argparse
import gzip
import json
from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import Any

import duckdb

from toubib.observatory.acts import write_acts
from toubib.observatory.claims.layouts import read_yaml
from toubib.observatory.generator.calibration import Order
from toubib.observatory.generator.run import generate
from toubib.observatory.indicators.report import indicators
from toubib.observatory.reforms import reforms

SAMPLE = Path(__file__).parent.parent / "toubib" / "observatory" / "data" / "sample"
ORDER, LINE = 9, 11  # the parts of an act's number, parted by hyphens, days being three of them


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("work", type=Path)
    parser.add_argument("--scale", type=float, default=0.2)
    parser.add_argument("--reform-scale", type=float, default=1.0)
    parser.add_argument("--seed", type=int, default=42)
    parser.add_argument("--year", type=int, default=2024)
    given = parser.parse_args()
    five = given.work / "claims"
    if not five.is_dir():
        generate(order=Order(given.scale, 2020, 2024, given.seed), out=five)
    write("indicators", indicators(claims=five))
    write("reforms", reforms_of(given.work, given.reform_scale, given.seed, given.year))


def reforms_of(work: Path, scale: float, seed: int, year: int) -> Mapping[str, Any]:
    claims, acts = work / "year", work / "acts.parquet"
    if not claims.is_dir():
        generate(order=Order(scale, year, year, seed), out=claims)
    if not acts.is_file():
        write_acts(claims=claims, out=acts)
    supposed, activity = suppose(claims, acts, year)
    told = json.loads((claims / "X_SOURCE.json").read_text(encoding="utf-8"))
    words = [row["words"] for row in read_yaml("assumed.yaml").values() if "words" in row]
    about = {"source": told["source"], "synthetic": True, "scale": told["scale"], "assumed": words}
    return reforms(acts=supposed, activity=activity, year=year, about=about, on=date.today())


def suppose(claims: Path, acts: Path, year: int) -> tuple[Path, Path]:
    """The year's acts with what is supposed, and each doctor's activity: what the generator drew, and the acts themselves."""
    out, activity = acts.with_name("supposed.parquet"), acts.with_name("activity.parquet")
    connection = duckdb.connect()
    connection.execute("SET memory_limit = '4GB'; SET preserve_insertion_order = false")
    supposed = {fact: row["sql"] for fact, row in read_yaml("assumed.yaml").items()}
    names = [
        row[0] for row in connection.execute(f"DESCRIBE SELECT * FROM read_parquet('{acts}')").fetchall()
    ]
    columns = ", ".join(f"{supposed[name]} AS {name}" if name in supposed else name for name in names)
    connection.execute(
        f"COPY (SELECT {columns} FROM read_parquet('{acts}') a LEFT JOIN read_parquet('{claims}/X_LIEU_TC/**/*.parquet') x "
        f"ON x.FLX_EMT_ORD = CAST(split_part(act_id, '-', {ORDER}) AS INT) AND x.DCT_ORD_NUM = CAST(split_part(act_id, '-', {LINE}) AS INT) "
        f"WHERE year(act_date) = {year}) TO '{out}' (FORMAT parquet, COMPRESSION zstd)"
    )
    connection.execute(
        "COPY (SELECT coalesce(x.who, r.practitioner_id) AS practitioner_id, r.specialty AS practitioner_specialty, "
        f"CAST({year} AS BIGINT) AS year, CAST(x.n + coalesce(r.n, 0) AS BIGINT) AS conventioned_acts, CAST(NULL AS BIGINT) AS own_mt_acts "
        f"FROM (SELECT PFS_PFS_NUM AS who, sum(CONSULTATIONS + VISITES) AS n FROM read_parquet('{claims}/X_ACTIVITE_PS_TRIM/*.parquet') "
        f"WHERE ANNEE = {year} GROUP BY 1) x FULL JOIN (SELECT practitioner_id, mode(practitioner_specialty) AS specialty, count(*) AS n "
        f"FROM read_parquet('{out}') GROUP BY 1) r ON x.who = r.practitioner_id) TO '{activity}' (FORMAT parquet)"
    )
    return out, activity


def write(name: str, document: Mapping[str, Any]) -> None:
    text = json.dumps(document, ensure_ascii=False, separators=(",", ":")).encode()
    SAMPLE.mkdir(exist_ok=True)
    (SAMPLE / f"{name}.json.gz").write_bytes(gzip.compress(text, 9, mtime=0))


if __name__ == "__main__":
    main()
