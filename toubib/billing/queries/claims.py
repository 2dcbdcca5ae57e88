"""Lines of acts, and the files that they left in."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from django.db.models import Exists, OuterRef, Q, QuerySet

from toubib.billing.enums import ClaimState
from toubib.billing.models import ClaimLine, ExportBatch
from toubib.ground.actors import Actor
from toubib.ground.journal import entry_of, trace, trace_many
from toubib.record.models import Encounter


@dataclass(frozen=True, slots=True)
class Search:
    """What the page of claims asks; None or empty: all."""

    first: date | None = None
    last: date | None = None
    state: str = ""
    rpps: str = ""


def _lines() -> QuerySet[ClaimLine]:
    return ClaimLine.objects.select_related("practitioner", "receipt", "corrects")


def _last() -> QuerySet[ClaimLine]:
    """One line an act: its last version."""
    later = ClaimLine.objects.filter(encounter=OuterRef("encounter"), version__gt=OuterRef("version"))
    return _lines().filter(~Exists(later))


def find_claims(search: Search) -> QuerySet[ClaimLine]:
    """The last version of each act, newest act first."""
    rows = _last()
    if search.first:
        rows = rows.filter(act_on__gte=search.first)
    if search.last:
        rows = rows.filter(act_on__lte=search.last)
    if search.state:
        rows = rows.filter(state=search.state)
    if search.rpps:
        rows = rows.filter(practitioner__rpps=search.rpps)
    return rows.order_by("-act_on", "-id")


def to_send(*, first: date, last: date) -> list[ClaimLine]:
    """Lines that wait to leave, in the order of the acts: those ready, and those that only take back one sent.

    None of an act that is secret now, whatever was asked when the line was settled."""
    waits = Q(state=ClaimState.READY) | Q(state=ClaimState.NOTHING, corrects__isnull=False)
    rows = ClaimLine.objects.select_for_update(of=("self",)).filter(
        waits, secret=False, encounter__minor_secrecy=False
    )
    rows = rows.filter(act_on__gte=first, act_on__lte=last).select_related(
        "practitioner",
        "receipt",
        "encounter__patient",
        "corrects__practitioner",
        "corrects__receipt",
        "corrects__encounter__patient",
    )
    return list(rows.order_by("act_on", "id"))


def current_line(*, encounter: Encounter) -> ClaimLine | None:
    return _lines().filter(encounter=encounter).order_by("-version").first()


def versions_of(*, encounter_id: UUID) -> list[ClaimLine]:
    return list(_lines().filter(encounter=encounter_id).order_by("version"))


def line_of(*, claim_id: UUID) -> ClaimLine | None:
    """With its patient and doctor, for the page of one claim."""
    rows = _lines().select_related("encounter__patient", "practitioner__professional", "receipt", "corrects")
    return rows.filter(pk=claim_id).first()


def claims_of(*, practitioner_id: UUID, state: ClaimState, limit: int = 20) -> list[ClaimLine]:
    """Of one doctor, oldest act first."""
    rows = _last().filter(practitioner=practitioner_id, state=state)
    return list(rows.order_by("act_on", "id")[:limit])


def batches(*, limit: int = 12) -> list[ExportBatch]:
    return list(ExportBatch.objects.order_by("-made_at", "-id")[:limit])


def get_batch(*, batch_id: UUID) -> ExportBatch | None:
    return ExportBatch.objects.select_related("csv_file", "json_file").filter(pk=batch_id).first()


def trace_read(*, line: ClaimLine, by: Actor, now: datetime) -> None:
    trace(
        by=by,
        action="billing.claim.read",
        now=now,
        patient=line.encounter.patient_id,
        subject="claim",
        subject_id=line.pk,
    )


def trace_batch_read(*, batch: ExportBatch, by: Actor, now: datetime) -> None:
    """A file with names was taken: each of its patients finds it in the journal, and the officer once."""
    found = batch.entries.order_by("line__encounter__patient")
    trace(by=by, action="billing.batch.read", now=now, subject="batch", subject_id=batch.pk)
    trace_many(
        entry_of(
            by=by,
            action="billing.batch_line.read",
            now=now,
            patient=patient,
            subject="batch",
            subject_id=batch.pk,
        )
        for patient in found.values_list("line__encounter__patient", flat=True).distinct()
    )
