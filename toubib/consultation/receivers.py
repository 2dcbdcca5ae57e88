"""What the rooms hear from the line: a case taken makes a room, a call dropped closes it; and from the record: what is
signed or added to is judged by the rule book, and the answer kept."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from django.dispatch import receiver

from toubib.assistance.events import gesture_moved, presence_changed
from toubib.assistance.models import Gesture, Presence
from toubib.assistance.operations import leave_left_open
from toubib.consultation.decisions import keep_judged
from toubib.consultation.models import Room
from toubib.consultation.operations import ask_for_papers, close_room, create_room, take_seats_of
from toubib.ground.actors import Actor
from toubib.ground.hub import publish
from toubib.people.events import link_ended
from toubib.record.enums import TaskKind
from toubib.record.events import encounter_amended, encounter_signed, leave_received
from toubib.record.models import Encounter
from toubib.record.operations import open_task
from toubib.waiting.enums import MedecinTraitant
from toubib.waiting.events import call_dropped, ticket_taken
from toubib.waiting.models import Duty, Ticket
from toubib.waiting.queries.line import ticket_of


@receiver(ticket_taken)
def make_room(
    sender: object,
    *,
    encounter: Encounter,
    ticket: Ticket,
    duty: Duty,
    by: Actor,
    now: datetime,
    **kwargs: object,
) -> None:
    create_room(encounter=encounter, ticket=ticket, duty=duty, now=now)


@receiver(call_dropped)
def drop_room(sender: object, *, encounter: Encounter, now: datetime, **kwargs: object) -> None:
    close_room(encounter_id=encounter.id, now=now)


@receiver([gesture_moved, presence_changed])
def tell_the_call(
    sender: object,
    *,
    now: datetime,
    gesture: Gesture | None = None,
    presence: Presence | None = None,
    **kwargs: object,
) -> None:
    """The doctor's page and the patient's, by the room of the request."""
    ticket_id = (
        gesture.ticket_id if gesture is not None else presence.ticket_id if presence is not None else None
    )
    rows = Room.objects.filter(encounter__ticket=ticket_id, closed_at__isnull=True)
    for room in rows.select_related("encounter__practitioner__professional"):
        publish(f"room:{room.id}", "gesture")
        professional = getattr(room.encounter.practitioner, "professional", None)
        if professional is not None:
            publish(f"account:{professional.account_id}", "gesture")


@receiver(encounter_signed)
def leave_nobody_beside(
    sender: object, *, encounter: Encounter, by: Actor, now: datetime, **kwargs: object
) -> None:
    ticket = ticket_of(encounter=encounter)
    if ticket is not None:
        leave_left_open(ticket_id=ticket.pk, by=by, now=now)


@receiver(link_ended)
def take_seats(
    sender: object, *, account_id: UUID, patient_id: UUID, by: Actor, now: datetime, **kwargs: object
) -> None:
    take_seats_of(account_id=account_id, patient_id=patient_id, by=by, now=now)


@receiver([encounter_signed, encounter_amended])
def keep_what_the_law_says(
    sender: object, *, encounter: Encounter, by: Actor, now: datetime, **kwargs: object
) -> None:
    keep_judged(encounter=encounter, by=by, now=now)


@receiver([encounter_signed, encounter_amended, leave_received])
def have_papers_made(sender: object, *, encounter: Encounter, now: datetime, **kwargs: object) -> None:
    ask_for_papers(encounter_id=encounter.pk, now=now)


@receiver(encounter_signed)
def leave_with_a_task(
    sender: object, *, encounter: Encounter, by: Actor, now: datetime, **kwargs: object
) -> None:
    """Who has no médecin traitant leaves with a way to find one."""
    ticket = ticket_of(encounter=encounter)
    if ticket is not None and ticket.medecin_traitant == MedecinTraitant.NONE:
        kind = TaskKind.FIND_MEDECIN_TRAITANT
        open_task(encounter=encounter, kind=kind, account_id=ticket.account_id, by=by, now=now)
