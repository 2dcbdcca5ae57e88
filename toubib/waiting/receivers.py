"""What the line hears from below: a doctor suspended leaves it at once; with a patient, right after them."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from django.dispatch import receiver

from toubib.ground.actors import Actor
from toubib.people.events import account_closed, professional_suspended
from toubib.waiting.operations import MoveRefused, end_duty, pause_duty
from toubib.waiting.queries import current_duty


@receiver([professional_suspended, account_closed])
def stop_duty(sender: object, *, account_id: UUID, by: Actor, now: datetime, **kwargs: object) -> None:
    duty = current_duty(account_id=account_id)
    if duty is None:
        return
    try:
        end_duty(duty_id=duty.id, by=by, now=now)
    except MoveRefused:
        pause_duty(duty_id=duty.id, by=by, now=now)
