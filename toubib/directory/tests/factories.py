"""Invented practitioners; their RPPS numbers begin with 999, which no real one does, and have a right key."""

from __future__ import annotations

from itertools import count
from typing import Any

from stdnum import luhn

from toubib.directory.enums import Profession, Specialty, Title
from toubib.directory.models import Practitioner
from toubib.territory.tests.factories import make_commune

_serial = count(5000)


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
        "languages": ["fr"],
        **over,
    }
    facts.setdefault("rpps", make_rpps(next(_serial)))
    if "practice_commune" not in facts:
        facts["practice_commune"] = make_commune()
    return Practitioner.objects.create(**facts)
