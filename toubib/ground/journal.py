"""The journal of accesses: written with the act, sealed each second, verified by `toubib audit verify`.

A seal is SHA-256 over the previous seal and the entry's fields. The last seal is copied to a file outside
the database (`JOURNAL_HEAD_FILE`), so that cutting the end of the chain shows too.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
import time
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import islice
from uuid import UUID

from django.conf import settings
from django.db import connection, transaction

from toubib.ground.actors import Actor
from toubib.ground.locks import hold_lock
from toubib.ground.models import JournalEntry
from toubib.ground.traces import add

SEAL_BATCH = 2000
BATCH = 500  # rows or lines held at a time when verifying; SQLite takes so many parameters
HEAD_LINE = re.compile(r"[0-9]{1,18} [0-9a-f]{64}")
UNSEALED_TOLERANCE = timedelta(minutes=1)
HEAD_WRITTEN_WITHIN = 1.0  # seconds
GENESIS = "0" * 64
SEAL_ONE = "UPDATE ground_journalentry SET seq = %s, prev_hash = %s, hash = %s WHERE id = %s"
SEAL_ALL = (
    "UPDATE ground_journalentry entry SET seq = seal.seq, prev_hash = seal.prev_hash, hash = seal.hash "
    "FROM unnest(%s::bigint[], %s::text[], %s::text[], %s::bigint[]) AS seal(seq, prev_hash, hash, id) "
    "WHERE entry.id = seal.id"
)


@dataclass(frozen=True, slots=True)
class Fault:
    """A break of the journal, in words for an operator."""

    seq: int | None
    what: str


@dataclass(frozen=True, slots=True)
class HeadLine:
    """A line of the head file; `seq` is None where it is no seal."""

    number: int
    seq: int | None
    seal: str


def trace(
    *,
    by: Actor,
    action: str,
    now: datetime,
    patient: UUID | None = None,
    subject: str = "",
    subject_id: UUID | str = "",
    reason: str = "",
) -> None:
    """Add one entry, in the transaction of the act. `action` is `<app>.<thing>.<verb>`.

    Written without the ORM's model: it stands in every act, and costs a third of it.
    """
    at = connection.ops.adapt_datetimefield_value(now)
    add((at, _adapted(by.account_id), by.role, action, _adapted(patient), subject, str(subject_id), reason))


def _adapted(id: UUID | None) -> UUID | str | None:
    """As Django stores it: a uuid where the database has the type, else 32 digits."""
    return id if id is None or connection.features.has_native_uuid_field else id.hex


def trace_many(entries: Iterable[JournalEntry]) -> None:
    """Add several entries (built by `entry_of`) in one statement."""
    JournalEntry.objects.bulk_create(list(entries))


def entry_of(
    *,
    by: Actor,
    action: str,
    now: datetime,
    patient: UUID | None = None,
    subject: str = "",
    subject_id: UUID | str = "",
    reason: str = "",
) -> JournalEntry:
    return JournalEntry(
        at=now,
        account=by.account_id,
        role=by.role,
        action=action,
        patient=patient,
        subject=subject,
        subject_id=str(subject_id),
        reason=reason,
    )


def seal_journal() -> int:
    """Chain the entries not yet sealed, in order of id; returns how many. One sealer at a time."""
    with transaction.atomic():
        hold_lock("journal.seal")
        last = JournalEntry.objects.filter(seq__isnull=False).order_by("-seq").first()
        seq, head = (last.seq, last.hash) if last and last.seq else (0, GENESIS)
        entries = list(JournalEntry.objects.filter(seq__isnull=True).order_by("id")[:SEAL_BATCH])
        for entry in entries:
            seq += 1
            entry.seq, entry.prev_hash = seq, head
            head = entry.hash = _seal_of(entry)
        _write_seals(entries)
    if entries:
        _append_head(seq, head)
    return len(entries)


def _write_seals(entries: list[JournalEntry]) -> None:
    """One statement, by hand: `bulk_update` builds a case for each entry and each column."""
    rows = [(entry.seq, entry.prev_hash, entry.hash, entry.id) for entry in entries]
    if not rows:
        return
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute(SEAL_ALL, [list(column) for column in zip(*rows, strict=True)])
        else:
            cursor.executemany(SEAL_ONE, rows)


def verify_journal(*, now: datetime) -> Iterator[Fault]:
    """Recompute every seal and hold it against the head file; yields each fault, none when all is well.

    Neither the journal nor the head file is held in memory: both are read once, in batches.
    """
    head, expected = GENESIS, 1
    for entry in JournalEntry.objects.filter(seq__isnull=False).order_by("seq").iterator(chunk_size=BATCH):
        if entry.seq != expected:
            yield Fault(entry.seq, f"entries {expected} to {(entry.seq or 0) - 1} are missing")
            expected = entry.seq or 0
        if entry.prev_hash != head or entry.hash != _seal_of(entry):
            yield Fault(entry.seq, "the entry or its place in the chain was altered")
        head, expected = entry.hash, expected + 1
    yield from _verify_heads(last=expected - 1)
    late = JournalEntry.objects.filter(seq__isnull=True, at__lt=now - UNSEALED_TOLERANCE).count()
    if late:
        yield Fault(None, f"{late} entries are unsealed for over a minute: is the worker running?")


def _verify_heads(*, last: int) -> Iterator[Fault]:
    """Each line of the head file against the entry that it names; `last` is the last entry sealed."""
    cut, known = 0, last == 0
    for batch in _head_lines():
        for number in (line.number for line in batch if line.seq is None):
            yield Fault(None, f"line {number} of the head file is not a seal")
        named = [line.seq for line in batch if line.seq is not None]
        seals = dict(JournalEntry.objects.filter(seq__in=named).values_list("seq", "hash"))
        for line in batch:
            if line.seq in seals and seals[line.seq] != line.seal:
                yield Fault(line.seq, "the seal differs from the head file")
        cut = max([cut, *(seq for seq in named if seq not in seals)])
        known = known or last in named
    if cut:
        yield Fault(cut, f"the journal was cut: the head file knows entries up to {cut}")
    elif not known and not _head_comes(last):
        yield Fault(last, "the head file is missing, empty or cut: it does not know the last sealed entry")


def _head_comes(seq: int) -> bool:
    """Entries of this very moment are sealed before their line is written: a second's patience."""
    time.sleep(HEAD_WRITTEN_WITHIN)
    return any(line.seq == seq for batch in _head_lines() for line in batch)


def count_sealed() -> int:
    return JournalEntry.objects.filter(seq__isnull=False).count()


def _seal_of(entry: JournalEntry) -> str:
    fields = [
        entry.seq,
        entry.id,
        entry.at.isoformat(),
        str(entry.account),
        entry.role,
        entry.action,
        str(entry.patient),
        entry.subject,
        entry.subject_id,
        entry.reason,
    ]
    line = entry.prev_hash + json.dumps(fields, ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(line.encode()).hexdigest()


def _append_head(seq: int, head: str) -> None:
    path = settings.JOURNAL_HEAD_FILE
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("a", encoding="ascii") as file:
        file.write(f"{seq} {head}\n")
        file.flush()
        os.fsync(file.fileno())


def _head_lines() -> Iterator[list[HeadLine]]:
    """The head file, BATCH lines at a time; none where there is no file."""
    if not settings.JOURNAL_HEAD_FILE.exists():
        return
    with settings.JOURNAL_HEAD_FILE.open(encoding="ascii", errors="replace") as file:
        lines = (_head_line(number, text) for number, text in enumerate(file, start=1))
        while batch := list(islice(lines, BATCH)):
            yield batch


def _head_line(number: int, text: str) -> HeadLine:
    seq, _, seal = text.rstrip("\n").partition(" ")
    is_seal = HEAD_LINE.fullmatch(text.rstrip("\n"))
    return HeadLine(number, int(seq), seal) if is_seal else HeadLine(number, None, "")
