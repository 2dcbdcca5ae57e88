"""A ticket in call: opened, ended, signed, handed over, called again; and tickets that nobody could serve."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from toubib.ground.actors import Actor
from toubib.ground.locks import find_locked, transactional
from toubib.record.enums import AbortReason, Attestation
from toubib.record.models import Encounter
from toubib.record.operations import abort_encounter, end_encounter, sign_encounter, start_encounter
from toubib.waiting.enums import (
    IN_LINE_STATES,
    DutyState,
    ExitReason,
    OfferState,
    TicketState,
)
from toubib.waiting.events import call_dropped
from toubib.waiting.models import Duty, FollowUp, Offer, Pool, Ticket
from toubib.waiting.operations.dispatch import dispatch_soon, withdraw_offer
from toubib.waiting.operations.duty import free_duty
from toubib.waiting.operations.moves import MoveRefused, lock_ticket, move_duty, move_ticket
from toubib.waiting.queries.opening import is_open_at

WORKER = Actor.system("worker")


@transactional
def start_call(*, encounter_id: UUID, by: Actor, now: datetime) -> Encounter:
    """The doctor opens the room, or calls again before signing. Idempotent. Raises MoveRefused."""
    ticket = _lock_by_encounter(encounter_id)
    if ticket and ticket.state != TicketState.IN_CALL:
        ticket.called_at = ticket.called_at or now
        ticket.ended_at, ticket.exit_reason = None, ""
        move_ticket(ticket=ticket, to=TicketState.IN_CALL, by=by, now=now)
    again = bool(ticket and ticket.called_at and ticket.called_at < now)
    encounter = start_encounter(encounter_id=encounter_id, by=by, now=now)
    duty = _lock_duty_of(encounter) if again else None
    if duty and duty.state == DutyState.WRITING:
        move_duty(duty=duty, to=DutyState.BUSY, now=now)
    return encounter


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
    """End a call for good before signing: rescue called, or the line failed. Nothing is owed."""
    ticket = _lock_by_encounter(encounter_id)
    if ticket is None:
        raise MoveRefused(_("Cette consultation n’a pas de demande."))
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
    Offer.objects.filter(ticket=ticket, state=OfferState.ACCEPTED).update(state=OfferState.WITHDRAWN)
    ticket.encounter, ticket.accepted_at, ticket.called_at = None, None, None
    if to == TicketState.AWAY and ticket.state == TicketState.IN_CALL:
        ticket.state = TicketState.ACCEPTED
    ticket.notified_at = None
    move_ticket(ticket=ticket, to=to, by=by, now=now)
    if reason == AbortReason.HANDED_OVER:
        ticket.declined.add(encounter.practitioner_id)
    _release(encounter, ticket, by=by, now=now)
    dispatch_soon(pool_id=ticket.pool_id, now=now)
    return ticket


def _release(encounter: Encounter, ticket: Ticket, *, by: Actor, now: datetime) -> None:
    call_dropped.send(sender=Ticket, encounter=encounter, ticket=ticket, by=by, now=now)
    duty = _lock_duty_of(encounter)
    if duty and duty.state in {DutyState.BUSY, DutyState.WRITING}:
        free_duty(duty=duty, now=now)


def _lock_by_encounter(encounter_id: UUID) -> Ticket | None:
    return find_locked(Ticket.objects.all(), encounter_id=encounter_id)


def _lock_duty_of(encounter: Encounter) -> Duty | None:
    return find_locked(Duty.objects.all(), closed_at__isnull=True, practitioner_id=encounter.practitioner_id)


def end_unserved(*, now: datetime) -> int:
    """After closing time, when no doctor of the line is on duty any more: end who is left, never silently."""
    served = Duty.pools.through.objects.filter(duty__closed_at__isnull=True).values("pool_id")
    left = [pool for pool in Pool.objects.exclude(id__in=served) if not is_open_at(pool=pool, now=now)]
    rows = Ticket.objects.filter(pool__in=left, state__in=IN_LINE_STATES)
    count = 0
    for ticket_id in list(rows.values_list("id", flat=True)) if left else []:
        with transaction.atomic():
            count += _end_unserved(lock_ticket(ticket_id=ticket_id), now=now)
    return count


def _end_unserved(ticket: Ticket, *, now: datetime) -> int:
    if ticket.state not in IN_LINE_STATES:
        return 0
    if ticket.state == TicketState.OFFERED:
        withdraw_offer(ticket=ticket, now=now)
        ticket.state = TicketState.WAITING
    move_ticket(ticket=ticket, to=TicketState.UNSERVED, by=WORKER, now=now, exit_reason=ExitReason.NO_DOCTOR)
    is_child = ticket.patient_age is not None and ticket.patient_age < 18
    FollowUp.objects.get_or_create(
        ticket=ticket, defaults={"call_back": is_child or bool(ticket.signs_yes), "created_at": now}
    )
    return 1


@transactional
def close_follow_up(*, follow_up_id: UUID, outcome: str, by: Actor, now: datetime) -> FollowUp:
    """The medical director says what was done. Idempotent."""
    row = FollowUp.objects.select_for_update().get(pk=follow_up_id)
    if row.done_at is None:
        row.done_at, row.done_by, row.outcome = now, by.account_id, outcome
        row.save()
    return row
