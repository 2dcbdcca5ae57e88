"""Writes of the directory."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from toubib.directory.enums import Profession
from toubib.directory.models import Practitioner
from toubib.directory.queries import has_am_shape, has_valid_finess_key, has_valid_rpps_key
from toubib.ground.actors import Actor
from toubib.ground.journal import trace
from toubib.territory.models import Commune


class BadRpps(ValueError):
    """Not eleven digits with a right Luhn key."""

    sentence = _("Ce numéro RPPS ne va pas. Il a onze chiffres ; relisez-le.")


class BadPractice(ValueError):
    """A number of the place that cannot be: which field, and the sentence for who typed it."""

    def __init__(self, field: str, sentence: str) -> None:
        super().__init__(sentence)
        self.field, self.sentence = field, sentence


@dataclass(frozen=True, slots=True)
class Practice:
    """How the place of practice is reached and known: what stands on a document. Empty: unknown."""

    practice_address: str = ""
    practice_phone: str = ""
    practice_email: str = ""
    practice_finess: str = ""
    am_number: str = ""


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


def say_practice(*, practitioner: Practitioner, practice: Practice, by: Actor, now: datetime) -> Practitioner:
    """Keep what documents print of the place of practice. Raises BadPractice."""
    said = {name: " ".join(str(value).split()) for name, value in asdict(practice).items()}
    said["practice_finess"] = "".join(said["practice_finess"].split()).upper()
    said["am_number"] = "".join(said["am_number"].split())
    if said["practice_finess"] and not has_valid_finess_key(said["practice_finess"]):
        raise BadPractice(
            "practice_finess", _now("Ce numéro FINESS ne va pas. Il a neuf signes ; relisez-le.")
        )
    if said["am_number"] and not has_am_shape(said["am_number"]):
        raise BadPractice("am_number", _now("Ce numéro ne va pas. Il a neuf chiffres ; relisez-le."))
    with transaction.atomic():
        kept = Practitioner.objects.select_for_update(of=("self",)).get(pk=practitioner.pk)
        if any(getattr(kept, name) != value for name, value in said.items()):
            for name, value in said.items():
                setattr(kept, name, value)
            kept.save(update_fields=list(said))
            trace(by=by, action="directory.practice.say", now=now, subject="practitioner", subject_id=kept.id)
    return kept
