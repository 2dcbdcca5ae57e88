"""The room: made when a case is taken, opened by the doctor, closed at the end; who may be in it."""

from __future__ import annotations

from datetime import datetime, timedelta
from functools import lru_cache
from uuid import UUID

from django.utils.translation import gettext as _

from toubib.consultation.enums import InviteState, ParticipantRole
from toubib.consultation.models import Invite, Participant, Room
from toubib.consultation.operations.leave import check_leave
from toubib.consultation.queries import PATIENT_SIDE, measured_seconds
from toubib.ground.actors import Actor
from toubib.ground.hub import publish
from toubib.ground.journal import trace
from toubib.ground.locks import find_locked, lock_row, save_changed, transactional
from toubib.ground.prepared import insert, read, read_one, update
from toubib.people.enums import LinkKind
from toubib.people.queries import link_between
from toubib.record.enums import Attestation, EncounterState
from toubib.record.models import Encounter
from toubib.record.operations import keep_video_seconds
from toubib.rulebook.days import value_at
from toubib.waiting.models import Duty, Ticket
from toubib.waiting.operations import end_call, sign_call, start_call

MAX_IN_ROOM = 4
WORKER = Actor.system("worker")


class NotInRoom(Exception):
    """This account or guest has no place in the room (any more)."""


def create_room(*, encounter: Encounter, ticket: Ticket, duty: Duty, now: datetime) -> Room:
    """A room with the patient's side and the doctor; guests invited while waiting come along, and knock."""
    room = Room(encounter=encounter, created_at=now)
    insert([room])
    practitioner = duty.practitioner
    insert(
        [
            _patient_side(room, ticket, now),
            Participant(
                room=room,
                account_id=duty.account_id,
                role=ParticipantRole.PRACTITIONER,
                name=practitioner.full_name,
                rpps=practitioner.rpps,
                added_at=now,
            ),
        ]
    )
    if read(Invite.objects.only("id"), ticket_id=ticket.id):
        Invite.objects.filter(ticket_id=ticket.id).update(room=room)
        _knock_again(ticket, now=now)
    return room


def _knock_again(ticket: Ticket, *, now: datetime) -> None:
    """Guests whom an earlier doctor admitted are for this one to admit; those taken out stay out."""
    seated = Participant.objects.filter(invite__ticket_id=ticket.id, removed_at__isnull=True)
    invites = list(seated.values_list("invite_id", flat=True))
    if invites:
        seated.update(removed_at=now, invite=None)
        Invite.objects.filter(pk__in=invites).update(state=InviteState.KNOCKING, answered_at=None)


def _patient_side(room: Room, ticket: Ticket, now: datetime) -> Participant:
    link = link_between(account=ticket.asker, patient_id=ticket.person.id, now=now)
    patient = ticket.person.full_name
    if link is None or link.kind == LinkKind.SELF:
        role, name = ParticipantRole.PATIENT, patient
    else:
        person = ticket.person
        who = ticket.asker.display_name
        given = person.used_given_name or person.birth_given_names.split()[0]
        said = {"who": who or link.get_kind_display().capitalize(), "given": given, "patient": patient}
        name = _("%(who)s, avec %(patient)s") % said
        if who and link.kind == LinkKind.PARENT:
            name = _("%(who)s, parent de %(given)s") % said
        role = ParticipantRole.ACCOMPANYING
    return Participant(room=room, account=ticket.account, role=role, name=name[:120], added_at=now)


@lru_cache(maxsize=4096)
def _encounter_of(room_id: UUID) -> UUID:
    """A room is of one encounter for ever. Raises Room.DoesNotExist."""
    room = read_one(Room.objects.all(), pk=room_id)
    if room is None:
        raise Room.DoesNotExist
    return room.encounter_id


@transactional
def open_room(*, room_id: UUID, by: Actor, now: datetime) -> Room:
    """The doctor opens the room, or calls again before signing; the patient's page joins by itself. Idempotent."""
    encounter_id = _encounter_of(room_id)
    start_call(encounter_id=encounter_id, by=by, now=now)
    room = lock_row(Room.objects.all(), pk=room_id)
    if room.opened_at is None or room.closed_at is not None:
        room.opened_at, room.closed_at = room.opened_at or now, None
        save_changed(room)
        publish(f"room:{room.id}", "opened")
    return room


@transactional
def end_room(*, room_id: UUID, by: Actor, now: datetime) -> Room:
    """The doctor ends the call for everyone; the note remains to sign. Idempotent."""
    encounter_id = _encounter_of(room_id)
    end_call(encounter_id=encounter_id, by=by, now=now)
    return close_room(encounter_id=encounter_id, now=now) or Room.objects.get(pk=room_id)


@transactional
def sign_room(*, room_id: UUID, attestation: Attestation, by: Actor, now: datetime) -> Encounter:
    """Sign the note, with the doctor's own word on the channel; the call ends if it still runs. Idempotent.
    Raises LeaveRefused and what the signature raises."""
    encounter_id = _encounter_of(room_id)
    check_leave(encounter_id=encounter_id, channel=attestation, now=now)
    encounter = sign_call(encounter_id=encounter_id, attestation=attestation, by=by, now=now)
    close_room(encounter_id=encounter_id, now=now)
    publish(f"room:{room_id}", "signed")
    _tell_patient_side(room_id, "signed")
    return encounter


def _tell_patient_side(room_id: UUID, event: str) -> None:
    """News for the patient's pages once the call is over: no id in it, a page that may not read asks in vain."""
    for person in read(Participant.objects.only("role", "account"), room_id=room_id, account__isnull=False):
        if person.role in PATIENT_SIDE:
            publish(f"account:{person.account_id}", event)


def end_deserted(*, now: datetime) -> int:
    """End the calls whose doctor was not seen for long: the patient is free to ask again, the note remains to sign,
    and the doctor may call again. A closed laptop must not hold a patient for days. How many."""
    limit = now - timedelta(minutes=value_at(id="room.deserted_minutes", now=now))
    seen = Participant.objects.filter(role=ParticipantRole.PRACTITIONER, last_seen_at__gt=limit)
    running = Room.objects.filter(
        opened_at__lte=limit, closed_at__isnull=True, encounter__state=EncounterState.IN_PROGRESS
    )
    left = list(running.exclude(participants__in=seen).order_by("opened_at").values_list("id", flat=True))
    for room_id in left:
        end_room(room_id=room_id, by=WORKER, now=now)
    return len(left)


def close_room(*, encounter_id: UUID, now: datetime) -> Room | None:
    """Close the room and keep with the encounter what both sides measured. Idempotent."""
    room = find_locked(Room.objects.all(), encounter_id=encounter_id)
    if room is None or room.closed_at is not None:
        return room
    room.closed_at = now
    save_changed(room)
    keep_video_of(room=room)
    publish(f"room:{room.id}", "closed")
    return room


def keep_video_of(*, room: Room) -> None:
    """Seconds of video that the patient's side and the doctor received from each other."""
    by_patient, by_practitioner = measured_seconds(room_id=room.id)
    keep_video_seconds(encounter_id=room.encounter_id, by_patient=by_patient, by_practitioner=by_practitioner)


@transactional
def enter_room(*, participant: Participant, by: Actor, now: datetime) -> Participant:
    """Note that someone came into the room (first time and last), and leave a trace the first time."""
    first = participant.joined_at is None
    participant.joined_at, participant.last_seen_at = participant.joined_at or now, now
    update(participant, ["joined_at", "last_seen_at"])
    if first:
        trace(
            by=by,
            action="consultation.room.enter",
            now=now,
            subject="room",
            subject_id=participant.room_id,
            patient=participant.room.encounter.patient_id,
        )
    return participant


@transactional
def remove_participant(*, participant_id: UUID, by: Actor, now: datetime) -> Participant:
    """The doctor takes a guest out of the room; never the patient's side, nor oneself. Idempotent."""
    participant = (
        Participant.objects.select_for_update().select_related("room__encounter").get(pk=participant_id)
    )
    if participant.role in (*PATIENT_SIDE, ParticipantRole.PRACTITIONER):
        raise NotInRoom(_("Le patient et son médecin restent dans la salle."))
    if participant.removed_at is None:
        participant.removed_at = now
        participant.save(update_fields=["removed_at"])
        trace(
            by=by,
            action="consultation.participant.remove",
            now=now,
            subject="participant",
            subject_id=participant.id,
            patient=participant.room.encounter.patient_id,
        )
        publish(f"room:{participant.room_id}", "removed", participant=str(participant.id))
    return participant


@transactional
def take_seats_of(*, account_id: UUID, patient_id: UUID, by: Actor, now: datetime) -> int:
    """An account that acts for a patient no more leaves their rooms, open or over. How many."""
    rows = Participant.objects.filter(
        account_id=account_id,
        role__in=PATIENT_SIDE,
        room__encounter__patient_id=patient_id,
        removed_at__isnull=True,
    )
    seats = list(rows.order_by("id"))
    for seat in seats:
        seat.removed_at = now
        seat.save(update_fields=["removed_at"])
        trace(
            by=by,
            action="consultation.participant.remove",
            now=now,
            subject="participant",
            subject_id=seat.id,
            patient=patient_id,
        )
        publish(f"room:{seat.room_id}", "removed", participant=str(seat.id))
    return len(seats)
