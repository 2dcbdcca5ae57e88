"""Outlines of communes and of départements, read from the file as they are asked for: of it, memory holds four bytes a shape.

`data/contours.bin`, `contours_departements.bin` (scripts/build_contours.py): MAGIC, a count, an index, then points. A row of the index: the band of
latitude of the middle (BAND degrees; APART for a shape that is LARGE, as in Guyane), the box (west, south, east, north, in BOX degrees), the INSEE code, where its points
begin. Rows are sorted by band, then by box, so that those around a place are found without reading the others. Points:
count of rings, then for each a count of points and their steps from the point before on a grid of GRID degrees (longitude,
latitude), as numbers of seven bits a byte whose last bit is the sign. Simplified to some 150 metres: for a picture only.
"""

from __future__ import annotations

import mmap
import struct
from array import array
from bisect import bisect_left, bisect_right
from dataclasses import dataclass
from functools import lru_cache
from itertools import accumulate
from math import floor
from pathlib import Path
from typing import NamedTuple

DATA = Path(__file__).parent / "data"
COMMUNES, DEPARTEMENTS = "contours.bin", "contours_departements.bin"
MAGIC = b"TBC1"
HEAD, ROW = "<I", "<hhhhh5sI"
GRID, BOX, BAND = 0.0005, 0.01, 0.1
AT_ONCE = 24  # bytes
# What a byte alone says, as a signed one
SIGNED = bytes((byte >> 1 if byte & 1 == 0 else -(byte + 1 >> 1)) & 255 for byte in range(128)) + bytes(128)
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


class Ring(NamedTuple):
    """Longitudes and latitudes of its points, counted in GRID degrees; not closed."""

    xs: array[int]
    ys: array[int]


@dataclass(frozen=True, slots=True)
class Contour:
    """`code`: INSEE's, of the commune or the département. Holes are left out of `rings`."""

    code: str
    rings: tuple[Ring, ...]


def contours_in(*, box: Box, of: str = COMMUNES, most: int | None = None) -> list[Contour] | None:
    """Those whose own box touches this one. Empty where none is known, as in most of the Pacific. None where there are
    more than `most`: they are not read then."""
    rows = _rows(of, box)
    if most is not None and len(rows) > most:
        return None
    read = _kept_rings if of == DEPARTEMENTS else _rings
    return [Contour(code.rstrip(b"\0").decode(), read(of, start)) for code, start in rows]


@lru_cache(maxsize=2)
def _mapped(name: str) -> mmap.mmap:
    with (DATA / name).open("rb") as stream:
        data = mmap.mmap(stream.fileno(), 0, access=mmap.ACCESS_READ)
    if data[: len(MAGIC)] != MAGIC:
        raise ValueError(name)
    return data


@lru_cache(maxsize=2)
def _bands(name: str) -> tuple[int, array[int], array[int]]:
    """Where points begin, and of each row of the index its band and its west side: 4 bytes a commune."""
    data = _mapped(name)
    (count,) = struct.unpack_from(HEAD, data, len(MAGIC))
    first, size = len(MAGIC) + struct.calcsize(HEAD), struct.calcsize(ROW)
    after = first + count * size
    sides = [(band, west) for band, west, *_rest in struct.iter_unpack(ROW, data[first:after])]
    return after, array("h", (band for band, _west in sides)), array("h", (west for _band, west in sides))


def _rows(name: str, box: Box) -> list[tuple[bytes, int]]:
    """Code, and where its points are, of those whose box touches this one: by band, from the first that could reach into
    the box by its west side."""
    data, (after, bands, sides) = _mapped(name), _bands(name)
    first, size = len(MAGIC) + struct.calcsize(HEAD), struct.calcsize(ROW)
    reach = LARGE * BOX
    west, east = floor((box.west - reach) / BOX), floor(box.east / BOX) + 1
    low, high = floor((box.south - reach) / BAND), floor((box.north + reach) / BAND)
    left, down, right, up = box.west / BOX, box.south / BOX, box.east / BOX, box.north / BOX
    found: list[tuple[bytes, int]] = []
    for band in (APART, *range(low, high + 1)):
        begin, end = bisect_left(bands, band), bisect_right(bands, band)
        end = bisect_left(sides, east, lo=begin, hi=end)
        begin = begin if band == APART else bisect_left(sides, west, lo=begin, hi=end)
        rows = struct.iter_unpack(ROW, data[first + begin * size : first + end * size])
        found += [
            (code, after + start)
            for _band, w, s, e, n, code, start in rows
            if w <= right and e >= left and s <= up and n >= down
        ]
    return found


def _rings(name: str, at: int) -> tuple[Ring, ...]:
    data = _mapped(name)
    (count,), at = _numbers(data, at, 1)
    x = y = 0
    rings = []
    for _ring in range(count):
        (size,), at = _numbers(data, at, 1)
        steps, at = _steps(data, at, 2 * size)
        xs, ys = array("i", accumulate(steps[::2], initial=x)), array("i", accumulate(steps[1::2], initial=y))
        x, y = xs[-1], ys[-1]
        rings.append(Ring(xs[1:], ys[1:]))
    return tuple(rings)


_kept_rings = lru_cache(maxsize=128)(_rings)  # the départements: they are few, and long


def _steps(data: mmap.mmap, at: int, count: int) -> tuple[list[int], int]:
    """That many steps, and where they end. Most fit in a byte: where all of a piece do, they are read at once."""
    steps: list[int] = []
    while len(steps) < count:
        wanted = min(AT_ONCE, count - len(steps))
        piece = data[at : at + wanted]
        if piece.isascii():
            steps += array("b", piece.translate(SIGNED))
            at += wanted
        else:
            numbers, at = _numbers(data, at, wanted)
            steps += [one >> 1 ^ -(one & 1) for one in numbers]
    return steps, at


def _numbers(data: mmap.mmap, at: int, count: int) -> tuple[list[int], int]:
    """That many, and where they end. Seven bits a byte, the lowest first."""
    found: list[int] = []
    number = shift = 0
    while len(found) < count:
        byte = data[at]
        at += 1
        if byte < 128:
            found.append(number | byte << shift)
            number = shift = 0
        else:
            number |= (byte & 127) << shift
            shift += 7
    return found, at
