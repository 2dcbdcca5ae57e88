"""Reads of machines and sessions."""

from toubib.kiosk.queries.machines import (
    MachineRow,
    Nearby,
    PlaceState,
    checks_of,
    demo_place,
    is_open,
    machine_at_rest,
    machine_of_key,
    machine_rows,
    nearest_other,
    state_of_place,
    states_of_places,
)
from toubib.kiosk.queries.sessions import (
    live_session,
    lost_sessions,
    session_of_ticket,
    state_for,
)

__all__ = [
    "MachineRow",
    "Nearby",
    "PlaceState",
    "checks_of",
    "demo_place",
    "is_open",
    "live_session",
    "lost_sessions",
    "machine_at_rest",
    "machine_of_key",
    "machine_rows",
    "nearest_other",
    "session_of_ticket",
    "state_for",
    "state_of_place",
    "states_of_places",
]
