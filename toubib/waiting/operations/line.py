"""In the line: enter, go out and come back, worsen, decline a doctor once, leave, be put first by name."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from toubib.ground.actors import Actor
from toubib.ground.journal import trace
from toubib.ground.locks import find_locked, hold_lock, transactional
from toubib.ground.prepared import read
from toubib.ground.traces import gathered
from toubib.record.enums import AbortReason, ConsentScope
from toubib.record.operations import abort_encounter, say_consents
from toubib.rulebook.days import value_at
from toubib.waiting import catalogue
from toubib.waiting.enums import LIVE_STATES, DutyState, ExitReason, NotifyWhen, OfferState, TicketState
from toubib.waiting.events import call_dropped
from toubib.waiting.models import Duty, Ticket
from toubib.waiting.operations.dispatch import dispatch_soon, withdraw_offer
from toubib.waiting.operations.duty import free_duty
from toubib.waiting.operations.moves import (
    MoveRefused,
    drop_offer,
    keep_secrecy,
    lock_ticket,
    move_ticket,
    tell_ticket,
)
from toubib.waiting.queries.line import wait_at_the_end
from toubib.waiting.queries.opening import admission_to, outside_ages, pool_for
from toubib.waiting.queries.path import missing_steps

OUT_OF_LINE = {TicketState.WAITING, TicketState.AWAY, TicketState.OFFERED, TicketState.ACCEPTED}


class CannotEnter(Exception):
    """The line does not take this ticket now; str() says why, `step` names a step to go back to."""

    def __init__(self, why: str, step: str = "") -> None:
        super().__init__(why)
        self.step = step


def join_line(*, ticket_id: UUID, by: Actor, now: datetime) -> Ticket:
    """Enter the line: arrival is now, for good. Idempotent. Raises CannotEnter."""
    try:
        with transaction.atomic(), gathered():
            return _join(ticket_id=ticket_id, by=by, now=now)
    except IntegrityError:
        raise CannotEnter(_why_not(ticket_id)) from None


def _why_not(ticket_id: UUID) -> str:
    """One's own other request is named; another account's is not: a minor may wait in secret (L. 1111-5 CSP)."""
    ticket = Ticket.objects.get(pk=ticket_id)
    live = Ticket.objects.filter(patient_id=ticket.person.id, state__in=LIVE_STATES)
    if live.filter(account_id=ticket.asker.id).exists():
        return _("Cette personne est déjà dans la file.")
    return _(
        "Cette demande ne peut pas entrer dans la file maintenant. "
        "Appelez le 116 117, ou le 15 en cas de danger vital."
    )


def _join(*, ticket_id: UUID, by: Actor, now: datetime) -> Ticket:
    ticket = lock_ticket(ticket_id=ticket_id)
    if ticket.state in LIVE_STATES:
        return ticket
    missing = missing_steps(ticket=ticket)
    if missing:
        raise CannotEnter(_("Il manque une étape."), missing[0])
    reason = catalogue.reason(ticket.reason_key)
    pool = pool_for(key=reason.pool) if reason else None
    if pool is None:
        raise CannotEnter(_("Ce motif n’a pas de file ici."), "motif")
    too_young_or_old = outside_ages(pool=pool, age=ticket.patient_age)
    if too_young_or_old:
        raise CannotEnter(too_young_or_old, "motif")
    _check_places_of_account(ticket, now=now)
    admission = admission_to(pool=pool, now=now)
    if not admission.open:
        raise CannotEnter(admission.reason)
    ticket.pool, ticket.arrived_at = pool, now
    want = (ticket.language, ticket.patient_age)
    _ahead, wait = wait_at_the_end(pool_id=pool.id, want=want, now=now)
    if wait:
        ticket.told_low, ticket.told_high = wait.low, wait.high
    _keep_consents(ticket, by=by, now=now)
    move_ticket(ticket=ticket, to=TicketState.WAITING, by=by, now=now)
    dispatch_soon(pool_id=pool.id, now=now)
    return ticket


def _check_places_of_account(ticket: Ticket, *, now: datetime) -> None:
    """One account keeps places for its own family. Counted one after the other. Raises CannotEnter."""
    hold_lock(f"waiting.account.{ticket.account_id}")
    most = value_at(id="waiting.tickets_per_account", now=now)
    live = read(Ticket.objects.only("id"), account_id=ticket.account_id, state__in=LIVE_STATES)
    if len(live) >= most:
        raise CannotEnter(
            _(
                "Vous avez déjà %(most)s demandes en cours. Terminez-en une pour en faire une autre. "
                "En cas de danger vital, appelez le 15."
            )
            % {"most": most}
        )


def _keep_consents(ticket: Ticket, *, by: Actor, now: datetime) -> None:
    said = ticket.draft.get("consentements", {})
    answers = {
        ConsentScope(scope): bool(given) for scope, given in said.items() if scope in ConsentScope.values
    }
    if answers and ticket.patient_id:
        say_consents(patient_id=ticket.patient_id, answers=answers, by=by, now=now)


@transactional
def go_away(
    *, ticket_id: UUID, notify_when: NotifyWhen, phone: str, reads: str = "", by: Actor, now: datetime
) -> Ticket:
    """Go out and keep the place; a message calls back, in the language `reads`. Refused once a doctor took the case. Raises MoveRefused."""
    ticket = lock_ticket(ticket_id=ticket_id)
    if ticket.state not in {TicketState.WAITING, TicketState.AWAY}:
        raise MoveRefused(
            _("Votre demande n’en est plus là : %(state)s.") % {"state": ticket.get_state_display()}
        )
    ticket.notify_when, ticket.callback_phone = notify_when, phone or ticket.callback_phone
    ticket.notified_at = ticket.back_before = None
    ticket.draft = {**ticket.draft, "reads": reads} if reads else ticket.draft
    if ticket.state == TicketState.AWAY:
        ticket.save()
        return ticket
    move_ticket(ticket=ticket, to=TicketState.AWAY, by=by, now=now)
    return ticket


@transactional
def come_back(*, ticket_id: UUID, by: Actor, now: datetime) -> Ticket:
    """Back on the page: waiting again, at the same place. Idempotent."""
    ticket = lock_ticket(ticket_id=ticket_id)
    if ticket.state == TicketState.AWAY:
        ticket.notified_at = ticket.back_before = None
        move_ticket(ticket=ticket, to=TicketState.WAITING, by=by, now=now)
        dispatch_soon(pool_id=ticket.pool_id, now=now)
    return ticket


def leave_line(*, ticket_id: UUID, by: Actor, now: datetime) -> Ticket:
    """Leave for good; nothing is owed. Idempotent once ended. Raises MoveRefused during a call."""
    return _end(ticket_id=ticket_id, to=TicketState.LEFT, why=ExitReason.CANCELLED, by=by, now=now)


def worsen(*, ticket_id: UUID, answers: dict[str, bool], by: Actor, now: datetime) -> list[catalogue.Sign]:
    """The signs asked again: one « yes » ends the ticket and names whom to call; all « no »: the place stays, and the
    doctor reads that it was said, and when."""
    asked = catalogue.signs()
    yes = [sign.key for sign in asked.signs if answers.get(sign.key)]
    if not yes:
        _keep_worse(ticket_id=ticket_id, by=by, now=now)
        return []
    with transaction.atomic():
        ticket = lock_ticket(ticket_id=ticket_id)
        ticket.signs_yes = [*dict.fromkeys([*ticket.signs_yes, *yes])]
        ticket.save(update_fields=["signs_yes"])
    _end(ticket_id=ticket_id, to=TicketState.REDIRECTED, why=ExitReason.WORSENED, by=by, now=now)
    return asked.named(yes)


@transactional
def _keep_worse(*, ticket_id: UUID, by: Actor, now: datetime) -> None:
    ticket = lock_ticket(ticket_id=ticket_id)
    if ticket.state not in OUT_OF_LINE:
        return
    ticket.draft = {**ticket.draft, "worse_at": now.isoformat()}
    ticket.save(update_fields=["draft"])
    trace(
        by=by,
        action="waiting.ticket.worse",
        now=now,
        patient=ticket.patient_id,
        subject="ticket",
        subject_id=ticket.id,
    )


@transactional
def _end(*, ticket_id: UUID, to: TicketState, why: ExitReason, by: Actor, now: datetime) -> Ticket:
    ticket = lock_ticket(ticket_id=ticket_id)
    if ticket.ended_at is not None:
        return ticket
    if ticket.state == TicketState.IN_CALL:
        raise MoveRefused(_("Vous êtes en consultation : raccrochez d’abord."))
    before = ticket.state
    move_ticket(ticket=ticket, to=to, by=by, now=now, exit_reason=why)
    if before == TicketState.OFFERED:
        withdraw_offer(ticket=ticket, now=now)
    if before == TicketState.ACCEPTED:
        _drop_encounter(ticket=ticket, reason=AbortReason.PATIENT_LEFT, by=by, now=now)
    return ticket


def _drop_encounter(*, ticket: Ticket, reason: AbortReason, by: Actor, now: datetime) -> None:
    encounter = ticket.encounter
    if encounter is None:
        return
    abort_encounter(encounter_id=encounter.id, reason=reason, by=by, now=now)
    call_dropped.send(sender=Ticket, encounter=encounter, ticket=ticket, by=by, now=now)
    held = Duty.objects.filter(closed_at__isnull=True, state=DutyState.BUSY)
    duty = find_locked(held, practitioner_id=encounter.practitioner_id)
    if duty:
        free_duty(duty=duty, now=now)


@transactional
def decline_doctor(*, ticket_id: UUID, by: Actor, now: datetime) -> Ticket:
    """Decline, once, the doctor who took the case, before the call; the place is kept. Raises MoveRefused."""
    ticket = lock_ticket(ticket_id=ticket_id)
    if ticket.state != TicketState.ACCEPTED or ticket.encounter is None:
        raise MoveRefused(_("Aucun médecin ne vous attend en ce moment."))
    if ticket.decline_used:
        raise MoveRefused(_("Vous avez déjà demandé un autre médecin une fois."))
    ticket.decline_used = True
    keep_secrecy(ticket=ticket, secret=ticket.encounter.minor_secrecy)
    ticket.declined.add(ticket.encounter.practitioner)
    _drop_encounter(ticket=ticket, reason=AbortReason.DECLINED, by=by, now=now)
    drop_offer(ticket=ticket, held=OfferState.ACCEPTED, now=now)
    ticket.encounter, ticket.accepted_at = None, None
    move_ticket(ticket=ticket, to=TicketState.WAITING, by=by, now=now)
    dispatch_soon(pool_id=ticket.pool_id, now=now)
    return ticket


@transactional
def set_tier(*, ticket_id: UUID, tier: int, reason: str, by: Actor, now: datetime) -> Ticket:
    """A named professional puts this patient in a tier above arrival order (0 takes it back), with a reason."""
    ticket = lock_ticket(ticket_id=ticket_id)
    if ticket.state not in OUT_OF_LINE:
        raise MoveRefused(_("Cette personne n’est plus dans la file."))
    if by.account_id is None or (tier and not reason.strip()):
        raise MoveRefused(_("Une priorité porte un nom et une raison."))
    ticket.tier, ticket.tier_set_by, ticket.tier_reason = tier, by.account_id, reason
    ticket.save()
    trace(
        by=by,
        action="waiting.ticket.tier",
        now=now,
        patient=ticket.patient_id,
        subject="ticket",
        subject_id=ticket.id,
    )
    tell_ticket(ticket=ticket, event="tier")
    return ticket
