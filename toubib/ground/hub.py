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

    Topics: `account:<id>`, `ticket:<id>`, `pool:<key>`, `room:<id>`. Ids and words of ours only: no content.
    """
    news = {"topic": topic, "event": event, **ids}
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_notify(%s, %s)", [CHANNEL, json.dumps(news, separators=(",", ":"))])
    else:
        transaction.on_commit(lambda: tell_here(topic, news), robust=True)


def tell_here(topic: str, news: dict[str, str]) -> None:
    """Hand news to this process's listeners (called from any thread)."""
    for listener in list(_listeners):
        listener(topic, news)


def listen_here(listener: Callable[[str, dict[str, str]], None]) -> Callable[[], None]:
    """Register a listener; returns the function that removes it."""
    _listeners.append(listener)
    return lambda: _listeners.remove(listener)
