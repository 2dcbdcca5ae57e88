"""A doctor's duty and the offer it holds."""

from __future__ import annotations

from uuid import UUID

from toubib.ground.prepared import read_one
from toubib.waiting.enums import OfferState
from toubib.waiting.models import Duty, Offer


def current_duty(*, account_id: UUID) -> Duty | None:
    return read_one(
        Duty.objects.select_related("practitioner"), account_id=account_id, closed_at__isnull=True
    )


def pending_offer(*, duty: Duty) -> Offer | None:
    rows = Offer.objects.select_related("ticket__patient", "ticket__place_commune", "ticket__pool")
    return rows.filter(duty=duty, state=OfferState.PENDING).first()
