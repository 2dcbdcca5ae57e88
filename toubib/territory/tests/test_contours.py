"""The outlines that ship: where they stand, and that none is missed around a point."""

import csv
import gzip
import struct

import pytest

from toubib.territory import contours
from toubib.territory.contours import APART, COMMUNES, DEPARTEMENTS, Box, contours_in

SQUARE = 0.15


def shipped():
    with gzip.open(contours.DATA / "communes.csv.gz", "rt", encoding="utf-8", newline="") as stream:
        return list(csv.DictReader(stream))


def inside(ring, lon, lat):
    found, ring = False, [(x * contours.GRID, y * contours.GRID) for x, y in zip(*ring, strict=True)]
    for (x, y), (left, up) in zip(ring, (*ring[1:], ring[0]), strict=True):
        if (y > lat) != (up > lat) and lon < (left - x) * (lat - y) / (up - y) + x:
            found = not found
    return found


def test_every_commune_with_a_point_has_an_outline_but_the_three_that_arrondissements_cover():
    data = contours._mapped(COMMUNES)
    (count,) = struct.unpack_from(contours.HEAD, data, len(contours.MAGIC))
    first, size = len(contours.MAGIC) + struct.calcsize(contours.HEAD), struct.calcsize(contours.ROW)
    codes = {struct.unpack_from(contours.ROW, data, first + row * size)[5].decode() for row in range(count)}
    known = {row["code"] for row in shipped() if row["lat"]}
    assert known - codes == {"75056", "69123", "13055"}
    assert codes - known == set()


@pytest.mark.parametrize("code", ["12202", "75115", "2A004", "97302", "97411", "59183"])
def test_the_outline_around_a_point_is_found_and_holds_it(code):
    row = next(one for one in shipped() if one["code"] == code)
    lat, lon = float(row["lat"]), float(row["lon"])
    found = {one.code: one for one in contours_in(box=Box(lon - 0.01, lat - 0.01, lon + 0.01, lat + 0.01))}
    assert any(inside(ring, lon, lat) for ring in found[code].rings)


def test_none_is_missed_whatever_the_box():
    """Against every row read one by one."""
    data = contours._mapped(COMMUNES)
    (count,) = struct.unpack_from(contours.HEAD, data, len(contours.MAGIC))
    first, size = len(contours.MAGIC) + struct.calcsize(contours.HEAD), struct.calcsize(contours.ROW)
    rows = [struct.unpack_from(contours.ROW, data, first + number * size) for number in range(count)]
    for lat, lon in ((44.35, 2.57), (48.85, 2.35), (4.0, -53.0), (-21.1, 55.5), (42.0, 9.1)):
        box = Box(lon - SQUARE, lat - SQUARE, lon + SQUARE, lat + SQUARE)
        expected = {
            code.decode()
            for _band, west, south, east, north, code, _start in rows
            if west / 100 <= box.east and east / 100 >= box.west and south / 100 <= box.north and north / 100 >= box.south
        }  # fmt: skip
        found = {one.code for one in contours_in(box=box)}
        assert found ^ expected <= {code for code in found ^ expected if _touches(code, rows, box)}


def _touches(code, rows, box):
    """At a side of the box to a millionth: rounding."""
    row = next(one for one in rows if one[5].decode() == code)
    sides = (
        row[1] / 100 - box.east,
        row[3] / 100 - box.west,
        row[2] / 100 - box.north,
        row[4] / 100 - box.south,
    )
    return any(abs(side) < 1e-6 for side in sides)


def numbers_from(data, at):
    """Seven bits a byte, the lowest first."""
    number = shift = 0
    while True:
        byte = data[at]
        number, shift, at = number | (byte & 127) << shift, shift + 7, at + 1
        if byte < 128:
            yield number
            number = shift = 0


def rings_at(data, at):
    """As the format is written, a point after the other."""
    numbers, x, y = numbers_from(data, at), 0, 0
    for _ring in range(next(numbers)):
        points = []
        for _point in range(next(numbers)):
            left, up = ((one >> 1) ^ -(one & 1) for one in (next(numbers), next(numbers)))
            x, y = x + left, y + up
            points.append((x, y))
        yield points


def test_outlines_read_at_once_are_those_read_point_by_point():
    """Large shapes, islands and long steps among them."""
    data = contours._mapped(COMMUNES)
    after, bands, _sides = contours._bands(COMMUNES)
    first, size = len(contours.MAGIC) + struct.calcsize(contours.HEAD), struct.calcsize(contours.ROW)
    rows = [struct.unpack_from(contours.ROW, data, first + row * size) for row in range(0, len(bands), 5)]
    assert len(rows) > 6000
    for *_box, start in rows:
        read = [list(zip(*ring, strict=True)) for ring in contours._rings(COMMUNES, after + start)]
        assert read == list(rings_at(data, after + start))


def test_large_shapes_stand_apart():
    data = contours._mapped(COMMUNES)
    first = len(contours.MAGIC) + struct.calcsize(contours.HEAD)
    assert struct.unpack_from("<h", data, first) == (APART,)


def test_nothing_is_found_at_sea():
    assert contours_in(box=Box(-30.0, 45.0, -29.5, 45.5)) == []


def test_too_many_are_not_read():
    box = Box(2.2, 48.8, 2.5, 48.95)
    assert contours_in(box=box, most=10) is None
    wide = {one.code for one in contours_in(box=box, of=DEPARTEMENTS)}
    assert {"75", "92", "93", "94"} <= wide


def test_each_departement_has_an_outline():
    world = Box(-180, -90, 180, 90)
    assert len(contours_in(box=world, of=DEPARTEMENTS)) == 101
