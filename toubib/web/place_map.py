"""The map beside the list of places: one SVG cut around a point from the outlines that ship, in units of its own box.

North is up; degrees of longitude are shrunk as they are at the middle, which is right within a few hundredths over the
60 km that it may show. Outlines are rounded to a unit, and to more where the picture would weigh over HEAVIEST.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from math import cos, radians
from operator import sub

from django.utils.html import escape
from django.utils.safestring import SafeString, mark_safe

from toubib.directory.queries import PlaceRow
from toubib.ground.prepared import among, fetch, listed
from toubib.territory.contours import DEPARTEMENTS, GRID, Box, Contour, contours_in
from toubib.territory.models import Commune
from toubib.web.boxes import Words, meet

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
NAMED = (
    f"SELECT code_insee, name, lat, lon FROM {Commune._meta.db_table} "  # noqa: S608  names are ours
    "WHERE {among} AND part_of = '' AND code_insee <> %s AND lat IS NOT NULL AND lon IS NOT NULL "
    f"ORDER BY population IS NULL, population DESC, code_insee LIMIT {MOST_NAMES * 3}"
)
SHORT = 40  # units: most steps


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

    @property
    def marks(self) -> SafeString:
        """Names, the point asked, places: the nearest on top. By hand: a template costs ten times this."""
        names = "".join(
            f'<text x="{one.x}" y="{one.y}" class="{"ink centre" if one.is_centre else "faint"}">{escape(one.text)}</text>'
            for one in self.names
        )
        dots = "".join(
            f'<g class="{"spot" if one.row.opening.is_open else "spot shut"}"><title>{one.number}. '
            f'{escape(one.row.place.name)}</title><circle cx="{one.x}" cy="{one.y}" r="15"/>'
            f'<text x="{one.x}" y="{one.y}" dy=".36em">{one.number}</text></g>'
            for one in reversed(self.dots)
        )
        asked = f'<circle class="asked" cx="{WIDTH // 2}" cy="{HEIGHT // 2}" r="7"/>'
        return mark_safe(f"{names}\n{asked}\n{dots}")  # noqa: S308  each part is a number or escaped here


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
    here = "".join(_draw(frame, one, 1) for one in contours if one.code == code)
    land = ""
    for rounding in ROUNDINGS:
        land = "".join(_draw(frame, one, rounding) for one in contours)
        if len(land) <= HEAVIEST:
            break
    return Outlines(land, here, tuple(one.code for one in communes or ()))


def _draw(frame: Frame, contour: Contour, rounding: int) -> str:
    """As `Frame.place` has each point, its two products taken out of the loop: a picture holds thousands."""
    across = KM_DEGREE * cos(radians(frame.lat)) * frame.unit / rounding
    up = KM_DEGREE * frame.unit / rounding
    left, top = WIDTH / 2 / rounding - frame.lon * across, HEIGHT / 2 / rounding + frame.lat * up
    across, up = across * GRID, up * GRID
    return "".join(
        _steps(
            [round(left + x * across) * rounding for x in ring.xs],
            [round(top - y * up) * rounding for y in ring.ys],
        )
        for ring in contour.rings
    )


class _Steps(dict[tuple[int, int], str]):
    """Words of a step, in as few signs as the syntax allows; those of the short ones are kept."""

    def __missing__(self, step: tuple[int, int]) -> str:
        east, south = step
        return f"{' ' if east >= 0 else ''}{east}{'' if south < 0 else ' '}{south}"


_words = _Steps()
_words |= {(x, y): _words[x, y] for x in range(-SHORT, SHORT + 1) for y in range(-SHORT, SHORT + 1)}
_words[0, 0] = ""


def _steps(xs: Sequence[int], ys: Sequence[int]) -> str:
    """One move, then steps from point to point; "" of what is no more than a line."""
    steps = list(zip(map(sub, xs[1:], xs), map(sub, ys[1:], ys), strict=True))
    if len(steps) - steps.count((0, 0)) < 2:
        return ""
    text = "".join(map(_words.__getitem__, steps)).lstrip()
    return f"M{xs[0]}{' ' if ys[0] >= 0 else ''}{ys[0]}l{text}z"


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
    taken: list[Words] = [(dot.x - 20, dot.y - 20, dot.x + 20, dot.y + 20) for dot in dots]
    names: list[Name] = []
    for code, text, lat, lon in _nameable(commune, seen):
        if len(names) == MOST_NAMES:
            break
        is_asked = commune is not None and code == commune.code_insee
        x, y = frame.place(lon, lat)
        for lower in BESIDE if is_asked else (0,):
            box = _box(x, y + lower, text)
            if not any(meet(box, other) for other in taken) and _is_inside(box):
                taken.append(box)
                names.append(Name(round(x), round(y + lower), text, is_asked))
                break
    return tuple(names)


def _nameable(commune: Commune | None, seen: Sequence[str]) -> Iterator[tuple[str, str, float, float]]:
    """Code, name and point, the one searched first, then the most peopled."""
    invented = commune is not None and not commune.listed_in_id
    codes = commune.neighbour_codes if commune is not None and invented else seen
    if commune is not None and commune.lat is not None and commune.lon is not None:
        yield commune.code_insee, commune.name, commune.lat, commune.lon
    if codes:
        asked = commune.code_insee if commune else ""
        yield from fetch(NAMED.format(among=among("code_insee")), [listed(codes), asked])


def _box(x: float, y: float, name: str) -> Words:
    half = len(name) * SIGN / 2
    return x - half, y - LINE, x + half, y + 4


def _is_inside(box: Words) -> bool:
    """The scale stands at the foot."""
    return box[0] >= 0 and box[1] >= 0 and box[2] <= WIDTH and box[3] <= HEIGHT - 30
