"""The file of the patient beside the call: who, where now, what they told, what was seen before. Reads are journaled."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import Q
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET

from toubib.consultation.models import Room
from toubib.consultation.note_html import write_notes
from toubib.consultation.views.common import own_room
from toubib.consultation.views.readings import shown_readings
from toubib.ground.actors import Actor
from toubib.ground.files import read_file
from toubib.ground.journal import entry_of, trace_many
from toubib.people.enums import InsStatus, Role
from toubib.people.identity import MAJORITY
from toubib.people.queries import accounts_acting_for
from toubib.people.web import current_account, current_actor, role_required
from toubib.record.enums import UNSIGNED_STATES, EncounterState
from toubib.record.models import Attachment, Encounter, Note
from toubib.record.noted import additions, standing
from toubib.record.queries import (
    READABLE,
    attachments_for,
    consents_of,
    count_past,
    disposition,
    latest_summary,
    notes_by_encounter,
    past_encounters,
    trace_read,
)
from toubib.record.told import allergy_of, told_of
from toubib.ui.posting import part_of_page
from toubib.waiting.catalogue import reason, signs
from toubib.waiting.models import Ticket

PAST_A_PAGE = 20


@dataclass(frozen=True, slots=True)
class Past:
    """A signed consultation of the patient, with every version of its note."""

    encounter: Encounter
    notes: list[Note]

    @property
    def text(self) -> SafeString:
        """What stands, and what was added."""
        return write_notes([standing(self.notes), *additions(self.notes)])


def ticket_of(room: Room) -> Ticket | None:
    """The request behind the room; none once the patient went back to the line."""
    rows = Ticket.objects.select_related(
        "place_commune__samu", "own_practitioner", "account", "place_of_care"
    )
    return rows.filter(encounter_id=room.encounter_id).first()


def file_context(*, room: Room, ticket: Ticket | None, by: Actor, now: datetime) -> dict[str, Any]:
    """The whole file while the case is in hand; once signed or given up, what belongs to that visit alone."""
    encounter, patient = room.encounter, room.encounter.patient
    in_hand = encounter.state in UNSIGNED_STATES
    summary = latest_summary(patient_id=patient.id) if in_hand else None
    past = past_of(encounter) if in_hand else []
    _trace(encounter, summary_id=summary.id if summary else None, past=bool(past), by=by, now=now)
    content = summary.content if summary else {}
    known = reason(ticket.reason_key) if ticket else None
    return {
        "patient": patient,
        "in_hand": in_hand,
        "identity_sure": patient.ins_status == InsStatus.QUALIFIEE,
        "is_minor": ticket is not None and ticket.patient_age is not None and ticket.patient_age < MAJORITY,
        "links": accounts_acting_for(patient=patient, now=now) if in_hand else [],
        "allergy": allergy_of(content),
        "told": told_of(content),
        "told_at": summary.told_at if summary else None,
        "files": _files(encounter, ticket),
        "readings": shown_readings(encounter),
        **past_context(encounter, past, page=1),
        "consents": [one for one in consents_of(encounter=encounter) if not one.about],
        "reason": known.label if known else _("Autre raison"),
        "earlier_yes": signs().named(list(ticket.signs_yes)) if ticket else [],
        "samu": ticket.place_commune.samu if ticket and ticket.place_commune else None,
    }


def _files(encounter: Encounter, ticket: Ticket | None) -> list[Attachment]:
    """Those of this visit; while it lasts, those that the patient sent for no other visit yet; given up: none."""
    if encounter.state == EncounterState.ABORTED:
        return []
    rows = attachments_for(
        patient_id=encounter.patient_id, encounter=encounter, ticket_id=ticket.id if ticket else None
    )
    return [row for row in rows if row.encounter_id or encounter.state in UNSIGNED_STATES]


def past_of(encounter: Encounter, *, page: int = 1) -> list[Past]:
    """One page of what was signed before, newest first, in two queries."""
    rows = past_encounters(
        patient_id=encounter.patient_id, before=encounter, limit=PAST_A_PAGE, skip=PAST_A_PAGE * (page - 1)
    )
    notes = notes_by_encounter(encounters=rows)
    return [Past(row, notes.get(row.id, [])) for row in rows]


def past_context(encounter: Encounter, past: list[Past], *, page: int) -> dict[str, Any]:
    """`past_next`: the number of the page after, where there is one."""
    count = count_past(patient_id=encounter.patient_id, before=encounter) if past else 0
    more = page * PAST_A_PAGE < count
    return {"past": past, "past_count": count, "past_page": page, "past_next": page + 1 if more else None}


def _trace(encounter: Encounter, *, summary_id: UUID | None, past: bool, by: Actor, now: datetime) -> None:
    read = [("encounter", encounter.id), ("summary", summary_id), ("history", encounter.id if past else None)]
    trace_many(
        entry_of(
            by=by,
            action=f"record.{what}.read",
            now=now,
            patient=encounter.patient_id,
            subject=what,
            subject_id=subject,
        )
        for what, subject in read
        if subject is not None
    )


@part_of_page
@role_required(Role.PRACTITIONER)
@never_cache
@require_GET
def past(request: HttpRequest, room: UUID) -> HttpResponse:
    """The next page of past consultations, while the case is in hand."""
    found = own_room(request, room)
    if found.encounter.state not in UNSIGNED_STATES:
        raise Http404
    typed = request.GET.get("page", "1")
    page = int(typed) if typed.isdecimal() and 0 < int(typed[:6]) < 10_000 else 1
    trace_read(
        what="history",
        patient_id=found.encounter.patient_id,
        subject_id=found.encounter_id,
        by=current_actor(request),
        now=timezone.now(),
    )
    shown = past_of(found.encounter, page=page)
    context = {"room": found, "in_hand": True, **past_context(found.encounter, shown, page=page)}
    return render(request, "consultation/_past.html", context)


@role_required(Role.PRACTITIONER)
@never_cache
@require_GET
def piece(request: HttpRequest, attachment: UUID) -> HttpResponse:
    """A file that the patient sent, decrypted for the doctor who has the case; each opening is journaled."""
    found = Attachment.objects.select_related("file", "encounter").filter(pk=attachment).first()
    if found is None or not _may_open(account_id=current_account(request).id, attachment=found):
        raise Http404
    trace_read(
        what="attachment",
        patient_id=found.patient_id,
        subject_id=found.id,
        by=current_actor(request),
        now=timezone.now(),
    )
    headers = {"Content-Disposition": disposition(found), "X-Content-Type-Options": "nosniff"}
    return HttpResponse(read_file(found.file), content_type=found.file.media_type, headers=headers)


def _may_open(*, account_id: UUID, attachment: Attachment) -> bool:
    """The doctor of its consultation, unless given up, or of one in hand with the same patient that came no earlier."""
    mine = Encounter.objects.filter(
        practitioner__professional__account_id=account_id, patient_id=attachment.patient_id
    )
    in_hand = Q(state__in=UNSIGNED_STATES)
    if attachment.encounter is not None:
        in_hand &= Q(planned_at__gte=attachment.encounter.planned_at)
    elif attachment.ticket_id is not None:
        in_hand &= Q(ticket=attachment.ticket_id)
    return mine.filter(Q(pk=attachment.encounter_id, state__in=READABLE) | in_hand).exists()
