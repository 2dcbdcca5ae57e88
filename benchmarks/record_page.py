#!/usr/bin/env python3
"""The doctor's page of a patient with many past encounters: queries, and milliseconds of the server's own CPU.

    .venv/bin/python benchmarks/record_page.py [--past 500] [--times 100]

In one process on PostgreSQL; the page, then its part « Passé ». Each is asked ten times before the clock runs.
"""

from __future__ import annotations

import argparse
import sys
import time
from datetime import timedelta
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))
import kit
import production


def main() -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--past", type=int, default=500)
    parser.add_argument("--times", type=int, default=100)
    options = parser.parse_args()
    _url, folder = kit.fresh_database()
    try:
        return run(options)
    finally:
        kit.stop_database(folder)


def run(options: argparse.Namespace) -> int:
    from django.conf import settings

    settings.ALLOWED_HOSTS = ["*"]
    production.collect_static()
    from toubib.consultation.tests.factories import make_call
    from toubib.consultation.tests.pages import client_of

    call = make_call(opened=True)
    doctor = client_of(call.doctor.account)
    room = f"/cabinet/salle/{call.room.id}"
    alone = {path: measure(doctor, path, times=1)[0] for path in (room, f"{room}/passe")}
    add_past(call, size=options.past)
    kit.circumstances()
    kit.row("past encounters", options.past)
    worst = 0.0
    for path, name in ((room, "the page"), (f"{room}/passe", "the past")):
        queries, cpu, clock = measure(doctor, path, times=options.times)
        kit.row(f"{name}: queries (none in the past: {alone[path]})", queries)
        kit.row(f"{name}: CPU, median and p95", kit.milliseconds(cpu))
        kit.row(f"{name}: by the clock, median and p95", kit.milliseconds(clock))
        worst = max(worst, kit.p95(cpu))
    kit.row("goal", 100, "ms")
    return 0 if worst < 0.1 else 1


def add_past(call, *, size: int) -> None:
    from toubib.record.models import Encounter, Note

    first = call.encounter.planned_at - timedelta(days=size + 1)
    for number in range(size):
        at = first + timedelta(days=number)
        past = Encounter.objects.create(
            patient=call.patient,
            practitioner=call.encounter.practitioner,
            state="signed",
            planned_at=at,
            started_at=at,
            ended_at=at,
            signed_at=at,
        )
        Note.objects.create(
            encounter=past, version=1, reason="Toux", findings="Gorge rouge", conclusion="Virose", advice="",
            saved_at=at, signed_at=at, signed_by=call.by.account_id,
        )  # fmt: skip


def measure(client, path: str, *, times: int) -> tuple[int, list[float], list[float]]:
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    for _warm in range(10):
        assert client.get(path).status_code == 200, path
    with CaptureQueriesContext(connection) as asked:
        client.get(path)
        queries = len(asked)
    cpu, clock = [], []
    for _ in range(times):
        begun, spent = time.perf_counter(), time.process_time()
        client.get(path)
        cpu.append(time.process_time() - spent)
        clock.append(time.perf_counter() - begun)
    return queries, cpu, clock


if __name__ == "__main__":
    sys.exit(main())
