"""What kiosks hear from the line: a case taken of somebody who is in no cabin any more."""

from __future__ import annotations

from datetime import datetime

from django.dispatch import receiver

from toubib.ground.actors import Actor
from toubib.kiosk.queries import session_of_ticket
from toubib.waiting.events import ticket_taken
from toubib.waiting.models import Ticket
from toubib.waiting.operations import leave_place_of_care


@receiver(ticket_taken)
def forget_the_cabin(sender: object, *, ticket: Ticket, by: Actor, now: datetime, **kwargs: object) -> None:
    if ticket.place_of_care_id is not None and session_of_ticket(ticket=ticket) is None:
        leave_place_of_care(ticket=ticket, by=by, now=now)
