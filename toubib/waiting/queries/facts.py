"""The single place where the facts of an act are gathered: what was measured, registered, said, and what is unknown.

Keys and values: `toubib/rulebook/facts.yaml`. Unknown is None, never « no ».
"""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from toubib.assistance.queries import assisted_by, equipment_at
from toubib.directory.enums import Employer, OrganisationKind
from toubib.directory.models import Place, Practitioner
from toubib.directory.queries import has_agrement, is_organised, organisation_of, place_type_of
from toubib.ground.prepared import at_hand, read
from toubib.people.identity import age_on
from toubib.record.enums import Attestation as Channel
from toubib.record.enums import ConsentScope
from toubib.record.models import Consent, Encounter
from toubib.record.queries import video_verdict
from toubib.territory.models import Commune
from toubib.territory.queries import same_territory, zone_of
from toubib.waiting.enums import MedecinTraitant
from toubib.waiting.models import Attestation, Ticket
from toubib.waiting.questions import LIVES_HERE, PLACE_TYPE, QUESTIONS

_AREA = _("vient avec les suspensions qu’une autorité publie")
NOT_YET_KNOWN: dict[str, Any] = {
    "suspension_area": _AREA,
    "practitioner_situations": _("vient avec le dossier du médecin"),
    "participation_paid_today": _("n’est pas demandé : votre caisse le sait"),
    "participation_paid_year": _("n’est pas demandé : votre caisse le sait"),
}
# What follows of the doctor's organisation, of the place of care and of the patient's home, by their dates
OF_DIRECTORY = ("territorial_organisation", "place_type", "company_agrement")
# What follows of who was beside the patient, and of the devices of the place
OF_ASSISTANCE = ("assisted_by", "equipment_on_site")
# What nobody is asked because the platform itself guarantees it, each with the reason; docs/law.md lists them
GUARANTEES: dict[str, tuple[Any, str]] = {
    "act_kind": (
        "teleconsultation",
        "the line receives a patient at a distance, live, by a doctor: nothing else",
    ),
    "phone_ground": (
        "none",
        "every request comes from a connected device with a camera test: no ground is invoked",
    ),
    "funding": ("amo", "unless the patient chooses a contract registered here, which then pays"),
    "overrun": (0, "the platform neither asks nor keeps a supplement"),
    "regulated_by": (
        "none",
        "the line is open to all: no orientation by SAS, 15 or PDSA reaches the platform",
    ),
    "covid": (False, "the Covid-19 rules ended before the first act of the platform"),
}
PAID_BY = ("funding", "plan_acts_used", "plan_acts_cap")  # said where a contract pays in the place of the AMO
ASSERTED = {fact: value for fact, (value, _reason) in GUARANTEES.items()}
MODALITIES = {
    Channel.VIDEO: "video",
    Channel.AUDIO_ONLY: "phone",
    Channel.PHONE: "phone",
    Channel.NONE: "none",
}
POSSIBLE_AGES = range(131)
HAS_MT = {
    MedecinTraitant.HERE: True,
    MedecinTraitant.UNAVAILABLE: True,
    MedecinTraitant.AVAILABLE: True,
    MedecinTraitant.NONE: False,
}


def facts_of(
    *, encounter: Encounter, ticket: Ticket | None, now: datetime, channel: str = ""
) -> dict[str, Any]:
    """Of an act with its doctor. `channel`: what the doctor is about to attest of it, where nothing is signed yet."""
    on = timezone.localtime(encounter.started_at or now)
    at_hand(encounter, "patient", "practitioner")
    attested = encounter.attestation or channel
    modality = MODALITIES.get(Channel(attested)) if attested else None
    if modality is None and not attested and video_verdict(encounter=encounter).measured:
        modality = "video"
    return {
        **_of_act(str(encounter.pk), on, modality),
        "consent": _care_consent(encounter),
        "identified": encounter.identity_checked,
        "patient_id": str(encounter.patient_id),
        "patient_age": _age(age_on(encounter.patient.birth_date, on=on.date())),
        **facts_of_doctor(encounter.practitioner),
        "company_agrement": _company_agrement(encounter.practitioner, on.date()),
        "is_medecin_traitant": _is_own(encounter.practitioner, ticket),
        **_of_request(ticket, encounter.practitioner, on),
    }


def facts_of_ticket(*, ticket: Ticket, now: datetime) -> dict[str, Any]:
    """Of a request before a doctor is known: what depends on the doctor or on the call is unknown."""
    on = timezone.localtime(now)
    return {
        **_of_act(str(ticket.pk), on, None),
        "consent": (ticket.draft.get("consentements") or {}).get("care"),
        "patient_id": str(ticket.patient_id) if ticket.patient_id else None,
        "patient_age": _age(ticket.patient_age),
        **_of_request(ticket, None, on),
    }


def said_of(*, ticket: Ticket) -> dict[str, Attestation]:
    """By fact, the last thing said of it."""
    rows = read(Attestation.objects.order_by("said_at", "id"), ticket=ticket)
    return {row.fact: row for row in rows}


def _of_act(act_id: str, on: datetime, modality: str | None) -> dict[str, Any]:
    """What holds for every act of the line; our video is encrypted from end to end."""
    return {
        "act_id": act_id,
        "act_date": on.date().isoformat(),
        "act_time": on.strftime("%H:%M"),
        **ASSERTED,
        "modality": modality,
        "secure_channel": True if modality == "video" else None,
        **dict.fromkeys((*NOT_YET_KNOWN, *OF_DIRECTORY, *OF_ASSISTANCE)),
    }


def _age(years: int | None) -> int | None:
    """A mistyped birth date makes an age that nobody has: unknown."""
    return years if years is not None and years in POSSIBLE_AGES else None


def _care_consent(encounter: Encounter) -> bool | None:
    """The last word on care at a distance; a consent taken back is none."""
    said = read(
        Consent.objects.only("given", "scope", "about", "withdrawn_at").order_by("said_at", "id"),
        encounter=encounter,
    )
    care = [one for one in said if one.scope == ConsentScope.CARE and not one.about]
    return bool(care[-1].given and care[-1].withdrawn_at is None) if care else None


def facts_of_doctor(doctor: Practitioner) -> dict[str, Any]:
    """Of the register; what it does not say is unknown."""
    return {
        "practitioner_id": str(doctor.pk),
        "practitioner_profession": doctor.profession,
        "practitioner_specialty": doctor.specialty or None,
        "practitioner_sector": doctor.sector or None,
        "practitioner_employer": doctor.employer or None,
        "practitioner_country": doctor.country or None,
        "is_referring_midwife": False if doctor.profession == "doctor" else None,
    }


def _is_own(doctor: Practitioner, ticket: Ticket | None) -> bool | None:
    if ticket is None:
        return None
    if ticket.own_practitioner_id is not None:
        return bool(ticket.own_practitioner_id == doctor.pk)
    says = {MedecinTraitant.NONE: False, MedecinTraitant.UNAVAILABLE: False, MedecinTraitant.AVAILABLE: False}
    return says.get(MedecinTraitant(ticket.medecin_traitant)) if ticket.medecin_traitant else None


def _of_request(ticket: Ticket | None, doctor: Practitioner | None, on: datetime) -> dict[str, Any]:
    """What was answered on the way, then what was attested, which wins."""
    if ticket is None:
        return {}
    answer = ticket.medecin_traitant
    said = {row.fact: row.value for row in said_of(ticket=ticket).values()}
    facts: dict[str, Any] = {"has_medecin_traitant": HAS_MT.get(MedecinTraitant(answer)) if answer else None}
    if answer == MedecinTraitant.UNAVAILABLE:
        facts["mt_unavailable"] = True
    facts |= {fact: value for fact, value in said.items() if fact in QUESTIONS and fact != LIVES_HERE}
    facts |= {fact: said[fact] for fact in PAID_BY if said.get(fact) is not None}
    if facts.get("patient_ald") is False:
        facts["ald_related"] = False
    facts.setdefault("leave_kind", "none")
    if facts["leave_kind"] == "initial":
        facts["leave_running_days"] = 0  # what « first » says
    home = ticket.place_commune if said.get(LIVES_HERE) else None
    place = ticket.place_of_care
    if place is not None:
        facts[PLACE_TYPE] = place_type_of(place=place)  # where it is beats what is said of it
    known = _of_assistance(ticket, place, facts.get(PLACE_TYPE))
    facts |= {
        fact: value for fact, value in known.items() if facts.get(fact) is None or _is_proved(fact, value)
    }
    return facts | facts_of_home(home=home, doctor=doctor, on=on, place=place)


def _of_assistance(ticket: Ticket, place: Place | None, place_type: str | None) -> dict[str, Any]:
    """Who assisted, by the presence that the patient agreed to; what the place has. Where the patient is is unknown: so is it.

    Whoever assists signs in at a place's post: where no post knows of anybody, nobody does."""
    found = assisted_by(ticket_id=ticket.pk, accepted_at=ticket.accepted_at)
    known = place is not None or place_type is not None or found != "none"
    at_home = False if place_type == "home" else None
    return {
        "assisted_by": found if known else None,
        "equipment_on_site": equipment_at(place=place) if place is not None else at_home,
    }


def _is_proved(fact: str, value: Any) -> bool:
    """Somebody noted at the post beats what is said; « nobody » does not."""
    return fact == "assisted_by" and value not in (None, "none")


def _company_agrement(doctor: Practitioner, on: date) -> bool | None:
    """Whether the company that employs the doctor held an agrément; false where no company does. None: not on file."""
    if doctor.employer != Employer.COMPANY:
        return False if doctor.employer else None
    employer = organisation_of(practitioner=doctor, on=on)
    if employer is None or employer.kind != OrganisationKind.COMPANY:
        return None
    return has_agrement(organisation=employer, on=on)


def facts_of_home(
    *, home: Commune | None, doctor: Practitioner | None, on: datetime, place: Place | None = None
) -> dict[str, Any]:
    """What follows of the commune where the patient lives; None: unknown, or elsewhere than said."""
    if home is None:
        return dict.fromkeys(
            ("same_territory", "patient_departement", "patient_zone", "territorial_organisation")
        )
    near = same_territory(home=home, practice=doctor.practice_commune) if doctor else None
    return {
        "same_territory": near,
        "patient_departement": home.departement,
        "patient_zone": zone_of(commune_id=home.pk, on=on.date()),
        "territorial_organisation": is_organised(home=home, practitioner=doctor, place=place, on=on.date()),
    }
