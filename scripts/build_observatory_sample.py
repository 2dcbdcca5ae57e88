"""Writes the invented results that the demo shows: toubib/observatory/data/sample. Some minutes; give it 20 GB of disk.

    .venv/bin/python scripts/build_observatory_sample.py WORK

WORK: a folder for the claims, kept, so that a second run goes on from them. Indicators: five years at `--scale`.
Reforms: one year at `--reform-scale`, whole, since doctors are whole at every scale; what claims do not say is set as
data/assumed.yaml has it, and the page tells it. The scales and seeds are those of the results that are shipped. The same
by hand: `toubib observatory generate`, then `indicators --out`, then `reforms --claims … --out`.
"""

from __future__ import annotations

import argparse
import gzip
import json
from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import Any

from toubib.observatory.generator.calibration import Order
from toubib.observatory.generator.run import generate
from toubib.observatory.indicators.report import indicators
from toubib.observatory.supposed import reforms_of_claims

SAMPLE = Path(__file__).parent.parent / "toubib" / "observatory" / "data" / "sample"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("work", type=Path)
    parser.add_argument("--scale", type=float, default=0.2)
    parser.add_argument("--reform-scale", type=float, default=1.0)
    parser.add_argument("--seed", type=int, default=42)
    parser.add_argument("--reform-seed", type=int, default=1)
    parser.add_argument("--year", type=int, default=2024)
    given = parser.parse_args()
    five = given.work / "claims"
    if not five.is_dir():
        generate(order=Order(given.scale, 2020, 2024, given.seed), out=five)
    write("indicators", indicators(claims=five, on=date.today()))
    whole = given.work / "year"
    if not whole.is_dir():
        generate(order=Order(given.reform_scale, given.year, given.year, given.reform_seed), out=whole)
    write("reforms", reforms_of_claims(claims=whole, activity=None, year=given.year, on=date.today()))


def write(name: str, document: Mapping[str, Any]) -> None:
    text = json.dumps(document, ensure_ascii=False, separators=(",", ":")).encode()
    SAMPLE.mkdir(exist_ok=True)
    (SAMPLE / f"{name}.json.gz").write_bytes(gzip.compress(text, 9, mtime=0))


if __name__ == "__main__":
    main()
