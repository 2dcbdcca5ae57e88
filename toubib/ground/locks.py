"""One at a time, across processes: an advisory lock on PostgreSQL; on SQLite the write transaction itself."""

from __future__ import annotations

import hashlib

from django.db import connection


def hold_lock(name: str) -> None:
    """Wait for the lock and hold it until the transaction ends. Call inside `transaction.atomic()`.

    On SQLite every transaction begins IMMEDIATE (settings), so the transaction is the lock already.
    """
    if not connection.in_atomic_block:
        raise RuntimeError("hold_lock needs a transaction")
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_number(name)])


def _number(name: str) -> int:
    return int.from_bytes(hashlib.sha256(name.encode()).digest()[:8], "big", signed=True)
