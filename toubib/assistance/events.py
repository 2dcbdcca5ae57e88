"""What assistance announces, inside the transaction of the act."""

from django.dispatch import Signal

# gesture: Gesture just moved, by: Actor, now: datetime
gesture_moved = Signal()
# presence: Presence proposed, answered or ended, by: Actor, now: datetime
presence_changed = Signal()
