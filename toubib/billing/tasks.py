"""What the worker does for claims."""

from __future__ import annotations

from datetime import datetime

from toubib.billing.operations import settle_due_claims


def settle(now: datetime) -> None:
    settle_due_claims(now=now)


TICKS = [("billing.claims", 2, settle)]
