"""The INSi service of Assurance maladie: the one source of a matricule INS. Adapters, as for messages.

The production adapter is absent: INSi asks for a healthcare facility's certificate or a CPS card. Without it every
identity stays provisional (or validated), and documents carry the traits without a matricule.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import date
from typing import Protocol

from django.conf import settings
from stdnum.fr import nir

from toubib.people.identity import OID_TEST
from toubib.people.models import Patient


@dataclass(frozen=True, slots=True)
class InsiAnswer:
    """What the service answers for one set of traits."""

    matricule: str
    oid: str


class InsiUnavailable(Exception):
    """No answer: the service is away, or no adapter is set up."""


class InsiService(Protocol):
    def find(
        self, *, birth_name: str, given_names: str, sex: str, birth_date: date, place: str
    ) -> InsiAnswer | None:
        """The identity for these traits, None where the service knows none. Raises InsiUnavailable."""


class NoInsi:
    def find(
        self, *, birth_name: str, given_names: str, sex: str, birth_date: date, place: str
    ) -> InsiAnswer | None:
        raise InsiUnavailable("no INSi adapter is set up: identities stay provisional")


class DemoInsi:
    """Invents a matricule with a right key under the test OID."""

    def find(
        self, *, birth_name: str, given_names: str, sex: str, birth_date: date, place: str
    ) -> InsiAnswer | None:
        seed = hashlib.sha256(f"{birth_name}|{given_names}|{birth_date}|{place}".encode()).digest()
        serial = int.from_bytes(seed[:4], "big") % 999 + 1
        body = f"{'2' if sex == 'F' else '1'}{birth_date:%y%m}{place or '99999'}{serial:03}"
        return InsiAnswer(matricule=body + nir.calc_check_digits(body), oid=OID_TEST)


def insi_service() -> InsiService:
    return DemoInsi() if settings.DEMO else NoInsi()


def ask_insi(*, patient: Patient) -> InsiAnswer | None:
    """Ask the service for this patient's traits. Raises InsiUnavailable."""
    return insi_service().find(
        birth_name=patient.birth_name,
        given_names=patient.birth_given_names,
        sex=patient.sex,
        birth_date=patient.birth_date,
        place=patient.birth_place_code,
    )
