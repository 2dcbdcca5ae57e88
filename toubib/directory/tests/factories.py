"""Invented practitioners; their RPPS numbers begin with 999, which no real one does, and have a right key."""

from __future__ import annotations

from datetime import UTC, date, datetime
from itertools import count
from typing import Any

from stdnum import luhn

from toubib.directory.checklist import versions
from toubib.directory.enums import (
    Assistance,
    Device,
    OrganisationKind,
    PlaceKind,
    Profession,
    Specialty,
    Title,
    Verdict,
)
from toubib.directory.models import Organisation, Place, Practitioner
from toubib.directory.operations import PlaceFacts, keep_organisation, keep_place, say_evidence
from toubib.ground.actors import Actor
from toubib.territory.tests.factories import make_commune

_serial = count(5000)
NOW = datetime(2026, 11, 22, 9, tzinfo=UTC)
TODAY = date(2026, 11, 22)
BY = Actor.system("test")
PHARMACY_DEVICES = (Device.STETHOSCOPE, Device.OTOSCOPE, Device.OXIMETER, Device.BLOOD_PRESSURE)


def make_rpps(serial: int) -> str:
    body = f"999{serial:07}"
    return body + luhn.calc_check_digit(body)


def make_practitioner(**over: Any) -> Practitioner:
    facts: dict[str, Any] = {
        "title": Title.DR_F,
        "given_name": "Alice",
        "family_name": "Martin",
        "profession": Profession.DOCTOR,
        "specialty": Specialty.GENERAL_PRACTICE,
        "practice_name": "Cabinet d’essai",
        "practice_address": "3 rue des Tilleuls",
        "practice_phone": "+33536490000",
        "practice_email": "cabinet@exemple.test",
        "languages": ["fr"],
        **over,
    }
    facts.setdefault("rpps", make_rpps(next(_serial)))
    if "practice_commune" not in facts:
        facts["practice_commune"] = make_commune()
    return Practitioner.objects.create(**facts)


def make_organisation(**over: Any) -> Organisation:
    facts: dict[str, Any] = {
        "kind": OrganisationKind.PHARMACY,
        "name": "Pharmacie d’essai",
        "by": BY,
        "now": NOW,
    }
    return keep_organisation(**{**facts, **over})


def make_place(**over: Any) -> Place:
    """A pharmacy's place, not open; `seen`: every item was seen and found right."""
    seen = over.pop("seen", False)
    more = {name: over.pop(name) for name in ("host", "operator", "commune") if name in over}
    facts: dict[str, Any] = {
        "name": "Borne d’essai",
        "kind": PlaceKind.PHARMACY,
        "address": "5 rue du Port",
        "postal_code": "12990",
        "lat": 44.41,
        "lon": 2.65,
        "hours": "Mo-Fr 09:00-12:30,14:00-19:00; PH off",
        "assistance": Assistance.ON_SITE,
        "devices": PHARMACY_DEVICES,
        "ars_declared_on": TODAY,
        **over,
    }
    host = more.get("host") or make_organisation()
    place = keep_place(
        facts=PlaceFacts(**facts), host=host, operator=more.get("operator") or host,
        commune=more.get("commune") or make_commune(), by=BY, now=NOW,
    )  # fmt: skip
    return see_all(place) if seen else place


def see_all(place: Place) -> Place:
    for item in versions()[-1].asked_of(place.kind):
        say_evidence(
            place=place, item=item.id, verdict=Verdict.MET, words="Vu.", seen_on=TODAY, by=BY, now=NOW
        )
    return place
