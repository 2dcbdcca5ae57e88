from __future__ import annotations

import pytest

from toubib.territory.models import Commune
from toubib.territory.queries import (
    closest,
    departement_names,
    distance_km,
    find_communes,
    find_in_address,
    first_communes,
    kilometres,
    region_names,
)
from toubib.territory.tests.factories import make_commune, make_import

pytestmark = pytest.mark.django_db


@pytest.fixture
def communes() -> list[Commune]:
    rows = (
        ("12202", "Rodez", ["12000"], 24000),
        ("12208", "Saint-Affrique", ["12400"], 8000),
        ("12176", "Onet-le-Château", ["12000", "12850"], 12000),
        ("72181", "Le Mans", ["72000", "72100"], 145000),
        ("16206", "Mansle-les-Fontaines", ["16230"], 2000),
        ("51410", "Œuilly", ["51480"], 600),
        ("38193", "L’Isle-d’Abeau", ["38080"], 17000),
        ("75056", "Paris", ["75001", "75015"], 2100000),
        ("75115", "Paris 15e Arrondissement", ["75015"], 226000),
        ("85214", "Sainte-Foy", ["85150"], 2500),
        ("51108", "Châlons-sur-Marne", ["51000"], 44000),
    )
    return [
        make_commune(code_insee=code, name=name, postal_codes=postal, population=people, departement=code[:2],
                     part_of="75056" if code == "75115" else "")
        for code, name, postal, people in rows
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("typed", "found"),
    [
        ("rodez", ["Rodez"]),
        (" RO", ["Rodez"]),
        ("saint affrique", ["Saint-Affrique"]),
        ("St-Affrique", ["Saint-Affrique"]),
        ("st a", ["Saint-Affrique"]),
        ("ste foy", ["Sainte-Foy"]),
        ("saintaffrique", ["Saint-Affrique"]),
        ("affrique", ["Saint-Affrique"]),
        ("chalons s/ marne", ["Châlons-sur-Marne"]),
        ("onet le chateau", ["Onet-le-Château"]),
        ("chateau onet", ["Onet-le-Château"]),
        ("mans", ["Le Mans", "Mansle-les-Fontaines"]),
        ("OEUILLY", ["Œuilly"]),
        ("isle d abeau", ["L’Isle-d’Abeau"]),
        ("l'isle", ["L’Isle-d’Abeau"]),
        ("paris", ["Paris", "Paris 15e Arrondissement"]),
        ("75015", ["Paris 15e Arrondissement", "Paris"]),
        ("12000", ["Rodez", "Onet-le-Château"]),
        ("12 000", ["Rodez", "Onet-le-Château"]),
        ("12202", ["Rodez"]),
        ("r", []),
        ("", []),
        ("😀😀", []),
        ("x" * 10_000, []),
        ("%%", []),
    ],
)
def test_find_communes_takes_names_and_postal_codes(communes, typed: str, found: list[str]) -> None:
    assert [commune.name for commune in find_communes(text=typed)] == found


@pytest.mark.parametrize(
    ("typed", "found"),
    [
        ("75015 Paris", ["Paris 15e Arrondissement"]),
        ("3 rue du Port 75015 Paris", ["Paris 15e Arrondissement"]),
        ("75001 Paris", ["Paris"]),
        ("5 place du Port, 12000 Onet-le-Château", ["Onet-le-Château"]),
    ],
)
def test_a_postal_code_beside_a_name_says_which_part(communes, typed: str, found: list[str]) -> None:
    assert [commune.name for commune in find_in_address(text=typed)] == found


def test_find_communes_follows_what_comes_and_forgets_what_is_gone(communes) -> None:
    make_commune(code_insee="12203", name="Rodelle", departement="12")
    assert [one.name for one in find_communes(text="rod")] == ["Rodez", "Rodelle"]
    Commune.objects.filter(name="Rodez").update(gone_on="2026-01-01")
    make_import()
    assert [one.name for one in find_communes(text="rod")] == ["Rodelle"]


def test_find_communes_asks_the_version_then_the_rows(communes, django_assert_num_queries) -> None:
    find_communes(text="rod")
    with django_assert_num_queries(3):
        find_communes(text="paris")
    with django_assert_num_queries(2):
        find_communes(text="nowhere")


def test_first_communes_are_those_entered_by_hand(communes) -> None:
    Commune.objects.exclude(name="Rodez").update(listed_in=make_import())
    assert [one.name for one in first_communes(limit=3)] == ["Rodez"]


def test_distance_is_unknown_where_a_point_is() -> None:
    rodez = make_commune(lat=44.35899, lon=2.5672)
    paris = make_commune(code_insee="75056", name="Paris", lat=48.85727, lon=2.3201)
    nowhere = make_commune(code_insee="98818", name="Nouméa", lat=None, lon=None)
    assert round(distance_km(one=rodez, two=paris) or 0) == 501
    assert [distance_km(one=rodez, two=nowhere), distance_km(one=nowhere, two=rodez)] == [None, None]


def test_departements_and_regions_have_names() -> None:
    assert (len(departement_names()), departement_names()["2A"], departement_names()["974"]) == (
        109,
        "Corse-du-Sud",
        "La Réunion",
    )
    assert (len(region_names()), region_names()["76"]) == (26, "Occitanie")


def test_the_closest_are_those_that_kilometres_finds() -> None:
    points = [
        (f"{lat} {lon}", lat, lon) for lat in (-45.0, 44.0, 44.3, 44.5) for lon in (-130.0, 2.0, 2.4, 3.0)
    ]
    found = list(closest(lat=44.35, lon=2.57, points=points, within=60))
    expected = sorted((kilometres(44.35, 2.57, lat, lon), name) for name, lat, lon in points)
    assert [(name, round(km, 9)) for km, name in found] == [
        (name, round(km, 9)) for km, name in expected if km <= 60
    ]
    assert len(list(closest(lat=44.35, lon=2.57, points=points, within=30_000))) == len(points)
