"""The hub of this process: news of `toubib.ground.hub` carried to open sockets and event streams.

On PostgreSQL one connection listens (LISTEN toubib) and comes back by itself; after a gap everyone is told
`resync`, so that each page refreshes once. Elsewhere the news comes from the threads of this very process.
Everything here runs on one event loop; only `_from_thread` is called from others.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import logging
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import Any

import psycopg
from django.db import DatabaseError, InterfaceError, close_old_connections, connections

from toubib.ground import hub

logger = logging.getLogger(__name__)

News = dict[str, Any]
Hear = Callable[[News], None]
Query = Callable[[str], Mapping[str, Mapping[str, Any]]]
DEBOUNCE = 0.1
RETRY = 1.0
ALIVE_EVERY = 15.0
_feeds: dict[str, Query] = {}


def register_feed(prefix: str, query: Query) -> None:
    """On news of a topic `<prefix><key>` ask `query(key)` once, for all: `{ticket_id: payload}`.

    Each follower of `ticket:<id>` is told its own payload, as event `rank`. The query runs in a thread, at most
    every 100 ms for one key and never twice at once.
    """
    _feeds[prefix] = query


class Hub:
    """Who listens to which topic, on one event loop."""

    def __init__(self) -> None:
        self._followers: dict[str, set[Hear]] = {}
        self._fed: set[str] = set()
        self._again: set[str] = set()
        self._tasks: set[asyncio.Task[None]] = set()
        self._threads = ThreadPoolExecutor(2, thread_name_prefix="hub")
        self._leave: Callable[[], None] = lambda: None

    async def start(self) -> None:
        self._loop = asyncio.get_running_loop()
        if connections["default"].vendor == "postgresql":
            self._spawn(self._listen())
        else:
            self._leave = hub.listen_here(self._from_thread)

    async def stop(self) -> None:
        self._leave()
        self._leave = lambda: None
        for task in list(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        self._threads.shutdown(wait=False, cancel_futures=True)

    def subscribe(self, topic: str, hear: Hear) -> Callable[[], None]:
        """Follow a topic (call on the loop); returns what ends it."""
        self._followers.setdefault(topic, set()).add(hear)
        return partial(self._unsubscribe, topic, hear)

    def _unsubscribe(self, topic: str, hear: Hear) -> None:
        followers = self._followers.get(topic, set())
        followers.discard(hear)
        if not followers:
            self._followers.pop(topic, None)

    def tell(self, topic: str, news: News) -> None:
        for hear in tuple(self._followers.get(topic, ())):
            hear(news)
        for prefix, query in _feeds.items():
            if topic.startswith(prefix):
                self._feed(topic, partial(query, topic.removeprefix(prefix)))

    def resync(self) -> None:
        """Something may have been missed: every page asks again, once."""
        for hear in {hear for followers in self._followers.values() for hear in followers}:
            hear({"event": "resync"})

    # Where news comes from

    def _from_thread(self, topic: str, news: News) -> None:
        with contextlib.suppress(RuntimeError):  # the loop is closing
            self._loop.call_soon_threadsafe(self.tell, topic, news)

    async def _listen(self) -> None:
        heard_before = False
        while True:
            try:
                async with await self._connect() as connection:
                    await connection.execute(f"LISTEN {hub.CHANNEL}")
                    if heard_before:
                        self.resync()
                    heard_before = True
                    await self._read(connection)
            except (psycopg.Error, OSError) as error:
                logger.warning("the hub lost the database (%s), trying again", type(error).__name__)
            await asyncio.sleep(RETRY)

    async def _connect(self) -> psycopg.AsyncConnection[Any]:
        return await psycopg.AsyncConnection.connect(autocommit=True, **listening_parameters())

    async def _read(self, connection: psycopg.AsyncConnection[Any]) -> None:
        while True:
            async for notice in connection.notifies(timeout=ALIVE_EVERY):
                self._take(notice.payload)
            await connection.execute("SELECT 1")

    def _take(self, payload: str) -> None:
        try:
            news = json.loads(payload)
        except ValueError:
            logger.warning("the hub heard something that is not JSON")
            return
        if isinstance(news, dict) and isinstance(news.get("topic"), str):
            self.tell(news["topic"], news)

    # Feeds

    def _feed(self, topic: str, query: Callable[[], Mapping[str, Mapping[str, Any]]]) -> None:
        if topic in self._fed:
            self._again.add(topic)
            return
        self._fed.add(topic)
        self._spawn(self._run_feed(topic, query))

    async def _run_feed(self, topic: str, query: Callable[[], Mapping[str, Mapping[str, Any]]]) -> None:
        try:
            while True:
                await asyncio.sleep(DEBOUNCE)
                self._again.discard(topic)
                try:
                    payloads = await self._loop.run_in_executor(self._threads, with_database, query)
                except (DatabaseError, InterfaceError):
                    logger.warning("the query of a feed failed, trying again")
                    await asyncio.sleep(RETRY)
                    continue
                self._push(payloads)
                if topic not in self._again:
                    return
        finally:
            self._fed.discard(topic)
            self._again.discard(topic)

    def _push(self, payloads: Mapping[str, Mapping[str, Any]]) -> None:
        for ticket_id, payload in payloads.items():
            for hear in tuple(self._followers.get(f"ticket:{ticket_id}", ())):
                hear({**payload, "event": "rank", "topic": f"ticket:{ticket_id}"})

    def _spawn(self, work: Any) -> None:
        task: asyncio.Task[None] = asyncio.ensure_future(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)


def listening_parameters() -> dict[str, Any]:
    """Of a connection that listens: the settings' database, and a dead line noticed within seconds."""
    given = connections["default"].settings_dict
    words = {"dbname": "NAME", "user": "USER", "password": "PASSWORD", "host": "HOST", "port": "PORT"}
    known = {key: str(given[name]) for key, name in words.items() if given.get(name)}
    extra = {key: value for key, value in given.get("OPTIONS", {}).items() if isinstance(value, str)}
    alive = {"connect_timeout": 5, "keepalives_idle": 5, "keepalives_interval": 2, "keepalives_count": 3}
    return {**alive, **known, **extra}


def with_database(query: Callable[[], Any]) -> Any:
    """Run a query in this thread with a connection that is neither stale nor left open too long."""
    close_old_connections()
    try:
        return query()
    finally:
        close_old_connections()
