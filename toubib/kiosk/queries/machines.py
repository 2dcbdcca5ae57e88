"""Machines: whose key it is, what a place's machines do now."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal
from uuid import UUID

from django.db.models import Exists, OuterRef, Q, QuerySet

from toubib.directory.enums import PlaceKind
from toubib.directory.models import Place
from toubib.ground.prepared import ask
from toubib.kiosk.enums import SessionState
from toubib.kiosk.keys import digest_of_key
from toubib.kiosk.models import KioskSession, Machine, MachineState
from toubib.rulebook.days import day_of, value_at
from toubib.territory.queries import kilometres

PlaceState = Literal["ready", "busy", "away"]
# Demo only, in the place of a version: an invented machine that no browser held yet, and one that a browser took
DEMO_AT_REST, DEMO_HELD = "demo", "demo, held"
A_PAGE = 12


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
    return states_of_places(now=now, places=[place.pk]).get(place.pk)


def states_of_places(*, now: datetime, places: Collection[UUID] | None = None) -> dict[UUID, PlaceState]:
    """The same of these places, or of all, in one read; a place without a machine is left out."""
    since = now - timedelta(seconds=value_at(id="kiosk.lost_seconds", now=now))
    said: defaultdict[UUID, set[PlaceState]] = defaultdict(set)
    for place, at, is_used in _machines(places):
        if at is None or at < since:
            said[place].add("away")
        else:
            said[place].add("busy" if is_used else "ready")
    best: tuple[PlaceState, ...] = ("ready", "busy", "away")
    return {place: next(one for one in best if one in found) for place, found in said.items()}


def _machines(places: Collection[UUID] | None) -> Iterable[tuple[UUID, datetime | None, bool]]:
    """Place, last word, in use or not. Of as many places as a page shows, the statement is compiled once: what is left of
    it asks for the last again."""
    if places is None:
        return _standing()
    keys = list(places)
    if not keys or len(keys) > A_PAGE:
        return _standing().filter(place__in=keys)
    keys += [keys[-1]] * (A_PAGE - len(keys))
    return ask(_standing_at, **{f"place{rank}": key for rank, key in enumerate(keys)})


def _standing() -> QuerySet[Machine, tuple[UUID, datetime | None, bool]]:
    live = KioskSession.objects.filter(machine=OuterRef("pk"), wiped_at__isnull=True)
    rows = Machine.objects.filter(revoked_at__isnull=True).annotate(is_used=Exists(live))
    return rows.values_list("place_id", "last_state__at", "is_used")


def _standing_at(**places: UUID) -> QuerySet[Machine, tuple[UUID, datetime | None, bool]]:
    return _standing().filter(place__in=list(places.values()))


def checks_of(*, machine: Machine) -> dict[str, str]:
    """What it last found of itself: Check → CheckResult; empty when it never said."""
    found = MachineState.objects.filter(machine=machine).values_list("checks", flat=True).first()
    return dict(found or {})


def machine_at_rest(*, place: Place, now: datetime) -> Machine | None:
    """One that nobody uses and no browser holds now: idle, and silent for long or of the demo's own."""
    at_rest = {one.pk for one in demo_machines_at_rest(now=now)}
    rows = [one for one in machine_rows(now=now, place=place) if one.state == SessionState.IDLE]
    return next((one.machine for one in rows if not one.online or one.machine.pk in at_rest), None)


def demo_machines_at_rest(*, now: datetime) -> list[Machine]:
    """Demo only: invented machines that nobody uses and no browser holds, or holds no more."""
    since = now - timedelta(seconds=value_at(id="kiosk.lost_seconds", now=now))
    gone = Q(last_state__version=DEMO_HELD, last_state__at__lt=since)
    rows = Machine.objects.filter(Q(last_state__version=DEMO_AT_REST) | gone, revoked_at__isnull=True)
    return list(rows.exclude(sessions__in=KioskSession.objects.filter(wiped_at__isnull=True)))


@dataclass(frozen=True, slots=True)
class Nearby:
    place: Place
    km: float


def nearest_other(*, place: Place, now: datetime) -> Nearby | None:
    """The nearest other place in service where a machine stands, within about 50 km."""
    around = Place.objects.filter(
        lat__range=(place.lat - 0.5, place.lat + 0.5),
        lon__range=(place.lon - 0.7, place.lon + 0.7),
        machines__revoked_at__isnull=True,
        machines__isnull=False,
    )
    rows = around.exclude(pk=place.pk).select_related("commune").distinct()
    near = [
        Nearby(one, kilometres(place.lat, place.lon, one.lat, one.lon))
        for one in rows
        if is_open(place=one, now=now)
    ]
    return min(near, key=lambda one: one.km, default=None)


def demo_place() -> Place | None:
    """The first pharmacy in service: where the demo puts a machine."""
    rows = Place.objects.filter(kind=PlaceKind.PHARMACY, opened_on__isnull=False, closed_on__isnull=True)
    return rows.order_by("id").first()
