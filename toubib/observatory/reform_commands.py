"""`toubib observatory reforms`: the file behind the reform page."""

from __future__ import annotations

import argparse
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

REFORMS = """Writes what the reform page shows (`reforms.json` of TOUBIB_OBSERVATORY_DIR) of one year. DIR: claims as `indicators` reads
them; of synthetic ones, what they do not say is supposed, and the page tells it. FILE: a table of acts of your own, as
`simulate` reads it. What doctors did in the year stands in --activity; synthetic claims hold it. Many choices of policies
are judged: some minutes for a year of a nation; --levers, --alone and --paying name fewer."""


def add_reforms(parts: Any, *, read_year: Callable[[str], int]) -> None:
    """Put the command among those of `toubib observatory`."""
    from toubib.observatory.choices import ALONE, COMBINED, PAYING

    own = parts.add_parser("reforms", help="the file behind the reform page", description=REFORMS)
    of = own.add_mutually_exclusive_group(required=True)
    of.add_argument("--claims", type=Path, metavar="DIR")
    of.add_argument("--acts", type=Path, metavar="FILE")
    own.add_argument("--activity", type=Path, metavar="FILE", help="the doctors' activity")
    own.add_argument(
        "--source", metavar="WORDS", help="whose acts they are, as the page shall say; with --acts"
    )
    own.add_argument("--year", required=True, type=read_year, metavar="YEAR")
    own.add_argument("--out", required=True, type=Path, metavar="FILE", help="the JSON object into a file")
    for name, default, told in (
        ("--levers", COMBINED, "policies to combine in every way"),
        ("--alone", ALONE, "policies by themselves"),
        ("--paying", PAYING, "policies that touch payment, in every combination"),
    ):
        own.add_argument(name, nargs="*", default=list(default), metavar="NAME", help=told)
    own.set_defaults(run=run_reforms)


def run_reforms(arguments: argparse.Namespace) -> int:
    from toubib.observatory.claims_commands import guarded, write_document

    found = guarded("reforms", lambda: _reforms(arguments))
    return found if isinstance(found, int) else write_document(found, arguments.out)


def _reforms(given: argparse.Namespace) -> dict[str, Any]:
    from toubib.observatory.source_commands import BadOrder
    from toubib.observatory.supposed import reforms_of_acts, reforms_of_claims

    chosen = {"levers": given.levers, "alone": given.alone, "paying": given.paying}
    if given.claims:
        if given.source:
            raise BadOrder("--source: claims say it themselves")
        return reforms_of_claims(
            claims=given.claims, activity=given.activity, year=given.year, on=date.today(), **chosen
        )
    if not given.activity or not given.source:
        raise BadOrder("--acts: --activity FILE and --source WORDS are needed too")
    return reforms_of_acts(
        acts=given.acts,
        activity=given.activity,
        year=given.year,
        source=given.source,
        on=date.today(),
        **chosen,
    )
