"""« Vos mesures », with and without a script; the devices of a place."""

import json
from uuid import uuid4

import pytest
from django.test import Client
from django.urls import reverse

from toubib.kiosk.models import DeviceUnit
from toubib.kiosk.tests.factories import make_open_place
from toubib.people.tests.factories import sign_in
from toubib.record.models import Reading
from toubib.waiting.tests.factories import make_scene, prepare_ticket

pytestmark = pytest.mark.django_db
SCRIPT = {"HTTP_ACCEPT": "application/json"}


@pytest.fixture
def ticket(settings):
    settings.DEMO = True
    return prepare_ticket(make_scene())


@pytest.fixture
def browser(ticket):
    client = Client()
    sign_in(client, ticket.account)
    return client


def sent(**more):
    return {"client_id": str(uuid4()), "kind": "thermometer", "typed": "1", "m_temperature": "38,4", **more}


def test_typed_value_is_shown_as_typed_after_the_form(browser, ticket):
    page = reverse("web:measures", args=[ticket.id])
    answer = browser.post(reverse("web:take_reading", args=[ticket.id]), sent(next=page))
    assert (answer.status_code, answer.headers["Location"]) == (302, page)
    shown = browser.get(page).content.decode()
    assert "38,4 °C" in shown and "Tapé à la main" in shown


def test_script_is_answered_with_words_or_a_sentence(browser, ticket):
    url = reverse("web:take_reading", args=[ticket.id])
    right = browser.post(url, sent(), **SCRIPT)
    wrong = browser.post(url, sent(m_temperature="chaud"), **SCRIPT)
    strange = browser.post(url, sent(typed="", values="{"), **SCRIPT)
    assert right.json() == {"words": "38,4 °C", "plausible": True, "typed": True}
    assert (wrong.status_code, wrong.json()["sentence"]) == (422, "Écrivez un nombre, par exemple 38,4.")
    assert (strange.status_code, strange.json()["error"]) == (422, "unreadable")
    assert Reading.objects.count() == 1


@pytest.mark.parametrize("value", ["1E30", "9E999999", "-9E999999", "1000000000"])
@pytest.mark.parametrize("unit", ["Cel", "[degF]"])
def test_a_number_beyond_any_device_is_refused_in_words(browser, ticket, value, unit):
    values = json.dumps([{"code": "temperature", "value": value, "ucum": unit}])
    url = reverse("web:take_reading", args=[ticket.id])
    answers = [
        browser.post(url, sent(typed="", values=values), **SCRIPT),
        browser.post(url, sent(m_temperature=value), **SCRIPT),
    ]
    assert [(one.status_code, one.json()["error"]) for one in answers] == [(422, "unreadable")] * 2
    assert Reading.objects.count() == 0


def test_what_comes_with_a_measure_is_bounded(browser, ticket):
    url = reverse("web:take_reading", args=[ticket.id])
    assert browser.post(url, sent(battery="9" * 5000), **SCRIPT).status_code == 200
    assert Reading.objects.get().content["device"]["battery"] == 100
    half = browser.post(url, sent(faults='["\\ud800"]'), **SCRIPT)
    assert (half.status_code, half.json()["error"]) == (422, "unreadable")


def test_nobody_else_sees_or_adds_a_measure(ticket):
    stranger = Client()
    sign_in(stranger, make_other())
    url = reverse("web:take_reading", args=[ticket.id])
    assert [
        stranger.get(reverse("web:measures", args=[ticket.id])).status_code,
        stranger.post(url, sent()).status_code,
    ] == [
        404,
        404,
    ]
    assert Reading.objects.count() == 0


def make_other():
    from toubib.people.tests.factories import make_account

    return make_account(email="autre@exemple.test", display_name="Autre")


def test_way_back_never_leaves_the_site(browser, ticket):
    answer = browser.post(
        reverse("web:take_reading", args=[ticket.id]), sent(next="https://exemple.test/piege")
    )
    assert answer.headers["Location"] == reverse("web:measures", args=[ticket.id])


def test_devices_of_a_place_are_noted_once_and_taken_away():
    cast = make_scene().cast
    manager, place = Client(), make_open_place()
    sign_in(manager, cast.director)
    url = reverse("web:units", args=[place.id])
    assert manager.post(url, {"number": "6", "kind": "otoscope"}).status_code == 302
    again = manager.post(url, {"number": "6", "kind": "scale"})
    assert (again.status_code, "porte déjà ce numéro" in again.content.decode()) == (422, True)
    unit = DeviceUnit.objects.get()
    manager.post(reverse("web:unit_away", args=[unit.id]))
    unit.refresh_from_db()
    assert unit.until is not None
