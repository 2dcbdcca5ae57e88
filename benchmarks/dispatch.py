#!/usr/bin/env python3
"""Dispatch under load on PostgreSQL: no double, none lost, order kept.

.venv/bin/python benchmarks/dispatch.py                          20,000 through the operations
.venv/bin/python benchmarks/dispatch.py --alone                  100,000 through the dispatch alone
.venv/bin/python benchmarks/dispatch.py --without locks,indexes  the check must fail (exit 1)
.venv/bin/python benchmarks/dispatch.py --without locks          the database must refuse (exit 3)
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))
import kit

NOW = datetime(2026, 11, 21, 9, 0, tzinfo=UTC)
INDEXES = ["offer_one_by_ticket", "offer_one_by_duty", "encounter_one_held_by_practitioner"]
REFUSED = 3


def serve(number: int, without: str, alone: bool, seconds: float) -> int:
    """One process: answers the offers of its doctors until the line is empty."""
    import django

    django.setup()
    from django.db import IntegrityError, OperationalError

    from toubib.waiting.models import Duty
    from toubib.waiting.operations import MoveRefused

    if "locks" in without:
        take_locks_out()
    mine = list(Duty.objects.filter(practitioner__rpps__endswith=f"{number:02d}"))
    work = serve_alone if alone else serve_whole
    end = time.monotonic() + (seconds if without else 3600)
    while time.monotonic() < end:
        try:
            if not work(mine):
                return 0
        except IntegrityError as error:
            print(f"refused by the database: {str(error).splitlines()[0]}", file=sys.stderr)
            return REFUSED
        except (MoveRefused, OperationalError):
            if not without:  # two hands on one row: only ever seen with the locks taken out
                raise
    return 0


def serve_alone(mine: list) -> bool:
    """Free this process's doctors with the barest statements, then dispatch."""
    from django.db import connection, transaction

    from toubib.waiting.models import Ticket
    from toubib.waiting.operations import dispatch_pool

    ids = [duty.id for duty in mine]
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(
            "UPDATE waiting_ticket SET state='closed', ended_at=now(), exit_reason='seen' WHERE id IN "
            "(SELECT ticket_id FROM waiting_offer WHERE state='pending' AND duty_id = ANY(%s))",
            [ids],
        )
        cursor.execute(
            "UPDATE waiting_offer SET state='accepted' WHERE state='pending' AND duty_id = ANY(%s)", [ids]
        )
        cursor.execute(
            "UPDATE waiting_duty SET state='open', idle_since=now() WHERE state='offered' AND id = ANY(%s)",
            [ids],
        )
    dispatch_pool(pool_id=pool_id(), now=NOW)
    return Ticket.objects.filter(state="waiting").exists()


def serve_whole(mine: list) -> bool:
    """Each of this process's doctors takes, calls, notes and signs; signing dispatches the next."""
    from toubib.ground.actors import Actor
    from toubib.record.enums import Attestation
    from toubib.record.operations import save_note
    from toubib.waiting.models import Offer, Ticket
    from toubib.waiting.operations import dispatch_pool, end_call, sign_call, start_call, take_offer

    idle = True
    for duty in mine:
        offer_id = Offer.objects.filter(duty=duty, state="pending").values_list("id", flat=True).first()
        if offer_id is None:
            continue
        idle, by = False, Actor(duty.account_id, "practitioner")
        encounter = take_offer(offer_id=offer_id, by=by, now=NOW)
        start_call(encounter_id=encounter.id, by=by, now=NOW)
        save_note(
            encounter_id=encounter.id,
            reason="a",
            findings="b",
            conclusion="c",
            advice="",
            base=0,
            by=by,
            now=NOW,
        )
        end_call(encounter_id=encounter.id, by=by, now=NOW)
        sign_call(encounter_id=encounter.id, attestation=Attestation.VIDEO, by=by, now=NOW)
    if idle:
        dispatch_pool(pool_id=pool_id(), now=NOW)
    return Ticket.objects.filter(state__in=["waiting", "offered", "accepted", "in_call"]).exists()


def pool_id():
    from toubib.waiting.models import Pool

    return Pool.objects.values_list("id", flat=True).get()


def take_locks_out() -> None:
    """Neither advisory lock nor row lock: what the indexes alone are worth."""
    from django.db import connection

    from toubib.waiting.operations import dispatch

    dispatch.hold_lock = lambda name: None
    connection.features.has_select_for_update = False
    connection.features.has_select_for_update_skip_locked = False


def take_indexes_out() -> None:
    from django.db import connection

    with connection.cursor() as cursor:
        for name in INDEXES:
            cursor.execute(f"DROP INDEX {name}")
        cursor.execute("ALTER TABLE waiting_ticket DROP CONSTRAINT IF EXISTS waiting_ticket_encounter_id_key")


def check(tickets: list) -> list[str]:
    """What went wrong, in words; empty when each was offered once, in order of arrival, and none is left."""
    from toubib.ground.models import JournalEntry
    from toubib.waiting.models import Ticket

    entries = JournalEntry.objects.filter(action="waiting.ticket.offered").order_by("id")
    offered = list(entries.values_list("subject_id", flat=True).iterator(chunk_size=20000))
    expected = [str(ticket.id) for ticket in tickets]
    faults = []
    if len(offered) != len(set(offered)):
        faults.append(f"{len(offered) - len(set(offered))} tickets were offered twice")
    if set(offered) != set(expected):
        faults.append(f"{len(set(expected) - set(offered))} tickets were never offered")
    if not faults and offered != expected:
        faults.append("the order of arrival was not kept")
    left = Ticket.objects.exclude(state="closed").filter(state__in=["waiting"]).count()
    return [*faults, *([f"{left} tickets still wait"] if left else [])]


def main() -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--tickets", type=int)
    parser.add_argument("--processes", type=int, default=16)
    parser.add_argument("--alone", action="store_true")
    parser.add_argument("--without", default="")
    parser.add_argument(
        "--seconds", type=float, default=60, help="how long to try without locks (default 60)"
    )
    parser.add_argument("--serve", type=int, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.serve is not None:
        return serve(options.serve, options.without, options.alone, options.seconds)
    size = options.tickets or (100_000 if options.alone else 20_000)
    _url, folder = kit.fresh_database()
    try:
        return run(options, size)
    finally:
        kit.stop_database(folder)


def run(options: argparse.Namespace, size: int) -> int:
    pool = kit.make_place()
    tickets = kit.make_crowd(size=size, pool=pool, now=NOW - timedelta(days=1))
    kit.make_doctors(size=options.processes, pool=pool, now=NOW)
    if "indexes" in options.without:
        take_indexes_out()
    begun = time.monotonic()
    command = [
        sys.executable,
        __file__,
        "--without",
        options.without,
        "--seconds",
        str(options.seconds),
        *(["--alone"] if options.alone else []),
    ]
    workers = [
        subprocess.Popen([*command, "--serve", str(n)], env=os.environ) for n in range(options.processes)
    ]
    codes = [worker.wait() for worker in workers]
    seconds = time.monotonic() - begun
    kit.circumstances()
    kit.row("tickets", size)
    kit.row("processes", options.processes)
    kit.row("seconds", round(seconds, 1))
    kit.row("tickets a second", round(size / seconds))
    if REFUSED in codes:
        print("the database refused a double: the indexes hold")
        return REFUSED
    faults = check(tickets) + [f"a process ended with {code}" for code in codes if code]
    print("\n".join(faults) or "no double, none lost, order kept")
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
