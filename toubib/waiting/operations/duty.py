"""A doctor's duty: open, pause, end; answers to offers; offers that lapse."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from toubib.directory.models import Practitioner
from toubib.ground.actors import Actor
from toubib.ground.journal import trace
from toubib.ground.locks import lock_row, lock_rows_free, transactional
from toubib.ground.prepared import read
from toubib.people.perms import may_go_on_duty
from toubib.record.models import Encounter
from toubib.record.operations import bind_to_encounter, create_encounter
from toubib.waiting.enums import DutyState, OfferState, RefusalReason, TicketState
from toubib.waiting.events import ticket_taken
from toubib.waiting.models import Duty, Offer, Pool, Ticket
from toubib.waiting.operations.dispatch import dispatch_soon, may_serve, rest_of
from toubib.waiting.operations.moves import (
    MoveRefused,
    drop_offer,
    lock_duty,
    move_duty,
    move_offer,
    move_ticket,
    tell_lines,
)

WITH_A_PATIENT = frozenset({DutyState.BUSY, DutyState.WRITING})


class OfferGone(Exception):
    """The offer is no longer this doctor's; str() says what became of it."""


@transactional
def open_duty(
    *,
    account_id: UUID,
    practitioner: Practitioner,
    pools: list[Pool],
    languages: list[str],
    min_age: int = 0,
    max_age: int = 150,
    by: Actor,
    now: datetime,
) -> Duty:
    """Go on duty. The caller has checked the right to practise (people.queries.may_go_on_duty). Idempotent."""
    current = Duty.objects.filter(practitioner=practitioner, closed_at__isnull=True).first()
    if current:
        return current
    if not pools or not languages:
        raise MoveRefused(_("Choisissez au moins une file et une langue."))
    try:
        with transaction.atomic():
            duty = Duty.objects.create(
                practitioner=practitioner,
                account_id=account_id,
                state=DutyState.OPEN,
                languages=languages,
                min_age=min_age,
                max_age=max_age,
                opened_at=now,
                idle_since=now,
            )
    except IntegrityError:
        return Duty.objects.get(practitioner=practitioner, closed_at__isnull=True)
    duty.pools.set(pools)
    trace(by=by, action="waiting.duty.open", now=now, subject="duty", subject_id=duty.id)
    tell_lines(duty=duty)
    _dispatch_for(duty, now=now)
    return duty


@transactional
def pause_duty(*, duty_id: UUID, by: Actor, now: datetime) -> Duty:
    """Pause at once when free, else after this patient. Idempotent."""
    duty = lock_duty(duty_id=duty_id)
    if duty.state == DutyState.OPEN:
        move_duty(duty=duty, to=DutyState.PAUSED, now=now)
    elif duty.state in {DutyState.BUSY, DutyState.WRITING, DutyState.OFFERED}:
        duty.pause_after = True
        duty.save(update_fields=["pause_after"])
    return duty


@transactional
def resume_duty(*, duty_id: UUID, by: Actor, now: datetime) -> Duty:
    """Available again, or: no pause after this patient after all. Idempotent. Raises MoveRefused when suspended since."""
    duty = lock_duty(duty_id=duty_id)
    if duty.state not in {DutyState.OPEN, DutyState.OFFERED}:
        _check_right(duty, now=now)
    duty.pause_after = False
    if duty.state == DutyState.PAUSED:
        move_duty(duty=duty, to=DutyState.OPEN, now=now)
        _dispatch_for(duty, now=now)
    else:
        duty.save(update_fields=["pause_after"])
    return duty


@transactional
def end_duty(*, duty_id: UUID, by: Actor, now: datetime) -> Duty:
    """Off duty; an offer goes back to the line. Refused while a patient is there or a note is unsigned. Idempotent."""
    duty = lock_duty(duty_id=duty_id)
    if duty.state == DutyState.OFF:
        return duty
    if duty.state in WITH_A_PATIENT:
        raise MoveRefused(_("Finissez d’abord : signez la note, ou confiez le patient à un collègue."))
    if duty.state == DutyState.OFFERED:
        _withdraw_from(duty, now=now)
    move_duty(duty=duty, to=DutyState.OFF, now=now)
    trace(by=by, action="waiting.duty.end", now=now, subject="duty", subject_id=duty.id)
    return duty


def _withdraw_from(duty: Duty, *, now: datetime) -> None:
    """Give back the offer of a locked duty. Its ticket comes after the duty here, against the order of the locks: so
    it is taken only when free. Where it is not, an answer is being written and waits for this duty."""
    offered = Ticket.objects.filter(offers__duty=duty, offers__state=OfferState.PENDING)
    ticket = next(iter(lock_rows_free(offered)), None)
    if ticket is None:
        raise MoveRefused(_("Une demande vous arrive à l’instant : répondez-lui, puis terminez."))
    drop_offer(ticket=ticket, held=OfferState.PENDING, now=now)
    move_ticket(ticket=ticket, to=TicketState.WAITING, by=Actor.system("dispatch"), now=now)
    dispatch_soon(pool_id=ticket.pool_id, now=now)


def _check_right(duty: Duty, *, now: datetime) -> None:
    access = may_go_on_duty(account=duty.account, now=now)
    if not access.allowed:
        raise MoveRefused(" ".join(str(reason.sentence) for reason in access.reasons))


def free_duty(*, duty: Duty, now: datetime) -> None:
    """A locked duty whose patient is gone or whose note is signed: open again, paused or off (`rest_of`)."""
    to = rest_of(duty=duty, now=now)
    duty.pause_after = False
    move_duty(duty=duty, to=to, now=now)
    if to == DutyState.OPEN:
        _dispatch_for(duty, now=now)


@transactional
def take_offer(*, offer_id: UUID, by: Actor, now: datetime) -> Encounter:
    """The doctor takes the case: one encounter is made, whatever the number of clicks. Raises OfferGone, and
    MoveRefused where the doctor lost the right to practise since."""
    offer = _lock_offer(offer_id)
    ticket = offer.ticket
    if offer.duty.account_id != by.account_id:
        raise OfferGone(_gone(offer))
    if offer.state == OfferState.ACCEPTED and ticket.encounter is not None:
        return ticket.encounter
    if offer.state != OfferState.PENDING:
        raise OfferGone(_gone(offer))
    duty = lock_duty(duty_id=offer.duty_id)
    if not may_serve(duty=duty, now=now):
        _check_right(duty, now=now)
    move_offer(offer=offer, to=OfferState.ACCEPTED, now=now)
    ticket.encounter = create_encounter(
        patient_id=ticket.person.id,
        practitioner_id=duty.practitioner_id,
        by=by,
        now=now,
        minor_secrecy=bool(ticket.draft.get("minor_secrecy")),
    )
    bind_to_encounter(
        patient_id=ticket.person.id,
        since=ticket.created_at,
        encounter_id=ticket.encounter.id,
        account_id=ticket.account_id,
        ticket_id=ticket.id,
    )
    ticket.accepted_at = now
    move_ticket(ticket=ticket, to=TicketState.ACCEPTED, by=by, now=now)
    move_duty(duty=duty, to=DutyState.BUSY, now=now)
    ticket_taken.send(sender=Offer, encounter=ticket.encounter, ticket=ticket, duty=duty, by=by, now=now)
    return ticket.encounter


@transactional
def refuse_offer(*, offer_id: UUID, reason: RefusalReason, note: str, by: Actor, now: datetime) -> Offer:
    """Refuse with a reason; the ticket keeps its place and goes to another. Idempotent. Audited. Raises OfferGone."""
    mine = by.account_id and Offer.objects.filter(pk=offer_id, duty__account_id=by.account_id).exists()
    if not mine:
        raise OfferGone(_("Cette proposition n’est plus la vôtre : la file en fera une autre."))
    offer = _give_back(
        offer_id=offer_id,
        state=OfferState.REFUSED,
        now=now,
        duty_to=DutyState.OPEN,
        refusal=reason,
        note=note,
    )
    if offer.state != OfferState.REFUSED or offer.answered_at != now:
        return offer
    trace(
        by=by,
        action="waiting.offer.refuse",
        now=now,
        patient=offer.ticket.patient_id,
        subject="offer",
        subject_id=offer.id,
        reason=reason,
    )
    return offer


def lapse_offers(*, now: datetime) -> int:
    """Give back what nobody answered; the doctor is paused until they say they are there. How many."""
    due = Offer.objects.filter(state=OfferState.PENDING, expires_at__lte=now).order_by("expires_at", "id")
    count = 0
    for offer_id in list(due.values_list("id", flat=True)):
        with transaction.atomic():
            offer = _give_back(offer_id=offer_id, state=OfferState.LAPSED, now=now, duty_to=DutyState.PAUSED)
            count += offer.state == OfferState.LAPSED
    return count


def _give_back(
    *,
    offer_id: UUID,
    state: OfferState,
    now: datetime,
    duty_to: DutyState,
    refusal: RefusalReason | str = "",
    note: str = "",
) -> Offer:
    offer = _lock_offer(offer_id)
    if offer.state != OfferState.PENDING:
        return offer
    move_offer(offer=offer, to=state, now=now, refusal=refusal, note=note)
    move_ticket(ticket=offer.ticket, to=TicketState.WAITING, by=Actor.system("dispatch"), now=now)
    duty = lock_duty(duty_id=offer.duty_id)
    if duty.state == DutyState.OFFERED:
        move_duty(duty=duty, to=rest_of(duty=duty, after=duty_to, now=now), now=now)
        _dispatch_for(duty, now=now)
    dispatch_soon(pool_id=offer.ticket.pool_id, now=now)
    return offer


def _lock_offer(offer_id: UUID) -> Offer:
    """The offer with its ticket, both locked, ticket first."""
    ticket = lock_row(Ticket.objects.select_related("account", "patient"), offers=offer_id)
    offer = lock_row(Offer.objects.select_related("duty"), pk=offer_id)
    offer.ticket = ticket
    return offer


def _dispatch_for(duty: Duty, *, now: datetime) -> None:
    if duty.state == DutyState.OPEN:
        for served in read(Duty.pools.through.objects.all(), duty=duty):
            dispatch_soon(pool_id=served.pool_id, now=now)


def _gone(offer: Offer) -> str:
    if offer.state == OfferState.LAPSED:
        return _("Vous n’avez pas répondu à temps : la file propose cette personne à un autre médecin.")
    taken = (
        Offer.objects.filter(ticket=offer.ticket, state=OfferState.ACCEPTED)
        .select_related("duty__practitioner")
        .first()
    )
    if taken:
        return _("Cette personne est prise en charge par %(doctor)s.") % {
            "doctor": taken.duty.practitioner.full_name
        }
    return _("Cette proposition n’est plus la vôtre : la file en fera une autre.")
