"""Takes a public register in as a stream: bounded memory, a batch a transaction, and goes on where a stop left it.

The rows of an import are a generation of their own, which nobody reads before it is whole; then the one before goes.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from itertools import islice
from pathlib import Path
from typing import Any

from django.db import connection, models, transaction

from toubib.directory import readers
from toubib.directory.enums import RegisterKind
from toubib.directory.models import DirectoryImport, RegisterEntry, RegisterPlace
from toubib.directory.readers import Point, Read, Refuse
from toubib.ground.tables import BadTable, Column, digest_of


class AlreadyRunning(RuntimeError):
    """The same file is being taken in by another process."""


VERSION = "1"  # of the readers: another one reads a known file again, and so does a header that they learn
BATCH = 5000  # lines
SWEEP = 20_000  # rows taken away at a time
MOST_REFUSED = 10  # one line in ten: beyond, the file is not in this layout
TRIED = 1000  # lines before that is judged


@dataclass(frozen=True, slots=True)
class Registered:
    """`is_new`: False where this very file was in use already and nothing was written."""

    row: DirectoryImport
    is_new: bool


@dataclass(frozen=True, slots=True)
class _Layout:
    read: Callable[[Path, Refuse], Iterator[Read]]
    model: type[models.Model]
    columns: tuple[Column, ...]


LAYOUTS: Mapping[RegisterKind, _Layout] = {
    RegisterKind.RPPS: _Layout(readers.read_rpps, RegisterEntry, readers.RPPS),
    RegisterKind.FINESS: _Layout(readers.read_finess, RegisterPlace, readers.FINESS),
}


def import_register(
    *, kind: RegisterKind, file: Path, files_on: date, now: datetime, refuse: Refuse = lambda error: None
) -> Registered:
    """A register in place of the one before. A bad line is told to `refuse` and left out; one line in ten, or a header that
    lacks a column, raises BadTable, and the register before stands. Stopped, the same call goes on.
    """
    layout = LAYOUTS[kind]
    digest = digest_of(file, salt=f"{VERSION} {kind} {layout.columns}")
    last = DirectoryImport.objects.filter(kind=kind, done_at__isnull=False).order_by("-generation").first()
    if last is not None and last.digest == digest:
        return Registered(last, is_new=False)
    row = _begun(kind, file, files_on, digest, now)
    try:
        _pour(layout, row, file, refuse)
    except BadTable:
        _sweep(layout.model, generation=row.generation)
        row.delete()
        raise
    with transaction.atomic():
        row.done_at = now
        row.counts = DirectoryImport.objects.values_list("counts", flat=True).get(pk=row.pk)
        row.save(update_fields=["done_at"])
    _sweep(layout.model, generation__lt=row.generation)
    return Registered(row, is_new=True)


def _begun(kind: RegisterKind, file: Path, files_on: date, digest: str, now: datetime) -> DirectoryImport:
    """The import of this file that was stopped, or a new one; what another file left half done goes."""
    for half in DirectoryImport.objects.filter(kind=kind, done_at__isnull=True):
        if half.digest == digest:
            return half
        _sweep(LAYOUTS[kind].model, generation=half.generation)
        half.delete()
    top = DirectoryImport.objects.order_by("-generation").values_list("generation", flat=True).first() or 0
    return DirectoryImport.objects.create(
        kind=kind, generation=top + 1, file=file.name[:200], files_on=files_on, digest=digest, started_at=now
    )


def _pour(layout: _Layout, row: DirectoryImport, file: Path, refuse: Refuse) -> None:
    start = done = row.lines_done
    counts = {"rows": 0, "others": 0, "refused": 0, **row.counts}

    def told(error: BadTable) -> None:
        if error.line > start:  # told already before the stop
            refuse(error)

    lines = layout.read(file, told)
    fresh = (line for line in lines if line.line > start)  # FINESS must read again what it has seen
    while batch := list(islice(fresh, BATCH)):
        refused = sum(line.is_refused for line in batch)
        rows = [line.said for line in batch if isinstance(line.said, tuple)]
        points = [line.said for line in batch if isinstance(line.said, Point)]
        counts["rows"] += len(rows)
        counts["refused"] += refused
        counts["others"] += len(batch) - refused - len(rows)
        if counts["refused"] * MOST_REFUSED > sum(counts.values()) and batch[-1].line > TRIED:
            raise BadTable(file, batch[-1].line, "", f"{counts['refused']} lines refused: not in this layout")
        with transaction.atomic():
            _insert(layout.model, row.generation, rows)
            _place(row.generation, points)
            reached = {"lines_done": batch[-1].line, "counts": counts}
            if not DirectoryImport.objects.filter(pk=row.pk, lines_done=done).update(**reached):
                raise AlreadyRunning(file.name)
        done = row.lines_done = batch[-1].line
    if not counts["rows"]:
        raise BadTable(file, row.lines_done, "", "no line could be taken in")


def _columns(model: type[models.Model]) -> list[str]:
    """In the order of the table: the generation, then what a reader says."""
    return [str(field.column) for field in model._meta.concrete_fields if not field.primary_key]


def _insert(model: type[models.Model], generation: int, rows: Sequence[tuple[object, ...]]) -> None:
    """Straight to the database: an object a row would take most of the time."""
    table, columns = connection.ops.quote_name(model._meta.db_table), ", ".join(_columns(model))
    values: list[Any] = [(generation, *row) for row in rows]
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            with cursor.copy(f"COPY {table} ({columns}) FROM STDIN") as copy:
                for value in values:
                    copy.write_row(value)
        elif values:
            marks = ", ".join(["%s"] * len(values[0]))
            cursor.executemany(f"INSERT INTO {table} ({columns}) VALUES ({marks})", values)  # noqa: S608  ours


def _place(generation: int, points: Sequence[Point]) -> None:
    rows = [(one.lat, one.lon, generation, one.finess) for one in points]
    table = connection.ops.quote_name(RegisterPlace._meta.db_table)
    if rows:
        with connection.cursor() as cursor:
            cursor.executemany(
                f"UPDATE {table} SET lat = %s, lon = %s WHERE generation = %s AND finess = %s",  # noqa: S608  ours
                rows,
            )


def _sweep(model: Any, **where: int) -> None:
    """A bit at a time: nobody waits long for the database."""
    while ids := list(model.objects.filter(**where).values_list("id", flat=True)[:SWEEP]):
        with transaction.atomic():
            model.objects.filter(**where, id__lte=max(ids), id__gte=min(ids)).delete()
