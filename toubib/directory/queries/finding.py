"""Places of care around a point, the nearest first, and those in service one by one."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from itertools import compress, islice
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
from toubib.ground.prepared import ask, fetch
from toubib.territory.queries import closest

WIDENING = (6.0, 15.0, 30.0, 60.0)  # kilometres tried in turn until enough was found
DEGREE_KM = 111.2
MOST_IDS = 500


@dataclass(frozen=True, slots=True)
class Wanted:
    """What the place must have. `assisted`: somebody is there, or comes when asked."""

    open_now: bool = False
    assisted: bool = False
    device: Device | None = None
    step_free: bool = False

    def fits(self, place: Place, *, now: datetime) -> bool:
        """`now`: only hours that are asked about are read."""
        return not (
            (self.assisted and place.assistance == Assistance.NONE)
            or (self.device and self.device not in place.devices)
            or (self.step_free and not {Access.STEP_FREE, Access.WHEELCHAIR} & set(place.access))
            or (self.open_now and not opening_of(place=place, now=now).is_open)
        )


ANYTHING = Wanted()
FEW = 24  # read by a statement compiled once
INSIDE = (
    f"SELECT id, lat, lon FROM {Place._meta.db_table} WHERE lat BETWEEN %s AND %s AND lon BETWEEN %s AND %s "  # noqa: S608
    "AND opened_on <= %s AND (closed_on IS NULL OR closed_on > %s)"
)


@dataclass(frozen=True, slots=True)
class PlaceRow:
    """`km`: as the crow flies from where one searched; None where one did not."""

    place: Place
    opening: Opening
    km: float | None = None


class PublicPlace(NamedTuple):
    """What the public file tells of a place, in the order of PUBLIC."""

    id: UUID
    name: str
    kind: str
    operator: str
    host: str
    finess: str
    code_insee: str
    commune: str
    departement: str
    address: str
    postal_code: str
    lat: float
    lon: float
    hours: str
    assistance: str
    devices: list[str]
    access: list[str]


PUBLIC = (
    "id", "name", "kind", "operator__name", "host__name", "host__finess", "commune__code_insee", "commune__name",
    "commune__departement", "address", "postal_code", "lat", "lon", "hours", "assistance", "devices", "access",
)  # fmt: skip


class PublicRow(NamedTuple):
    place: PublicPlace
    opening: Opening


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
    wanted: Wanted = ANYTHING,
    limit: int = 12,
    widest: float = WIDENING[-1],
    bodies: bool = False,
) -> Found:
    """The nearest places in service that have what is wanted, tried WIDENING up to `widest` (kilometres). `bodies`: with
    their host and operator."""
    around = _Around(lat, lon, now, wanted, min(MOST_IDS, limit), bodies)
    found: list[tuple[float, Any]] = []
    looked = 0.0
    for within in (*(one for one in WIDENING if one < widest), widest):
        if looked and within < widest and (len(found) + 0.5) * (within / looked) ** 2 < limit:
            continue  # as thick as here, there would be too few
        looked = within
        found = list(islice(around.fitting(within), limit + 1))
        if len(found) >= limit:
            break
    places = around.places([key for _km, key in found[:limit]])
    rows = [
        PlaceRow(place, opening_of(place=place, now=now), km)
        for (km, _key), place in zip(found, places, strict=False)
    ]
    return Found(tuple(rows), looked, len(found) > limit)


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


def all_in_service(*, now: datetime) -> Iterator[PublicRow]:
    """By id, read as they are asked for. Hours that many places share are read once."""
    rows = places_open(on=timezone.localdate(now)).order_by("id").values_list(*PUBLIC)
    openings: dict[tuple[str, str], Opening] = {}
    for row in rows.iterator(chunk_size=500):
        place = PublicPlace._make(row)
        key = place.hours, place.departement
        if key not in openings:
            openings[key] = _opening(*key, now)
        yield PublicRow(place, openings[key])


class _Around:
    """Places around a point, each read once however wide one looks. Keys are ids, as the database has them."""

    def __init__(
        self, lat: float, lon: float, now: datetime, wanted: Wanted, at_once: int, bodies: bool
    ) -> None:
        self.lat, self.lon, self.now, self.wanted, self.bodies = lat, lon, now, wanted, bodies
        self.at_once = max(FEW, at_once)
        self.read: dict[Any, Place] = {}

    def fitting(self, within: float) -> Iterator[tuple[float, Any]]:
        """Nearest first, kilometres and key; places are read only where something is asked of them."""
        points = _points(_square(self.lat, self.lon, within), timezone.localdate(self.now))
        near = closest(lat=self.lat, lon=self.lon, points=points, within=within)
        if self.wanted == ANYTHING:
            yield from near
            return
        while batch := list(islice(near, self.at_once)):
            places = self.places([key for _km, key in batch])
            fits = [self.wanted.fits(one, now=self.now) for one in places]
            yield from compress(batch, fits)

    def places(self, keys: Sequence[Any]) -> list[Place]:
        unread = {UUID(str(key)): key for key in keys if key not in self.read}
        self.read |= {unread[one.pk]: one for one in _whole(list(unread), bodies=self.bodies)}
        return [self.read[key] for key in keys]


def _points(square: tuple[float, float, float, float], on: date) -> list[tuple[Any, float, float]]:
    """Id, as the database has it, and point of each place that `places_open` would find in the square. By hand: of a town
    there are hundreds, and Django would make a value of each."""
    day = connection.ops.adapt_datefield_value(on)
    found: list[tuple[Any, float, float]] = fetch(INSIDE, [*square, day, day])
    return found


def _whole(ids: Sequence[UUID], *, bodies: bool) -> Iterable[Place]:
    """With commune. As many as a page shows are read by one statement, compiled once: what is left of it asks for the last
    again."""
    if not ids:
        return []
    if bodies or len(ids) > FEW:
        more = ("host", "operator") if bodies else ()
        return _with_commune().select_related("commune", *more).in_bulk(list(ids)).values()
    keys = [*ids, *[ids[-1]] * (FEW - len(ids))]
    return ask(_these, **{f"id{rank}": key for rank, key in enumerate(keys)})


def _with_commune() -> QuerySet[Place]:
    return Place.objects.select_related("commune").defer("commune__neighbour_codes", "commune__postal_codes")


def _these(**ids: UUID) -> QuerySet[Place]:
    return _with_commune().filter(pk__in=list(ids.values()))


def _square(lat: float, lon: float, within: float) -> tuple[float, float, float, float]:
    up = within / DEGREE_KM
    across = up / max(0.01, cos(radians(lat)))
    return lat - up, lat + up, lon - across, lon + across
