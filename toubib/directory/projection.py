"""From the projections in which French files give a point to latitude and longitude, on the GRS80 ellipsoid.

Lambert-93: IGN, NTG 71 and the constants of EPSG:2154. UTM: the series of Krüger to the fourth order, under a millimetre within a zone.
"""

from __future__ import annotations

import re
from math import asinh, atan, atan2, atanh, cos, cosh, degrees, exp, log, pi, radians, sin, sinh, sqrt, tan
from typing import Final

AXIS: Final = 6378137.0
FLATTENING: Final = 1 / 298.257222101
ECCENTRICITY: Final = sqrt(FLATTENING * (2 - FLATTENING))
UTM = re.compile(r"UTM_([NS])(\d{1,2})")
LIMITS = 1e8  # metres: beyond is a slip of the file


def to_degrees(*, projection: str, x: float, y: float) -> tuple[float, float] | None:
    """Latitude and longitude, or None for a projection that we do not know or a point outside of it."""
    if not (abs(x) < LIMITS and abs(y) < LIMITS):
        return None
    if "LAMBERT_93" in projection or "L93" in projection:
        return _checked(_lambert_93(x, y))
    found = UTM.search(projection)
    if found and 1 <= int(found[2]) <= 60:
        return _checked(_utm(x, y, zone=int(found[2]), south=found[1] == "S"))
    return None


def _checked(point: tuple[float, float]) -> tuple[float, float] | None:
    lat, lon = point
    return (round(lat, 6), round(lon, 6)) if abs(lat) <= 90 and abs(lon) <= 180 else None


def _lambert_93(x: float, y: float) -> tuple[float, float]:
    exponent, scale, false_x, false_y = 0.7256077650532670, 11754255.4260960, 700000.0, 12655612.0498760
    radius = sqrt((x - false_x) ** 2 + (y - false_y) ** 2)
    lon = radians(3) + atan((x - false_x) / (false_y - y)) / exponent
    isometric = -log(radius / scale) / exponent if radius else 99.0
    lat = 2 * atan(exp(isometric)) - pi / 2
    for _round in range(12):
        wave = ECCENTRICITY * sin(lat)
        lat = 2 * atan(((1 + wave) / (1 - wave)) ** (ECCENTRICITY / 2) * exp(isometric)) - pi / 2
    return degrees(lat), degrees(lon)


def _utm(x: float, y: float, *, zone: int, south: bool) -> tuple[float, float]:
    third = FLATTENING / (2 - FLATTENING)
    rectifying = AXIS / (1 + third) * (1 + third**2 / 4 + third**4 / 64)
    north = (y - (10_000_000 if south else 0)) / (0.9996 * rectifying)
    east = (x - 500_000) / (0.9996 * rectifying)
    terms = (
        third / 2 - 2 * third**2 / 3 + 37 * third**3 / 96,
        third**2 / 48 + third**3 / 15,
        17 * third**3 / 480,
    )
    turned, out = north, east
    for order, term in enumerate(terms, start=1):
        turned -= term * sin(2 * order * north) * cosh(2 * order * east)
        out -= term * cos(2 * order * north) * sinh(2 * order * east)
    conformal = atan2(sin(turned), sqrt(sinh(out) ** 2 + cos(turned) ** 2))
    lon = radians(zone * 6 - 183) + atan2(sinh(out), cos(turned))
    return degrees(_geodetic(conformal)), degrees(lon)


def _geodetic(conformal: float) -> float:
    """The latitude whose conformal one this is, by fixed point."""
    isometric, lat = asinh(tan(conformal)), conformal
    for _round in range(12):
        lat = atan(sinh(isometric + ECCENTRICITY * atanh(ECCENTRICITY * sin(lat))))
    return lat
