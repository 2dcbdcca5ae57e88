"""Which day it is for a rule: the local day in France, whatever the server's clock says."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from toubib.rulebook.parameters import value_on

PARIS = ZoneInfo("Europe/Paris")


def day_of(now: datetime) -> date:
    """The day in Paris of a moment that knows its zone."""
    return now.astimezone(PARIS).date()


def value_at(*, id: str, now: datetime) -> Any:
    """The value in force at that moment. Raises UnknownParameter."""
    return value_on(id=id, on=day_of(now))
