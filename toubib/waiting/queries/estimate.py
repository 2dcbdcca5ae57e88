"""The wait as an honest interval, computed from what was served of late."""

from __future__ import annotations

import math
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db.models import QuerySet

from toubib.ground.prepared import ask, read
from toubib.rulebook.days import value_at
from toubib.waiting.enums import DutyState, TicketState
from toubib.waiting.models import Duty, Ticket

FIRST_GUESS = (6.0, 15.0)  # minutes a consultation takes, until enough were served
RECENT = timedelta(days=28)
MIN_SAMPLE = 8
LONGEST_NOTE = timedelta(minutes=20)
STEPS = ((10, 1), (30, 5), (600, 10))


@dataclass(frozen=True, slots=True)
class Interval:
    """Minutes; `sample`: consultations it was computed on; `doctors`: on duty; `at`: when."""

    low: int
    high: int
    sample: int
    doctors: int
    at: datetime


@dataclass(frozen=True, slots=True)
class Pace:
    """How fast a line goes now: doctors, those free, and how long consultations took of late (minutes)."""

    doctors: int
    free: int
    short: float
    long: float
    sample: int

    def interval(self, *, ahead: int, now: datetime) -> Interval | None:
        """The wait behind `ahead` people, rounded outwards so that it stays honest; None without a doctor."""
        if not self.doctors:
            return None
        if ahead < self.free:
            return Interval(0, 2, self.sample, self.doctors, now)
        turns = ahead - self.free + 1
        low = _round(turns * self.short / self.doctors * 0.5, math.floor)
        high = _round(math.ceil(turns / self.doctors) * self.long, math.ceil)
        return Interval(low, max(high, low + 2), self.sample, self.doctors, now)


def pace_of(*, pool_id: UUID, now: datetime) -> Pace:
    """In two queries. Lengths, note included, are the 20th and 80th centiles of the last ones seen to their end."""
    duties = read(Duty.objects.only("state"), pools=pool_id, closed_at__isnull=True)
    states = [duty.state for duty in duties if duty.state != DutyState.PAUSED]
    lengths = _recent_lengths(pool_id=pool_id, now=now) if states else []
    short, long = (
        (_centile(lengths, 0.2), _centile(lengths, 0.8)) if len(lengths) >= MIN_SAMPLE else FIRST_GUESS
    )
    return Pace(len(states), states.count(DutyState.OPEN), short, long, len(lengths))


def estimate_wait(*, pool_id: UUID, ahead: int, now: datetime) -> Interval | None:
    """None when no doctor serves this line now."""
    return pace_of(pool_id=pool_id, now=now).interval(ahead=ahead, now=now)


def _recent_lengths(*, pool_id: UUID, now: datetime) -> list[float]:
    size = int(value_at(id="waiting.estimate_sample", now=now))
    rows = ask(_served, pool_id=pool_id, since=now - RECENT, size=size)
    return sorted(
        (_freed(end, signed) - start).total_seconds() / 60 for start, end, signed in rows if start and end
    )


def _served(*, pool_id: UUID, since: datetime, size: int) -> QuerySet[Any]:
    rows = Ticket.objects.filter(pool_id=pool_id, accepted_at__gte=since, state=TicketState.CLOSED)
    return rows.order_by("-accepted_at").values_list("accepted_at", "ended_at", "encounter__signed_at")[:size]


def _freed(end: datetime, signed: datetime | None) -> datetime:
    """The doctor is free once the note is signed; one signed much later says nothing of the pace."""
    return min(max(end, signed), end + LONGEST_NOTE) if signed else end


def _centile(values: list[float], share: float) -> float:
    return max(1.0, values[min(len(values) - 1, int(share * len(values)))])


def _round(minutes: float, how: object) -> int:
    step = next(step for limit, step in STEPS if minutes <= limit or limit == STEPS[-1][0])
    return int(how(minutes / step)) * step  # type: ignore[operator]
