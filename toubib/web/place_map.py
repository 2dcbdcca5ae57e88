"""The map beside the list of places: one SVG cut around a point from the outlines that ship, in units of its own box.

North is up; degrees of longitude are shrunk as they are at the middle, which is right within a few hundredths over the
60 km that it may show. Outlines are rounded to a unit, and to more where the picture would weigh over HEAVIEST.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from math import cos, radians

from toubib.directory.queries import PlaceRow
from toubib.territory.contours import DEPARTEMENTS, Box, Contour, contours_in
from toubib.territory.models import Commune

WIDTH, HEIGHT = 480, 400
HEAVIEST = 17_000  # signs of outlines; the commune searched, places and names come to at most 7,000 more
NARROWEST, WIDEST = 5.0, 60.0  # kilometres from the middle to the sides
KM_DEGREE = 111.2
SCALES = (1, 2, 5, 10, 20)
MOST_NAMES = 9
SIGN, LINE = 9.5, 22  # what a letter and a line of a name take up on a phone
BESIDE = (26, -16, 48, -38)  # under or over the point asked, where no place stands
ROUNDINGS = (1, 2, 4, 8)
MOST_COMMUNES = 110
Ring = list[tuple[int, int]]


@dataclass(frozen=True, slots=True)
class Dot:
    x: int
    y: int
    number: int
    row: PlaceRow


@dataclass(frozen=True, slots=True)
class Name:
    x: int
    y: int
    text: str
    is_centre: bool


@dataclass(frozen=True, slots=True)
class Outlines:
    """Path data, "" where unknown: `land`, of all; `here`, of the commune searched. `seen`: codes of the communes drawn."""

    land: str
    here: str
    seen: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class PlaceMap:
    outlines: Outlines
    dots: tuple[Dot, ...]
    names: tuple[Name, ...]
    scale: int
    scale_km: int
    width: int = WIDTH
    height: int = HEIGHT


@dataclass(frozen=True, slots=True)
class Frame:
    """From degrees to units of the picture."""

    lat: float
    lon: float
    half_km: float

    @property
    def unit(self) -> float:
        """Units a kilometre."""
        return WIDTH / 2 / self.half_km

    def place(self, lon: float, lat: float) -> tuple[float, float]:
        east = (lon - self.lon) * KM_DEGREE * cos(radians(self.lat))
        return WIDTH / 2 + east * self.unit, HEIGHT / 2 - (lat - self.lat) * KM_DEGREE * self.unit

    @property
    def box(self) -> Box:
        up = self.half_km * HEIGHT / WIDTH / KM_DEGREE
        across = self.half_km / KM_DEGREE / max(0.01, cos(radians(self.lat)))
        return Box(self.lon - across, self.lat - up, self.lon + across, self.lat + up)


def draw_map(*, lat: float, lon: float, rows: Sequence[PlaceRow], commune: Commune | None) -> PlaceMap:
    """`commune`: the one searched; None for a position. The point asked stands in the middle."""
    furthest = max((row.km or 0 for row in rows), default=0)
    frame = Frame(lat, lon, min(WIDEST, max(NARROWEST, round(furthest * 1.3) + 1)))
    outlines = _outlines(frame, commune.code_insee if commune else "")
    dots = tuple(_dots(frame, rows))
    names = _names(frame, commune, outlines.seen, dots)
    scale_km = max(one for one in SCALES if one <= max(1, frame.half_km / 2))
    return PlaceMap(outlines, dots, names, round(scale_km * frame.unit), scale_km)


@lru_cache(maxsize=256)
def _outlines(frame: Frame, code: str) -> Outlines:
    """Communes; where they are too many to be told apart, départements. Kept for places that many search: a few megabytes at
    most."""
    communes = contours_in(box=frame.box, most=MOST_COMMUNES)
    contours = communes if communes is not None else contours_in(box=frame.box, of=DEPARTEMENTS) or []
    here = "".join(_steps(ring) for one in contours if one.code == code for ring in _rings(frame, one, 1))
    land = ""
    for rounding in ROUNDINGS:
        land = "".join(_steps(ring) for one in contours for ring in _rings(frame, one, rounding))
        if len(land) <= HEAVIEST:
            break
    return Outlines(land, here, tuple(one.code for one in communes or ()))


def _rings(frame: Frame, contour: Contour, rounding: int) -> Iterable[Ring]:
    """As `Frame.place` has each point, its two products taken out of the loop: a picture holds thousands."""
    across = KM_DEGREE * cos(radians(frame.lat)) * frame.unit / rounding
    up = KM_DEGREE * frame.unit / rounding
    left, top = WIDTH / 2 / rounding - frame.lon * across, HEIGHT / 2 / rounding + frame.lat * up
    for ring in contour.rings:
        points = [
            (round(left + lon * across) * rounding, round(top - lat * up) * rounding) for lon, lat in ring
        ]
        kept = [point for point, before in zip(points, [None, *points], strict=False) if point != before]
        if len(kept) > 2:
            yield kept


def _steps(points: Ring) -> str:
    """One move, then steps from point to point, in as few signs as the syntax allows."""
    (x, y), text = points[0], []
    text.append(f"M{x} {y}l" if y >= 0 else f"M{x}{y}l")
    apart = ""
    for left, up in points[1:]:
        east, south = left - x, up - y
        text.append(f"{apart if east >= 0 else ''}{east}{'' if south < 0 else ' '}{south}")
        x, y, apart = left, up, " "
    return "".join(text) + "z"


def _dots(frame: Frame, rows: Sequence[PlaceRow]) -> Iterable[Dot]:
    for number, row in enumerate(rows, start=1):
        x, y = frame.place(row.place.lon, row.place.lat)
        if 0 <= x <= WIDTH and 0 <= y <= HEIGHT:
            yield Dot(round(x), round(y), number, row)


def _names(
    frame: Frame, commune: Commune | None, seen: Sequence[str], dots: Sequence[Dot]
) -> tuple[Name, ...]:
    """The commune searched, then the most peopled, where no name nor place stands already. Around an invented commune,
    invented ones alone."""
    taken: list[tuple[float, ...]] = [(dot.x - 20, dot.y - 20, dot.x + 20, dot.y + 20) for dot in dots]
    names: list[Name] = []
    for one in _nameable(commune, seen):
        if one.lat is None or one.lon is None or len(names) == MOST_NAMES:
            continue
        x, y = frame.place(one.lon, one.lat)
        for lower in BESIDE if one == commune else (0,):
            box = _box(x, y + lower, one.name)
            if not any(_cross(box, other) for other in taken) and _is_inside(box):
                taken.append(box)
                names.append(Name(round(x), round(y + lower), one.name, one == commune))
                break
    return tuple(names)


def _nameable(commune: Commune | None, seen: Sequence[str]) -> list[Commune]:
    if commune is not None and not commune.listed_in_id:
        return [commune, *Commune.objects.filter(code_insee__in=commune.neighbour_codes)]
    fields = ("code_insee", "name", "lat", "lon")
    found = Commune.objects.filter(code_insee__in=seen[:900], part_of="").only(*fields)
    most = list(found.order_by("-population")[: MOST_NAMES * 3])
    return [commune, *(one for one in most if one != commune)] if commune else most


def _box(x: float, y: float, name: str) -> tuple[float, ...]:
    half = len(name) * SIGN / 2
    return x - half, y - LINE, x + half, y + 4


def _is_inside(box: tuple[float, ...]) -> bool:
    """The scale stands at the foot."""
    return box[0] >= 0 and box[1] >= 0 and box[2] <= WIDTH and box[3] <= HEIGHT - 30


def _cross(one: tuple[float, ...], two: tuple[float, ...]) -> bool:
    return one[0] < two[2] and two[0] < one[2] and one[1] < two[3] and two[1] < one[3]
