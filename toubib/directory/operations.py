"""Writes of the directory."""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.translation import gettext_lazy as _

from toubib.directory.enums import Profession
from toubib.directory.models import Practitioner
from toubib.directory.queries import has_valid_rpps_key
from toubib.territory.models import Commune


class BadRpps(ValueError):
    """Not eleven digits with a right Luhn key."""

    sentence = _("Ce numéro RPPS ne va pas. Il a onze chiffres ; relisez-le.")


@dataclass(frozen=True, slots=True)
class PractitionerFacts:
    """What the RPPS extract says of a professional."""

    rpps: str
    title: str
    given_name: str
    family_name: str
    profession: str
    practice_name: str
    practice_commune: Commune
    specialty: str = ""
    languages: tuple[str, ...] = ("fr",)
    portrait: str = ""
    sector: str = ""
    employer: str = ""
    country: str = ""


def register_practitioner(*, facts: PractitionerFacts) -> Practitioner:
    """Add or refresh the entry of this RPPS number. Raises BadRpps. Call inside a transaction."""
    rpps = "".join(facts.rpps.split())
    if not has_valid_rpps_key(rpps):
        raise BadRpps
    found, _made = Practitioner.objects.update_or_create(
        rpps=rpps,
        defaults={
            "title": facts.title,
            "given_name": facts.given_name,
            "family_name": facts.family_name,
            "profession": facts.profession,
            "specialty": facts.specialty if facts.profession == Profession.DOCTOR else "",
            "practice_name": facts.practice_name,
            "practice_commune": facts.practice_commune,
            "languages": list(facts.languages),
            "portrait": facts.portrait,
            "sector": facts.sector,
            "employer": facts.employer,
            "country": facts.country,
        },
    )
    return found
