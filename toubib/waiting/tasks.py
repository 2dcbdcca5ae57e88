"""What the worker does for the line each second; an id in, an operation called."""

from __future__ import annotations

from datetime import datetime

from toubib.waiting.operations import (
    call_back_away,
    dispatch_all,
    end_unserved,
    expire_drafts,
    lapse_offers,
    return_untouched,
)


def sweep(now: datetime) -> None:
    lapse_offers(now=now)
    dispatch_all(now=now)
    call_back_away(now=now)


def tidy(now: datetime) -> None:
    expire_drafts(now=now)
    return_untouched(now=now)
    end_unserved(now=now)


TICKS = [("waiting.sweep", 1, sweep), ("waiting.tidy", 15, tidy)]
