"""A ticket in call: opened, ended, signed, handed over, called again."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from toubib.ground.actors import Actor
from toubib.ground.journal import trace
from toubib.ground.locks import find_locked, transactional
from toubib.record.enums import AbortReason, Attestation, EncounterState
from toubib.record.models import Encounter
from toubib.record.operations import (
    abort_encounter,
    end_encounter,
    pass_on,
    sign_encounter,
    start_encounter,
)
from toubib.waiting.enums import DutyState, ExitReason, OfferState, TicketState
from toubib.waiting.events import call_dropped
from toubib.waiting.models import Duty, FollowUp, Ticket
from toubib.waiting.operations.dispatch import dispatch_soon
from toubib.waiting.operations.duty import free_duty
from toubib.waiting.operations.moves import MoveRefused, drop_offer, keep_secrecy, move_duty, move_ticket

TAKEN_BACK = "taken_back"  # key of a ticket's draft: the doctor who had them may not treat any more


@transactional
def start_call(*, encounter_id: UUID, by: Actor, now: datetime) -> Encounter:
    """The doctor opens the room, or calls again before signing. Idempotent. Raises MoveRefused."""
    ticket = _lock_by_encounter(encounter_id)
    if ticket and ticket.state != TicketState.IN_CALL:
        _call(ticket, by=by, now=now)
    again = bool(ticket and ticket.called_at and ticket.called_at < now)
    encounter = start_encounter(encounter_id=encounter_id, by=by, now=now)
    duty = _lock_duty_of(encounter) if again else None
    if duty and duty.state == DutyState.WRITING:
        move_duty(duty=duty, to=DutyState.BUSY, now=now)
    return encounter


def _call(ticket: Ticket, *, by: Actor, now: datetime) -> None:
    ticket.called_at = ticket.called_at or now
    if ticket.ended_at is None:  # it still has its place: no other request can stand in its way
        return move_ticket(ticket=ticket, to=TicketState.IN_CALL, by=by, now=now)
    ticket.ended_at, ticket.exit_reason = None, ""
    try:
        with transaction.atomic():
            move_ticket(ticket=ticket, to=TicketState.IN_CALL, by=by, now=now)
    except IntegrityError:
        raise MoveRefused(
            _("Cette personne a refait une demande : elle est de nouveau dans la file.")
        ) from None


@transactional
def end_call(*, encounter_id: UUID, by: Actor, now: datetime) -> Encounter:
    """The doctor ends the call; the note remains. Idempotent."""
    ticket = _lock_by_encounter(encounter_id)
    encounter = end_encounter(encounter_id=encounter_id, by=by, now=now)
    if ticket and ticket.state == TicketState.IN_CALL:
        move_ticket(ticket=ticket, to=TicketState.CLOSED, by=by, now=now, exit_reason=ExitReason.SEEN)
    duty = _lock_duty_of(encounter)
    if duty and duty.state == DutyState.BUSY:
        move_duty(duty=duty, to=DutyState.WRITING, now=now)
    return encounter


@transactional
def sign_call(*, encounter_id: UUID, attestation: Attestation, by: Actor, now: datetime) -> Encounter:
    """Sign (ending the call if it still runs); the doctor is offered the next. Idempotent. Raises NoteIncomplete."""
    ticket = _lock_by_encounter(encounter_id)
    encounter = sign_encounter(encounter_id=encounter_id, attestation=attestation, by=by, now=now)
    if ticket and ticket.state == TicketState.IN_CALL:
        move_ticket(ticket=ticket, to=TicketState.CLOSED, by=by, now=now, exit_reason=ExitReason.SEEN)
    duty = _lock_duty_of(encounter)
    signed_now = (
        encounter.signed_at == now
    )  # a second signing must not free a doctor who is with the next patient
    if signed_now and duty and duty.state in {DutyState.BUSY, DutyState.WRITING}:
        free_duty(duty=duty, now=now)
    return encounter


@transactional
def hand_over(*, encounter_id: UUID, by: Actor, now: datetime) -> Ticket:
    """Give the patient back to the line at their place; another doctor will take them. Raises MoveRefused."""
    return _give_back(
        encounter_id=encounter_id, reason=AbortReason.HANDED_OVER, to=TicketState.WAITING, by=by, now=now
    )


@transactional
def patient_absent(*, encounter_id: UUID, by: Actor, now: datetime) -> Ticket:
    """The patient did not come: they keep their place and are called back by message. Raises MoveRefused."""
    return _give_back(
        encounter_id=encounter_id, reason=AbortReason.PATIENT_ABSENT, to=TicketState.AWAY, by=by, now=now
    )


@transactional
def abort_call(*, encounter_id: UUID, reason: AbortReason, by: Actor, now: datetime) -> Ticket:
    """End a call for good before signing: rescue called, or the line failed. Nothing is owed. Idempotent."""
    ticket = _lock_by_encounter(encounter_id)
    if ticket is None:
        raise MoveRefused(_("Cette consultation n’a pas de demande."))
    if ticket.encounter and ticket.encounter.state == EncounterState.ABORTED:
        return ticket  # a second click must not free a doctor who is with the next patient
    encounter = abort_encounter(encounter_id=encounter_id, reason=reason, by=by, now=now)
    if ticket.ended_at is None:
        rescue = reason == AbortReason.EMERGENCY
        to = TicketState.REDIRECTED if rescue else TicketState.CLOSED
        why = ExitReason.DOCTOR_SENT_TO_SAMU if rescue else ExitReason.SEEN
        if ticket.state == TicketState.ACCEPTED:
            to, why = TicketState.LEFT, ExitReason.NOT_BACK
        move_ticket(ticket=ticket, to=to, by=by, now=now, exit_reason=why)
    _release(encounter, ticket, by=by, now=now)
    return ticket


def _give_back(
    *, encounter_id: UUID, reason: AbortReason, to: TicketState, by: Actor, now: datetime
) -> Ticket:
    ticket = _lock_by_encounter(encounter_id)
    if ticket is None or ticket.state not in {TicketState.ACCEPTED, TicketState.IN_CALL}:
        raise MoveRefused(_("Cette personne n’est plus avec vous."))
    encounter = abort_encounter(encounter_id=encounter_id, reason=reason, by=by, now=now)
    _send_back(ticket, encounter, to=to, by=by, now=now)
    if reason == AbortReason.HANDED_OVER:
        ticket.declined.add(encounter.practitioner)
    _release(encounter, ticket, by=by, now=now)
    dispatch_soon(pool_id=ticket.pool_id, now=now)
    return ticket


def _send_back(ticket: Ticket, encounter: Encounter, *, to: TicketState, by: Actor, now: datetime) -> None:
    drop_offer(ticket=ticket, held=OfferState.ACCEPTED, now=now)
    ticket.encounter, ticket.accepted_at, ticket.called_at = None, None, None
    ticket.notified_at = ticket.back_before = None
    keep_secrecy(ticket=ticket, secret=encounter.minor_secrecy)
    move_ticket(ticket=ticket, to=to, by=by, now=now)


@transactional
def take_back(*, encounter_id: UUID, by: Actor, now: datetime) -> None:
    """The doctor may not treat any more: the patient goes back to the line, at their place, and is told why.

    A call that ran ends; what was held of it stays with that doctor to write and sign. Idempotent.
    """
    ticket = _lock_by_encounter(encounter_id)
    if ticket is None or ticket.state not in {TicketState.ACCEPTED, TicketState.IN_CALL}:
        return
    ticket.draft = {**ticket.draft, TAKEN_BACK: True}
    if Encounter.objects.filter(pk=encounter_id, state=EncounterState.ARRIVED).exists():
        encounter = abort_encounter(encounter_id=encounter_id, reason=AbortReason.HANDED_OVER, by=by, now=now)
    else:
        encounter = end_encounter(encounter_id=encounter_id, by=by, now=now)
        pass_on(encounter_id=encounter_id)
    _send_back(ticket, encounter, to=TicketState.WAITING, by=by, now=now)
    ticket.declined.add(encounter.practitioner)
    call_dropped.send(sender=Ticket, encounter=encounter, ticket=ticket, by=by, now=now)
    duty = _lock_duty_of(encounter)
    if duty and duty.state == DutyState.BUSY:
        if encounter.state == EncounterState.TO_SIGN:  # the note is owed; off duty once it is signed
            move_duty(duty=duty, to=DutyState.WRITING, now=now)
        else:
            free_duty(duty=duty, now=now)
    dispatch_soon(pool_id=ticket.pool_id, now=now)


@transactional
def give_back_untouched(
    *, encounter_id: UUID, reason: AbortReason, limit: datetime, by: Actor, now: datetime
) -> bool:
    """The doctor took the case before `limit` and never opened the room: as a hand-over, and the doctor is paused."""
    ticket = _lock_by_encounter(encounter_id)
    if (
        ticket is None
        or ticket.state != TicketState.ACCEPTED
        or not ticket.accepted_at
        or ticket.accepted_at > limit
    ):
        return False
    Duty.objects.filter(offers__ticket=ticket, offers__state=OfferState.ACCEPTED).update(pause_after=True)
    _give_back(encounter_id=encounter_id, reason=reason, to=TicketState.WAITING, by=by, now=now)
    return True


def _release(encounter: Encounter, ticket: Ticket, *, by: Actor, now: datetime) -> None:
    call_dropped.send(sender=Ticket, encounter=encounter, ticket=ticket, by=by, now=now)
    duty = _lock_duty_of(encounter)
    if duty and duty.state in {DutyState.BUSY, DutyState.WRITING}:
        free_duty(duty=duty, now=now)


def _lock_by_encounter(encounter_id: UUID) -> Ticket | None:
    return find_locked(Ticket.objects.all(), encounter_id=encounter_id)


def _lock_duty_of(encounter: Encounter) -> Duty | None:
    return find_locked(Duty.objects.all(), closed_at__isnull=True, practitioner_id=encounter.practitioner_id)


@transactional
def close_follow_up(*, follow_up_id: UUID, outcome: str, by: Actor, now: datetime) -> FollowUp:
    """The medical director says what was done. Idempotent."""
    row = FollowUp.objects.select_for_update(of=("self",)).select_related("ticket").get(pk=follow_up_id)
    if row.done_at is None:
        row.done_at, row.done_by, row.outcome = now, by.account_id, outcome
        row.save()
        trace(
            by=by,
            action="waiting.follow_up.close",
            now=now,
            patient=row.ticket.patient_id,
            subject="follow_up",
            subject_id=row.id,
        )
    return row
