"""Opening hours in the syntax of OpenStreetMap (opening_hours), exceptions and public holidays included, in local time."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

from opening_hours import OpeningHours, validate

# The clock of each département overseas; Paris elsewhere
CLOCKS = {
    "971": "America/Guadeloupe", "972": "America/Martinique", "973": "America/Cayenne", "974": "Indian/Reunion",
    "975": "America/Miquelon", "976": "Indian/Mayotte", "977": "America/St_Barthelemy", "978": "America/Marigot",
    "986": "Pacific/Wallis", "987": "Pacific/Tahiti", "988": "Pacific/Noumea",
}  # fmt: skip
LONGEST = 500
USUAL_OVER = 56  # days that tell what is usual: eight of each day of the week
FAR = 366  # days: what changes later is said not to change


@dataclass(frozen=True, slots=True)
class Opening:
    """`next_change`: when it opens or closes next; None where it does not within a year. `is_open` None: the hours do not say."""

    is_open: bool | None
    next_change: datetime | None


def are_hours(text: str) -> bool:
    """The syntax is right."""
    return bool(text.strip()) and len(text) <= LONGEST and validate(text)


def clock_of(departement: str) -> ZoneInfo:
    return ZoneInfo(CLOCKS.get(departement, "Europe/Paris"))


@lru_cache(maxsize=4096)
def _parsed(hours: str, departement: str) -> OpeningHours:
    return OpeningHours(hours, timezone=clock_of(departement), country="FR", max_interval_days=FAR)


def opening_at(*, hours: str, departement: str, now: datetime) -> Opening:
    """Whether it is open, and until or from when, on the clock of the place. PH are the public holidays of France."""
    parsed = _parsed(hours, departement)
    here = now.astimezone(clock_of(departement))
    is_open = None if parsed.is_unknown(here) else parsed.is_open(here)
    return Opening(is_open, parsed.next_change(here))


@dataclass(frozen=True, slots=True)
class OpenDay:
    """`spans`: from and to, on the clock of the place; a night past midnight is in two days, up to 0 h. `is_usual`: as
    most of the same days of the week in the two months that follow."""

    day: date
    spans: tuple[tuple[time, time], ...]
    is_usual: bool


def days_of(*, hours: str, departement: str, first: date, count: int) -> list[OpenDay]:
    """Each day from the first on, exceptions and public holidays included."""
    spans = _spans_by_day(hours, departement, first, max(count, USUAL_OVER))
    usual = _usual(spans, first)
    days = [first + timedelta(days=number) for number in range(count)]
    return [OpenDay(day, spans[day], spans[day] == usual[day.weekday()]) for day in days]


def usual_week(*, hours: str, departement: str, first: date) -> list[tuple[tuple[time, time], ...]]:
    """Monday to Sunday, as most weeks of the two months that follow."""
    return _usual(_spans_by_day(hours, departement, first, USUAL_OVER), first)


def _usual(
    spans: dict[date, tuple[tuple[time, time], ...]], first: date
) -> list[tuple[tuple[time, time], ...]]:
    near = [day for day in spans if day < first + timedelta(days=USUAL_OVER)]
    by_weekday = [Counter(spans[day] for day in near if day.weekday() == one) for one in range(7)]
    return [counts.most_common(1)[0][0] for counts in by_weekday]


@lru_cache(maxsize=512)
def _spans_by_day(
    hours: str, departement: str, first: date, count: int
) -> dict[date, tuple[tuple[time, time], ...]]:
    clock, days = clock_of(departement), [first + timedelta(days=number) for number in range(count)]
    begin = datetime.combine(first, time(), clock)
    end = datetime.combine(first + timedelta(days=count), time(), clock)
    found: dict[date, list[tuple[time, time]]] = {day: [] for day in days}
    for start, stop, state, _comment in _parsed(hours, departement).intervals(begin, end):
        if str(state).lower().endswith("open"):
            _cut(found, max(start, begin), min(stop or end, end))
    return {day: tuple(spans) for day, spans in found.items()}


def _cut(found: dict[date, list[tuple[time, time]]], start: datetime, end: datetime) -> None:
    """One span by day; midnight at its end is 0 h."""
    day = start.date()
    while day in found and datetime.combine(day, time(), end.tzinfo) < end:
        is_last = end.date() == day
        found[day].append(
            (start.time() if start.date() == day else time(), end.time() if is_last else time())
        )
        day += timedelta(days=1)
