"""The finder of places, the page of one, and the map cut around a point."""

import re
from datetime import UTC, datetime

import pytest
from django.urls import reverse
from django.utils import timezone

from toubib.directory.operations import open_place
from toubib.directory.queries import places_near
from toubib.directory.tests.factories import BY, NOW, TODAY, make_place
from toubib.kiosk.operations import write_states
from toubib.kiosk.operations.machines import Reported
from toubib.kiosk.tests.factories import make_machine
from toubib.territory.tests.factories import make_commune, make_import
from toubib.web import place_map
from toubib.web.place_map import draw_map

pytestmark = pytest.mark.django_db
NIGHT_AND_DAY = "24/7"


@pytest.fixture
def town():
    return make_commune(
        code_insee="12202", name="Rodez", postal_codes=["12000"], lat=44.35, lon=2.57, listed_in=make_import()
    )


@pytest.fixture
def kiosk(town):
    place = make_place(
        name="Borne du Port", commune=town, lat=44.352, lon=2.575, hours=NIGHT_AND_DAY, seen=True, way_in="Sonnez.",
        phone="+33199004455", access=("step_free",),
    )  # fmt: skip
    return open_place(place=place, on=min(TODAY, timezone.localdate()), by=BY, now=NOW)


def text_of(answer):
    bare = re.sub(r"<[^>]+>", " ", answer.content.decode())
    return " ".join(bare.replace("\u00a0", " ").replace("\u202f", " ").replace("&nbsp;", " ").split())


def test_without_a_place_asked_the_page_asks_and_lists_nothing(client, db):
    answer = client.get("/lieux")
    assert answer.status_code == 200
    assert "Commune, code postal ou adresse" in text_of(answer)
    assert answer.context.get("rows") is None


@pytest.mark.parametrize(
    "typed", ["Rodez", "rodez", "12000", "12 rue du Port 12000 RODEZ", "3 place Foch, Rodez"]
)
def test_what_is_typed_leads_to_its_commune_and_stays_out_of_the_address(client, kiosk, typed):
    answer = client.post("/lieux", {"ou": typed})
    assert (answer.status_code, answer["Location"]) == (303, "/lieux?commune=12202")


def test_an_empty_search_asks_for_words_and_refuses_no_name(client, kiosk):
    told = text_of(client.post("/lieux", {"ou": "  "}))
    assert "Rien n’est écrit." in told
    assert "Aucune commune à ce nom" not in told


def test_several_communes_are_shown_to_choose_from(client, kiosk):
    make_commune(code_insee="12176", name="Onet-le-Château", postal_codes=["12000"])
    answer = client.post("/lieux", {"ou": "12000"})
    found = re.findall(r'href="/lieux\?commune=(\d+)"', answer.content.decode())
    assert sorted(found) == ["12176", "12202"]


def test_a_name_that_two_communes_bear_is_not_guessed(client, town):
    for code in ("93066", "97411"):
        make_commune(code_insee=code, name="Saint-Denis", postal_codes=[f"{code[:2]}200"])
    assert client.post("/lieux", {"ou": "saint denis"}).status_code == 200


@pytest.mark.parametrize("typed", ["zzzzzz", "é"])
def test_what_is_no_commune_says_what_to_try(client, town, typed):
    answer = client.post("/lieux", {"ou": typed})
    assert "Essayez le code postal" in text_of(answer)


def test_places_near_a_commune_say_all_one_needs_to_go(client, kiosk):
    said = text_of(client.get("/lieux?commune=12202"))
    for words in ("1 lieu près de Rodez", "Borne du Port", "5 rue du Port, 12990 Rodez", "à moins de 1 km", "ouvert",
                  "Attente inconnue", "Quelqu’un est là pour vous aider", "otoscope connecté", "Sonnez.",
                  "Accès de plain-pied", "aucun ne paie pour être ici"):  # fmt: skip
        assert words in said, words


def test_the_list_says_that_a_kiosk_is_silent_instead_of_a_wait(client, kiosk):
    machine, _key = make_machine(place=kiosk)
    silent = text_of(client.get("/lieux?commune=12202"))
    write_states(reported=[Reported(machine.id, timezone.now(), {}, "")])
    answering = text_of(client.get("/lieux?commune=12202"))
    words = ("La borne ne répond pas en ce moment", "Attente inconnue", "Appareils en ordre :")
    assert [[one in said for one in words] for said in (silent, answering)] == [
        [True, False, False],
        [False, True, True],
    ]


def test_a_place_that_is_shut_does_not_say_that_someone_is_there(client, town):
    shut = make_place(commune=town, lat=44.352, lon=2.575, hours="2030 Mo-Fr 09:00-12:00", seen=True)
    open_place(place=shut, on=min(TODAY, timezone.localdate()), by=BY, now=NOW)
    told = text_of(client.get("/lieux?commune=12202"))
    words = ("Aux heures d’ouverture, quelqu’un est là pour vous aider", "Quelqu’un est là pour vous aider")
    assert [one in told for one in words] == [True, False]


def test_a_position_is_rounded_and_drawn_as_unsure(client, kiosk):
    answer = client.get("/lieux?lat=44.351234&lon=2.573456")
    asked = answer.context["asked"]
    assert (asked.lat, asked.lon, asked.commune) == (44.35, 2.57, None)
    assert "vous, à un kilomètre près" in text_of(answer)


@pytest.mark.parametrize(
    ("asked", "count"),
    [
        ("ouvert=on", 1),
        ("aide=on", 1),
        ("plain_pied=on", 1),
        ("appareil=otoscope", 1),
        ("appareil=slit_lamp", 0),
    ],
)
def test_filters_keep_what_has_it(client, kiosk, asked, count):
    answer = client.get(f"/lieux?commune=12202&{asked}")
    assert len(answer.context["rows"]) == count


def test_nothing_near_says_what_else_there_is(client, town):
    said = text_of(client.get("/lieux?commune=12202"))
    for words in ("Rien à moins de 60 km.", "Consulter de chez moi", "116 117", "15"):
        assert words in said, words


@pytest.mark.parametrize(
    "asked",
    ["commune=99999", "commune=x", "lat=200&lon=1", "lat=a&lon=b", "lat=44", "lat=nan&lon=1", "autre=1"],
)
def test_an_address_that_cannot_be_read_says_so(client, town, asked):
    answer = client.get(f"/lieux?{asked}")
    assert (answer.status_code, "Cette adresse ne dit pas où chercher." in text_of(answer)) == (200, True)


def test_a_commune_without_a_point_says_so(client, town):
    make_commune(code_insee="97502", name="Loin", lat=None, lon=None)
    answer = client.get("/lieux?commune=97502")
    assert "Nous ne savons pas où cette commune se trouve" in text_of(answer)


def test_only_the_finder_may_ask_where_one_is(client, kiosk):
    policies = {url: client.get(url)["Permissions-Policy"] for url in ("/lieux", f"/lieux/{kiosk.id}", "/")}
    assert {url: "geolocation=(self)" in said for url, said in policies.items()} == {
        "/lieux": True,
        f"/lieux/{kiosk.id}": False,
        "/": False,
    }


def test_suggestions_need_no_cookie(kiosk):
    from django.test import Client

    answer = Client(enforce_csrf_checks=True).post(reverse("web:places_communes"), {"ou": "rod"})
    assert 'href="/lieux?commune=12202"' in answer.content.decode()
    assert "Set-Cookie" not in answer.headers


def test_the_page_of_a_place_says_its_week_and_free_choice(client, kiosk):
    said = text_of(client.get(f"/lieux/{kiosk.id}"))
    for words in ("Borne du Port", "01 99 00 44 55", "Sonnez.", "Les sept jours qui viennent", "jour et nuit",
                  "Vous choisissez librement votre médecin et votre pharmacie."):  # fmt: skip
        assert words in said, words


def test_a_place_not_in_service_has_no_page(client, town):
    assert client.get(f"/lieux/{make_place(commune=town).id}").status_code == 404


# The map


def drawn(kiosk, town):
    rows = places_near(lat=town.lat, lon=town.lon, now=datetime(2026, 11, 23, 9, tzinfo=UTC)).rows
    return draw_map(lat=town.lat, lon=town.lon, rows=rows, commune=town)


def test_the_map_shows_the_commune_its_neighbours_and_the_places(kiosk, town):
    picture = drawn(kiosk, town)
    assert picture.outlines.here and picture.outlines.here in picture.outlines.land
    assert [(dot.number, dot.row.place.name) for dot in picture.dots] == [(1, "Borne du Port")]
    assert [one.text for one in picture.names if one.is_centre] == ["Rodez"]
    east, south = picture.dots[0].x - 240, picture.dots[0].y - 200
    assert (east > 0, south < 0) == (True, True)
    assert picture.scale == picture.scale_km * 240 / place_map.NARROWEST


@pytest.mark.parametrize("half", [5.0, 20.0, 60.0])
@pytest.mark.parametrize(("lat", "lon"), [(48.86, 2.34), (50.63, 3.06), (44.35, 2.57), (-21.1, 55.5)])
def test_outlines_weigh_little_however_wide(half, lat, lon):
    found = place_map._outlines(place_map.Frame(lat, lon, half), "")
    assert 0 < len(found.land) <= place_map.HEAVIEST


def test_steps_are_written_in_as_few_signs_as_the_syntax_allows():
    assert place_map._steps([1, 4, 4, -1, 0], [2, 6, 6, 6, 5]) == "M1 2l3 4-5 0 1-1z"
    assert place_map._steps([-1, -91, 909], [-2, -92, 908]) == "M-1-2l-90-90 1000 1000z"


@pytest.mark.parametrize(("xs", "ys"), [([1], [2]), ([1, 1, 3], [2, 2, 3])])
def test_what_is_no_more_than_a_line_is_not_drawn(xs, ys):
    assert place_map._steps(xs, ys) == ""


def test_around_an_invented_commune_only_invented_ones_are_named(kiosk):
    valley = make_commune(code_insee="12901", name="Valbrune", lat=44.41, lon=2.65, neighbour_codes=["12902"])
    make_commune(code_insee="12902", name="Pont-d’Aubrelle", lat=44.44, lon=2.68)
    picture = draw_map(lat=44.41, lon=2.65, rows=(), commune=valley)
    assert [one.text for one in picture.names] == ["Valbrune", "Pont-d’Aubrelle"]


def test_at_sea_there_is_no_outline():
    picture = draw_map(lat=-17.5, lon=-149.5, rows=(), commune=None)
    assert (picture.outlines, picture.dots) == (place_map.Outlines("", "", ()), ())
