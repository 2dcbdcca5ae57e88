"""The patient moved since: the place that the SAMU would be sent to, and the number to call back."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from django.utils.translation import gettext as _

from toubib.ground.actors import Actor
from toubib.ground.hub import publish
from toubib.ground.journal import trace
from toubib.ground.locks import transactional
from toubib.waiting.enums import LIVE_STATES
from toubib.waiting.models import Ticket
from toubib.waiting.operations.moves import MoveRefused, lock_ticket


@transactional
def change_place(
    *, ticket_id: UUID, commune_id: UUID, detail: str, callback_phone: str, by: Actor, now: datetime
) -> Ticket:
    """Say again where the patient is, from the line or the call; the doctor's page is told. Raises MoveRefused."""
    ticket = lock_ticket(ticket_id=ticket_id)
    if ticket.state not in LIVE_STATES:
        raise MoveRefused(_("Votre demande est terminée : ce lieu ne sert plus."))
    if (ticket.place_commune_id, ticket.place_detail) != (commune_id, detail):
        ticket.place_of_care_id = None  # no kiosk any more
    ticket.place_commune_id, ticket.place_detail, ticket.callback_phone = commune_id, detail, callback_phone
    ticket.save(update_fields=["place_commune", "place_detail", "callback_phone", "place_of_care"])
    _trace(ticket, by=by, now=now)
    _tell(ticket)
    return ticket


def leave_place_of_care(*, ticket: Ticket, by: Actor, now: datetime) -> None:
    """Taken by a doctor away from the kiosk where it began: nothing of that place holds of the act, and where the
    patient is now is asked again. Inside the transaction that holds the row."""
    gone = _("à redemander : n’est plus là (%(place)s)") % {"place": ticket.place_detail or ""}
    ticket.place_of_care_id, ticket.place_detail = None, gone
    ticket.save(update_fields=["place_of_care", "place_detail"])
    _trace(ticket, by=by, now=now)


def _trace(ticket: Ticket, *, by: Actor, now: datetime) -> None:
    patient, action = ticket.patient_id, "waiting.ticket.place"
    trace(by=by, action=action, now=now, patient=patient, subject="ticket", subject_id=ticket.id)


def _tell(ticket: Ticket) -> None:
    publish(f"ticket:{ticket.id}", "place")
    professional = getattr(ticket.encounter.practitioner, "professional", None) if ticket.encounter else None
    if professional:
        publish(f"account:{professional.account_id}", "place", ticket=str(ticket.id))
