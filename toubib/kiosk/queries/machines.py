"""Machines: whose key it is, what a place's machines do now."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

from toubib.directory.models import Place
from toubib.kiosk.enums import SessionState
from toubib.kiosk.keys import digest_of_key
from toubib.kiosk.models import KioskSession, Machine
from toubib.rulebook.days import day_of, value_at

PlaceState = Literal["ready", "busy", "away"]


@dataclass(frozen=True, slots=True)
class MachineRow:
    """A machine for the one who looks after it; `state`: of its session, idle where there is none."""

    machine: Machine
    online: bool
    seen_at: datetime | None
    checks: dict[str, str]
    state: SessionState


def machine_of_key(*, key: str) -> Machine | None:
    """The machine that holds this key, unless it was revoked."""
    if not key or len(key) > 100:
        return None
    rows = Machine.objects.select_related("place__commune", "place__host")
    return rows.filter(key_digest=digest_of_key(key), revoked_at__isnull=True).first()


def is_open(*, place: Place, now: datetime) -> bool:
    """Whether the place is in service that day; its hours are another question."""
    today = day_of(now)
    begun = place.opened_on is not None and place.opened_on <= today
    return begun and (place.closed_on is None or today < place.closed_on)


def machine_rows(*, now: datetime, place: Place | None = None) -> list[MachineRow]:
    """Machines in service, of one place or of all, with what each last said."""
    rows = Machine.objects.filter(revoked_at__isnull=True).select_related("place__commune", "last_state")
    rows = rows.filter(place=place) if place is not None else rows
    machines = list(rows.order_by("place__name", "name"))
    live = dict(
        KioskSession.objects.filter(machine__in=machines, wiped_at__isnull=True).values_list(
            "machine_id", "state"
        )
    )
    since = now - timedelta(seconds=value_at(id="kiosk.lost_seconds", now=now))
    return [
        _row(machine, SessionState(live.get(machine.id, SessionState.IDLE)), since) for machine in machines
    ]


def _row(machine: Machine, state: SessionState, since: datetime) -> MachineRow:
    said = getattr(machine, "last_state", None)
    at = said.at if said else None
    return MachineRow(machine, at is not None and at >= since, at, dict(said.checks) if said else {}, state)


def state_of_place(*, place: Place, now: datetime) -> PlaceState | None:
    """`ready`: a machine is free; `busy`: all in use; `away`: none answers; None: no machine stands there."""
    rows = machine_rows(now=now, place=place)
    if not rows:
        return None
    online = [row for row in rows if row.online]
    if not online:
        return "away"
    return "ready" if any(row.state == SessionState.IDLE for row in online) else "busy"
