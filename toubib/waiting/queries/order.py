"""Why someone has this place: arrivals and tiers alone, never anything of a doctor or of another patient."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from toubib.waiting.models import Ticket
from toubib.waiting.queries.line import line_of

RULE_VERSION = "2026-11-03"  # of the public rule of the line, docs/concepts.md


@dataclass(frozen=True, slots=True)
class Order:
    """Arrivals of those ahead by order of arrival, first the longest there; `placed`: put ahead by a named
    professional; `promoted`: this person was put ahead."""

    ahead_at: tuple[datetime, ...]
    placed: int
    promoted: bool


def order_of(*, ticket: Ticket) -> Order:
    """One query, whatever the length of the line."""
    ahead: list[datetime] = []
    placed = 0
    rows = line_of(pool_id=ticket.pool_id).values_list("id", "tier", "arrived_at") if ticket.pool_id else ()
    for id, tier, arrived_at in rows:
        if id == ticket.id:
            break
        if tier > ticket.tier:
            placed += 1
        elif arrived_at is not None:
            ahead.append(arrived_at)
    return Order(tuple(ahead), placed, ticket.tier > 0)
