"""Places of care around a point, the nearest first, and those in service one by one."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from math import cos, radians
from uuid import UUID

from django.db.models import QuerySet
from django.utils import timezone

from toubib.directory.enums import Access, Assistance, Device
from toubib.directory.models import Place
from toubib.directory.queries.hours import Opening, opening_at
from toubib.directory.queries.standing import places_open
from toubib.territory.queries import kilometres

WIDENING = (6.0, 15.0, 30.0, 60.0)  # kilometres tried in turn until enough was found
DEGREE_KM = 111.2
MOST_IDS = 500
AT_ONCE = 40  # rows read whole at a time


@dataclass(frozen=True, slots=True)
class Wanted:
    """What the place must have. `assisted`: somebody is there, or comes when asked."""

    open_now: bool = False
    assisted: bool = False
    device: Device | None = None
    step_free: bool = False

    def fits(self, place: Place, opening: Opening) -> bool:
        return not (
            (self.open_now and not opening.is_open)
            or (self.assisted and place.assistance == Assistance.NONE)
            or (self.device and self.device not in place.devices)
            or (self.step_free and not {Access.STEP_FREE, Access.WHEELCHAIR} & set(place.access))
        )


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
    rows: tuple[PlaceRow, ...] = ()
    for within in (*(one for one in WIDENING if one < widest), widest):
        fitting = _fitting(lat, lon, within, now, wanted or Wanted())
        rows = tuple(row for row, _number in zip(fitting, range(limit + 1), strict=False))
        if len(rows) >= limit:
            break
    return Found(rows[:limit], within, len(rows) > limit)


def place_in_service(*, place_id: UUID, now: datetime) -> PlaceRow | None:
    place = places_open(on=timezone.localdate(now)).filter(pk=place_id).first()
    return None if place is None else PlaceRow(place, opening_of(place=place, now=now))


def opening_of(*, place: Place, now: datetime) -> Opening:
    return opening_at(hours=place.hours, departement=place.commune.departement, now=now)


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


def _fitting(lat: float, lon: float, within: float, now: datetime, wanted: Wanted) -> Iterator[PlaceRow]:
    """Nearest first; only as many rows are read whole as are asked for."""
    inside = places_open(on=timezone.localdate(now)).filter(**_square(lat, lon, within))
    points = inside.select_related(None).order_by().values_list("id", "lat", "lon")
    near = sorted((kilometres(lat, lon, one_lat, one_lon), key) for key, one_lat, one_lon in points)
    for batch in _batches([(km, key) for km, key in near if km <= within]):
        places = whole(keys=[key for _km, key in batch])
        for km, key in batch:
            place = places[key]
            opening = opening_of(place=place, now=now)
            if wanted.fits(place, opening):
                yield PlaceRow(place, opening, km)


def whole(*, keys: Iterable[UUID]) -> dict[UUID, Place]:
    return _read_whole().in_bulk(list(keys))


def _read_whole() -> QuerySet[Place]:
    return Place.objects.select_related("commune", "host", "operator").defer("commune__neighbour_codes")


def _square(lat: float, lon: float, within: float) -> dict[str, tuple[float, float]]:
    up = within / DEGREE_KM
    across = up / max(0.01, cos(radians(lat)))
    return {"lat__range": (lat - up, lat + up), "lon__range": (lon - across, lon + across)}


def _batches(rows: list[tuple[float, UUID]]) -> Iterator[list[tuple[float, UUID]]]:
    return (rows[start : start + AT_ONCE] for start in range(0, len(rows), AT_ONCE))
