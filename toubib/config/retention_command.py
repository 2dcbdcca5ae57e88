"""`toubib retention`: what is past its time, counted; with --apply, erased as the worker does each day."""

from __future__ import annotations

import argparse
import sys
from typing import Any

RETENTION = """Counts what the retention periods would erase today, kind by kind, and erases nothing: each kind is erased in
a transaction that is taken back. With --apply it stays erased. The worker does the same each day at 3 in the morning."""


def add_commands(commands: Any) -> None:
    retention = commands.add_parser(
        "retention", help="what is past its time, counted or erased", description=RETENTION
    )
    retention.add_argument("--apply", action="store_true", help="erase it, not only count it")
    retention.set_defaults(run=run_retention)


def run_retention(given: argparse.Namespace) -> int:
    import django

    django.setup()
    from django.utils import timezone

    from toubib.rights.operations import apply_retention
    from toubib.rulebook.days import value_at

    now = timezone.now()
    done = apply_retention(now=now, dry=not given.apply)
    verb = "erased" if given.apply else "would be erased"
    for one in done:
        kept = f"{value_at(id=one.rule, now=now)} {one.rule.rsplit('.', 1)[-1]}"
        sys.stdout.write(f"{one.count:>8}  {one.name} ({one.rule}: {kept})\n")
    sys.stdout.write(f"{sum(one.count for one in done):>8}  {verb}\n")
    return 0
