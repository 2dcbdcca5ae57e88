"""Reads of rooms."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from toubib.consultation.enums import InviteState, ParticipantRole
from toubib.consultation.models import ChatMessage, Invite, Measurement, PapersDue, Participant, Room
from toubib.ground.prepared import ask, read_one
from toubib.record.enums import UNSIGNED_STATES, AbortReason, EncounterState
from toubib.record.models import Consent, Encounter
from toubib.record.queries import READABLE

PATIENT_SIDE = (ParticipantRole.PATIENT, ParticipantRole.ACCOMPANYING)


def get_room(*, room_id: UUID) -> Room | None:
    rows = Room.objects.select_related(
        "encounter__patient", "encounter__practitioner__professional", "encounter__ticket"
    )
    return read_one(rows, pk=room_id)


def room_of_encounter(*, encounter_id: UUID) -> Room | None:
    return read_one(Room.objects.all(), encounter_id=encounter_id)


def papers_are_due(*, encounter_id: UUID) -> bool:
    """Whether the worker still has documents of this encounter to make."""
    return PapersDue.objects.filter(encounter_id=encounter_id).exists()


def participant_for(
    *, room_id: UUID, account_id: UUID | None = None, invite_id: UUID | None = None
) -> Participant | None:
    """The place in the room of an account, or of a guest by their invitation; None when there is none (any more)."""
    rows = Participant.objects.select_related("room__encounter")
    if account_id is not None:
        return read_one(rows, room_id=room_id, account_id=account_id, removed_at__isnull=True)
    if invite_id is None:
        return None
    return read_one(rows, room_id=room_id, invite_id=invite_id, removed_at__isnull=True)


def people_in(*, room_id: UUID) -> list[Participant]:
    return list(
        Participant.objects.filter(room_id=room_id, removed_at__isnull=True).order_by("added_at", "id")
    )


def guests_who_came(*, encounter_id: UUID) -> list[Participant]:
    """Who entered the room beside patient and doctor, even if they left before the end: the note names them."""
    rows = Participant.objects.filter(room__encounter_id=encounter_id, joined_at__isnull=False)
    both = (ParticipantRole.PATIENT, ParticipantRole.PRACTITIONER)
    return list(rows.exclude(role__in=both).order_by("joined_at", "id"))


def guests_at_the_door(*, room_id: UUID) -> list[Invite]:
    return list(Invite.objects.filter(room_id=room_id, state=InviteState.KNOCKING).order_by("used_at"))


def invites_of(*, ticket_id: UUID) -> list[Invite]:
    """Everyone invited to this visit, first the first invited."""
    return list(Invite.objects.filter(ticket_id=ticket_id).order_by("created_at", "id"))


def digest_of(token: str) -> str:
    return hashlib.sha256(f"toubib invite {token}".encode()).hexdigest()


def invite_by_token(*, token: str) -> Invite | None:
    return Invite.objects.filter(token_digest=digest_of(token)).first()


def get_invite(*, invite_id: UUID) -> Invite | None:
    return Invite.objects.filter(pk=invite_id).first()


def answers_to_guests(*, invites: list[Invite]) -> dict[UUID, bool]:
    """What the patient's side last said of each guest; absent where nothing was said."""
    abouts = {f"invite:{invite.id}": invite.id for invite in invites}
    rows = Consent.objects.filter(about__in=abouts, withdrawn_at__isnull=True).order_by("said_at", "id")
    return {abouts[about]: given for about, given in rows.values_list("about", "given")}


def guest_names(*, abouts: list[str]) -> dict[str, str]:
    """By what a consent is about, the guest it lets in: the name typed at the door, or the role until then."""
    ids = [about.removeprefix("invite:") for about in abouts if about.startswith("invite:")]
    rows = Invite.objects.filter(pk__in=ids) if ids else []
    return {f"invite:{one.id}": _named(one) for one in rows}


def _named(invite: Invite) -> str:
    role = str(invite.get_role_display())
    return f"{invite.guest_name} ({role})" if invite.guest_name else role


def seat_of_guest(*, invite_id: UUID) -> Participant | None:
    """Where an admitted guest is expected, with the room."""
    rows = Participant.objects.select_related("room").filter(invite_id=invite_id, removed_at__isnull=True)
    return rows.first()


def name_in_chat(author: Participant) -> str:
    """A guest typed the name that they bear: it is marked so."""
    return _("%(name)s (invité)") % {"name": author.name} if author.invite_id else author.name


def messages_after(
    *, room_id: UUID, after: UUID | None = None, since: datetime | None = None, limit: int = 200
) -> list[ChatMessage]:
    """Messages in order; ids are UUIDv7, so they order by time. `since`: none said before that moment."""
    rows = ChatMessage.objects.filter(room_id=room_id).select_related("author").order_by("id")
    if since is not None:
        rows = rows.filter(said_at__gte=since)
    return list(rows.filter(id__gt=after)[:limit] if after else rows[:limit])


def measured_seconds(*, room_id: UUID) -> tuple[int, int]:
    """Seconds of video received by the patient's side and by the doctor, as said so far."""
    rows = ask(_measured, room_id=room_id)
    doctor = ParticipantRole.PRACTITIONER
    received = max((s for to, of, s in rows if to in PATIENT_SIDE and of == doctor), default=0)
    sent = max((s for to, of, s in rows if to == doctor and of in PATIENT_SIDE), default=0)
    return received, sent


def _measured(*, room_id: UUID) -> QuerySet[Any]:
    rows = Measurement.objects.filter(room_id=room_id)
    return rows.values_list("receiver__role", "sender__role", "video_seconds")


# The desk


def rooms_of_practitioner(*, practitioner_id: UUID) -> QuerySet[Room]:
    rows = Room.objects.filter(encounter__practitioner_id=practitioner_id)
    return rows.select_related("encounter__patient", "encounter__ticket").order_by(
        "-encounter__planned_at", "-id"
    )


def unsigned_rooms(*, practitioner_id: UUID) -> list[Room]:
    """Rooms whose note waits for the doctor: taken, in progress, or to sign."""
    rows = rooms_of_practitioner(practitioner_id=practitioner_id)
    return list(rows.filter(encounter__state__in=UNSIGNED_STATES))


def recent_rooms(*, practitioner_id: UUID, limit: int = 8) -> list[Room]:
    """The last consultations that are over, signed or not completed."""
    rows = rooms_of_practitioner(practitioner_id=practitioner_id)
    return list(rows.exclude(encounter__state__in=UNSIGNED_STATES)[:limit])


@dataclass(frozen=True, slots=True)
class Day:
    """What a doctor did since midnight; a patient who asked for another doctor interrupted nothing."""

    seen: int
    aborted: int
    call_seconds: int


def day_of(*, practitioner_id: UUID, now: datetime) -> Day:
    """One query; lengths are from the opening of the room to its end."""
    midnight = timezone.localtime(now).replace(hour=0, minute=0, second=0, microsecond=0)
    rows = Encounter.objects.filter(practitioner_id=practitioner_id, planned_at__gte=midnight)
    facts = list(rows.values_list("state", "abort_reason", "started_at", "ended_at"))
    lengths = [(end - start).total_seconds() for *_, start, end in facts if start and end]
    states = [state for state, why, *_ in facts if why != AbortReason.DECLINED]
    return Day(
        seen=sum(state in READABLE for state in states),
        aborted=states.count(EncounterState.ABORTED),
        call_seconds=int(sum(lengths)),
    )
