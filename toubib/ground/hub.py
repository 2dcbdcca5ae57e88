"""News for open pages: told on commit, by topic and id only; the ASGI process carries it to browsers.

On PostgreSQL it is `NOTIFY toubib`, so every ASGI process hears it. Elsewhere (one process, the demo) it goes
to the listeners registered in this process.
"""

from __future__ import annotations

import json
from collections.abc import Callable

from django.db import connection, transaction

CHANNEL = "toubib"
_listeners: list[Callable[[str, dict[str, str]], None]] = []


def publish(topic: str, event: str, **ids: str) -> None:
    """Tell those who follow `topic` that `event` happened, when the transaction commits.

    Topics: `account:<id>`, `ticket:<id>`, `pool:<key>`, `room:<id>`, `kiosk:<id>`. Ids and words of ours only: no content.
    """
    news = {"topic": topic, "event": event, **ids}
    for entry in connection.run_on_commit:
        waiting = entry[1]
        if isinstance(waiting, _Batch):
            waiting.add(news)
            return
    transaction.on_commit(_Batch(news), robust=True)


class _Batch:
    """The news of one transaction: told once each, in order, by one statement after the commit.

    A process that dies in between tells nobody: the pages ask again by themselves (live.js), the worker's sweep
    does what was due.
    """

    def __init__(self, news: dict[str, str]) -> None:
        self.__qualname__ = "publish"  # what Django names in its log when a listener fails
        self.news = {json.dumps(news, separators=(",", ":")): news}

    def add(self, news: dict[str, str]) -> None:
        self.news.setdefault(json.dumps(news, separators=(",", ":")), news)

    def __call__(self) -> None:
        if connection.vendor == "postgresql":
            with connection.cursor() as cursor:
                cursor.execute(
                    "SELECT pg_notify(%s, news) FROM unnest(%s::text[]) news", [CHANNEL, list(self.news)]
                )
            return
        for news in self.news.values():
            tell_here(news["topic"], news)


def tell_here(topic: str, news: dict[str, str]) -> None:
    """Hand news to this process's listeners (called from any thread)."""
    for listener in list(_listeners):
        listener(topic, news)


def listen_here(listener: Callable[[str, dict[str, str]], None]) -> Callable[[], None]:
    """Register a listener; returns the function that removes it."""
    _listeners.append(listener)
    return lambda: _listeners.remove(listener)
