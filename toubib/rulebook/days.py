"""Which day it is for a rule: the local day in France, whatever the server's clock says."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from dateutil.easter import easter

from toubib.rulebook.parameters import value_on

PARIS = ZoneInfo("Europe/Paris")
# The eleven days of L. 3133-1 of the Code du travail: month and day, and days after Easter
FIXED_HOLIDAYS = (101, 501, 508, 714, 815, 1101, 1111, 1225)
AFTER_EASTER = (1, 39, 50)


def day_of(now: datetime) -> date:
    """The day in Paris of a moment that knows its zone."""
    return now.astimezone(PARIS).date()


def value_at(*, id: str, now: datetime) -> Any:
    """The value in force at that moment. Raises UnknownParameter."""
    return value_on(id=id, on=day_of(now))


def is_public_holiday(day: date) -> bool:
    moved = (easter(day.year) + timedelta(days) for days in AFTER_EASTER)
    return day.month * 100 + day.day in FIXED_HOLIDAYS or day in moved


def working_day_from(day: date) -> date:
    """This day, or the first after it that is neither of a weekend nor a public holiday."""
    while day.weekday() > 4 or is_public_holiday(day):
        day += timedelta(days=1)
    return day
