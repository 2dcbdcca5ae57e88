"""Where `toubib observatory indicators` reads from: claims, or one of the other sources."""

from __future__ import annotations

import argparse
from datetime import date
from pathlib import Path
from typing import Any


class BadOrder(ValueError):
    """Options that do not go together; str() is the line."""


def add_sources(indicators: argparse.ArgumentParser) -> None:
    """One of them, and what it needs beside."""
    one = indicators.add_mutually_exclusive_group(required=True)
    one.add_argument("--claims", type=Path, metavar="DIR", help="claims in the layout of the SNDS")
    one.add_argument("--damir", type=Path, metavar="DIR", help="monthly files of Open DAMIR")
    one.add_argument("--repss", type=Path, metavar="FILE", help="the workbook of the REPSS, with --mapping")
    one.add_argument("--own", action="store_true", help="this platform's signed acts, with --basis")
    indicators.add_argument("--mapping", type=Path, metavar="FILE", help="YAML: which sheet, which columns")
    indicators.add_argument(
        "--basis", default="", metavar="TEXT", help="the legal basis, in words: kept in the result"
    )


def of_other_source(arguments: argparse.Namespace) -> dict[str, Any]:
    """Raises BadOrder, BadClaims, DiskFull."""
    if arguments.damir:
        from toubib.observatory.sources.damir import damir_indicators

        return damir_indicators(folder=arguments.damir, on=date.today())
    if arguments.repss:
        from toubib.observatory.sources.repss import repss_indicators

        if arguments.mapping is None:
            raise BadOrder("--mapping: name the YAML file that says which sheet and which columns")
        return repss_indicators(workbook=arguments.repss, mapping=arguments.mapping, on=date.today())
    return _own(arguments.basis)


def _own(basis: str) -> dict[str, Any]:
    import django
    from django.conf import settings
    from django.utils import timezone

    django.setup()
    from toubib.ground.actors import Actor
    from toubib.observatory.sources.own_acts import NoBasis, own_indicators

    try:
        return own_indicators(
            basis=basis, by=Actor.system("cli"), now=timezone.now(), synthetic=bool(settings.DEMO)
        )
    except NoBasis as error:
        raise BadOrder(str(error)) from None
