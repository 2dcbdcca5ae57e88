"""The wait as an honest interval, computed from what was served of late."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db.models import QuerySet

from toubib.ground.prepared import ask
from toubib.rulebook.days import value_at
from toubib.waiting.enums import DutyState, TicketState
from toubib.waiting.matching import out_of_reach
from toubib.waiting.models import Duty, Ticket
from toubib.waiting.queries.rivals import Doctors, Want, doctors_of

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
    """How fast a line goes now: its doctors, and how long consultations took of late (minutes)."""

    serving: Doctors  # paused ones included
    short: float
    long: float
    sample: int

    @property
    def doctors(self) -> int:
        return len(self._there(self.serving.duties))

    def interval(self, *, ahead: int, now: datetime, want: Want | None = None) -> Interval | None:
        """The wait behind `ahead` people who compete for the same doctors, rounded outwards so that it stays honest:
        the shortest with the help of every doctor of the line, the longest with those alone who may receive this
        person. None without one. `want` None: whom any of them may receive."""
        all_there = self._there(self.serving.duties)
        mine = all_there if want is None else self._able(all_there, want)
        if not mine:
            return None
        free = _free(mine)
        if ahead < free:
            return Interval(0, 2, self.sample, len(mine), now)
        turns = ahead - free + 1
        low = _round(max(1, ahead - _free(all_there) + 1) * self.short / len(all_there) * 0.5, math.floor)
        high = _round(math.ceil(turns / len(mine)) * self.long, math.ceil)
        return Interval(low, max(high, low + 2), self.sample, len(mine), now)

    @staticmethod
    def _there(duties: Sequence[Duty]) -> list[Duty]:
        return [duty for duty in duties if duty.state != DutyState.PAUSED]

    @staticmethod
    def _able(duties: Sequence[Duty], want: Want) -> list[Duty]:
        return [one for one in duties if not out_of_reach(language=want[0], age=want[1], doctor=one)]


def _free(duties: Sequence[Duty]) -> int:
    return sum(duty.state == DutyState.OPEN for duty in duties)


def pace_of(*, pool_id: UUID, now: datetime) -> Pace:
    """In two queries. Lengths, note included, are the 20th and 80th centiles of the last ones seen to their end."""
    serving = doctors_of(pool_id=pool_id)
    there = any(duty.state != DutyState.PAUSED for duty in serving.duties)
    lengths = _recent_lengths(pool_id=pool_id, now=now) if there else []
    short, long = (
        (_centile(lengths, 0.2), _centile(lengths, 0.8)) if len(lengths) >= MIN_SAMPLE else FIRST_GUESS
    )
    return Pace(serving, short, long, len(lengths))


def estimate_wait(*, pool_id: UUID, ahead: int, now: datetime, want: Want | None = None) -> Interval | None:
    """None when no doctor serves this line now, or none who may receive this language and age (`want`)."""
    return pace_of(pool_id=pool_id, now=now).interval(ahead=ahead, now=now, want=want)


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
