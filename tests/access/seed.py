"""What the socket's tests ask of the application's own settings. Functions take and give JSON."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.utils import timezone

from toubib.consultation.models import Participant
from toubib.consultation.tokens import make_room_token


def passes(*, room: str) -> dict[str, Any]:
    """Of the patient of this room: a pass, one past its time, one for a person who is not in the room."""
    seat = Participant.objects.filter(room=room, account__isnull=False).exclude(role="practitioner").get()
    now = timezone.now()
    facts = {"room_id": room, "role": seat.role, "name": seat.name, "rpps": "", "side": "patient"}
    return {
        "good": make_room_token(participant_id=seat.id, now=now, **facts),
        "expired": make_room_token(participant_id=seat.id, now=now - timedelta(minutes=16), **facts),
        "foreign": make_room_token(participant_id=room, now=now, **facts),
    }
