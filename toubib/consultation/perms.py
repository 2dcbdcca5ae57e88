"""Who has a seat in a room, as whom, and until when."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from toubib.consultation.enums import ParticipantRole
from toubib.consultation.models import Participant, Room
from toubib.consultation.queries import get_room, participant_for
from toubib.consultation.tokens import PATIENT, PROFESSIONAL
from toubib.ground.actors import Actor
from toubib.people.enums import Role
from toubib.people.models import Account
from toubib.people.queries import link_between, roles_of
from toubib.record.perms import is_doctor_of

GUEST = "guest"
AT_THE_DESK = (ParticipantRole.PRACTITIONER, ParticipantRole.COLLEAGUE)


@dataclass(frozen=True, slots=True)
class Seat:
    """A place in a room and who acts from it."""

    participant: Participant
    by: Actor

    @property
    def side(self) -> str:
        """The professionals' side hides its address behind the relay."""
        return PROFESSIONAL if self.participant.role in AT_THE_DESK else PATIENT


def seat_in(
    *, room_id: UUID, account: Account | None, invite_id: UUID | None, second_factor: bool, now: datetime
) -> Seat | None:
    """The seat of an account or of a guest; None where there is none.

    The doctor's asks for the second factor, and for a role that holds at this moment; that of whoever acts for the
    patient, for a link that does.
    """
    if account is not None:
        found = participant_for(room_id=room_id, account_id=account.id)
        if found is not None:
            role = Role.PRACTITIONER if found.role == ParticipantRole.PRACTITIONER else Role.PATIENT
            still = _still(found, account, second_factor=second_factor, now=now)
            return Seat(found, Actor(account.id, role)) if still else None
    if invite_id is not None:
        guest = participant_for(room_id=room_id, invite_id=invite_id)
        if guest is not None:
            return Seat(guest, Actor(None, GUEST))
    return None


def _still(seat: Participant, account: Account, *, second_factor: bool, now: datetime) -> bool:
    if seat.role == ParticipantRole.PRACTITIONER:
        return second_factor and Role.PRACTITIONER in roles_of(account=account, now=now)
    return link_between(account=account, patient_id=seat.room.encounter.patient_id, now=now) is not None


def room_of_doctor(*, room_id: UUID, account: Account) -> Room | None:
    """The room, for the doctor of its encounter alone, suspended since or not."""
    room = get_room(room_id=room_id)
    if room is None or not is_doctor_of(account_id=account.id, encounter=room.encounter):
        return None
    return room
