"""A doctor's duty and the offer it holds."""

from __future__ import annotations

from uuid import UUID

from toubib.ground.prepared import read_one
from toubib.waiting.enums import LIVE_STATES, OfferState, TicketState
from toubib.waiting.models import Duty, Offer, Ticket


def current_duty(*, account_id: UUID) -> Duty | None:
    return read_one(
        Duty.objects.select_related("practitioner"), account_id=account_id, closed_at__isnull=True
    )


def pending_offer(*, duty: Duty) -> Offer | None:
    rows = Offer.objects.select_related("ticket__patient", "ticket__place_commune", "ticket__pool")
    return rows.filter(duty=duty, state=OfferState.PENDING).first()


def encounters_with(*, account_id: UUID) -> list[UUID]:
    """Consultations whose patient is with this doctor now: taken, or in call."""
    rows = Ticket.objects.filter(
        encounter__practitioner__professional__account_id=account_id,
        state__in=(TicketState.ACCEPTED, TicketState.IN_CALL),
    )
    return [one for one in rows.order_by("id").values_list("encounter_id", flat=True) if one is not None]


def requests_for(*, account_id: UUID, patient_id: UUID) -> list[UUID]:
    """Requests under way of this account for this patient."""
    rows = Ticket.objects.filter(account_id=account_id, patient_id=patient_id, state__in=LIVE_STATES)
    return list(rows.order_by("id").values_list("id", flat=True))
