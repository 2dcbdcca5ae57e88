"""Points computed with PROJ 9 (EPSG:2154, 32620, 2972, 2975, 4471 to 4326)."""

import pytest

from toubib.directory.projection import to_degrees


@pytest.mark.parametrize(
    ("projection", "x", "y", "point"),
    [
        ("1,ATLASANTE,100,IGN,BD_ADRESSE,V2.2,LAMBERT_93", 700000, 6600000, (46.5, 3.0)),
        ("LAMBERT_93", 652469.02, 6862035.26, (48.8566, 2.3522)),
        ("LAMBERT_93", 1240585, 6150000, (42.2483653, 9.5463609)),
        ("UTM_N20", 656000, 1793000, (16.2125362, -61.5405224)),
        ("UTM_N22", 355000, 545000, (4.9293774, -52.3077709)),
        ("UTM_S40", 338000, 7690000, (-20.8831447, 55.4425938)),
        ("UTM_S38", 523000, 8589000, (-12.763575, 45.211897)),
    ],
)
def test_to_degrees_within_a_metre(projection, x, y, point):
    assert to_degrees(projection=projection, x=x, y=y) == pytest.approx(point, abs=1e-5)


@pytest.mark.parametrize(
    ("projection", "x", "y"),
    [("LAMBERT_II", 600000, 2200000), ("", 1, 1), ("LAMBERT_93", 1e12, 0), ("UTM_N99", 5, 5)],
)
def test_to_degrees_says_nothing_of_what_it_does_not_know(projection, x, y):
    assert to_degrees(projection=projection, x=x, y=y) is None
