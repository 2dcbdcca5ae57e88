"""What the line hears from below: a doctor who lost the right to practise leaves it at once; suspended, with a patient,
right after them; no doctor any more, the patient goes back to the line and the note remains (`pause_after` is the mark: `rest_of` looks at the right anew and ends the duty)."""

from __future__ import annotations

from contextlib import suppress
from datetime import datetime
from uuid import UUID

from django.dispatch import receiver

from toubib.ground.actors import Actor
from toubib.people.events import account_closed, link_ended, practitioner_revoked, professional_suspended
from toubib.waiting.operations import MoveRefused, end_duty, leave_line, pause_duty, take_back
from toubib.waiting.queries.duty import current_duty, encounters_with, requests_for


@receiver([account_closed, practitioner_revoked])
def send_patients_back(
    sender: object, *, account_id: UUID, by: Actor, now: datetime, **kwargs: object
) -> None:
    """Nobody stays with someone who is no doctor here any more: back to the line, at their place."""
    for encounter_id in encounters_with(account_id=account_id):
        take_back(encounter_id=encounter_id, by=by, now=now)


@receiver(link_ended)
def end_requests(
    sender: object, *, account_id: UUID, patient_id: UUID, by: Actor, now: datetime, **kwargs: object
) -> None:
    """Nobody waits on behalf of someone for whom they act no more; a call that runs is the doctor's to end."""
    for ticket_id in requests_for(account_id=account_id, patient_id=patient_id):
        with suppress(MoveRefused):
            leave_line(ticket_id=ticket_id, by=by, now=now)


@receiver([professional_suspended, account_closed, practitioner_revoked])
def stop_duty(sender: object, *, account_id: UUID, by: Actor, now: datetime, **kwargs: object) -> None:
    duty = current_duty(account_id=account_id)
    if duty is None:
        return
    try:
        end_duty(duty_id=duty.id, by=by, now=now)
    except MoveRefused:
        pause_duty(duty_id=duty.id, by=by, now=now)
