"""The only writers of machines and of their sessions. Locks: ticket first, then session."""

from toubib.kiosk.operations.devices import (
    BadUnit,
    ReadingRefused,
    Told,
    put_unit,
    take_reading,
    take_unit_away,
    typed_values,
)
from toubib.kiosk.operations.machines import (
    BadCode,
    BadMachine,
    enrol_machine,
    make_enrolment_code,
    revoke_machine,
    write_states,
)
from toubib.kiosk.operations.sessions import (
    PlaceShut,
    SessionMoveRefused,
    erase_old_sessions,
    follow_ticket,
    move_session,
    open_session,
    place_ticket,
    say_presence,
    touch_session,
    wipe_lost_sessions,
    wipe_session,
)

__all__ = [
    "BadCode",
    "BadMachine",
    "BadUnit",
    "PlaceShut",
    "ReadingRefused",
    "SessionMoveRefused",
    "Told",
    "enrol_machine",
    "erase_old_sessions",
    "follow_ticket",
    "make_enrolment_code",
    "move_session",
    "open_session",
    "place_ticket",
    "put_unit",
    "revoke_machine",
    "say_presence",
    "take_reading",
    "take_unit_away",
    "touch_session",
    "typed_values",
    "wipe_lost_sessions",
    "wipe_session",
    "write_states",
]
