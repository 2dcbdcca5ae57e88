"""`toubib directory …`: the public registers of professionals and establishments, and lists of your own."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

from toubib.config.record_commands import read_day
from toubib.config.territory_commands import day_of, say

if TYPE_CHECKING:
    from toubib.ground.tables import BadTable

KINDS = {
    "rpps": (
        "professionals",
        """Takes in PS_LibreAcces_Personne_activite of annuaire.sante.fr (unpacked, or .gz). Lines with another
identifier than an RPPS number are counted and left out.""",
    ),
    "finess": (
        "establishments",
        """Takes in the geocoded re-export of the FINESS, or etalab-cs1100507-stock with its points. An
establishment of several lines is taken once.""",
    ),
}
STREAM = """ The register before stands until the new one is whole. A bad line is left out and told; where one in ten
is bad, nothing is taken in. Stopped, the same command goes on from where it was."""
OWN = {
    "organisations": (
        "companies, CPTS and hosts, with what they hold",
        """Puts organisations on file, with a company's agrément and conventions with a CPTS, from a table of your own
(docs/territory.md). All of it or nothing; one on file already stays as it is, what it holds is refreshed.""",
    ),
    "places": (
        "places of care",
        """Puts places of care on file, with who shelters and who runs them, from a table of your own
(docs/territory.md). All of it or nothing; a place on file already stays as it is. None is opened: /direction/lieux does,
once all was seen.""",
    ),
    "practices": (
        "for whom professionals practise",
        """Puts on file for whom professionals of this platform practise and since when, from a table of your own
(docs/territory.md). All of it or nothing; a new main place ends the one before.""",
    ),
}
MOST_SHOWN = 5


def add_commands(commands: Any) -> None:
    """Put `directory` and its own commands among those of `toubib`."""
    directory = commands.add_parser("directory", help="professionals, organisations, places")
    parts = directory.add_subparsers(metavar="COMMAND", required=True)
    imports = parts.add_parser("import", help="take in a public register")
    kinds = imports.add_subparsers(metavar="KIND", dest="kind", required=True)
    for kind, (told, description) in KINDS.items():
        one = kinds.add_parser(kind, help=told, description=description + STREAM)
        one.add_argument("file", type=Path, metavar="FILE")
        one.add_argument("--date", type=read_day, metavar="DATE", help="the day of the file, as 2026-07-24")
        one.add_argument("--report", type=Path, metavar="REPORT", help="write every refused line there")
        one.set_defaults(run=run_import)
    for kind, (told, description) in OWN.items():
        one = kinds.add_parser(kind, help=told, description=description)
        one.add_argument("file", type=Path, metavar="FILE")
        one.set_defaults(run=run_import_own)


def run_import_own(given: argparse.Namespace) -> int:
    import django
    from django.utils import timezone

    django.setup()
    from toubib.directory.operations import import_organisations, import_places, import_practices
    from toubib.ground.actors import Actor
    from toubib.ground.tables import BadTable

    take_in = {
        "organisations": import_organisations,
        "places": import_places,
        "practices": import_practices,
    }
    try:
        counts = take_in[given.kind](file=given.file, by=Actor.system("cli"), now=timezone.now())
    except BadTable as error:
        sys.stderr.write(f"{' '.join(str(error).split())}\n")
        return 2
    sys.stdout.write(f"Imported: {', '.join(f'{count} {name}' for name, count in counts.items())}.\n")
    return 0


def run_import(given: argparse.Namespace) -> int:
    import django
    from django.utils import timezone

    django.setup()
    from toubib.config.cli import fail
    from toubib.directory.enums import RegisterKind
    from toubib.directory.operations import import_register
    from toubib.directory.operations.register import AlreadyRunning
    from toubib.directory.readers import absent_from_rpps
    from toubib.ground.tables import BadTable
    from toubib.observatory.progress import Progress

    refused = Refused(given.report)
    try:
        with Progress(f"import {given.kind}"), refused:
            day = given.date or day_of(given.file)
            for header in absent_from_rpps(given.file) if given.kind == "rpps" else ():
                sys.stderr.write(f"{given.file}: no such column, empty in every line: {header!r}\n")
            done = import_register(
                kind=RegisterKind(given.kind),
                file=given.file,
                files_on=day,
                now=timezone.now(),
                refuse=refused,
            )
    except BadTable as error:
        sys.stderr.write(f"{' '.join(str(error).split())}\n")
        return 2
    except AlreadyRunning as error:
        return fail(f"{error}: another import of this file is running")
    except OSError as error:
        return fail(f"{given.report}: {error.strerror}")
    say(done.row.counts, done.row.files_on, is_new=done.is_new)
    for line in refused.first:
        sys.stderr.write(f"{line}\n")
    if refused.count > len(refused.first):
        sys.stderr.write(
            f"… {refused.count} lines refused{'' if given.report else ': --report FILE writes them all'}\n"
        )
    return 0


class Refused:
    """Counts the refused lines, keeps the first, and writes all of them where a report is wanted."""

    def __init__(self, report: Path | None) -> None:
        self.report, self.count = report, 0
        self.first: list[str] = []
        self.stream: Any = None

    def __enter__(self) -> Refused:
        if self.report is not None:
            self.stream = self._beside().open("w", encoding="utf-8")
        return self

    def __exit__(self, *raised: object) -> None:
        if self.report is not None:
            self.stream.close()
            self._beside().replace(self.report)

    def __call__(self, error: BadTable) -> None:
        line = " ".join(str(error).split())
        self.count += 1
        if len(self.first) < MOST_SHOWN:
            self.first.append(line)
        if self.stream is not None:
            self.stream.write(f"{line}\n")

    def _beside(self) -> Path:
        assert self.report is not None
        return self.report.with_name(f".{self.report.name}.part")
