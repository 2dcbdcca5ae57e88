"""A place opens when everything that the checklist asks was seen, and says why not."""

from datetime import UTC, date, datetime, timedelta

import pytest
import yaml
from django.db import IntegrityError, transaction

from toubib.directory import checklist
from toubib.directory.checklist import checklist_on, versions
from toubib.directory.enums import Access, Assistance, Device, OrganisationKind, PlaceKind, Verdict
from toubib.directory.models import Place, PlaceEvidence
from toubib.directory.operations import (
    CannotOpen,
    close_place,
    grant_agrement,
    open_place,
    say_devices,
    say_evidence,
)
from toubib.directory.operations.places import BadPlace
from toubib.directory.queries import are_hours, may_open, opening_at, place_type_of, places_open
from toubib.directory.tests.factories import (
    BY,
    NOW,
    PHARMACY_DEVICES,
    TODAY,
    make_organisation,
    make_place,
    see_all,
)
from toubib.ground.models import JournalEntry

pytestmark = pytest.mark.django_db


def codes(place, on=TODAY, kind="refusal"):
    return [one.code for one in may_open(place=place, on=on) if one.kind == kind]


def evidence(place, item, verdict=Verdict.MET, on=TODAY, words="Vu."):
    return say_evidence(place=place, item=item, verdict=verdict, words=words, seen_on=on, by=BY, now=NOW)


def test_every_kind_of_place_has_one_status():
    unplaced = [kind for kind in PlaceKind.values if not versions()[-1].status_of(kind)]
    assert unplaced == [], "name them under care, other or forbidden in the last version of checklist.yaml"
    for version in versions():
        assert version.kinds["sensitive"] <= version.kinds["care"]
        assert len({item.id for item in version.items}) == len(version.items)


def raw_version(**over):
    raw = yaml.safe_load(checklist.DATA.read_text(encoding="utf-8"))[-1]
    return {**raw, **over}


def test_an_item_may_be_asked_of_one_kind_and_a_kind_not_named_opens_nowhere(monkeypatch):
    raw = raw_version()
    station = {**raw["items"][0], "id": "D19", "asked": "station"}
    kinds = {**raw["kinds"], "other": [one for one in raw["kinds"]["other"] if one != "shop"]}
    version = checklist._version({**raw, "kinds": kinds, "items": [*raw["items"], station]})
    monkeypatch.setattr(checklist, "versions", lambda: (version,))
    here, hall, shop = (
        make_place(name=kind, kind=kind, devices=(), seen=True)
        for kind in (PlaceKind.STATION, PlaceKind.TOWN_HALL, PlaceKind.SHOP)
    )
    assert [codes(one) for one in (here, hall, shop)] == [["PLACE.D19.UNSEEN"], [], ["PLACE.KIND_UNKNOWN"]]
    evidence(here, "D19")
    assert codes(here) == []


@pytest.mark.parametrize(
    ("over", "said"),
    [
        ({"asked": "cabin"}, "version of 2024-03-01, D2: asked: 'cabin' is none of"),
        ({"devices": ["laser"]}, "D2: devices: unknown"),
        (
            {"kinds": ["street", "street", "moon"]},
            "kinds: .'moon', 'street'. unknown to PlaceKind, or named twice",
        ),
    ],
)
def test_a_slip_in_the_checklist_is_said_where_it_is(over, said):
    raw = raw_version()
    if "kinds" in over:
        raw["kinds"] = {**raw["kinds"], "forbidden": over["kinds"]}
    else:
        raw["items"] = [{**raw["items"][0], **over}]
    with pytest.raises(ValueError, match=said):
        checklist._version(raw)


def test_no_checklist_holds_before_the_first():
    assert checklist_on(on=date(2024, 2, 29)) is None
    place = make_place()
    assert codes(place, on=date(2024, 2, 29)) == ["PLACE.NO_CHECKLIST"]


def test_a_new_place_says_all_that_is_to_be_seen():
    place = make_place()
    asked = {"D3", "D4", "D5", "D7", "D8", "D9", "D10", "D11", "D12", "D13", "D14", "D15", "D16", "D17"}
    assert set(codes(place)) == {f"PLACE.{item}.UNSEEN" for item in asked}
    assert codes(place, kind="warning") == []
    sentence = next(one.sentence for one in may_open(place=place, on=TODAY) if one.item == "D14")
    assert (
        sentence
        == "Libre choix : à montrer. L’écriteau : libre choix du professionnel et de la pharmacie ; aucune publicité."
    )
    with pytest.raises(CannotOpen) as refused:
        open_place(place=place, on=TODAY, by=BY, now=NOW)
    assert len(refused.value.reasons) == len(asked)
    assert list(places_open(on=TODAY)) == []


def test_a_place_seen_opens_and_closes_by_day():
    place = make_place(seen=True)
    for _twice in range(2):
        open_place(place=place, on=TODAY, by=BY, now=NOW)
    assert [place in places_open(on=day) for day in (TODAY - timedelta(days=1), TODAY)] == [False, True]
    later = TODAY + timedelta(days=9)
    for _twice in range(2):
        close_place(place=place, on=later, by=BY, now=NOW)
    assert [place in places_open(on=day) for day in (later - timedelta(days=1), later)] == [True, False]
    open_place(place=place, on=later + timedelta(days=1), by=BY, now=NOW)
    assert place in places_open(on=later + timedelta(days=1))
    actions = JournalEntry.objects.filter(
        subject_id=str(place.id), action__in=["directory.place.open", "directory.place.close"]
    )
    assert [entry.action.rpartition(".")[2] for entry in actions.order_by("id")] == ["open", "close", "open"]


def test_the_last_thing_seen_counts_and_not_before_its_day():
    place = make_place(seen=True)
    tomorrow = TODAY + timedelta(days=1)
    PlaceEvidence.objects.create(
        place=place,
        item="D4",
        verdict=Verdict.NOT_MET,
        words="On entend tout.",
        seen_on=tomorrow,
        said_at=NOW,
    )
    assert [codes(place), codes(place, on=tomorrow)] == [[], ["PLACE.D4.NOT_MET"]]
    assert [one.sentence for one in may_open(place=place, on=tomorrow)] == [
        "Calme, éclairé, isolé : non conforme. On entend tout."
    ]


def test_not_concerned_is_not_seen():
    place = make_place(seen=True)
    evidence(place, "D12", Verdict.NOT_CONCERNED)
    assert codes(place) == ["PLACE.D12.NOT_MET"]


def test_an_open_place_that_fails_closes_at_once():
    place = open_place(place=make_place(seen=True), on=TODAY - timedelta(days=0), by=BY, now=NOW)
    evidence(place, "D18", Verdict.NOT_MET)  # recorded, asked of none
    assert place in places_open(on=TODAY)
    evidence(place, "D4", Verdict.NOT_MET, words="La porte ne ferme plus.")
    assert list(places_open(on=TODAY)) == []
    evidence(place, "D4", words="Porte changée.")
    open_place(place=place, on=TODAY, by=BY, now=NOW)
    say_devices(place=place, devices=PHARMACY_DEVICES[1:], by=BY, now=NOW)
    assert (list(places_open(on=TODAY)), codes(Place.objects.get())) == ([], ["PLACE.D9.DEVICES"])


def test_a_town_hall_needs_a_local_need_and_a_street_never_opens():
    hall = see_all(make_place(kind=PlaceKind.TOWN_HALL, devices=()))
    assert codes(hall) == []
    PlaceEvidence.objects.filter(item="D2").delete()
    assert codes(hall) == ["PLACE.D2.UNSEEN"]
    street = make_place(name="Rue", kind=PlaceKind.STREET, devices=(), seen=True)
    assert codes(street) == ["PLACE.KIND_FORBIDDEN"]


def test_warnings_do_not_keep_closed():
    company = make_organisation(kind=OrganisationKind.COMPANY, name="Société d’essai")
    place = make_place(operator=company, kind=PlaceKind.OPTICIAN, ars_declared_on=None, seen=True)
    assert codes(place, kind="warning") == [
        "PLACE.ARS_NOT_DECLARED",
        "PLACE.KIND_SENSITIVE",
        "PLACE.NO_AGREMENT",
    ]
    grant_agrement(
        organisation=company, reference="essai", starts_on=TODAY, ends_on=date(2028, 1, 1), by=BY, now=NOW
    )
    assert codes(place, kind="warning") == ["PLACE.ARS_NOT_DECLARED", "PLACE.KIND_SENSITIVE"]
    open_place(place=place, on=TODAY, by=BY, now=NOW)


@pytest.mark.parametrize(
    ("over", "field"),
    [
        ({"name": " "}, "name"), ({"address": ""}, "address"), ({"postal_code": "1299"}, "postal_code"),
        ({"postal_code": "١٢٩٩٠"}, "postal_code"), ({"lat": 91.0}, "point"), ({"lon": float("nan")}, "point"),
        ({"hours": "toujours"}, "hours"), ({"hours": ""}, "hours"), ({"devices": ("scanner",)}, "devices"),
        ({"access": ("stairs",)}, "access"),
    ],
)  # fmt: skip
def test_a_place_that_cannot_be_is_refused(over, field):
    with pytest.raises(BadPlace) as refused:
        make_place(**over)
    assert (refused.value.field, str(refused.value.sentence)) == (field, str(BadPlace.SENTENCES[field]))
    assert Place.objects.count() == 0


@pytest.mark.parametrize(
    ("more", "field"),
    [({"item": "D99"}, "item"), ({"words": " "}, "words"), ({"on": TODAY + timedelta(days=1)}, "seen_on"),
     ({"on": date(2020, 1, 1)}, "item")],
)  # fmt: skip
def test_evidence_that_cannot_be_is_refused(more, field):
    place = make_place()
    with pytest.raises(BadPlace) as refused:
        evidence(place, **{"item": "D4", **more})
    assert (refused.value.field, PlaceEvidence.objects.count()) == (field, 0)


def test_a_place_is_kept_once_by_host_and_name():
    one = make_place(access=(Access.WHEELCHAIR, Access.WHEELCHAIR, Access.CHILD))
    two = make_place(hours="24/7", assistance=Assistance.ON_REQUEST)
    assert (one, two.hours, Place.objects.count(), one.access) == (two, "24/7", 1, ["child", "wheelchair"])
    assert one.devices == sorted(PHARMACY_DEVICES)


def test_the_database_refuses_a_point_off_the_earth_and_a_period_turned_round():
    place = make_place()
    for bad in ({"lat": 120}, {"opened_on": TODAY, "closed_on": TODAY - timedelta(days=1)}):
        with pytest.raises(IntegrityError), transaction.atomic():
            Place.objects.filter(pk=place.pk).update(**bad)


@pytest.mark.parametrize(
    ("kind", "said"),
    [(PlaceKind.PHARMACY, "pharmacy"), (PlaceKind.HOSPITAL_PHARMACY, "hospital"), (PlaceKind.SHOP, "other")],
)
def test_place_type_in_the_words_of_the_facts(kind, said):
    assert place_type_of(place=make_place(kind=kind)) == said


HOURS = "Mo-Fr 09:00-12:30,14:00-19:00; Sa 09:00-12:00; PH off; 2026 Dec 24 09:00-12:00"


@pytest.mark.parametrize(
    ("at", "is_open", "changes"),
    [
        ("2026-11-23T08:30+01:00", False, "2026-11-23T09:00+01:00"),
        ("2026-11-23T09:00+01:00", True, "2026-11-23T12:30+01:00"),
        ("2026-11-23T12:30+01:00", False, "2026-11-23T14:00+01:00"),
        ("2026-11-21T12:00+01:00", False, "2026-11-23T09:00+01:00"),
        ("2026-12-24T13:00+01:00", False, "2026-12-26T09:00+01:00"),
        ("2026-07-14T10:00+02:00", False, "2026-07-15T09:00+02:00"),
    ],
)
def test_hours_with_exceptions_and_public_holidays(at, is_open, changes):
    now = datetime.fromisoformat(at).astimezone(UTC)
    found = opening_at(hours=HOURS, departement="12", now=now)
    assert (found.is_open, found.next_change) == (is_open, datetime.fromisoformat(changes))


def test_hours_are_on_the_clock_of_the_place():
    noon = datetime(2026, 11, 23, 12, tzinfo=UTC)
    assert [opening_at(hours="Mo-Fr 08:00-12:00", departement=one, now=noon).is_open for one in ("75", "971", "974")] == [
        False, True, False]  # fmt: skip
    always = opening_at(hours="24/7", departement="12", now=noon)
    assert (always.is_open, always.next_change) == (True, None)


@pytest.mark.parametrize(
    ("text", "right"), [("24/7", True), ("Mo-Fr 25:00", False), ("x" * 600, False), ("Lu-Ve 9h", False)]
)
def test_are_hours_knows_the_syntax(text, right):
    assert are_hours(text) is right


def test_devices_that_nobody_knows_are_refused():
    with pytest.raises(BadPlace):
        say_devices(place=make_place(), devices=["scanner"], by=BY, now=NOW)
    assert Device.OTOSCOPE in Place.objects.get().devices
