"""What the worker does for the kiosks."""

from __future__ import annotations

from datetime import datetime

from toubib.kiosk.operations import erase_old_sessions, wipe_lost_sessions
from toubib.kiosk.operations.beside import leave_ended_requests


def wipe_lost(now: datetime) -> None:
    wipe_lost_sessions(now=now)
    leave_ended_requests(now=now)


def erase_old(now: datetime) -> None:
    erase_old_sessions(now=now)


TICKS = [("kiosk.lost", 30, wipe_lost)]
DAILY = [("kiosk.sessions", erase_old)]
