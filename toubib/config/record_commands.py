"""`toubib record …`: the lists that the record is written with."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable
from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from toubib.config.sample_command import add_sample

if TYPE_CHECKING:
    from toubib.nomenclature.operations import Imported

IMPORT_BDPM = """Takes in the medicines of DIR: CIS_bdpm.txt, CIS_CIP_bdpm.txt, CIS_COMPO_bdpm.txt, CIS_GENER_bdpm.txt
and, where it is there, CIS_CPD_bdpm.txt (conditions of prescription; without it Toubib cannot say which medicines may
be prescribed). The old list stands until the new one is whole. Safe to repeat."""
IMPORT_CIM10 = """Takes in the codes of the CIM-10-FR: LIBCIM10MULTI.TXT of the ATIH, or a CSV with the header
code,type,ssr,psy,short,long (may be packed: .gz). The old list stands until the new one is whole. Safe to repeat."""
DAY = "the day of the files, as 2026-07-24; by default that of the youngest of them"


def add_commands(commands: Any) -> None:
    """Put `record` and its own commands among those of `toubib`."""
    record = commands.add_parser("record", help="medicines, diagnoses, documents")
    parts = record.add_subparsers(metavar="COMMAND", required=True)
    imports = parts.add_parser("import", help="take in a published list")
    kinds = imports.add_subparsers(metavar="KIND", required=True)
    medicines = kinds.add_parser("bdpm", help="medicines", description=IMPORT_BDPM)
    medicines.add_argument("folder", type=Path, metavar="DIR")
    medicines.add_argument("--date", type=read_day, metavar="DATE", help=DAY)
    medicines.set_defaults(run=run_import_bdpm)
    diagnoses = kinds.add_parser("cim10", help="diagnoses", description=IMPORT_CIM10)
    diagnoses.add_argument("file", type=Path, metavar="FILE")
    diagnoses.add_argument("--date", type=read_day, metavar="DATE", help=DAY)
    diagnoses.set_defaults(run=run_import_cim10)
    add_sample(parts)


def read_day(text: str) -> date:
    from toubib.rulebook.commands import read_day as read

    return read(text)


def run_import_bdpm(given: argparse.Namespace) -> int:
    _set_up()
    from toubib.nomenclature.bdpm import REQUIRED
    from toubib.nomenclature.operations import import_bdpm

    return _take_in(
        "bdpm", [given.folder / name for name in REQUIRED], given, import_bdpm, folder=given.folder
    )


def run_import_cim10(given: argparse.Namespace) -> int:
    _set_up()
    from toubib.nomenclature.operations import import_cim10

    return _take_in("cim10", [given.file], given, import_cim10, file=given.file)


def _set_up() -> None:
    import django

    django.setup()


def _take_in(
    kind: str, paths: list[Path], given: argparse.Namespace, take_in: Callable[..., Imported], **where: Path
) -> int:
    from django.utils import timezone

    from toubib.nomenclature.operations import BadList
    from toubib.observatory.progress import Progress

    try:
        with Progress(f"import {kind}"):
            done = take_in(files_on=given.date or _youngest(paths), now=timezone.now(), **where)
    except BadList as error:
        sys.stderr.write(f"{' '.join(str(error).split())}\n")
        return 2
    counted = ", ".join(f"{count} {name.replace('_', ' ')}" for name, count in done.counts.items())
    said = "Imported" if done.is_new else "Already in use, nothing written"
    sys.stdout.write(f"{said} (files of {done.row.files_on}): {counted}.\n")
    if kind == "bdpm" and not done.row.has_conditions:
        sys.stderr.write("CIS_CPD_bdpm.txt is not there: which medicines are restricted is not known.\n")
    return 0


def _youngest(paths: list[Path]) -> date:
    from toubib.nomenclature.operations import BadList

    days = []
    for path in paths:
        try:
            days.append(path.stat().st_mtime)
        except OSError as error:
            raise BadList(path, 0, "", f"cannot be read: {error.strerror}") from None
    return datetime.fromtimestamp(max(days)).date()
