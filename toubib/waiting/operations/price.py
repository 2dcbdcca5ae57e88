"""What the patient says to the price as it stood on the screen; the line reads nothing of it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from toubib.ground.actors import Actor
from toubib.ground.locks import transactional
from toubib.waiting.events import price_answered
from toubib.waiting.models import Ticket


@transactional
def answer_price(
    *, ticket: Ticket, shown: Mapping[str, Any], agreed: bool, shown_at: datetime, by: Actor, now: datetime
) -> None:
    """Tell who keeps prices. `shown`: as `Estimate.as_shown`, and the version of the law under « law »."""
    price_answered.send(
        sender=Ticket,
        ticket=ticket,
        shown={name: value for name, value in shown.items() if name != "law"},
        law_version=shown["law"],
        shown_at=shown_at,
        agreed=agreed,
        by=by,
        now=now,
    )
