"""What the worker does for the kiosks."""

from __future__ import annotations

from datetime import datetime

from django.conf import settings

from toubib.kiosk.operations import erase_old_sessions, wipe_lost_sessions, write_states
from toubib.kiosk.operations.beside import leave_ended_requests
from toubib.kiosk.operations.machines import Reported
from toubib.kiosk.queries.machines import DEMO_AT_REST, demo_machines_at_rest


def wipe_lost(now: datetime) -> None:
    wipe_lost_sessions(now=now)
    leave_ended_requests(now=now)


def answer_for_the_demo(now: datetime) -> None:
    """The demo's machines stand ready, as those of a real place do, until a browser becomes one of them."""
    if settings.DEMO:
        rows = demo_machines_at_rest(now=now)
        write_states(reported=[Reported(one.pk, now, {}, DEMO_AT_REST) for one in rows])


def erase_old(now: datetime) -> None:
    erase_old_sessions(now=now)


TICKS = [("kiosk.lost", 30, wipe_lost), ("kiosk.demo", 60, answer_for_the_demo)]
DAILY = [("kiosk.sessions", erase_old)]
