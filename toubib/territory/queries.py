"""Which commune, which SAMU; on a day: which zone, which organisation; what is near. Unknown is None, never « no »."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterable, Iterator
from datetime import date
from functools import lru_cache
from math import asin, cos, pi, radians, sin, sqrt
from pathlib import Path
from typing import TypeVar
from uuid import UUID

from django.db.models import Q

from toubib.ground.prepared import read_one
from toubib.ground.tables import plain
from toubib.territory.index import held_index
from toubib.territory.models import Accessibility, Commune, Coverage, TerritorialOrganisation, Zone

DATA = Path(__file__).parent / "data"
EARTH_KM = 6371.0
HALF_DEGREE = radians(0.5)
Key = TypeVar("Key")


def find_communes(*, text: str, limit: int = 10) -> list[Commune]:
    """Communes whose name or postal code is typed or begun; accents, case, hyphens and « st » for saint do not count."""
    keys = held_index().find(text, limit)
    rows = Commune.objects.select_related("samu").defer("neighbour_codes")
    found = rows.in_bulk(keys) if keys else {}
    return [found[key] for key in keys if key in found]


def find_in_address(*, text: str, limit: int = 10) -> list[Commune]:
    """Communes of a typed address: all of it as a name; else those of the postal code in it, whose name stands in it first;
    else the name at its end. No street is looked for, and nothing leaves the server."""
    found = find_communes(text=text, limit=limit)
    if found:
        return found
    words = plain(text[:120])
    for postal in reversed(re.findall(r"\b[0-9]{5}\b", words)):
        found = find_communes(text=postal, limit=50)
        if found:
            named = [one for one in found if f" {plain(one.name)} " in f" {words} "]
            codes = {one.code_insee for one in named}
            within = [one for one in found if one.part_of in codes]  # « 75012 Paris » is the 12th
            return (within or named or found)[:limit]
    parts = words.split()
    for start in range(1, len(parts)):
        found = find_communes(text=" ".join(parts[start:]), limit=limit)
        if found:
            return found
    return []


def first_communes(*, limit: int) -> list[Commune]:
    """The first ones by code of those entered by hand: in the demo, the invented town and its neighbours."""
    return list(Commune.objects.filter(listed_in__isnull=True).order_by("code_insee")[:limit])


def commune_of(*, code_insee: str) -> Commune | None:
    return read_one(Commune.objects.all(), code_insee=code_insee)


@lru_cache(maxsize=1)
def departement_names() -> dict[str, str]:
    return {row["code"]: row["name"] for row in _shipped("departements.csv")}


@lru_cache(maxsize=1)
def region_names() -> dict[str, str]:
    return {row["code"]: row["name"] for row in _shipped("regions.csv")}


def _shipped(name: str) -> list[dict[str, str]]:
    with (DATA / name).open(encoding="utf-8", newline="") as stream:
        return list(csv.DictReader(stream))


@lru_cache(maxsize=4096)
def around(*, commune_id: UUID) -> frozenset[UUID]:
    """The commune and its neighbours: what dispatch calls near, of where the patient is. Says nothing of reimbursement,
    which asks `same_territory` of the home.

    Kept in the process: neighbours change only when communes are loaded anew; `forget_neighbours` then.
    """
    codes = Commune.objects.filter(pk=commune_id).values_list("neighbour_codes", flat=True).first()
    near = Commune.objects.filter(code_insee__in=codes or ())
    return frozenset({commune_id, *near.values_list("id", flat=True)})


def forget_neighbours() -> None:
    around.cache_clear()
    departements_around.cache_clear()


def neighbours_of(*, commune: Commune) -> list[Commune]:
    """Those that touch it, by name; none where its contours are unknown."""
    return list(Commune.objects.filter(code_insee__in=commune.neighbour_codes).order_by("name"))


def distance_km(*, one: Commune, two: Commune) -> float | None:
    """As the crow flies between points inside them; None where a point is unknown."""
    if one.lat is None or one.lon is None or two.lat is None or two.lon is None:
        return None
    return kilometres(one.lat, one.lon, two.lat, two.lon)


def kilometres(lat: float, lon: float, other_lat: float, other_lon: float) -> float:
    """On a great circle, within half a hundredth."""
    north, east = radians(other_lat - lat) / 2, radians(other_lon - lon) / 2
    chord = sin(north) ** 2 + cos(radians(lat)) * cos(radians(other_lat)) * sin(east) ** 2
    return 2 * EARTH_KM * asin(min(1.0, sqrt(chord)))


def closest(
    *, lat: float, lon: float, points: Iterable[tuple[Key, float, float]], within: float
) -> Iterator[tuple[float, Key]]:
    """`kilometres` and key of each point (key, latitude, longitude) no further than `within`, the nearest first. Of hundreds:
    what they share is computed once, and kilometres of those alone that are asked for."""
    shrunk, farthest = cos(radians(lat)), sin(min(within / EARTH_KM, pi) / 2) ** 2
    near = []
    for key, other_lat, other_lon in points:
        north, east = sin((other_lat - lat) * HALF_DEGREE), sin((other_lon - lon) * HALF_DEGREE)
        chord = north * north + shrunk * cos(other_lat * 2 * HALF_DEGREE) * east * east
        if chord <= farthest:
            near.append((chord, key))
    near.sort()
    return ((2 * EARTH_KM * asin(min(1.0, sqrt(chord))), key) for chord, key in near)


def zone_of(*, commune_id: UUID, on: date) -> str | None:
    """ZIP, ZAC, ZV or none on a day; None where no arrêté that we hold speaks of that day."""
    rows = Zone.objects.filter(lasting(on), commune_id=commune_id, starts_on__lte=on).order_by("-starts_on")
    return rows.values_list("kind", flat=True).first()


def lasting(on: date, field: str = "ends_on") -> Q:
    """Not over on a day: periods are half-open."""
    return Q(**{f"{field}__isnull": True}) | Q(**{f"{field}__gt": on})


def accessibility_of(*, commune_id: UUID, on: date) -> Accessibility | None:
    """The latest APL published of a year not after that day."""
    rows = Accessibility.objects.filter(commune_id=commune_id, year__lte=on.year).order_by("-year")
    return rows.first()


def organisations_of(*, commune_id: UUID, on: date) -> list[TerritorialOrganisation]:
    """Territorial organisations, referenced or not, whose territory holds the commune that day."""
    rows = Coverage.objects.filter(lasting(on), commune_id=commune_id, starts_on__lte=on)
    return list(
        TerritorialOrganisation.objects.filter(pk__in=rows.values("organisation_id")).order_by("kind", "name")
    )


def coverage_known(*, departement: str) -> bool:
    """Whether a list of territorial organisations that came in speaks of this département at all."""
    return Coverage.objects.filter(commune__departement=departement).exists()


def is_referenced(*, organisation: TerritorialOrganisation, on: date) -> bool:
    """The caisse counts it that day."""
    start, end = organisation.referenced_from, organisation.referenced_until
    return start is not None and start <= on and (end is None or end > on)


def same_territory(*, home: Commune, practice: Commune) -> bool:
    """The operator's definition of nearness for reimbursement: the same département or one that touches it, as the
    neighbours of our communes tell."""
    return practice.departement in departements_around(departement=home.departement)


@lru_cache(maxsize=256)
def departements_around(*, departement: str) -> frozenset[str]:
    """The département and those that touch it. Kept in the process, as `around`."""
    rows = Commune.objects.filter(departement=departement).values_list("neighbour_codes", flat=True)
    codes = sorted({code for near in rows for code in near if not code.startswith(departement)})
    touching: set[str] = set()
    for start in range(0, len(codes), 900):
        near = Commune.objects.filter(code_insee__in=codes[start : start + 900])
        touching |= set(near.values_list("departement", flat=True))
    return frozenset({departement, *touching})
