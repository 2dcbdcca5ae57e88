"""What the patient was shown before the line, and whether they agreed to it. It moves nobody in the line."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from toubib.billing.models import PriceShown
from toubib.ground.actors import Actor
from toubib.ground.journal import trace
from toubib.ground.locks import transactional
from toubib.waiting.models import Ticket


@transactional
def keep_price_shown(
    *,
    ticket: Ticket,
    estimate: Mapping[str, Any],
    law_version: str,
    shown_at: datetime,
    agreed: bool,
    by: Actor,
    now: datetime,
) -> PriceShown:
    """`estimate`: what stood on the screen. The same answer to the same price is kept once."""
    last = PriceShown.objects.filter(ticket=ticket).order_by("-answered_at", "-id").first()
    if last is not None and (last.estimate, last.agreed) == (dict(estimate), agreed):
        return last
    row = PriceShown.objects.create(
        ticket=ticket,
        estimate=dict(estimate),
        law_version=law_version,
        shown_at=shown_at,
        agreed=agreed,
        answered_at=now,
        answered_by=by.account_id,
    )
    trace(
        by=by,
        action="billing.price.agree" if agreed else "billing.price.see",
        now=now,
        patient=ticket.patient_id,
        subject="ticket",
        subject_id=ticket.pk,
    )
    return row
