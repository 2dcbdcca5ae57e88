"""A file for the billing system: written once, every line in one file at most."""

from __future__ import annotations

from datetime import date, datetime

from django.utils.translation import gettext as _

from toubib.billing.enums import ClaimState, EntryKind
from toubib.billing.files import Entry, File, csv_file, json_file, rows_of, total_of
from toubib.billing.models import ClaimLine, ExportBatch, ExportEntry
from toubib.billing.queries.claims import to_send
from toubib.billing.queries.plans import contract_of
from toubib.ground.actors import Actor
from toubib.ground.files import store_file
from toubib.ground.ids import new_id
from toubib.ground.journal import entry_of, trace, trace_many
from toubib.ground.locks import hold_lock, transactional
from toubib.ground.models import StoredFile

CSV, JSON = "text/csv", "application/json"


class NothingToSend(Exception):
    """No line of those days waits to leave; str() says so."""


@transactional
def export_claims(*, first: date, last: date, by: Actor, now: datetime) -> ExportBatch:
    """Put every line of those days that waits into one file and mark it sent. Raises NothingToSend.

    A line that corrects one sent before leaves with the entry that takes the old one back.
    """
    hold_lock("billing.export")
    lines = to_send(first=first, last=last)
    entries = [entry for line in lines for entry in _entries(line)]
    if not entries:
        raise NothingToSend(_("Aucune ligne à transmettre entre ces deux jours."))
    batch = _batch(entries, first=first, last=last, by=by, now=now)
    ExportEntry.objects.bulk_create(
        ExportEntry(batch=batch, line=entry.line, kind=entry.kind, rank=rank)
        for rank, entry in enumerate(entries, start=1)
    )
    ClaimLine.objects.filter(pk__in=[line.pk for line in lines]).update(state=ClaimState.SENT)
    trace(by=by, action="billing.batch.make", now=now, subject="batch", subject_id=batch.pk)
    trace_many(
        entry_of(
            by=by,
            action="billing.claim.send",
            now=now,
            patient=line.encounter.patient_id,
            subject="claim",
            subject_id=line.pk,
        )
        for line in lines
    )
    return batch


def _entries(line: ClaimLine) -> list[Entry]:
    """What the line sent before said is taken back first; a line that now owes nothing says nothing more."""
    found = []
    if line.corrects is not None:
        found.append(Entry(line.corrects, EntryKind.CANCEL, contract_of(line=line.corrects)))
    if line.state == ClaimState.READY:
        found.append(Entry(line, EntryKind.ACT, contract_of(line=line)))
    return found


def _batch(entries: list[Entry], *, first: date, last: date, by: Actor, now: datetime) -> ExportBatch:
    rows, batch_id = rows_of(entries), new_id()
    table, tree = csv_file(rows), json_file(rows, batch_id=batch_id, first=first, last=last, made_at=now)
    signed = [(-1 if entry.kind == EntryKind.CANCEL else 1) * total_of(entry.line) for entry in entries]
    return ExportBatch.objects.create(
        id=batch_id,
        first_on=first,
        last_on=last,
        made_at=now,
        made_by=by.account_id,
        entries_count=len(entries),
        total_cents=sum(signed),
        csv_file=_store(table, CSV, now=now),
        json_file=_store(tree, JSON, now=now),
        csv_sha256=table.sha256,
        json_sha256=tree.sha256,
    )


def _store(file: File, media_type: str, *, now: datetime) -> StoredFile:
    return store_file(content=file.content, media_type=media_type, now=now)
