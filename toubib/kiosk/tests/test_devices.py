"""Devices with numbers, what they send, and what of it is refused."""

from datetime import timedelta
from uuid import uuid4

import pytest
from django.utils import timezone

from toubib.consultation.tests.factories import make_call, make_offer
from toubib.directory.enums import Device
from toubib.ground.actors import Actor
from toubib.ground.models import JournalEntry
from toubib.kiosk.models import DeviceUnit
from toubib.kiosk.operations import BadUnit, ReadingRefused, Told, put_unit, take_reading, take_unit_away
from toubib.kiosk.queries.devices import device_rows, shown_units, units_of
from toubib.kiosk.tests.factories import make_machine, make_open_place
from toubib.people.tests.factories import NOW
from toubib.record.enums import MeasuredBy
from toubib.record.models import Encounter, Note, Reading
from toubib.record.noted import Measure
from toubib.record.operations import save_note
from toubib.record.readings import Sent
from toubib.waiting.models import Ticket
from toubib.waiting.operations import take_offer
from toubib.waiting.tests.factories import make_scene, patient_actor, prepare_ticket

pytestmark = pytest.mark.django_db
BY = Actor.system("test")


def unit(place, number=1, kind=Device.THERMOMETER, now=NOW, **more):
    return put_unit(place=place, number=number, kind=kind, by=BY, now=now, **more)


@pytest.fixture
def place():
    return make_open_place()


@pytest.fixture
def ticket(place):
    ticket = prepare_ticket(make_scene())
    ticket.place_of_care = place
    ticket.save()
    return ticket


def told(kind=Device.THERMOMETER, values=(("temperature", "38.1", "Cel"),), **more):
    return Told(client_id=uuid4(), kind=kind, values=tuple(Sent(*one) for one in values), **more)


def take(ticket, told, who=MeasuredBy.PATIENT):
    return take_reading(ticket=ticket, told=told, who=who, by=patient_actor(ticket.account), now=NOW)


def refused(ticket, told):
    with pytest.raises(ReadingRefused) as caught:
        take(ticket, told)
    assert Reading.objects.count() == 0
    return caught.value.code, str(caught.value)


# Units


def test_unit_put_twice_is_one_and_a_number_serves_once(place):
    first = unit(place)
    assert unit(place).id == first.id
    with pytest.raises(BadUnit):
        unit(place, kind=Device.OTOSCOPE)
    take_unit_away(unit=first, by=BY, now=NOW + timedelta(days=1))
    later = NOW + timedelta(days=2)
    assert unit(place, kind=Device.OTOSCOPE, now=later).number == 1
    assert [one.kind for one in units_of(place_id=place.id, now=later)] == ["otoscope"]
    assert DeviceUnit.objects.count() == 2


def test_machine_of_the_place_shows_its_units(place, ticket):
    make_machine(place=place)
    unit(place, 6, Device.OTOSCOPE, virtual=True)
    unit(place, 1, Device.THERMOMETER)
    rows = device_rows(ticket=ticket, now=NOW)
    shown = [(one["number"], one["kind"], one["label"], one["media"]) for one in shown_units(rows)]
    assert shown == [
        (1, "thermometer", "thermomètre", ""),
        (6, "otoscope", "otoscope connecté (virtuel)", "camera"),
    ]


def test_home_offers_what_a_person_may_own_without_a_number():
    ticket = prepare_ticket(make_scene())
    rows = device_rows(ticket=ticket, now=NOW)
    assert ([one.kind.value for one in rows], shown_units(rows)) == (
        ["blood_pressure", "oximeter", "thermometer", "scale", "glucometer"],
        [],
    )


# Readings


def test_reading_is_kept_with_all_that_says_where_it_comes_from(place, ticket):
    one = unit(place, serial="0706", maker="Omatron", model="T-200", ucum="Cel")
    row = take(ticket, told(unit_id=one.id, serial="0706", at="2026-11-22T10:45:00", battery=80))
    assert row.content == {
        "values": [
            {
                "code": "temperature",
                "value": "38.1",
                "loinc": "8310-5",
                "ucum": "Cel",
                "plausible": True,
                "sent": {"value": "38.1", "ucum": "Cel"},
            }
        ],
        "by": "patient",
        "device": {
            "kind": "thermometer",
            "number": 1,
            "maker": "Omatron",
            "model": "T-200",
            "serial": "0706",
            "virtual": False,
            "at": "2026-11-22T10:45:00",
            "battery": 80,
            "faults": [],
        },
        "typed": False,
    }
    assert (row.patient_id, row.ticket_id, row.taken_by, row.taken_at) == (
        ticket.patient_id,
        ticket.id,
        ticket.account_id,
        NOW,
    )
    assert JournalEntry.objects.filter(action="record.reading.keep", patient=ticket.patient_id).count() == 1


def test_reading_sent_twice_is_one(place, ticket):
    one = unit(place)
    said = told(unit_id=one.id)
    assert take(ticket, said).id == take(ticket, said).id
    assert Reading.objects.count() == 1


def test_value_that_the_device_cannot_show_is_kept_and_marked(place, ticket):
    row = take(ticket, told(unit_id=unit(place).id, values=[("temperature", "98.1", "Cel")]))
    assert [one["plausible"] for one in row.content["values"]] == [False]


def test_typed_value_is_marked_as_typed_and_claims_no_serial(place, ticket):
    row = take(ticket, told(unit_id=unit(place, serial="0706").id, typed=True))
    assert (row.content["typed"], row.content["device"]["serial"], row.content["by"]) == (True, "", "patient")


@pytest.mark.parametrize(
    ("on_file", "sent", "code", "words"),
    [
        ({"serial": "0706"}, {"serial": "9999"}, "serial", "9999"),
        ({"serial": "0706"}, {"serial": ""}, "serial", "inconnu"),
        ({"ucum": "Cel"}, {"values": [("temperature", "100.6", "[degF]")]}, "unit", "°F"),
        ({}, {"values": [("temperature", "3", "psi")]}, "unit", "Tapez la valeur"),
        ({}, {"values": [("weight", "65", "kg")]}, "unreadable", "aucune mesure"),
        ({}, {"values": [("temperature", "x", "Cel")]}, "unreadable", "nombre"),
        ({}, {"kind": Device.SCALE, "values": [("weight", "65", "kg")]}, "kind", "pas de ce lieu"),
        ({}, {"virtual": True}, "kind", "pas de ce lieu"),
    ],
)
def test_device_that_lies_is_refused_in_words(place, ticket, on_file, sent, code, words):
    found, sentence = refused(ticket, told(unit_id=unit(place, **on_file).id, **sent))
    assert found == code
    assert words in sentence


def test_device_of_another_place_is_refused(ticket):
    elsewhere = make_open_place(name="Ailleurs")
    assert refused(ticket, told(unit_id=unit(elsewhere).id))[0] == "kind"


def test_device_at_home_may_send_its_own_units_but_none_is_virtual(ticket):
    ticket.place_of_care = None
    ticket.save()
    assert refused(ticket, told(virtual=True))[0] == "kind"
    row = take(ticket, told(values=[("temperature", "100.6", "[degF]")], serial="MINE"))
    assert [(one["value"], one["sent"]["ucum"]) for one in row.content["values"]] == [("38.1", "[degF]")]


def test_reading_before_anyone_is_named_is_refused(place, ticket):
    ticket.patient = None
    assert refused(ticket, told(unit_id=unit(place).id))[0] == "patient"


# In the visit


@pytest.mark.django_db(transaction=True)
def test_reading_taken_before_goes_with_the_visit_and_into_the_note(place):
    call = make_call()
    ticket = Ticket.objects.get(encounter=call.room.encounter)
    ticket.place_of_care = place
    ticket.save()
    one = unit(place, serial="0706", now=timezone.now() - timedelta(days=1))
    row = take(ticket, told(unit_id=one.id, serial="0706"))
    assert row.encounter_id == call.room.encounter_id

    facts = {"reason": "", "findings": "", "conclusion": "", "advice": "", "base": 0}
    measures = [
        Measure("temperature", "38,1", MeasuredBy.DEVICE),
        Measure("weight", "65", MeasuredBy.PATIENT),
    ]
    note = save_note(
        encounter_id=call.room.encounter_id, measurements=measures, by=BY, now=timezone.now(), **facts
    )
    carried, said = note.measurements[0], note.measurements[1]
    assert (carried["source"]["reading"], carried["source"]["serial"], "source" in said) == (
        str(row.id),
        "0706",
        False,
    )
    assert note.measured.splitlines()[0].startswith(
        "Température 38,1 °C (envoyé par un appareil : thermomètre n° 1, série 0706, à "
    )
    assert note.measured.splitlines()[1] == "Poids 65 kg (dit par le patient)"
    assert Note.objects.get(pk=note.pk).measurements == note.measurements


@pytest.mark.django_db(transaction=True)
def test_reading_taken_in_the_line_is_bound_when_a_doctor_takes_the_case(place):
    _scene, doctor, _duty, offer = make_offer()
    ticket = offer.ticket
    row = take(ticket, told(kind=Device.THERMOMETER))
    assert row.encounter_id is None
    take_offer(offer_id=offer.id, by=Actor(doctor.account_id, "practitioner"), now=timezone.now())
    row.refresh_from_db()
    assert row.encounter_id == Encounter.objects.get(patient=ticket.patient).id
