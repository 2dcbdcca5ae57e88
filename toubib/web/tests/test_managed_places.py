"""The medical director's pages of places: why one may not open, what was seen, and what changes it."""

import pytest
from django.test import Client
from django.utils import timezone

from toubib.directory.models import Place, PlaceEvidence
from toubib.directory.operations import open_place
from toubib.directory.tests.factories import BY, NOW, TODAY, make_place
from toubib.people.tests.factories import make_cast, sign_in

pytestmark = pytest.mark.django_db


@pytest.fixture
def director():
    client = Client()
    sign_in(client, make_cast().director)
    return client


def said(answer):
    return " ".join(answer.content.decode().split())


def test_the_list_says_what_is_in_service_and_what_lacks(director):
    open_place(place=make_place(name="Ouverte", seen=True), on=TODAY, by=BY, now=NOW)
    make_place(name="Pas vue")
    answer = director.get("/direction/lieux")
    found = [(place.name, in_service, refusals > 0) for place, in_service, refusals in answer.context["rows"]]
    assert found == [("Ouverte", True, False), ("Pas vue", False, True)]


def test_a_place_says_why_it_may_not_open_and_refuses_to(director):
    place = make_place()
    page = director.get(f"/direction/lieux/{place.id}")
    assert "Pourquoi ce lieu ne peut pas ouvrir" in said(page)
    assert "PLACE.D3.UNSEEN" in said(page)
    answer = director.post(f"/direction/lieux/{place.id}", {"do": "open"}, follow=True)
    assert "Ce lieu ne peut pas ouvrir" in said(answer)
    place.refresh_from_db()
    assert place.opened_on is None


def test_evidence_is_kept_with_its_author_and_day(director):
    place = make_place()
    day = timezone.localdate()
    posted = {
        "do": "evidence",
        "item": "D3",
        "verdict": "met",
        "words": "Photo vue.",
        "seen_on": f"{day:%d/%m/%Y}",
    }
    answer = director.post(f"/direction/lieux/{place.id}", posted, follow=True)
    row = PlaceEvidence.objects.get(place=place)
    assert (row.item, row.verdict, row.words, row.seen_on, row.said_by is not None) == (
        "D3", "met", "Photo vue.", day, True,
    )  # fmt: skip
    assert "PLACE.D3.UNSEEN" not in said(answer)
    assert "Photo vue." in said(answer)


@pytest.mark.parametrize(
    ("posted", "sentence"),
    [
        ({"do": "evidence", "item": "D3", "verdict": "met", "words": "", "seen_on": "1/2/2026"}, "Écrivez ce que vous avez vu."),
        ({"do": "evidence", "item": "D3", "verdict": "met", "words": "x", "seen_on": "1/2/2999"}, "Ce jour n’est pas encore venu."),
        ({"do": "hours", "hours": "lundi matin"}, "Les heures ne se lisent pas."),
    ],
)  # fmt: skip
def test_a_refusal_stands_beside_its_field_and_nothing_is_kept(director, posted, sentence):
    place = make_place()
    answer = director.post(f"/direction/lieux/{place.id}", posted)
    assert (answer.status_code, sentence in said(answer)) == (200, True)
    assert not PlaceEvidence.objects.filter(place=place).exists()


def test_a_place_all_of_which_was_seen_opens_and_closes(director):
    place = make_place(seen=True)
    for do, wanted in (("open", True), ("open", True), ("close", False)):
        director.post(f"/direction/lieux/{place.id}", {"do": do})
        kept = Place.objects.get(pk=place.pk)
        assert (kept.opened_on is not None and kept.closed_on is None) is wanted


def test_hours_devices_and_help_are_changed(director):
    place = make_place()
    address = f"/direction/lieux/{place.id}"
    director.post(address, {"do": "hours", "hours": "Mo-Fr 08:00-12:00;\n2026 Dec 24 off"})
    director.post(address, {"do": "devices", "devices": ["otoscope", "printer"]})
    director.post(address, {"do": "help", "assistance": "none", "access": ["child"], "way_in": "Au fond."})
    place.refresh_from_db()
    assert (place.hours, place.devices, place.assistance, place.access, place.way_in) == (
        "Mo-Fr 08:00-12:00; 2026 Dec 24 off", ["otoscope", "printer"], "none", ["child"], "Au fond.",
    )  # fmt: skip


def test_an_open_place_that_loses_a_device_it_must_have_closes(director):
    place = open_place(place=make_place(seen=True), on=min(TODAY, timezone.localdate()), by=BY, now=NOW)
    director.post(f"/direction/lieux/{place.id}", {"do": "devices", "devices": ["oximeter"]})
    place.refresh_from_db()
    assert place.closed_on == timezone.localdate()


def test_an_unknown_act_changes_nothing(director):
    place = make_place(seen=True)
    assert director.post(f"/direction/lieux/{place.id}", {"do": "rien"}).status_code == 302
    assert Place.objects.get(pk=place.pk).opened_on is None
