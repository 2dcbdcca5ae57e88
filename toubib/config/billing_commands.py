"""`toubib billing …`: the file that a billing system takes."""

from __future__ import annotations

import argparse
import sys
from datetime import date
from pathlib import Path
from typing import Any

EXPORT = """Puts every line that waits between two days, both included, into one file and marks it sent; writes the file as
CSV and JSON into DIR and prints what was written. No line leaves twice: with nothing to send, nothing is written and the
exit code is 0. --again BATCH writes the files of an earlier batch once more, byte for byte. Columns: docs/billing.md."""


def add_commands(commands: Any) -> None:
    """Put `billing` and its own commands among those of `toubib`."""
    billing = commands.add_parser("billing", help="claims for the billing system")
    parts = billing.add_subparsers(metavar="COMMAND", required=True)
    export = parts.add_parser("export", help="write the lines that wait as CSV and JSON", description=EXPORT)
    export.add_argument("--from", dest="first", type=read_day, metavar="DATE")
    export.add_argument("--to", dest="last", type=read_day, metavar="DATE")
    export.add_argument("--out", type=Path, required=True, metavar="DIR")
    export.add_argument("--again", metavar="BATCH", help="the id of a batch made before")
    export.set_defaults(run=run_export)


def read_day(text: str) -> date:
    from toubib.rulebook.commands import read_day as read

    return read(text)


def run_export(given: argparse.Namespace) -> int:
    import django
    from django.utils import timezone

    django.setup()
    from toubib.billing.operations import NothingToSend, export_claims
    from toubib.ground.actors import Actor

    if given.again:
        return _again(given)
    if given.first is None or given.last is None or given.last < given.first:
        return _bad("--from and --to: two days are expected, the first not after the last")
    if not given.out.is_dir():
        return _bad(f"{given.out}: no such folder")
    try:
        batch = export_claims(first=given.first, last=given.last, by=Actor.system("cli"), now=timezone.now())
    except NothingToSend:
        sys.stdout.write("Nothing to send between these days.\n")
        return 0
    return _write(batch, given.out)


def _again(given: argparse.Namespace) -> int:
    from uuid import UUID

    from django.utils import timezone

    from toubib.billing.queries import get_batch
    from toubib.billing.queries.claims import trace_batch_read
    from toubib.ground.actors import Actor

    try:
        batch = get_batch(batch_id=UUID(given.again))
    except ValueError:
        batch = None
    if batch is None:
        return _bad(f"--again: {given.again}: no such batch")
    if not given.out.is_dir():
        return _bad(f"{given.out}: no such folder")
    trace_batch_read(batch=batch, by=Actor.system("cli"), now=timezone.now())
    return _write(batch, given.out)


def _write(batch: Any, folder: Path) -> int:
    """Beside and renamed: never half a file."""
    from toubib.billing.settle import amount_of
    from toubib.ground.files import read_file

    for stored, ending, digest in (
        (batch.csv_file, "csv", batch.csv_sha256),
        (batch.json_file, "json", batch.json_sha256),
    ):
        path = folder / f"toubib-billing-{batch.first_on}-{batch.last_on}-{batch.pk}.{ending}"
        part = path.with_name(f"{path.name}.part")
        part.touch(mode=0o600)
        part.write_bytes(read_file(stored))
        part.replace(path)
        sys.stdout.write(f"{path} {digest}\n")
    sys.stdout.write(f"{batch.entries_count} entries, {amount_of(batch.total_cents)} EUR.\n")
    return 0


def _bad(sentence: str) -> int:
    sys.stderr.write(f"toubib billing export: {sentence}\n")
    return 2
