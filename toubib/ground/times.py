"""Times that PostgreSQL answers, read by C: Django's own reader takes them apart in Python, two hundred a consultation."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from django.db.backends.base.base import BaseDatabaseWrapper


def read_times_at_once(*, connection: BaseDatabaseWrapper, **kwargs: Any) -> None:
    """To `connection_created`. A connection in another zone than UTC keeps the reader that it has."""
    if connection.vendor != "postgresql" or connection.timezone != UTC:
        return
    from psycopg.abc import Buffer
    from psycopg.types.datetime import TimestamptzLoader

    class UtcLoader(TimestamptzLoader):
        timezone = UTC  # Django asks a reader for it, and puts its own where it is another

        def load(self, data: Buffer) -> datetime:
            try:
                return datetime.fromisoformat(bytes(data).decode())
            except ValueError:  # infinity, before our era, beyond the year 9999: said as psycopg says it
                return super().load(data)

    connection.connection.adapters.register_loader("timestamptz", UtcLoader)
