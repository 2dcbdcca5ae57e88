"""Rows of the journal: those of one act are written in one statement at its end, in its transaction."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from threading import local
from typing import Any

from django.db import connection

Row = tuple[Any, ...]  # at, account, role, action, patient, subject, subject_id, reason
INSERT = (
    "INSERT INTO ground_journalentry (at, account, role, action, patient, subject, subject_id, reason, prev_hash, hash) "
    "VALUES "
)
ONE = "(%s, %s, %s, %s, %s, %s, %s, %s, '', '')"
_act = local()  # as the connection itself, one for each thread


@contextmanager
def gathered() -> Iterator[None]:
    """Keep what `add` is given until the block ends, inside its transaction; a block that raises undoes that, and writes
    nothing. A block within another joins it."""
    if getattr(_act, "rows", None) is not None:
        yield
        return
    rows: list[Row] = []
    _act.rows = rows
    try:
        yield
    finally:
        _act.rows = None
    if rows:
        _write(rows)


def add(row: Row) -> None:
    """Write the row with its act. Inside a savepoint it is written at once, so that it goes if the savepoint goes."""
    rows = getattr(_act, "rows", None)
    if rows is None or connection.savepoint_ids:
        _write([row])
    else:
        rows.append(row)


def _write(rows: list[Row]) -> None:
    with connection.cursor() as cursor:
        cursor.execute(INSERT + ", ".join([ONE] * len(rows)), [value for row in rows for value in row])
