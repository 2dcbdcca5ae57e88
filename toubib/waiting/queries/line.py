"""Who waits, in the public order, and each one's place."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import QuerySet
from django.utils import timezone

from toubib.waiting.enums import IN_LINE_STATES, LIVE_STATES, PREPARING_STATES
from toubib.waiting.models import Ticket
from toubib.waiting.queries.estimate import pace_of

ORDER = ("-tier", "arrived_at", "id")


@dataclass(frozen=True, slots=True)
class Place:
    """A place in a line; rank 1 is next."""

    rank: int
    ahead: int
    behind: int


@dataclass(frozen=True, slots=True)
class WaitingRow:
    """One line of the doctor's read-only list."""

    ticket_id: UUID
    rank: int
    short_name: str
    age: int | None
    reason_key: str
    arrived_at: datetime
    state: str
    tier: int
    tier_set_by: UUID | None
    earlier_yes: bool


def line_of(*, pool_id: UUID) -> QuerySet[Ticket]:
    return Ticket.objects.filter(pool_id=pool_id, state__in=IN_LINE_STATES).order_by(*ORDER)


def places_in_pool(*, pool_id: UUID) -> dict[UUID, Place]:
    """Every place of a line from one query."""
    ids = list(line_of(pool_id=pool_id).values_list("id", flat=True))
    return {id: Place(rank, rank - 1, len(ids) - rank) for rank, id in enumerate(ids, start=1)}


def rank_payloads(*, pool_id: UUID, now: datetime) -> dict[str, dict[str, Any]]:
    """What each waiting page shows, by ticket: {rank, ahead, behind, low, high, at, doctors}; three queries for all."""
    pace, at = pace_of(pool_id=pool_id, now=now), timezone.localtime(now).strftime("%H\u00a0h\u00a0%M")
    payloads = {}
    for ticket_id, place in places_in_pool(pool_id=pool_id).items():
        wait = pace.interval(ahead=place.ahead, now=now)
        payloads[str(ticket_id)] = {
            **asdict(place),
            "low": wait.low if wait else None,
            "high": wait.high if wait else None,
            "at": at,
            "doctors": pace.doctors,
        }
    return payloads


def place_in_line(*, ticket: Ticket) -> Place | None:
    """None when the ticket is not in line."""
    return places_in_pool(pool_id=ticket.pool_id).get(ticket.id) if ticket.pool_id else None


def waiting_rows(*, pool_ids: list[UUID], limit: int = 50) -> tuple[list[WaitingRow], int]:
    """The first rows and the count of all, in two queries whatever the length; plain values, since it is asked often."""
    line = Ticket.objects.filter(pool_id__in=pool_ids, state__in=IN_LINE_STATES)
    rows = line.order_by(*ORDER).values_list(*ROW)[:limit]
    return [_row(rank, *row) for rank, row in enumerate(rows, start=1)], line.count()


ROW = (
    "id",
    "patient__used_given_name",
    "patient__birth_given_names",
    "patient__used_name",
    "patient__birth_name",
    "patient_age",
    "reason_key",
    "arrived_at",
    "state",
    "tier",
    "tier_set_by",
    "signs_yes",
)


def _row(
    rank: int, id: UUID, used_given: str, given: str, used: str, birth: str, age: int | None, *rest: Any
) -> WaitingRow:
    reason_key, arrived_at, state, tier, tier_set_by, signs_yes = rest
    short = f"{used_given or given.split()[0]} {(used or birth)[:1]}."
    return WaitingRow(id, rank, short, age, reason_key, arrived_at, state, tier, tier_set_by, bool(signs_yes))


def live_ticket_of(*, account_id: UUID) -> Ticket | None:
    """The ticket that this account has under way: in line, in call, or being prepared; the furthest first."""
    rows = Ticket.objects.filter(account_id=account_id, state__in=(*LIVE_STATES, *PREPARING_STATES))
    return max(
        rows.select_related("pool"), key=lambda t: (t.state in LIVE_STATES, t.touched_at), default=None
    )
