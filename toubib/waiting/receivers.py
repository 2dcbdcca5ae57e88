"""What the line hears from below: a doctor who lost the right to practise leaves it at once; with a patient, right
after them (`pause_after` is the mark: `rest_of` looks at the right anew and ends the duty)."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from django.dispatch import receiver

from toubib.ground.actors import Actor
from toubib.people.events import account_closed, practitioner_revoked, professional_suspended
from toubib.waiting.operations import MoveRefused, end_duty, pause_duty
from toubib.waiting.queries import current_duty


@receiver([professional_suspended, account_closed, practitioner_revoked])
def stop_duty(sender: object, *, account_id: UUID, by: Actor, now: datetime, **kwargs: object) -> None:
    duty = current_duty(account_id=account_id)
    if duty is None:
        return
    try:
        end_duty(duty_id=duty.id, by=by, now=now)
    except MoveRefused:
        pause_duty(duty_id=duty.id, by=by, now=now)
