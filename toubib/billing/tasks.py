"""What the worker does for claims."""

from __future__ import annotations

from datetime import datetime

from toubib.billing.operations import settle_due_claims

AT_ONCE = 2  # with their receipts; then the other duties have their turn


def settle(now: datetime) -> bool:
    """Whether there may be more."""
    return settle_due_claims(now=now, limit=AT_ONCE) == AT_ONCE


TICKS = [("billing.claims", 2, settle)]
