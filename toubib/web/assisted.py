"""Who assists in the room and what is asked of them, for the patient's pages."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from toubib.assistance.enums import LIVE_GESTURES, GestureState
from toubib.assistance.models import Gesture, Presence
from toubib.assistance.queries import describe_helper, gestures_of, kind_of_gesture, presences_of
from toubib.consultation.models import Room
from toubib.waiting.models import Ticket


@dataclass(frozen=True, slots=True)
class GestureRow:
    gesture: Gesture
    title: str
    who: str

    @property
    def asked(self) -> bool:
        """Waits for the patient's answer."""
        return self.gesture.state == GestureState.ACCEPTED

    @property
    def may_stop(self) -> bool:
        return self.gesture.state in (GestureState.AGREED, GestureState.UNDER_WAY)


@dataclass(frozen=True, slots=True)
class HelperRow:
    presence: Presence
    who: str


def _title(gesture: Gesture) -> str:
    """In the patient's words, with what the doctor made precise: which ear, which eye."""
    title = kind_of_gesture(gesture).plain_title
    return f"{title} : {gesture.words}" if gesture.words else title


def assisted_of(*, room: Room, ticket: Ticket) -> dict[str, Any]:
    """What is live: who is beside the patient, gestures that were accepted and are not over."""
    helpers = [one for one in presences_of(ticket_id=ticket.pk) if one.ended_at is None]
    live = [
        one
        for one in gestures_of(encounter_id=room.encounter_id)
        if one.state in LIVE_GESTURES and one.presence is not None
    ]
    taken = {one.presence_id for one in live if one.state == GestureState.ACCEPTED}
    return {
        "helpers": [
            HelperRow(one, describe_helper(one)) for one in helpers if one.agreed or one.pk not in taken
        ],
        "assisted": [
            GestureRow(one, _title(one), describe_helper(one.presence)) for one in live if one.presence
        ],
    }
