"""Dispatch, the public rule: who waits first, in order of arrival, is offered to one doctor among those free.

One dispatcher transaction per line holds its lock; the rows it pairs are locked too; unique partial indexes are
the net. Nothing here reads a price or a cover; a cap only parts doctors who are equal otherwise.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import Exists, OuterRef, QuerySet

from toubib.ground.actors import Actor
from toubib.ground.hub import publish
from toubib.ground.journal import trace
from toubib.ground.locks import hold_lock, lock_asked, transactional
from toubib.ground.prepared import ask, insert, read
from toubib.people.perms import practising_accounts
from toubib.rulebook.days import value_at
from toubib.waiting.enums import DutyState, OfferState, TicketState
from toubib.waiting.matching import Candidate, Request, choose, may_take
from toubib.waiting.models import Duty, Offer, Pool, Ticket
from toubib.waiting.operations.moves import drop_offer, lock_duty, lock_ticket, move_duty, move_ticket
from toubib.waiting.queries.caps import caps_of, line_counts
from toubib.waiting.queries.line import ORDER

LOOK_AHEAD = 50
NEEDED = (
    *("language", "patient_age", "own_practitioner_id", "place_commune_id", "tier", "arrived_at"),
    *("pool_id", "pool__specialties"),
)
Place = tuple[int, datetime, UUID]
NEVER = datetime.max.replace(tzinfo=UTC)
LAST: Place = (1, NEVER, UUID(int=2**128 - 1))
DISPATCH = Actor.system("dispatch")


@dataclass(frozen=True, slots=True)
class Pair:
    ticket_id: UUID
    duty: Duty
    why: list[dict[str, str]]


def dispatch_soon(*, pool_id: UUID | None, now: datetime) -> None:
    """Dispatch this line once the act commits; the worker's sweep catches up if this process dies or fails before."""
    if pool_id is not None:
        transaction.on_commit(lambda: dispatch_pool(pool_id=pool_id, now=now), robust=True)


@transactional
def dispatch_pool(*, pool_id: UUID, now: datetime) -> list[Offer]:
    """Pair who waits with who is free, in order; returns the offers made."""
    if not read(Duty.objects.only("state"), at_most=1, pools=pool_id, state=DutyState.OPEN):
        return []
    hold_lock(f"dispatch:{pool_id}")
    duties = _free_duties(pool_id, now=now)
    if not duties:
        return []
    return [offer for pair in _pairs(pool_id, duties, now=now) if (offer := _offer(pair, now=now))]


def dispatch_all(*, now: datetime) -> int:
    """Every line once: what the worker does each second."""
    waiting = Ticket.objects.filter(state=TicketState.WAITING).values("pool_id")
    pools = Pool.objects.filter(id__in=waiting).values_list("id", flat=True)
    return sum(len(dispatch_pool(pool_id=pool_id, now=now)) for pool_id in list(pools))


def _free_duties(pool_id: UUID, *, now: datetime) -> list[Duty]:
    """Free doctors of this line, locked; one whom another line is pairing at this moment is left to it. Whoever may
    not practise is left out whatever the duty says."""
    return lock_asked(_free, pool_id=pool_id, now=now)


def _free(*, pool_id: UUID, now: datetime) -> QuerySet[Duty]:
    elsewhere = Duty.pools.through.objects.filter(duty_id=OuterRef("pk")).exclude(pool_id=pool_id)
    rows = Duty.objects.filter(_practising(now), pools=pool_id, state=DutyState.OPEN)
    rows = rows.annotate(serves_others=Exists(elsewhere)).order_by("id").select_related("practitioner")
    return rows.select_for_update(of=("self",), skip_locked=True)


def _practising(now: datetime) -> Exists:
    return Exists(practising_accounts(now=now).filter(pk=OuterRef("account_id")))


def may_serve(*, duty: Duty, now: datetime) -> bool:
    """The doctor of this duty may practise: account open, role held, activated, not suspended. One query."""
    return bool(ask(_serving, account_id=duty.account_id, now=now))


def _serving(*, account_id: UUID, now: datetime) -> QuerySet[Any]:
    return practising_accounts(now=now).filter(pk=account_id).values_list("pk")[:1]


def rest_of(*, duty: Duty, after: DutyState = DutyState.OPEN, now: datetime) -> DutyState:
    """Where a locked duty goes once its doctor is free: `after`; paused where that was asked; off where the doctor
    lost the right to practise meanwhile, which its receiver marked as a pause."""
    if not duty.pause_after:
        return after
    if may_serve(duty=duty, now=now):
        return DutyState.PAUSED
    trace(by=DISPATCH, action="waiting.duty.end", now=now, subject="duty", subject_id=duty.id)
    return DutyState.OFF


def _pairs(pool_id: UUID, duties: list[Duty], *, now: datetime) -> Iterable[Pair]:
    counts = len(duties) > 1 and line_counts(now=now)  # one doctor free: there is nothing to weigh
    caps = caps_of(duties=duties, now=now) if counts else {}
    free = {duty.id: Candidate.of(duty, cap=caps.get(duty.practitioner_id, "")) for duty in duties}
    by_id = {duty.id: duty for duty in duties}
    others = [free[duty.id] for duty in duties if getattr(duty, "serves_others", False)]
    owed = _owed_elsewhere(pool_id, others)
    for tickets in _first_in_line(pool_id, duties):
        refusals = _refusals(tickets)
        for ticket in tickets:
            refused_by = refusals.get(ticket.id, frozenset())
            request = Request.of(ticket, refused_by=refused_by, counts=counts)
            able = [one for one in free.values() if _place_of(ticket) < owed.get(one.duty_id, LAST)]
            chosen = choose(request=request, candidates=able)
            if chosen:
                free.pop(chosen.duty_id)
                yield Pair(ticket.id, by_id[chosen.duty_id], chosen.why)
            if not free:
                return  # before the rest of the line is read


def _place_of(ticket: Ticket) -> Place:
    """What the public order compares: tier, arrival, and the id where both are equal."""
    return -ticket.tier, ticket.arrived_at or NEVER, ticket.id


def _owed_elsewhere(pool_id: UUID, candidates: list[Candidate]) -> dict[UUID, Place]:
    """For doctors of several lines: the place of the first person of their other lines whom they may take. Somebody
    here who came later leaves the doctor to that person, whom the dispatch of that line is about to pair."""
    if not candidates:
        return {}
    lines: dict[UUID, set[UUID]] = {}
    for duty_id, other in Duty.pools.through.objects.filter(
        duty_id__in=[one.duty_id for one in candidates]
    ).values_list("duty_id", "pool_id"):
        lines.setdefault(duty_id, set()).add(other)
    others = {other for served in lines.values() for other in served} - {pool_id}
    tickets = list(_in_order(pool_id__in=others)[:LOOK_AHEAD])
    refusals = _refusals(tickets)
    found: dict[UUID, Place] = {}
    for ticket in tickets:
        request = Request.of(ticket, refused_by=refusals.get(ticket.id, frozenset()))
        for one in candidates:
            if ticket.pool_id in lines[one.duty_id] and not may_take(request=request, candidate=one):
                found.setdefault(one.duty_id, _place_of(ticket))
    return found


def _in_order(**where: object) -> QuerySet[Ticket]:
    rows = Ticket.objects.filter(state=TicketState.WAITING, **where).order_by(*ORDER).select_related("pool")
    return rows.only(*NEEDED)


def _first_in_line(pool_id: UUID, duties: list[Duty]) -> Iterable[list[Ticket]]:
    """Who waits, in order: as many as there are doctors, then, where some were not matched, all the others to whom
    one of these doctors could speak. Nobody is too far behind to be seen."""
    first = ask(_first, pool_id=pool_id, size=len(duties))
    yield first
    if len(first) == len(duties):
        seen = {ticket.id for ticket in first}
        spoken = {language for duty in duties for language in duty.languages}
        line = _in_order(pool_id=pool_id, language__in=spoken)
        rest = [ticket for ticket in line if ticket.id not in seen]
        for start in range(0, len(rest), LOOK_AHEAD):
            yield rest[start : start + LOOK_AHEAD]


def _first(*, pool_id: UUID, size: int) -> QuerySet[Ticket]:
    return _in_order(pool_id=pool_id)[:size]


def _refusals(tickets: list[Ticket]) -> dict[UUID, frozenset[UUID]]:
    """By ticket, the practitioners who refused it or whom the patient declined."""
    ids = [ticket.id for ticket in tickets]
    if len(ids) == 1:  # one doctor free: nearly always
        rows = ask(_refused_by, id=ids[0]) + ask(_declined_by, id=ids[0])
    else:
        rows = list(_refused(ids).union(_declined(ids)))
    found: dict[UUID, set[UUID]] = {}
    for ticket_id, practitioner_id in rows:
        found.setdefault(ticket_id, set()).add(practitioner_id)
    return {ticket_id: frozenset(practitioners) for ticket_id, practitioners in found.items()}


def _refused(ids: list[UUID]) -> QuerySet[Any]:
    """(ticket, practitioner) of each refusal."""
    rows = Offer.objects.filter(ticket_id__in=ids, state=OfferState.REFUSED)
    return rows.values_list("ticket_id", "duty__practitioner_id")


def _declined(ids: list[UUID]) -> QuerySet[Any]:
    """(ticket, practitioner) of each doctor whom the patient declined."""
    return Ticket.declined.through.objects.filter(ticket_id__in=ids).values_list(
        "ticket_id", "practitioner_id"
    )


def _refused_by(*, id: UUID) -> QuerySet[Any]:
    return _refused([id])


def _declined_by(*, id: UUID) -> QuerySet[Any]:
    return _declined([id])


def _offer(pair: Pair, *, now: datetime) -> Offer | None:
    ticket = lock_ticket(ticket_id=pair.ticket_id)
    if ticket.state != TicketState.WAITING:
        return None
    seconds = value_at(id="waiting.offer_seconds", now=now)
    offer = Offer(
        ticket=ticket, duty=pair.duty, made_at=now, expires_at=now + timedelta(seconds=seconds), why=pair.why
    )
    insert([offer])
    move_ticket(ticket=ticket, to=TicketState.OFFERED, by=DISPATCH, now=now)
    move_duty(duty=pair.duty, to=DutyState.OFFERED, now=now)
    publish(f"account:{pair.duty.account_id}", "offer", offer=str(offer.id))
    return offer


def withdraw_offer(*, ticket: Ticket, now: datetime) -> None:
    """The patient left while the case was offered: the doctor is free again."""
    offer = drop_offer(ticket=ticket, held=OfferState.PENDING, now=now)
    if offer is None:
        return
    duty = lock_duty(duty_id=offer.duty_id)
    if duty.state == DutyState.OFFERED:
        move_duty(duty=duty, to=rest_of(duty=duty, now=now), now=now)
        for pool_id in duty.pools.values_list("id", flat=True):
            dispatch_soon(pool_id=pool_id, now=now)
