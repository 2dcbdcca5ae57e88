#!/usr/bin/env python3
"""People connected in line, each told their own rank from one query: memory of the server, time to the last one told.

    .venv/bin/python benchmarks/ranks.py [--people 2000] [--changes 10]

Every one has a session and an open `/sse`; at each change the first in line leaves. The streams' process runs on one
core; the database and those who listen on the other.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import resource
import sys
import time
from datetime import timedelta
from pathlib import Path
from statistics import median

sys.path.insert(0, str(Path(__file__).parent))
import kit
import production

WITHIN = 30.0
RANK = b"event: rank\ndata: "


def main() -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--people", type=int, default=2000)
    parser.add_argument("--changes", type=int, default=10)
    options = parser.parse_args()
    os.sched_setaffinity(0, {int(production.OTHER_CORE)})
    files = min(resource.getrlimit(resource.RLIMIT_NOFILE)[1], 2 * options.people + 1000)
    resource.setrlimit(resource.RLIMIT_NOFILE, (files, files))
    _url, folder = kit.fresh_database()
    try:
        return run(options)
    finally:
        kit.stop_database(folder)


def run(options: argparse.Namespace) -> int:
    from django.utils import timezone

    now = timezone.now()
    pool = kit.make_place()
    tickets = kit.make_crowd(size=options.people, pool=pool, now=now - timedelta(hours=1))
    kit.make_crowd_past(size=200, pool=pool, now=now)
    crowd = [(str(ticket.id), production.open_session(ticket.account)) for ticket in tickets]
    queries = count_queries(pool)
    with production.served() as (_pages, port, process):
        live = production.part_pid(process, "live")
        asyncio.run(measure(options, tickets, crowd, port=port, live=live))
    kit.row("queries of the server at a change", queries)
    return 0


def count_queries(pool) -> int:
    """Those of the one function that the server asks, once for everybody, at a change."""
    from django.db import connection

    from toubib.config.subscriptions import ranks_of

    statements: list[str] = []

    def note(execute, sql, params, many, context):
        statements.append(sql)
        return execute(sql, params, many, context)

    with connection.execute_wrapper(note):
        ranks_of(str(pool.id))
    return len(statements)


class Listener:
    """One page in line: what it was told last, and when."""

    def __init__(self, ticket: str) -> None:
        self.ticket, self.rank, self.at = ticket, 0, 0.0

    async def connect(self, port: int, session: str) -> None:
        self.reader, self.writer = await asyncio.open_connection("127.0.0.1", port)
        self.writer.write(
            (
                f"GET /sse HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nAccept: text/event-stream\r\n"
                f"Cookie: toubib_session={session}\r\n\r\n"
            ).encode()
        )
        head = await self.reader.readuntil(b"\r\n\r\n")
        assert b" 200 " in head.split(b"\r\n")[0], head[:80]
        while b"event: ready" not in await self.reader.readuntil(b"\n\n"):
            pass
        self.task = asyncio.create_task(self.listen())

    async def listen(self) -> None:
        while True:
            block = await self.reader.readuntil(b"\n\n")
            if RANK in block:
                self.at = time.perf_counter()
                news = json.loads(block.split(RANK, 1)[1])
                assert news["topic"] == f"ticket:{self.ticket}", "told the rank of another"
                self.rank = news["rank"]


async def measure(options: argparse.Namespace, tickets: list, crowd: list, *, port: int, live: int) -> None:
    first = [Listener(ticket) for ticket, _session in crowd[:5]]
    for listener, (_ticket, session) in zip(first, crowd, strict=False):
        await listener.connect(port, session)  # what a process loads once is not counted for each
    before = production.memory_kb(live)
    rest = [Listener(ticket) for ticket, _session in crowd[5:]]
    for start in range(0, len(rest), 50):
        some = zip(rest[start : start + 50], crowd[5 + start :], strict=False)
        await asyncio.gather(*(listener.connect(port, session) for listener, (_ticket, session) in some))
    listeners = first + rest
    connected = production.memory_kb(live)
    cpu, took, middle = cpu_of(live), [], []
    for change in range(options.changes):
        told = await one_change(tickets[change], listeners[change + 1 :])
        took.append(told[-1])
        middle.append(median(told))
        await asyncio.sleep(1)
    kit.circumstances()
    kit.row("people connected", len(listeners))
    kit.row("KB of memory each, connected", round((connected - before) / len(rest), 1))
    kit.row(
        "KB of memory each, after the changes", round((production.memory_kb(live) - before) / len(rest), 1)
    )
    kit.row("changes", options.changes)
    kit.row(
        "last one told: median, worst",
        f"{median(took) * 1000:.0f}, {max(took) * 1000:.0f}",
        "ms after the commit",
    )
    kit.row("one told: median", f"{median(middle) * 1000:.0f}", "ms after the commit")
    kit.row(
        "CPU of the streams' process at a change", round((cpu_of(live) - cpu) / options.changes * 1000), "ms"
    )
    for listener in listeners:
        listener.task.cancel()


async def one_change(leaver, listeners: list[Listener]) -> list[float]:
    """The first leaves: seconds from the commit to each, in order; each must be told its own new rank."""
    for listener in listeners:
        listener.rank, listener.at = 0, 0.0
    committed = await asyncio.to_thread(leave, leaver)
    end = time.perf_counter() + WITHIN
    while any(listener.rank == 0 for listener in listeners):
        if time.perf_counter() > end:
            raise SystemExit(f"{sum(not one.rank for one in listeners)} were not told within {WITHIN:g} s")
        await asyncio.sleep(0.02)
    assert [listener.rank for listener in listeners] == list(range(1, len(listeners) + 1)), "a wrong rank"
    return sorted(listener.at - committed for listener in listeners)


def leave(ticket) -> float:
    """When the act was committed (the news leaves just after)."""
    from django.db import connection, transaction
    from django.utils import timezone

    from toubib.ground.actors import Actor
    from toubib.waiting.operations import leave_line

    committed = []
    with transaction.atomic():
        transaction.on_commit(lambda: committed.append(time.perf_counter()))
        leave_line(ticket_id=ticket.id, by=Actor(ticket.account_id, "patient"), now=timezone.now())
    connection.close()
    return committed[0]


def cpu_of(pid: int) -> float:
    fields = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


if __name__ == "__main__":
    sys.exit(main())
