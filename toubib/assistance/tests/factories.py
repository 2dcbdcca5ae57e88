"""Places with somebody posted, protocols on file.

place = make_post(helper)                        # a place where this professional's account assists
make_protocol(doctor, helper, "slit_lamp")
"""

from __future__ import annotations

from datetime import date
from typing import Any

from toubib.assistance.enums import Ground
from toubib.assistance.models import Posting, Protocol
from toubib.assistance.operations import file_protocol, post_helper
from toubib.directory.enums import Device, Profession, Title
from toubib.directory.models import Place
from toubib.directory.tests.factories import make_place, make_practitioner
from toubib.ground.actors import Actor
from toubib.people.enums import Role
from toubib.people.models import ProfessionalAccount
from toubib.people.tests.factories import NOW, make_professional

SINCE = date(2024, 1, 1)
BY = Actor.system("test")
EVERYTHING = tuple(Device)


def make_helper(profession: Profession = Profession.ORTHOPTIST, **over: Any) -> ProfessionalAccount:
    facts: dict[str, Any] = {
        "title": Title.MME,
        "given_name": "Lise",
        "family_name": "Aubert",
        "profession": profession,
        "specialty": "",
        **over,
    }
    return make_professional(make_practitioner(**facts), role=Role.ASSISTANT)


def post(helper: ProfessionalAccount, place: Place, **more: Any) -> Posting:
    return post_helper(
        account=helper.account,
        place=place,
        starts_on=SINCE,
        secrecy_reference="Engagement d’essai du 1er janvier 2024",
        by=BY,
        now=NOW,
        **more,
    )


def make_post(*helpers: ProfessionalAccount, **over: Any) -> Place:
    place = make_place(**{"devices": EVERYTHING, **over})
    for helper in helpers:
        post(helper, place)
    return place


def make_protocol(
    doctor: ProfessionalAccount, helper: ProfessionalAccount, *gestures: str, **over: Any
) -> Protocol:
    facts: dict[str, Any] = {
        "ground": Ground.ORGANISATIONAL,
        "reference": "Protocole d’essai n° 1",
        "delegator": doctor.practitioner,
        "delegate": helper.practitioner,
        "gestures": gestures,
        "starts_on": SINCE,
        "ends_on": None,
        "by": BY,
        "now": NOW,
        **over,
    }
    return file_protocol(**facts)
