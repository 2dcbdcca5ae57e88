"""Timed work, run by the worker."""

from __future__ import annotations

from datetime import datetime

from toubib.people.identity import local_day
from toubib.people.operations import (
    check_professionals_daily,
    erase_old_codes,
    erase_old_sessions,
    erase_old_tries,
)


def check_professionals(*, now: datetime) -> int:
    """Each minute, so that a lapse suspends at midnight; each professional is looked at once a day."""
    return check_professionals_daily(today=local_day(now), now=now)


TICKS = [("check professionals", 60, check_professionals)]
DAILY = [
    ("erase sign-in codes", erase_old_codes),
    ("erase sign-in tries", erase_old_tries),
    ("erase old sessions", erase_old_sessions),
]
