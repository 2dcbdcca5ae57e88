"""Places of care around a point, the nearest first, and those in service one by one."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from itertools import islice
from math import cos, radians
from typing import Any, NamedTuple
from uuid import UUID

from django.db import connection
from django.db.models import QuerySet
from django.utils import timezone

from toubib.directory.enums import Access, Assistance, Device
from toubib.directory.models import Place
from toubib.directory.queries.hours import Opening, opening_at
from toubib.directory.queries.standing import places_open
from toubib.ground.prepared import ask
from toubib.territory.queries import kilometres

WIDENING = (6.0, 15.0, 30.0, 60.0)  # kilometres tried in turn until enough was found
DEGREE_KM = 111.2
MOST_IDS = 500
AT_ONCE = 80  # places whose traits are read at a time


@dataclass(frozen=True, slots=True)
class Wanted:
    """What the place must have. `assisted`: somebody is there, or comes when asked."""

    open_now: bool = False
    assisted: bool = False
    device: Device | None = None
    step_free: bool = False

    def fits(self, traits: Traits, *, now: datetime) -> bool:
        """`now`: only hours that are asked about are read."""
        return not (
            (self.assisted and traits.assistance == Assistance.NONE)
            or (self.device and self.device not in traits.devices)
            or (self.step_free and not {Access.STEP_FREE, Access.WHEELCHAIR} & set(traits.access))
            or (self.open_now and not _opening(traits.hours, traits.departement, now).is_open)
        )


ANYTHING = Wanted()


class Traits(NamedTuple):
    """What a place is chosen by, in the order of COLUMNS."""

    id: UUID
    assistance: str
    devices: list[str]
    access: list[str]
    hours: str
    departement: str


FEW = 24
INSIDE = (
    f"SELECT id, lat, lon FROM {Place._meta.db_table} WHERE lat BETWEEN %s AND %s AND lon BETWEEN %s AND %s "  # noqa: S608
    "AND opened_on <= %s AND (closed_on IS NULL OR closed_on > %s)"
)
COLUMNS = ("id", "assistance", "devices", "access", "hours", "commune__departement")


@dataclass(frozen=True, slots=True)
class PlaceRow:
    """`km`: as the crow flies from where one searched; None where one did not."""

    place: Place
    opening: Opening
    km: float | None = None


@dataclass(frozen=True, slots=True)
class Found:
    """`within_km`: how far was looked. `is_cut`: there are more, further or as near."""

    rows: tuple[PlaceRow, ...]
    within_km: float
    is_cut: bool


def places_near(
    *,
    lat: float,
    lon: float,
    now: datetime,
    wanted: Wanted | None = None,
    limit: int = 12,
    widest: float = WIDENING[-1],
) -> Found:
    """The nearest places in service that have what is wanted, tried WIDENING up to `widest` (kilometres)."""
    found: list[tuple[float, UUID]] = []
    for within in (*(one for one in WIDENING if one < widest), widest):
        found = list(islice(_fitting(lat, lon, within, now, wanted or ANYTHING), limit + 1))
        if len(found) >= limit:
            break
    places = whole(keys=[key for _km, key in found[:limit]])
    rows = [PlaceRow(places[key], opening_of(place=places[key], now=now), km) for km, key in found[:limit]]
    return Found(tuple(rows), within, len(found) > limit)


def place_in_service(*, place_id: UUID, now: datetime) -> PlaceRow | None:
    place = places_open(on=timezone.localdate(now)).filter(pk=place_id).first()
    return None if place is None else PlaceRow(place, opening_of(place=place, now=now))


def opening_of(*, place: Place, now: datetime) -> Opening:
    return _opening(place.hours, place.commune.departement, now)


def _opening(hours: str, departement: str, now: datetime) -> Opening:
    return opening_at(hours=hours, departement=departement, now=now)


def page_in_service(
    *, now: datetime, start: int, count: int, ids: list[UUID] | None = None, postal_code: str = ""
) -> list[PlaceRow]:
    """By id. `postal_code`: begun."""
    rows = _some(now, ids, postal_code).defer("commune__neighbour_codes").order_by("id")
    return [PlaceRow(one, opening_of(place=one, now=now)) for one in rows[start : start + count]]


def count_in_service(*, now: datetime, ids: list[UUID] | None = None, postal_code: str = "") -> int:
    return _some(now, ids, postal_code).count()


def _some(now: datetime, ids: list[UUID] | None, postal_code: str) -> QuerySet[Place]:
    rows = places_open(on=timezone.localdate(now)).filter(postal_code__startswith=postal_code)
    return rows if ids is None else rows.filter(pk__in=ids[:MOST_IDS])


def all_in_service(*, now: datetime) -> Iterator[PlaceRow]:
    """By id, read as they are asked for."""
    rows = places_open(on=timezone.localdate(now)).defer("commune__neighbour_codes").order_by("id")
    return (PlaceRow(one, opening_of(place=one, now=now)) for one in rows.iterator(chunk_size=500))


def _fitting(
    lat: float, lon: float, within: float, now: datetime, wanted: Wanted
) -> Iterator[tuple[float, UUID]]:
    """Nearest first, kilometres and id; what a place is chosen by is read only where something is asked of it."""
    points = _points(_square(lat, lon, within), timezone.localdate(now))
    near = sorted((kilometres(lat, lon, one_lat, one_lon), key) for key, one_lat, one_lon in points)
    close = ((km, UUID(str(key))) for km, key in near if km <= within)
    if wanted == ANYTHING:
        yield from close
        return
    for batch in _batches(close):
        rows = Place.objects.filter(pk__in=[key for _km, key in batch]).values_list(*COLUMNS)
        traits = {row[0]: Traits(*row) for row in rows}
        yield from ((km, key) for km, key in batch if wanted.fits(traits[key], now=now))


def _points(square: tuple[float, float, float, float], on: date) -> list[tuple[Any, float, float]]:
    """Id, as the database has it, and point of each place that `places_open` would find in the square. By hand: of a town
    there are hundreds, and Django would make a value of each."""
    day = connection.ops.adapt_datefield_value(on)
    with connection.cursor() as cursor:
        cursor.execute(INSIDE, [*square, day, day])
        found: list[tuple[Any, float, float]] = cursor.fetchall()
    return found


def whole(*, keys: Sequence[UUID]) -> dict[UUID, Place]:
    """With commune, host and operator. As many as a page shows are read by a statement compiled once."""
    if len(keys) > FEW:
        return _whole().in_bulk(list(keys))
    rows = ask(_these, **{f"id{rank}": key for rank, key in enumerate(keys)}) if keys else []
    return {row.pk: row for row in rows}


def _whole() -> QuerySet[Place]:
    return Place.objects.select_related("commune", "host", "operator").defer("commune__neighbour_codes")


def _these(**ids: UUID) -> QuerySet[Place]:
    return _whole().filter(pk__in=list(ids.values()))


def _square(lat: float, lon: float, within: float) -> tuple[float, float, float, float]:
    up = within / DEGREE_KM
    across = up / max(0.01, cos(radians(lat)))
    return lat - up, lat + up, lon - across, lon + across


def _batches(rows: Iterable[tuple[float, UUID]]) -> Iterator[list[tuple[float, UUID]]]:
    left = iter(rows)
    return iter(lambda: list(islice(left, AT_ONCE)), [])
