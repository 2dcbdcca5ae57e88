"""Outlines of communes and of départements, read from the file as they are asked for: nothing of it is held in memory but its address.

`data/contours.bin`, `contours_departements.bin` (scripts/build_contours.py): MAGIC, a count, an index, then points. A row of the index: the band of
latitude of the middle (BAND degrees; APART for a shape that is LARGE, as in Guyane), the box (west, south, east, north, in BOX degrees), the INSEE code, where its points
begin. Rows are sorted by band, then by box, so that those around a place are found without reading the others. Points:
count of rings, then for each a count of points and their steps from the point before on a grid of GRID degrees (longitude,
latitude), as numbers of seven bits a byte whose last bit is the sign. Simplified to some 150 metres: for a picture only.
"""

from __future__ import annotations

import mmap
import struct
from bisect import bisect_left
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from math import floor
from pathlib import Path

DATA = Path(__file__).parent / "data"
COMMUNES, DEPARTEMENTS = "contours.bin", "contours_departements.bin"
MAGIC = b"TBC1"
HEAD, ROW = "<I", "<hhhhh5sI"
GRID, BOX, BAND = 0.0005, 0.01, 0.1
AT_ONCE = 512  # bytes
LARGE, APART = (
    50,
    -32768,
)  # in BOX degrees: the others reach no further from their band, or from their west side


@dataclass(frozen=True, slots=True)
class Box:
    """Degrees."""

    west: float
    south: float
    east: float
    north: float


@dataclass(frozen=True, slots=True)
class Contour:
    """`code`: INSEE's, of the commune or the département. `rings`: of (longitude, latitude) in degrees, not closed; holes are left out."""

    code: str
    rings: tuple[tuple[tuple[float, float], ...], ...]


def contours_in(*, box: Box, of: str = COMMUNES, most: int | None = None) -> list[Contour] | None:
    """Those whose own box touches this one. Empty where none is known, as in most of the Pacific. None where there are
    more than `most`: they are not read then."""
    data = _mapped(of)
    rows = [
        (code, start)
        for west, south, east, north, code, start in _rows(data, box)
        if west * BOX <= box.east
        and east * BOX >= box.west
        and south * BOX <= box.north
        and north * BOX >= box.south
    ]
    if most is not None and len(rows) > most:
        return None
    return [Contour(code.rstrip(b"\0").decode(), _rings(data, start)) for code, start in rows]


@lru_cache(maxsize=2)
def _mapped(name: str) -> mmap.mmap:
    with (DATA / name).open("rb") as stream:
        data = mmap.mmap(stream.fileno(), 0, access=mmap.ACCESS_READ)
    if data[: len(MAGIC)] != MAGIC:
        raise ValueError(name)
    return data


def _rows(data: mmap.mmap, box: Box) -> Iterator[tuple[int, int, int, int, bytes, int]]:
    """By band, from the first that could reach into the box by its west side."""
    (count,) = struct.unpack_from(HEAD, data, len(MAGIC))
    first, size = len(MAGIC) + struct.calcsize(HEAD), struct.calcsize(ROW)
    after, rows = first + count * size, range(count)

    def key(row: int) -> tuple[int, int]:
        band, west = struct.unpack_from("<hh", data, first + row * size)
        return band, west

    reach = LARGE * BOX
    west, east = floor((box.west - reach) / BOX), floor(box.east / BOX) + 1
    low, high = floor((box.south - reach) / BAND), floor((box.north + reach) / BAND)
    for band in (APART, *range(low, high + 1)):
        begin = bisect_left(rows, (band, APART if band == APART else west), key=key)
        for row in range(begin, bisect_left(rows, (band, east), lo=begin, key=key)):
            _band, *sides, code, start = struct.unpack_from(ROW, data, first + row * size)
            yield sides[0], sides[1], sides[2], sides[3], code, after + start


def _rings(data: mmap.mmap, at: int) -> tuple[tuple[tuple[float, float], ...], ...]:
    numbers = _numbers(data, at)
    x = y = 0
    rings = []
    for _ring in range(next(numbers)):
        points = []
        for _point in range(next(numbers)):
            left, up = next(numbers), next(numbers)
            x += left >> 1 if left & 1 == 0 else -(left + 1 >> 1)
            y += up >> 1 if up & 1 == 0 else -(up + 1 >> 1)
            points.append((x * GRID, y * GRID))
        rings.append(tuple(points))
    return tuple(rings)


def _numbers(data: mmap.mmap, at: int) -> Iterator[int]:
    """Seven bits a byte, the lowest first."""
    number = shift = 0
    while at < len(data):
        for byte in data[at : at + AT_ONCE]:
            if byte < 128:
                yield number | byte << shift
                number = shift = 0
            else:
                number |= (byte & 127) << shift
                shift += 7
        at += AT_ONCE
