"""Guests by link: the link serves once, the patient agrees to each third person, the doctor admits them."""

from __future__ import annotations

from datetime import datetime, timedelta
from uuid import UUID

from django.utils.translation import gettext as _

from toubib.consultation.enums import InviteState, ParticipantRole
from toubib.consultation.models import Invite, Participant, Room
from toubib.consultation.operations.rooms import MAX_IN_ROOM, NotInRoom, remove_participant
from toubib.consultation.queries import digest_of
from toubib.ground.actors import Actor
from toubib.ground.hub import publish
from toubib.ground.ids import new_token
from toubib.ground.journal import trace
from toubib.ground.locks import lock_row, transactional
from toubib.record.enums import ConsentScope
from toubib.record.models import Consent
from toubib.record.operations import say_consents
from toubib.rulebook.days import value_at
from toubib.waiting.enums import LIVE_STATES
from toubib.waiting.models import Ticket


class InviteDead(Exception):
    """The link was used, is too old, or its visit is over; str() is a sentence for the guest."""


class CannotAdmit(Exception):
    """The room is full, or the patient has not agreed; str() is a sentence for the doctor."""


@transactional
def invite_guest(*, ticket_id: UUID, role: ParticipantRole, by: Actor, now: datetime) -> tuple[Invite, str]:
    """A link for one guest; returns the token, which is not kept. The patient's own invitation is their consent."""
    # Locked: a room made at this moment would not know of the guest.
    ticket = lock_row(Ticket.objects.all(), pk=ticket_id)
    if ticket.state not in LIVE_STATES or by.account_id is None:
        raise InviteDead(_("Cette visite est terminée."))
    token = new_token()
    invite = Invite.objects.create(
        room=Room.objects.filter(encounter_id=ticket.encounter_id).first() if ticket.encounter_id else None,
        ticket_id=ticket_id,
        role=role,
        token_digest=digest_of(token),
        invited_by=by.account_id,
        created_at=now,
        expires_at=now + timedelta(minutes=value_at(id="invite.minutes", now=now)),
    )
    if by.account_id == ticket.account_id:
        agree_to_guest(invite_id=invite.id, given=True, by=by, now=now)
    trace(
        by=by,
        action="consultation.invite.make",
        now=now,
        patient=ticket.patient_id,
        subject="invite",
        subject_id=invite.id,
        reason=role,
    )
    return invite, token


@transactional
def agree_to_guest(*, invite_id: UUID, given: bool, by: Actor, now: datetime) -> None:
    """The patient's side agrees, or not, to this third person: a consent of its own, withdrawable. Idempotent.

    Only the account of the request agrees; who may take it back is for the caller. Raises NotInRoom.
    """
    invite = Invite.objects.select_for_update().get(pk=invite_id)
    if _last_answer(invite_id) is given:
        return
    ticket = Ticket.objects.get(pk=invite.ticket_id)
    if given and by.account_id != ticket.account_id:
        raise NotInRoom(_("Seul le patient, ou qui l’accompagne, donne cet accord."))
    Consent.objects.filter(about=f"invite:{invite_id}", withdrawn_at__isnull=True).update(withdrawn_at=now)
    say_consents(
        patient_id=ticket.person.id,
        answers={ConsentScope.THIRD_PERSON: given},
        by=by,
        now=now,
        encounter_id=ticket.encounter_id,
        about=f"invite:{invite_id}",
    )
    _tell(invite)
    if not given:
        _remove_guest(invite, by=by, now=now)


def _remove_guest(invite: Invite, *, by: Actor, now: datetime) -> None:
    for participant in Participant.objects.filter(invite=invite, removed_at__isnull=True):
        remove_participant(participant_id=participant.id, by=by, now=now)


def has_agreed(*, invite_id: UUID) -> bool:
    """Has the patient's side agreed to this guest, and not taken it back?"""
    return bool(_last_answer(invite_id))


def _last_answer(invite_id: UUID) -> bool | None:
    said = Consent.objects.filter(about=f"invite:{invite_id}", withdrawn_at__isnull=True)
    return said.order_by("-said_at").values_list("given", flat=True).first()


@transactional
def use_invite(*, token: str, name: str, now: datetime) -> Invite:
    """The guest says their name and knocks. The link serves once. Raises InviteDead."""
    invite = Invite.objects.select_for_update().filter(token_digest=digest_of(token)).first()
    if invite is None or invite.used_at is not None:
        raise InviteDead(_("Ce lien a déjà servi. Demandez-en un autre."))
    if invite.is_too_old(now=now):
        raise InviteDead(_("Ce lien est trop ancien. Demandez-en un autre."))
    invite.used_at, invite.guest_name, invite.state = now, name, InviteState.KNOCKING
    invite.save()
    _tell(invite)
    return invite


@transactional
def admit_guest(*, invite_id: UUID, by: Actor, now: datetime) -> Participant:
    """The doctor lets a guest in. Idempotent. Raises CannotAdmit."""
    invite = Invite.objects.select_for_update().get(pk=invite_id)
    found = Participant.objects.filter(invite=invite, removed_at__isnull=True).first()
    if found:
        return found
    if invite.state != InviteState.KNOCKING or invite.room_id is None:
        raise CannotAdmit(_("Cette personne n’attend pas."))
    lock_row(
        Room.objects.all(), pk=invite.room_id
    )  # two guests admitted at once are counted one after the other
    if not has_agreed(invite_id=invite.id):
        raise CannotAdmit(_("Le patient n’a pas encore donné son accord."))
    if Participant.objects.filter(room_id=invite.room_id, removed_at__isnull=True).count() >= MAX_IN_ROOM:
        raise CannotAdmit(_("La salle est pleine : quatre personnes au plus."))
    invite.state, invite.answered_at = InviteState.ADMITTED, now
    invite.save(update_fields=["state", "answered_at"])
    participant = Participant.objects.create(
        room_id=invite.room_id, invite=invite, role=invite.role, name=invite.guest_name or "", added_at=now
    )
    trace(
        by=by,
        action="consultation.guest.admit",
        now=now,
        subject="participant",
        subject_id=participant.id,
        patient=participant.room.encounter.patient_id,
    )
    _tell(invite)
    return participant


@transactional
def refuse_guest(*, invite_id: UUID, by: Actor, now: datetime) -> Invite:
    """The doctor does not let a guest in. Idempotent."""
    invite = Invite.objects.select_for_update().get(pk=invite_id)
    if invite.state in {InviteState.SENT, InviteState.KNOCKING}:
        invite.state, invite.answered_at = InviteState.REFUSED, now
        invite.save(update_fields=["state", "answered_at"])
        _tell(invite)
    return invite


def _tell(invite: Invite) -> None:
    publish(f"ticket:{invite.ticket_id}", "guest", invite=str(invite.id))
    if invite.room_id:
        publish(f"room:{invite.room_id}", "guest", invite=str(invite.id))
        doctor = Participant.objects.filter(room_id=invite.room_id, role=ParticipantRole.PRACTITIONER).first()
        if doctor and doctor.account_id:
            publish(f"account:{doctor.account_id}", "guest", invite=str(invite.id))
