"""What goes on in a room: written words, measurements; and what the patient says afterwards."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from toubib.consultation.models import ChatMessage, Complaint, Feedback, Measurement, Participant
from toubib.consultation.operations.rooms import NotInRoom, keep_video_of
from toubib.ground.actors import Actor
from toubib.ground.hub import publish
from toubib.ground.journal import trace
from toubib.ground.locks import lock_row, transactional
from toubib.record.models import Encounter

MAX_TEXT = 2000
MOST_A_MINUTE = 30
DAY = 24 * 3600


class TooMany(Exception):
    """More written words in a minute than anyone types."""


@dataclass(frozen=True, slots=True)
class Received:
    """What one browser says it received from another participant since it came in; seconds only grow."""

    participant_id: UUID
    video_seconds: int
    audio_seconds: int
    relay: bool


@transactional
def post_message(
    *, participant: Participant, client_id: UUID, text: str, by: Actor, now: datetime
) -> ChatMessage:
    """Keep a written word and tell the room. A second sending of the same `client_id` changes nothing.

    Raises ValueError, and TooMany over `MOST_A_MINUTE` from one person.
    """
    words = text.strip()
    if not words or len(words) > MAX_TEXT:
        raise ValueError(_("Un message a de 1 à %(max)s signes.") % {"max": MAX_TEXT})
    lately = ChatMessage.objects.filter(author=participant, said_at__gt=now - timedelta(minutes=1))
    if lately.exclude(client_id=client_id).count() >= MOST_A_MINUTE:
        raise TooMany
    try:
        with transaction.atomic():
            message = ChatMessage.objects.create(
                room_id=participant.room_id, author=participant, client_id=client_id, text=words, said_at=now
            )
    except IntegrityError:
        return ChatMessage.objects.get(room_id=participant.room_id, client_id=client_id)
    trace(
        by=by,
        action="consultation.message.post",
        now=now,
        subject="message",
        subject_id=message.id,
        patient=participant.room.encounter.patient_id,
    )
    publish(f"room:{participant.room_id}", "chat", message=str(message.id))
    return message


@transactional
def keep_measurements(*, participant: Participant, received: Iterable[Received], now: datetime) -> int:
    """Keep, for each other participant of the same room, the greatest values said so far; late ones count too."""
    peers = {p.id: p for p in Participant.objects.filter(room_id=participant.room_id)}
    kept = 0
    for row in received:
        if row.participant_id not in peers or row.participant_id == participant.id:
            continue
        _keep(participant, row, now=now)
        kept += 1
    Participant.objects.filter(pk=participant.pk).update(last_seen_at=now)
    if participant.room.closed_at is not None and kept:
        keep_video_of(room=participant.room)
    return kept


def _keep(participant: Participant, row: Received, *, now: datetime) -> None:
    measure, made = Measurement.objects.get_or_create(
        receiver=participant,
        sender_id=row.participant_id,
        defaults={
            "room_id": participant.room_id,
            "video_seconds": min(row.video_seconds, DAY),
            "audio_seconds": min(row.audio_seconds, DAY),
            "relay": row.relay,
            "first_at": now,
            "last_at": now,
        },
    )
    if not made:
        measure.video_seconds = max(measure.video_seconds, min(row.video_seconds, DAY))
        measure.audio_seconds = max(measure.audio_seconds, min(row.audio_seconds, DAY))
        measure.relay, measure.last_at = row.relay, now
        measure.save(update_fields=["video_seconds", "audio_seconds", "relay", "last_at"])


@transactional
def rate_call(*, encounter: Encounter, helped: int, call_quality: int, by: Actor, now: datetime) -> Feedback:
    """Two answers from 1 to 5; saying again replaces."""
    if not (1 <= helped <= 5 and 1 <= call_quality <= 5):
        raise ValueError(_("Une note va de 1 à 5."))
    feedback, _made = Feedback.objects.update_or_create(
        encounter=encounter, defaults={"helped": helped, "call_quality": call_quality, "said_at": now}
    )
    trace(
        by=by,
        action="consultation.feedback.say",
        now=now,
        patient=encounter.patient_id,
        subject="feedback",
        subject_id=feedback.id,
    )
    return feedback


@transactional
def complain(*, encounter: Encounter, text: str, by: Actor, now: datetime) -> Complaint:
    """A complaint, for the medical director and the compliance officer; the same words twice are kept once."""
    if by.account_id is None:
        raise NotInRoom(_("Une réclamation porte un nom."))
    lock_row(Encounter.objects.all(), pk=encounter.pk)  # a double click comes twice at once
    mine = Complaint.objects.filter(encounter=encounter, said_by=by.account_id)
    same = next((row for row in mine if row.text == text), None)
    if same:
        return same
    row = Complaint.objects.create(encounter=encounter, text=text, said_at=now, said_by=by.account_id)
    trace(
        by=by,
        action="consultation.complaint.say",
        now=now,
        patient=encounter.patient_id,
        subject="complaint",
        subject_id=row.id,
    )
    return row


@transactional
def answer_complaint(*, complaint_id: UUID, answer: str, by: Actor, now: datetime) -> Complaint:
    row = Complaint.objects.select_for_update().select_related("encounter").get(pk=complaint_id)
    row.answer, row.answered_at, row.answered_by = answer, now, by.account_id
    row.save(update_fields=["answer", "answered_at", "answered_by"])
    trace(
        by=by,
        action="consultation.complaint.answer",
        now=now,
        patient=row.encounter.patient_id,
        subject="complaint",
        subject_id=row.id,
    )
    return row
