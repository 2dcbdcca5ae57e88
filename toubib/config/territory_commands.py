"""`toubib territory …`: communes and what is published of them."""

from __future__ import annotations

import argparse
import re
import sys
from datetime import date, datetime
from pathlib import Path
from typing import Any

from toubib.config.record_commands import read_day

KINDS = {
    "communes": (
        "communes of a year",
        """Takes in INSEE's v_commune_AAAA.csv, communes.json of the package @etalab/decoupage-administratif, or
a table with the columns code and name, and where it has them departement, region, population, lat, lon, postal_codes,
neighbours. What the file does not say stays; a commune that it has no more is kept and found no more.""",
    ),
    "zonage": (
        "zones of the ARS",
        """Takes in Zonage_medecin_AAAAMMJJ.xlsx of the DREES, or a table with a code of commune and a zone, in
force from --date (by default the day in the name of the file).""",
    ),
    "apl": (
        "potential accessibility (APL)",
        """Takes in the workbook of the DREES for general practitioners, one sheet « APL AAAA » a year; of a
CSV, the year is that of --date.""",
    ),
    "cpts": (
        "CPTS and their communes",
        """Takes in a table with a row by organisation and commune: finess, nom, code_insee, and where they are
known type, debut, fin, referencee_le, referencement_fin.""",
    ),
    "samu": (
        "direct numbers of the SAMU",
        """Takes in a table with a row by département: departement, nom, numero, verifie_le.""",
    ),
}
SHIPPED = "Takes in the table of communes that ships with Toubib, where no list of communes was taken in yet."
DAY_IN_NAME = re.compile(r"(20\d\d)-?([01]\d)-?([0-3]\d)")


def add_commands(commands: Any) -> None:
    """Put `territory` and its own commands among those of `toubib`."""
    territory = commands.add_parser("territory", help="communes, zones, organisations")
    parts = territory.add_subparsers(metavar="COMMAND", required=True)
    imports = parts.add_parser("import", help="take in a published list")
    kinds = imports.add_subparsers(metavar="KIND", dest="kind", required=True)
    for kind, (told, description) in KINDS.items():
        one = kinds.add_parser(
            kind, help=told, description=f"{description} Whole or not at all. Safe to repeat."
        )
        one.add_argument("file", type=Path, metavar="FILE")
        one.add_argument("--date", type=read_day, metavar="DATE", help="from when it holds, as 2026-07-24")
        one.add_argument("--source", default="", help="who publishes it, under which licence")
        if kind == "zonage":
            one.add_argument("--arrete", default="", help="the arrêté, as it is cited")
        one.set_defaults(run=run_import)
    load = parts.add_parser("load", help="take in the communes that ship", description=SHIPPED)
    load.set_defaults(run=run_load)


def run_import(given: argparse.Namespace) -> int:
    import django
    from django.utils import timezone

    django.setup()
    from toubib.observatory.progress import Progress
    from toubib.territory.enums import ListKind
    from toubib.territory.operations import BadTable, import_list

    try:
        day = given.date or day_of(given.file)
        with Progress(f"import {given.kind}"):
            done = import_list(
                kind=ListKind(given.kind),
                file=given.file,
                files_on=day,
                now=timezone.now(),
                source=given.source,
                arrete=getattr(given, "arrete", "")
                or f"Arrêtés de zonage des ARS, fichier {given.file.name}",
            )
    except BadTable as error:
        sys.stderr.write(f"{' '.join(str(error).split())}\n")
        return 2
    say(done.row.counts, done.row.files_on, is_new=done.is_new)
    if done.unknown:
        first = ", ".join(done.unknown[:5])
        sys.stderr.write(f"{len(done.unknown)} codes are no commune that we know, left out: {first}\n")
    return 0


def run_load(_: argparse.Namespace) -> int:
    import django
    from django.utils import timezone

    django.setup()
    from toubib.territory.operations import load_shipped_communes

    done = load_shipped_communes(now=timezone.now())
    if done is None:
        sys.stdout.write("A list of communes is in use already, nothing written.\n")
    else:
        say(done.row.counts, done.row.files_on, is_new=True)
    return 0


def say(counts: dict[str, int], day: date, *, is_new: bool) -> None:
    counted = ", ".join(f"{count} {name}" for name, count in sorted(counts.items()))
    said = "Imported" if is_new else "Already in use, nothing written"
    sys.stdout.write(f"{said} (files of {day}): {counted}.\n")


def day_of(file: Path) -> date:
    """The day in the name of a file, or that of its last change. Raises BadTable."""
    from toubib.territory.operations import BadTable

    found = DAY_IN_NAME.search(file.name)
    if found:
        try:
            return date(*map(int, found.groups()))
        except ValueError:
            pass
    try:
        return datetime.fromtimestamp(file.stat().st_mtime).date()
    except OSError as error:
        raise BadTable(file, 0, "", f"cannot be read: {error.strerror}") from None
