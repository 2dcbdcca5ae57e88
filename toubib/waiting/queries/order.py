"""Why someone has this place: arrivals and tiers alone, never anything of a doctor or of another patient."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from toubib.waiting.models import Ticket
from toubib.waiting.queries.line import line_of
from toubib.waiting.queries.rivals import doctors_of

RULE_VERSION = "2026-11-22"  # of the public rule of the line, docs/concepts.md


@dataclass(frozen=True, slots=True)
class Order:
    """Arrivals of those ahead by order of arrival, first the longest there; `placed`: put ahead by a named
    professional; `promoted`: this person was put ahead; `apart`: came before, but wait for other doctors."""

    ahead_at: tuple[datetime, ...]
    placed: int
    promoted: bool
    apart: int = 0


def order_of(*, ticket: Ticket) -> Order:
    """Two queries, whatever the length of the line."""
    ahead: list[datetime] = []
    placed = apart = 0
    if ticket.pool_id is None:
        return Order((), 0, ticket.tier > 0)
    doctors = doctors_of(pool_id=ticket.pool_id)
    mine = doctors.circle((ticket.language, ticket.patient_age))
    for id, tier, arrived_at, *want in line_of(pool_id=ticket.pool_id).values_list(*ROW):
        if id == ticket.id:
            break
        if mine.isdisjoint(doctors.circle((want[0], want[1]))):
            apart += 1
        elif tier > ticket.tier:
            placed += 1
        elif arrived_at is not None:
            ahead.append(arrived_at)
    return Order(tuple(ahead), placed, ticket.tier > 0, apart)


ROW = ("id", "tier", "arrived_at", "language", "patient_age")
