"""What billing hears: a price answered before the line, a note signed or added to."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.dispatch import receiver

from toubib.billing.operations import ask_for_claim, keep_price_shown
from toubib.ground.actors import Actor
from toubib.record.events import encounter_amended, encounter_signed, secrecy_changed
from toubib.record.models import Encounter
from toubib.waiting.events import price_answered
from toubib.waiting.models import Ticket


@receiver(price_answered)
def keep_what_was_shown(
    sender: object,
    *,
    ticket: Ticket,
    shown: dict[str, Any],
    law_version: str,
    shown_at: datetime,
    agreed: bool,
    by: Actor,
    now: datetime,
    **kwargs: object,
) -> None:
    keep_price_shown(
        ticket=ticket,
        estimate=shown,
        law_version=law_version,
        shown_at=shown_at,
        agreed=agreed,
        by=by,
        now=now,
    )


@receiver([encounter_signed, encounter_amended, secrecy_changed])
def have_the_claim_settled(sender: object, *, encounter: Encounter, now: datetime, **kwargs: object) -> None:
    ask_for_claim(encounter_id=encounter.pk, now=now)
