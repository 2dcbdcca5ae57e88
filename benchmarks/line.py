#!/usr/bin/env python3
"""The doctor's list (the first 50 and the count), production form on PostgreSQL, application on one core.

.venv/bin/python benchmarks/line.py [--waiting 1000] [--requests 2000] [--callers 8]
.venv/bin/python benchmarks/line.py --functions      where the time of one list goes, in one process
"""

from __future__ import annotations

import argparse
import cProfile
import os
import pstats
import sys
import threading
import time
import warnings
from datetime import timedelta
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))
import kit
import production

ADDRESS = "/cabinet/file"
LENGTHS = (1, 50, 1000)


def main() -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--waiting", type=int, default=1000)
    parser.add_argument("--requests", type=int, default=2000)
    parser.add_argument("--callers", type=int, default=8)
    parser.add_argument("--functions", action="store_true", help="profile the functions instead")
    options = parser.parse_args()
    warnings.simplefilter("ignore")
    os.sched_setaffinity(0, {int(production.OTHER_CORE)})
    _url, folder = kit.fresh_database()
    try:
        return run(options)
    finally:
        kit.stop_database(folder)


def run(options: argparse.Namespace) -> int:
    from django.utils import timezone

    now = timezone.now()
    pool = kit.make_place()
    # Paused, so that dispatch offers nothing and the line keeps its length
    duties = kit.make_doctors(size=options.callers, pool=pool, now=now, state="paused")
    sessions = [production.open_session(duty.account) for duty in duties]
    production.collect_static()
    queries = {}
    for length in sorted({*LENGTHS, options.waiting}):
        lengthen(to=length, pool=pool, duty=duties[0], now=now)
        queries[length] = count_queries(sessions[0], waiting=length)
    if options.functions:
        return profile(sessions[0], options.requests)
    shorten(to=options.waiting, now=now)
    with production.served() as (port, _live, process):
        warm(port, sessions)
        before, begun = sum(production.cpu_by_part(process).values()), time.perf_counter()
        times, size = ask_all(port, sessions, options.requests)
        seconds = time.perf_counter() - begun
        cpu = sum(production.cpu_by_part(process).values()) - before
    kit.circumstances()
    kit.row("waiting", options.waiting)
    kit.row("callers", options.callers)
    kit.row("lists", len(times))
    kit.row("lists a second", round(len(times) / seconds, 1))
    kit.row("lists a second of application CPU", round(len(times) / cpu, 1))
    kit.row("one list: median, p95", kit.milliseconds(times), "ms")
    kit.row("bytes of one list, compressed", size)
    for length, found in queries.items():
        kit.row(f"queries with {length} waiting", found)
    return 0


def lengthen(*, to: int, pool, duty, now) -> None:
    """More people, of every kind that the list shows: put first by name, an earlier yes, gone out."""
    from toubib.waiting.models import Ticket

    have = Ticket.objects.count()
    if to <= have:
        return
    more = kit.make_crowd(
        size=to - have, pool=pool, now=now - timedelta(hours=2) + timedelta(seconds=have), prefix=f"p{have}-"
    )
    for n, ticket in enumerate(more):
        if n % 25 == 3:
            ticket.tier, ticket.tier_set_by = 1, duty.account_id
        if n % 10 == 1:
            ticket.signs_yes = ["chest_pain"]
        if n % 12 == 5:
            ticket.state = "away"
    Ticket.objects.bulk_update(more, ["tier", "tier_set_by", "signs_yes", "state"], batch_size=500)


def shorten(*, to: int, now) -> None:
    from toubib.waiting.models import Ticket

    last = list(Ticket.objects.order_by("arrived_at").values_list("id", flat=True)[to:])
    Ticket.objects.filter(id__in=last).update(state="left", ended_at=now)


def client_of(session: str):
    from django.test import Client

    client = Client(HTTP_HOST="127.0.0.1")
    client.cookies["toubib_session"] = session
    return client


def count_queries(session: str, *, waiting: int) -> int:
    """Queries of one request, everything counted: session, account, roles, duty, rows, count."""
    from django.db import connection

    statements: list[str] = []

    def note(execute, sql, params, many, context):
        statements.append(sql)
        return execute(sql, params, many, context)

    client = client_of(session)
    with connection.execute_wrapper(note):
        answer = client.get(ADDRESS)
    rows = answer.content.decode().count("<li>")
    assert (answer.status_code, rows) == (200, min(50, waiting)), (answer.status_code, rows)
    return len(statements)


def profile(session: str, requests: int) -> int:
    client, found = client_of(session), cProfile.Profile()
    client.get(ADDRESS)
    begun = time.process_time()
    found.enable()
    for _ in range(requests):
        client.get(ADDRESS)
    found.disable()
    kit.row("CPU of one list, profiled", f"{(time.process_time() - begun) / requests * 1000:.2f}", "ms")
    pstats.Stats(found).sort_stats("tottime").print_stats(35)
    return 0


def warm(port: int, sessions: list[str]) -> None:
    for session in sessions * 2:
        production.Browser(port, session).ask("GET", ADDRESS)


def ask_all(port: int, sessions: list[str], requests: int) -> tuple[list[float], int]:
    """(seconds of each, bytes of one)"""
    times: list[float] = []
    sizes: list[int] = []

    def caller(session: str) -> None:
        browser = production.Browser(port, session)
        for _ in range(requests // len(sessions)):
            status, body, seconds = browser.ask("GET", ADDRESS)
            assert status == 200, status
            times.append(seconds)
            sizes.append(len(body))

    threads = [threading.Thread(target=caller, args=(session,)) for session in sessions]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return times, sizes[0]


if __name__ == "__main__":
    sys.exit(main())
