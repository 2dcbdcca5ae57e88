"""Reads of what people asked, and of what the law keeps."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import Case, Max, Q, QuerySet, Value, When
from django.db.models.functions import Coalesce, Greatest

from toubib.consultation.models import ChatMessage, Complaint, Measurement
from toubib.ground.models import JournalEntry
from toubib.people.enums import LinkKind
from toubib.people.models import Account, Patient, PatientLink
from toubib.people.queries import live_links
from toubib.record.enums import AbortReason, EncounterState
from toubib.record.models import Attachment, Encounter, HealthSummary, Note, Reading
from toubib.rights.enums import Answer, CopyState
from toubib.rights.models import DataCopy, ErasureRequest, LegalHold, PatientDeath
from toubib.rights.periods import End, end_of_record
from toubib.rulebook.days import day_of
from toubib.waiting.enums import ENDED_STATES
from toubib.waiting.models import FollowUp, Ticket

CARE_GIVEN = (AbortReason.EMERGENCY, AbortReason.HANDED_OVER)  # ends of an encounter in which care was given


def copies_of(*, account: Account, now: datetime) -> list[DataCopy]:
    """Being made, failed, or to be downloaded still; the last asked first."""
    rows = DataCopy.objects.filter(account=account).exclude(state=CopyState.READY, expires_at__lte=now)
    found = rows.select_related("file").order_by("-asked_at", "-id")
    return [one for one in found if one.state != CopyState.READY or may_still_take(copy=one, now=now)]


def copy_of(*, account: Account, copy_id: UUID, now: datetime) -> DataCopy | None:
    """One that this account may download now."""
    rows = DataCopy.objects.filter(account=account, pk=copy_id, state=CopyState.READY, expires_at__gt=now)
    found = rows.select_related("file").first()
    return found if found and may_still_take(copy=found, now=now) else None


def may_still_take(*, copy: DataCopy, now: datetime) -> bool:
    """Not once a link ended since it was asked (a parent's at eighteen, too), nor once a visit of someone for whom the
    account acts was put under secrecy, or out of it."""
    links = PatientLink.objects.filter(account=copy.account_id)
    ended = Q(revoked_at__gte=copy.asked_at) | Q(ends_at__gt=copy.asked_at, ends_at__lte=now)
    if links.filter(ended).exists():
        return False
    others = links.exclude(kind=LinkKind.SELF).values("patient")
    said = JournalEntry.objects.filter(action="record.encounter.secrecy", patient__in=others)
    return not said.filter(at__gt=copy.asked_at).exists()


def due_copies(*, now: datetime, limit: int = 5) -> list[UUID]:
    rows = DataCopy.objects.filter(state=CopyState.ASKED, next_at__lte=now)
    return list(rows.order_by("next_at").values_list("id", flat=True)[:limit])


def erasures_of(*, account: Account) -> list[ErasureRequest]:
    """The last asked first."""
    return list(ErasureRequest.objects.filter(account=account).order_by("-asked_at", "-id"))


def erasure_requests() -> QuerySet[ErasureRequest]:
    """Those that wait for an answer first; the last asked first."""
    first = Case(When(answer=Answer.WAITING, then=Value(0)), default=Value(1))
    return ErasureRequest.objects.select_related("account").order_by(first, "-asked_at", "-id")


def get_erasure(*, request_id: UUID) -> ErasureRequest | None:
    return ErasureRequest.objects.select_related("account").filter(pk=request_id).first()


def is_held(*, patient_id: UUID) -> bool:
    return LegalHold.objects.filter(patient=patient_id, lifted_at__isnull=True).exists()


def _held() -> QuerySet[LegalHold, Any]:
    return LegalHold.objects.filter(lifted_at__isnull=True).values("patient")


def open_holds() -> list[LegalHold]:
    rows = LegalHold.objects.filter(lifted_at__isnull=True).select_related("patient")
    return list(rows.order_by("-placed_at", "-id"))


def deaths() -> list[PatientDeath]:
    return list(PatientDeath.objects.select_related("patient").order_by("-told_at", "-id"))


def last_contact(*, patient: Patient) -> datetime:
    """The last visit, or what was last told or sent; else when the patient was made known."""
    visits = patient.encounters.aggregate(
        last=Max(Greatest("planned_at", "ended_at")), planned=Max("planned_at")
    )
    found: Iterable[datetime | None] = (
        visits["last"],
        visits["planned"],
        patient.summaries.aggregate(last=Max("told_at"))["last"],
        patient.attachments.aggregate(last=Max("added_at"))["last"],
        patient.tickets.aggregate(last=Max("touched_at"))["last"],
    )
    return max(moment for moment in (patient.created_at, *found) if moment is not None)


def end_of(*, patient: Patient, now: datetime) -> End:
    """When this patient's record may go, by the rules in force now."""
    death = PatientDeath.objects.filter(patient=patient).first()
    return end_of_record(
        last=last_contact(patient=patient),
        born=patient.birth_date,
        died=death.died_on if death else None,
        on=day_of(now),
    )


def has_record(*, patient_id: UUID) -> bool:
    """Whether care was given or is under way: what the law makes a medical record of. What waits for an answer, a
    complaint or a call back, keeps it too."""
    return (
        _with_care(Encounter.objects.filter(patient=patient_id)).exists()
        or Complaint.objects.filter(encounter__patient=patient_id, answered_at__isnull=True).exists()
        or FollowUp.objects.filter(ticket__patient=patient_id, done_at__isnull=True).exists()
    )


def _with_care(rows: QuerySet[Encounter]) -> QuerySet[Encounter]:
    """Not those which ended before any care: nobody came, the line failed, the patient left, and nothing is written,
    said or measured of it."""
    return rows.filter(
        ~Q(state=EncounterState.ABORTED)
        | Q(abort_reason__in=CARE_GIVEN)
        | Q(pk__in=Note.objects.values("encounter"))
        | Q(pk__in=Measurement.objects.values("room__encounter"))
        | Q(pk__in=ChatMessage.objects.values("room__encounter"))
    )


@dataclass(frozen=True, slots=True)
class Kept:
    """What stands of one person: why it stays and until when, or how much of it may go."""

    patient: Patient
    kind: str  # of the link
    has_record: bool
    held: bool
    end: End
    summaries: tuple[UUID, ...] = ()  # told, and never before a doctor's eyes
    photos: tuple[UUID, ...] = ()  # sent, and part of no visit with care
    readings: tuple[UUID, ...] = ()  # measured or typed, and part of no visit

    @property
    def goes_whole(self) -> bool:
        return not self.has_record and not self.held


@dataclass(frozen=True, slots=True)
class Erasable:
    """What a request would do now: `people` one by one, and requests that no doctor served."""

    people: tuple[Kept, ...]
    tickets: tuple[UUID, ...]
    account_goes: bool
    held: bool = False  # a hold keeps someone for whom this account acts, or acted

    @property
    def counts(self) -> dict[str, int]:
        return {
            "people": sum(one.goes_whole for one in self.people),
            "tickets": len(self.tickets),
            "summaries": sum(len(one.summaries) for one in self.people),
            "photos": sum(len(one.photos) for one in self.people),
            "readings": sum(len(one.readings) for one in self.people),
            "account": int(self.account_goes),
        }


def erasable(*, request: ErasureRequest, now: datetime) -> Erasable:
    """What may go of an account: of its own person, of those whom nobody else acts for, and what it sent itself."""
    account = request.account
    links = PatientLink.objects.filter(live_links(now=now), account=account).select_related("patient")
    people = tuple(_kept(link, now=now) for link in links.order_by("starts_at", "id"))
    held = account.links.filter(patient__in=_held()).exists()
    live = Ticket.objects.filter(account=account).exclude(state__in=ENDED_STATES).exists()
    return Erasable(
        people=people,
        tickets=_unserved(account),
        account_goes=request.close_account and not live and not held,
        held=held,
    )


def _unserved(account: Account) -> tuple[UUID, ...]:
    rows = Ticket.objects.filter(account=account, encounter__isnull=True, state__in=ENDED_STATES)
    rows = rows.filter(follow_up__isnull=True).exclude(patient__in=_held())
    return tuple(rows.order_by("created_at").values_list("id", flat=True))


def _kept(link: PatientLink, *, now: datetime) -> Kept:
    patient, own = link.patient, link.kind == LinkKind.SELF
    held = is_held(patient_id=patient.id)
    others = PatientLink.objects.filter(live_links(now=now), patient=patient).exclude(account=link.account_id)
    alive = Ticket.objects.filter(patient=patient).exclude(state__in=ENDED_STATES)
    stays = has_record(patient_id=patient.id) or alive.exists() or (not own and others.exists())
    said = {} if own else {"told_by": link.account_id}
    sent = {} if own else {"added_by": link.account_id}
    measured = {} if own else {"taken_by": link.account_id}
    return Kept(
        patient=patient,
        kind=link.kind,
        has_record=stays,
        held=held,
        end=end_of(patient=patient, now=now),
        summaries=() if held else _unread(patient, **said),
        photos=() if held else _loose(patient, **sent),
        readings=() if held else _measured(patient, **measured),
    )


def _unread(patient: Patient, **said: UUID) -> tuple[UUID, ...]:
    """Tellings that stood at no visit with care: what was said again before any doctor read it."""
    visits = _with_care(Encounter.objects.filter(patient=patient))
    spans = list(visits.values_list("planned_at", Coalesce("ended_at", "signed_at")))
    rows = list(HealthSummary.objects.filter(patient=patient).order_by("told_at", "id"))
    ends = [*(row.told_at for row in rows[1:]), None][: len(rows)]
    return tuple(
        row.id
        for row, end in zip(rows, ends, strict=True)
        if (not said or row.told_by == said["told_by"])
        and not any(
            (over is None or row.told_at <= over) and (end is None or began < end) for began, over in spans
        )
    )


def _loose(patient: Patient, **sent: UUID) -> tuple[UUID, ...]:
    """Files of no visit, or of one in which no care was given; none that a live request waits with."""
    live = Ticket.objects.filter(patient=patient).exclude(state__in=ENDED_STATES).values("id")
    care = _with_care(Encounter.objects.filter(patient=patient)).values("id")
    rows = Attachment.objects.filter(patient=patient, **sent)
    rows = rows.filter(Q(encounter__isnull=True) | ~Q(encounter__in=care))
    return tuple(rows.exclude(ticket_id__in=live).order_by("added_at").values_list("id", flat=True))


def _measured(patient: Patient, **taken: UUID) -> tuple[UUID, ...]:
    """Values of no visit; none that a live request waits with."""
    live = Ticket.objects.filter(patient=patient).exclude(state__in=ENDED_STATES).values("id")
    rows = Reading.objects.filter(patient=patient, encounter__isnull=True, **taken)
    waiting = Q(ticket_id__isnull=False, ticket_id__in=live)
    return tuple(rows.exclude(waiting).order_by("taken_at").values_list("id", flat=True))
