"""The one place where a ticket, a duty or an offer changes state; each caller holds the row's lock."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from django.utils.translation import gettext as _

from toubib.ground.actors import Actor
from toubib.ground.hub import publish
from toubib.ground.journal import trace
from toubib.ground.locks import find_locked, lock_row, save_changed
from toubib.waiting.enums import (
    DUTY_MOVES,
    ENDED_STATES,
    OFFER_MOVES,
    TICKET_MOVES,
    DutyState,
    ExitReason,
    OfferState,
    RefusalReason,
    TicketState,
)
from toubib.waiting.models import Duty, Offer, Ticket


class MoveRefused(Exception):
    """The ticket, the duty or the offer is elsewhere by now; str() is a sentence for the user."""


def lock_ticket(*, ticket_id: UUID) -> Ticket:
    """The row, locked until the transaction ends. Raises Ticket.DoesNotExist."""
    return lock_row(Ticket.objects.all(), pk=ticket_id)


def lock_duty(*, duty_id: UUID) -> Duty:
    """The row, locked until the transaction ends. Take the ticket's lock first. Raises Duty.DoesNotExist."""
    return lock_row(Duty.objects.select_related("practitioner"), pk=duty_id)


def move_ticket(
    *, ticket: Ticket, to: TicketState, by: Actor, now: datetime, exit_reason: ExitReason | None = None
) -> None:
    """Change the state of a locked ticket, tell its followers, leave a trace. Raises MoveRefused."""
    if to not in TICKET_MOVES[ticket.state]:
        raise MoveRefused(
            _("Votre demande n’en est plus là : %(state)s.") % {"state": ticket.get_state_display()}
        )
    ticket.state, ticket.touched_at = to, now
    if to in ENDED_STATES:
        ticket.ended_at, ticket.exit_reason = now, exit_reason or ""
    save_changed(ticket)
    trace(
        by=by,
        action=f"waiting.ticket.{to}",
        now=now,
        patient=ticket.patient_id,
        subject="ticket",
        subject_id=ticket.id,
        reason=exit_reason or "",
    )
    tell_ticket(ticket=ticket, event=to)


def keep_secrecy(*, ticket: Ticket, secret: bool) -> None:
    """What was decided of a minor's secrecy in an encounter that ends goes on to the next (L. 1111-5 CSP)."""
    if bool(ticket.draft.get("minor_secrecy")) != secret:
        ticket.draft = {**ticket.draft, "minor_secrecy": secret}


def tell_ticket(*, ticket: Ticket, event: str) -> None:
    """News to the patient's pages, and to everyone whose rank may have changed."""
    publish(f"ticket:{ticket.id}", event)
    if ticket.pool_id:
        publish(f"pool:{ticket.pool_id}", "line")


def move_offer(
    *, offer: Offer, to: OfferState, now: datetime, refusal: RefusalReason | str = "", note: str = ""
) -> None:
    """Change the state of an offer whose ticket is locked. An answer keeps its hour. Raises MoveRefused."""
    if to not in OFFER_MOVES[offer.state]:
        raise MoveRefused(
            _("La proposition n’en est plus là : %(state)s.") % {"state": offer.get_state_display()}
        )
    offer.state, offer.answered_at = to, offer.answered_at or now
    offer.refusal, offer.refusal_note = refusal, note or None
    save_changed(offer)


def drop_offer(*, ticket: Ticket, held: OfferState, now: datetime) -> Offer | None:
    """Withdraw the offer, in state `held`, of a locked ticket; None: there was none."""
    offer = find_locked(Offer.objects.all(), ticket=ticket, state=held)
    if offer is not None:
        move_offer(offer=offer, to=OfferState.WITHDRAWN, now=now)
    return offer


def move_duty(*, duty: Duty, to: DutyState, now: datetime) -> None:
    """Change the state of a locked duty and tell the doctor's pages. Raises MoveRefused."""
    if to not in DUTY_MOVES[duty.state]:
        raise MoveRefused(
            _("Votre garde n’en est plus là : %(state)s.") % {"state": duty.get_state_display()}
        )
    serves_otherwise = DutyState.PAUSED in {duty.state, to} or to == DutyState.OFF
    duty.state = to
    duty.idle_since = now if to in {DutyState.OPEN, DutyState.PAUSED} else None
    if to in {DutyState.PAUSED, DutyState.OFF}:
        duty.pause_after = False
    if to == DutyState.OFF:
        duty.closed_at = now
    save_changed(duty)
    publish(f"account:{duty.account_id}", "duty", state=to)
    if serves_otherwise:
        tell_lines(duty=duty)


def tell_lines(*, duty: Duty) -> None:
    """One doctor more or fewer: the wait of everyone in these lines, and the count of doctors, change."""
    for pool_id in duty.pools.values_list("id", flat=True):
        publish(f"pool:{pool_id}", "line")
