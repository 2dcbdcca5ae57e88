"""One at a time, across processes: an advisory lock on PostgreSQL; on SQLite the write transaction itself."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from functools import wraps
from typing import ParamSpec, TypeVar

from django.db import connection, models, transaction

from toubib.ground.prepared import ask, read_one, update
from toubib.ground.traces import gathered

Row = TypeVar("Row", bound=models.Model)
P = ParamSpec("P")
R = TypeVar("R")


def transactional(operation: Callable[P, R]) -> Callable[P, R]:
    """One transaction per act: begins one, or joins the one of the operation that called (no savepoint).

    What it raises undoes the whole act; an operation that means to go on after a refusal of the database opens
    its own `transaction.atomic()` around that statement. What the act leaves in the journal is written at its end.
    """

    @wraps(operation)
    def carried_out(*args: P.args, **kwargs: P.kwargs) -> R:
        if connection.in_atomic_block:
            return operation(*args, **kwargs)
        with transaction.atomic(), gathered():
            return operation(*args, **kwargs)

    return carried_out


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


def lock_row(rows: models.QuerySet[Row], **where: object) -> Row:
    """The one row, locked until the transaction ends, its values remembered for `save_changed`.

    Rows joined by `select_related` are read with it and not locked. Raises the model's DoesNotExist.
    """
    row = find_locked(rows, **where)
    if row is None:
        raise rows.model.DoesNotExist  # type: ignore[attr-defined]
    return row


def find_locked(rows: models.QuerySet[Row], **where: object) -> Row | None:
    """As `lock_row`, or None. `where` names one row at most: none is put before another."""
    row = read_one(rows.select_for_update(of=("self",)), **where)
    return None if row is None else _remembered(row)


def lock_rows_free(rows: models.QuerySet[Row]) -> list[Row]:
    """The rows that nobody else holds, locked and remembered; those held by another are left out."""
    return [_remembered(row) for row in rows.select_for_update(of=("self",), skip_locked=True)]


def lock_asked(build: Callable[..., models.QuerySet[Row]], **values: object) -> list[Row]:
    """The rows of `build`, which locks them itself, remembered; compiled once (see `ask`)."""
    return [_remembered(row) for row in ask(build, **values)]


def _remembered(row: Row) -> Row:
    row._as_locked = _values(row)  # type: ignore[attr-defined]
    return row


def save_changed(row: models.Model) -> None:
    """Write the columns that differ from what `lock_row` read: encrypted ones are not written for nothing."""
    before, now = row._as_locked, _values(row)  # type: ignore[attr-defined]
    changed = [name for name, value in now.items() if before.get(name) != value]
    if changed:
        update(row, changed)
        row._as_locked = now  # type: ignore[attr-defined]


def _values(row: models.Model) -> dict[str, object]:
    return {field.attname: getattr(row, field.attname) for field in row._meta.concrete_fields}
