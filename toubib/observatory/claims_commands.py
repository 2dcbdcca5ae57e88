"""`toubib observatory generate | acts | indicators`: claims in the layout of the SNDS."""

from __future__ import annotations

import argparse
import json
import math
import os
import sys
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

from toubib.observatory.claims.faults import is_disk_full
from toubib.observatory.source_commands import BadOrder, add_sources, of_other_source

GENERATE = """Writes synthetic claims in the layout of the SNDS, calibrated on published figures (docs/observatory.md). SCALE 1 is
the nation, 70 million acts over five years; doctors are whole at every scale. The same seed gives the same claims."""
ACTS = """Maps claims to the facts of an act (`toubib rulebook schema`), null where claims are silent. FILE: .parquet, .csv or .jsonl."""
INDICATORS = """Tells the public indicators of the claims in DIR: tables ER_PRS_F, ER_ETE_F, IR_BEN_R, IR_IMB_R and DA_PRA_R, each a folder or
a file, Parquet or `;` CSV; or of another source. No cell of 1 to 10 leaves, nor one that totals would give back."""


def add_commands(parts: Any) -> None:
    """Put the three among the commands of `toubib observatory`."""
    generate = parts.add_parser("generate", help="synthetic claims", description=GENERATE)
    generate.add_argument("--scale", required=True, type=read_scale, metavar="SCALE", help="from 0.0001 to 1")
    generate.add_argument("--years", required=True, type=read_years, metavar="2020-2024")
    generate.add_argument(
        "--out", required=True, type=Path, metavar="DIR", help="a folder that does not exist yet"
    )
    generate.add_argument("--seed", type=read_whole, default=1, metavar="N")
    generate.add_argument(
        "--workers", type=read_whole, default=None, metavar="N", help="processes; one a core"
    )
    generate.set_defaults(run=run_generate)
    acts = parts.add_parser("acts", help="claims as facts of acts", description=ACTS)
    acts.add_argument("--claims", required=True, type=Path, metavar="DIR")
    acts.add_argument("--out", required=True, type=Path, metavar="FILE")
    acts.set_defaults(run=run_acts)
    indicators = parts.add_parser("indicators", help="the public indicators", description=INDICATORS)
    add_sources(indicators)
    indicators.add_argument("--engine", choices=("duckdb", "spark"), default="duckdb")
    indicators.add_argument("--json", action="store_true", help="as a JSON object")
    indicators.add_argument("--out", type=Path, metavar="FILE", help="the JSON object into a file")
    indicators.add_argument(
        "--keep", type=Path, metavar="DIR", help="where counted acts stay, and are found again"
    )
    indicators.add_argument(
        "--without", action="extend", nargs="+", default=[], metavar="RULE", help="switch counting rules off"
    )
    indicators.add_argument(
        "--months", type=read_whole, default=27, metavar="N", help="how late a line may come"
    )
    indicators.set_defaults(run=run_indicators)


def read_scale(text: str) -> float:
    try:
        scale = float(text)
    except ValueError:
        scale = math.nan
    if not 0.0001 <= scale <= 1:
        raise argparse.ArgumentTypeError(f"{text!r} is not a number from 0.0001 to 1")
    return scale


def read_years(text: str) -> tuple[int, int]:
    from toubib.observatory.generator.calibration import YEARS

    first, _, last = text.partition("-")
    years = [int(one) for one in (first, last or first) if one.isascii() and one.isdigit()]
    if len(years) != 2 or not YEARS[0] <= years[0] <= years[1] <= YEARS[-1]:
        raise argparse.ArgumentTypeError(
            f"{text!r} are not years from {YEARS[0]} to {YEARS[-1]}, as 2020-2024"
        )
    return years[0], years[1]


def read_whole(text: str) -> int:
    if text.isascii() and text.isdigit() and 1 <= int(text) <= 2**32:
        return int(text)
    raise argparse.ArgumentTypeError(f"{text!r} is not a whole number from 1")


def run_generate(arguments: argparse.Namespace) -> int:
    from toubib.observatory.generator.calibration import Order
    from toubib.observatory.generator.run import generate

    first, last = arguments.years
    order = Order(arguments.scale, first, last, arguments.seed)
    counts = guarded("generate", lambda: generate(order=order, out=arguments.out, workers=arguments.workers))
    if isinstance(counts, int):
        return counts
    for table, rows in counts.items():
        sys.stdout.write(f"{table}: {rows} rows\n")
    return 0


def run_acts(arguments: argparse.Namespace) -> int:
    from toubib.observatory.acts import write_acts

    rows = guarded("acts", lambda: {"acts": write_acts(claims=arguments.claims, out=arguments.out)})
    if isinstance(rows, int):
        return rows
    sys.stdout.write(f"{rows['acts']} acts\n")
    return 0


def run_indicators(arguments: argparse.Namespace) -> int:
    from toubib.observatory.counting.rules import UnknownRule, rules_without
    from toubib.observatory.indicators.report import indicators

    try:
        rules = rules_without(arguments.without)
    except UnknownRule as error:
        sys.stderr.write(f"--without: {error}\n")
        return 2
    if arguments.claims is None:
        found = guarded("indicators", lambda: of_other_source(arguments))
        return found if isinstance(found, int) else _answer(found, arguments)
    found = guarded(
        "indicators",
        lambda: indicators(
            claims=arguments.claims,
            engine=arguments.engine,
            rules=rules,
            months=arguments.months,
            kept=arguments.keep,
            on=date.today(),
        ),
    )
    return found if isinstance(found, int) else _answer(found, arguments)


def write_document(found: dict[str, Any], out: Path) -> int:
    """Beside, then renamed; gives the exit."""
    told = json.dumps(found, ensure_ascii=False, indent=1)
    beside = out.with_name(f".{out.name}.{os.getpid()}")
    try:
        beside.write_text(f"{told}\n", encoding="utf-8")
        beside.replace(out)
    except OSError as error:
        beside.unlink(missing_ok=True)
        sys.stderr.write(f"{out}:1: -: cannot be written: {error.strerror or error}\n")
        return 1 if is_disk_full(error) else 2
    return 0


def _answer(found: dict[str, Any], arguments: argparse.Namespace) -> int:
    """To the file; to standard output as it was asked for."""
    if arguments.out and (failed := write_document(found, arguments.out)):
        return failed
    told = json.dumps(found, ensure_ascii=False, indent=1)
    if arguments.json or not arguments.out:
        lines = told if arguments.json else "\n".join(_lines(found))
        sys.stdout.write(f"{lines}\n")
    return 0


def guarded(what: str, work: Callable[[], Any]) -> Any:
    """What the work gives, or the exit: 2 for bad input, 1 for no room or no engine; one line on standard error."""
    import duckdb

    from toubib.observatory.claims.engine import NoEngine
    from toubib.observatory.claims.faults import BadClaims, DiskFull
    from toubib.observatory.progress import Progress
    from toubib.rulebook.engine.tables import BadTable
    from toubib.rulebook.parameters import BadParameters
    from toubib.rulebook.policies import BadPolicy

    try:
        with Progress(what):
            return work()
    except (BadClaims, BadOrder, BadTable, BadParameters, BadPolicy) as error:
        sys.stderr.write(f"{' '.join(str(error).split())}\n")
        return 2
    except (DiskFull, NoEngine) as error:
        sys.stderr.write(f"toubib: {error}\n")
        return 1
    except (duckdb.Error, OSError) as error:
        if not is_disk_full(error):
            raise
        sys.stderr.write("toubib: no room left for the work files\n")
        return 1


def _lines(found: dict[str, Any]) -> list[str]:
    """France, for a reader; --json has the rest."""
    told = [found["source"], "", "year  téléconsultations"]
    told += [f"{year}  {_cell(number)}" for year, number in found["acts_by_year"].items()]
    told += ["", "quarter  GPs  with a téléconsultation  rate"]
    france = [row for row in found["gp_adoption"] if row["area"] == "FR"]
    told += [
        f"{row['quarter']}  {_cell(row['gps'])}  {_cell(row['with_teleconsultation'])}  {_cell(row['rate'])}"
        for row in france
    ]
    told += ["", "quarter  patients in ALD with an act of télésanté in six months"]
    patients = [row for row in found["ald_patients"] if row["area"] == "FR"]
    return told + [f"{row['quarter']}  {_cell(row['patients'])}" for row in patients]


def _cell(value: float | None) -> str:
    return "-" if value is None else f"{value:.3f}" if isinstance(value, float) else str(value)
