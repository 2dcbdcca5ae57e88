"""`toubib observatory …`: no settings, no database, no Django."""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path
from typing import Any

from toubib.observatory.claims_commands import add_commands as add_claims_commands
from toubib.observatory.claims_commands import guarded
from toubib.observatory.reform_commands import add_reforms

SIMULATE = """Tells how many doctors a year's acts put above, near or below the cap under the law, under each policy and
under all of them together. FILE: Parquet, CSV (`,`, header) or JSON Lines. A policy is a name or a .yaml file."""
COLUMNS = ("practitioners", "undetermined", "exempt", "above", "near", "below", "counted_acts", "excluded")


def add_commands(commands: Any) -> None:
    """Put `observatory` and its own commands among those of `toubib`."""
    observatory = commands.add_parser("observatory", help="what claims and acts show")
    parts = observatory.add_subparsers(metavar="COMMAND", required=True)
    simulate = parts.add_parser("simulate", help="the effect of policies on the cap", description=SIMULATE)
    simulate.add_argument("--acts", required=True, type=Path, metavar="FILE", help="the acts, one a row")
    simulate.add_argument(
        "--activity", required=True, type=Path, metavar="FILE", help="the doctors' activity"
    )
    simulate.add_argument("--year", required=True, type=read_year, metavar="YEAR")
    simulate.add_argument(
        "--policy", action="extend", nargs="+", default=[], metavar="NAME", help="may be given several times"
    )
    simulate.add_argument("--json", action="store_true", help="as a JSON object")
    simulate.set_defaults(run=run_simulate)
    add_reforms(parts, read_year=read_year)
    add_claims_commands(parts)


def read_year(text: str) -> int:
    if text.isascii() and text.isdigit() and 2000 <= int(text) <= 2099:
        return int(text)
    raise argparse.ArgumentTypeError(f"{text!r} is not a year from 2000 to 2099")


def run_simulate(arguments: argparse.Namespace) -> int:
    found = guarded("simulate", lambda: _simulated(arguments))
    return found if isinstance(found, int) else _tell(found, arguments)


def _simulated(arguments: argparse.Namespace) -> Any:
    from toubib.observatory.simulate import simulate
    from toubib.rulebook.policies import BadPolicy, find_policy

    policies = [find_policy(name) for name in dict.fromkeys(arguments.policy)]
    for name, policy in zip(dict.fromkeys(arguments.policy), policies, strict=True):
        if policy.id == "law" or [one.id for one in policies].count(policy.id) > 1:
            raise BadPolicy(f"{name}:1: id: {policy.id} is taken")
    return simulate(acts=arguments.acts, activity=arguments.activity, year=arguments.year, policies=policies)


def _tell(found: Any, arguments: argparse.Namespace) -> int:
    together = list(found.policies)[-1]
    disputes = [f"{together}: the last named holds where policies differ: {one}" for one in found.disputes]
    answer = {"year": found.year, "policies": found.policies, "sources": found.sources + disputes}
    if arguments.json:
        sys.stdout.write(f"{json.dumps(answer, ensure_ascii=False, indent=1)}\n")
    else:
        sys.stdout.write("\n".join(_table(found.policies)) + "\n")
    for line in disputes:
        sys.stderr.write(f"{line}\n")
    if found.undated_acts:
        sys.stderr.write(f"{found.undated_acts} acts without a date are left out: their year is not known\n")
    if found.nameless_activities:
        told = f"{found.nameless_activities} activities that name no year or no practitioner are left out"
        sys.stderr.write(f"{told}\n")
    for name, number in found.unknown_acts.items():
        if number:
            told = (
                "are neither counted nor uncounted: facts are missing; whom they could move is undetermined"
            )
            sys.stderr.write(f"{name}: {number} acts {told}\n")
    return 0


def _table(policies: dict[str, dict[str, Any]]) -> list[str]:
    width = max(len(name) for name in policies)
    lines = ["  ".join([" " * width, *(column.rjust(max(8, len(column))) for column in COLUMNS)])]
    for name, row in policies.items():
        cells = [str(row[column]).rjust(max(8, len(column))) for column in COLUMNS]
        lines.append("  ".join([name.ljust(width), *cells]))
    for name, row in policies.items():
        if "newly_payable" in row:
            paid = row["newly_payable"]
            lines += [
                f"{name}: {paid['acts']} acts newly payable; AMO {paid['amo_difference']} EUR beyond the law",
                f"  ({paid['assumption']})",
            ]
    return lines
