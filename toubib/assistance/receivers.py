"""What assistance hears from the record: a signed consultation leaves no gesture open."""

from __future__ import annotations

from datetime import datetime

from django.dispatch import receiver

from toubib.assistance.enums import LIVE_GESTURES
from toubib.assistance.models import Gesture
from toubib.assistance.operations import withdraw_gesture
from toubib.ground.actors import Actor
from toubib.ground.prepared import read
from toubib.record.events import encounter_signed
from toubib.record.models import Encounter


@receiver(encounter_signed)
def stop_what_was_asked(
    sender: object, *, encounter: Encounter, by: Actor, now: datetime, **kwargs: object
) -> None:
    for row in read(Gesture.objects.only("state"), encounter=encounter):
        if row.state in LIVE_GESTURES:
            withdraw_gesture(gesture_id=row.pk, by=by, now=now)
