"""News that wake the worker: work that someone waits for is done at once, not at the next second.

Nothing rests on it: what a lost message announced is found by the duty's own clock.
"""

from __future__ import annotations

import json
import logging
import threading
import time
from collections.abc import Callable, Mapping

import psycopg
from django.db import connections

from toubib.config.hubfeed import ALIVE_EVERY, RETRY, listening_parameters
from toubib.ground import hub

log = logging.getLogger("toubib.worker")
STEP = 0.1  # how soon a stop is seen


class Waker:
    """`wakes`: the duty that each topic wakes."""

    def __init__(self, wakes: Mapping[str, str], stop: threading.Event) -> None:
        self.wakes, self.stop = dict(wakes), stop
        self._heard: set[str] = set()
        self._news = threading.Event()
        self._leave: Callable[[], None] = lambda: None

    def start(self) -> None:
        if not self.wakes:
            return
        if connections["default"].vendor == "postgresql":
            threading.Thread(target=self._listen, name="worker-ear", daemon=True).start()
        else:
            self._leave = hub.listen_here(lambda topic, _news: self.hear(topic))

    def end(self) -> None:
        self._leave()

    def hear(self, topic: str) -> None:
        if topic in self.wakes:
            self._heard.add(self.wakes[topic])
            self._news.set()

    def wait(self, seconds: float) -> set[str]:
        """Until something is due, the time is over or the worker stops; the duties that were woken."""
        until = time.monotonic() + seconds
        while not self.stop.is_set() and not self._news.is_set():
            left = until - time.monotonic()
            if left <= 0:
                break
            self._news.wait(min(STEP, left))
        self._news.clear()
        heard, self._heard = self._heard, set()
        return heard

    def _listen(self) -> None:
        while not self.stop.is_set():
            try:
                with psycopg.connect(autocommit=True, **listening_parameters()) as connection:
                    connection.execute(f"LISTEN {hub.CHANNEL}")
                    self._read(connection)
            except (psycopg.Error, OSError) as error:
                log.info("nothing wakes the worker for now (%s); its clock does", type(error).__name__)
            self.stop.wait(RETRY)

    def _read(self, connection: psycopg.Connection) -> None:
        while not self.stop.is_set():
            for notice in connection.notifies(timeout=ALIVE_EVERY):
                self._take(notice.payload)
            connection.execute("SELECT 1")

    def _take(self, payload: str) -> None:
        if any(topic in payload for topic in self.wakes):
            news = json.loads(payload)
            self.hear(str(news.get("topic")))
