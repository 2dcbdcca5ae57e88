"""What the assistant's post shows: each cabin's state, who waits outside, what is asked of the place. Nothing of a record."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.utils.functional import Promise

from toubib.assistance.models import Gesture, Presence
from toubib.assistance.queries import gestures_at, kind_of_gesture, presences_at
from toubib.directory.enums import Device
from toubib.directory.models import Place
from toubib.kiosk.enums import CabinState, SessionState
from toubib.kiosk.models import CabinCheck, KioskSession, Machine
from toubib.kiosk.queries.machines import MachineRow, machine_rows
from toubib.kiosk.queries.sessions import live_session
from toubib.rulebook.days import day_of
from toubib.waiting.enums import LIVE_STATES, TicketState
from toubib.waiting.models import Ticket

CLEANABLE = frozenset(Device) - {Device.PRINTER}


@dataclass(frozen=True, slots=True)
class CabinRow:
    """A cabin as the post shows it. `name`: the given name of who is in it, known once they said it."""

    row: MachineRow
    state: CabinState
    session: KioskSession | None
    name: str
    checked: CabinCheck | None
    devices: list[tuple[str, str | Promise]]
    cleaning_due: bool

    @property
    def machine(self) -> Machine:
        return self.row.machine

    @property
    def asks_for_help(self) -> bool:
        return self.session is not None and self.session.presence == "assistant"


@dataclass(frozen=True, slots=True)
class OutsideRow:
    """Somebody whose place in the line is kept while they are out of the cabin."""

    ticket: Ticket
    name: str
    has_no_phone: bool


@dataclass(frozen=True, slots=True)
class Post:
    """One place, as its assistant sees it."""

    place: Place
    cabins: list[CabinRow]
    outside: list[OutsideRow]
    presences: list[Presence]
    gestures: list[tuple[Gesture, str]]  # with its title


def post_of(*, place: Place, now: datetime) -> Post:
    cabins = [_cabin(row, now) for row in machine_rows(now=now, place=place)]
    inside = {one.session.ticket_id for one in cabins if one.session is not None}
    live = Ticket.objects.filter(place_of_care=place, state__in=LIVE_STATES).select_related(
        "patient", "account"
    )
    outside = [
        OutsideRow(one, _given_name(one), one.account is not None and one.account.vouched_by is not None)
        for one in live.order_by("arrived_at", "id")
        if one.pk not in inside and one.state != TicketState.IN_CALL
    ]
    asked = [(one, kind_of_gesture(one).title) for one in gestures_at(place_id=place.pk)]
    here = presences_at(place_id=place.pk)
    living = set(
        Ticket.objects.filter(
            pk__in=[one.ticket_id for one in here], state__in=[TicketState.TRIAGED, *LIVE_STATES]
        ).values_list("pk", flat=True)
    )
    presences = [one for one in here if one.ticket_id in living]
    return Post(place, cabins, outside, presences, asked)


def _cabin(row: MachineRow, now: datetime) -> CabinRow:
    session = live_session(machine=row.machine)
    checked = last_check(machine=row.machine)
    due = is_cleaning_due(machine=row.machine, now=now)
    ticket = session.ticket if session else None
    devices: list[tuple[str, str | Promise]] = [
        (one, Device(one).label) for one in row.machine.place.devices if one in CLEANABLE
    ]
    return CabinRow(row, _state(row, session, due), session, _given_name(ticket), checked, devices, due)


def _state(row: MachineRow, session: KioskSession | None, due: bool) -> CabinState:
    if session is not None:
        return CabinState.IN_CALL if session.state == SessionState.IN_CALL else CabinState.IN_USE
    if due:
        return CabinState.CLEANING
    return CabinState.FREE if row.online else CabinState.SILENT


def _given_name(ticket: Ticket | None) -> str:
    """The given name alone, to call somebody by."""
    if ticket is None or ticket.patient is None:
        return ""
    return ticket.patient.used_given_name or ticket.patient.birth_given_names.split()[0]


def last_check(*, machine: Machine) -> CabinCheck | None:
    return CabinCheck.objects.filter(machine=machine).order_by("-checked_at", "-id").first()


def is_cleaning_due(*, machine: Machine, now: datetime) -> bool:
    """Nobody saw the cabin today, or somebody used it since."""
    last = last_check(machine=machine)
    if last is None or day_of(last.checked_at) != day_of(now):
        return True
    return KioskSession.objects.filter(machine=machine, wiped_at__gt=last.checked_at).exists()
