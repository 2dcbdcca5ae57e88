"""The header of a document from what the platform knows of the patient, the doctor and the operator."""

from __future__ import annotations

from datetime import datetime
from typing import Literal, cast
from uuid import UUID

from django.conf import settings
from django.utils import translation
from django.utils.translation import gettext as _

from toubib.directory.enums import Profession, Specialty
from toubib.directory.models import Practitioner
from toubib.documents.contents import Header, Identity, Letterhead, MedecinTraitant, Prescriber
from toubib.people.enums import InsStatus
from toubib.people.models import Patient
from toubib.record.models import Encounter


def header_for(
    *,
    encounter: Encounter,
    document_id: UUID,
    code: str,
    now: datetime,
    trial_seal: bool,
    prescriber: Prescriber | None = None,
    authenticated_by: str = "",
    medecin_traitant: MedecinTraitant | None = None,
    replaces_code: str | None = None,
    signed_at: datetime | None = None,
) -> Header:
    with translation.override("fr"):
        known_by = authenticated_by or how_doctors_sign_in()
        return Header(
            document_id=document_id,
            code=code,
            issued_at=now,
            encounter_id=encounter.id,
            act_at=encounter.started_at or encounter.signed_at or encounter.planned_at,
            act_end=encounter.ended_at,
            identity=identity_of(patient=encounter.patient),
            prescriber=prescriber
            or prescriber_of(practitioner=encounter.practitioner, authenticated_by=known_by),
            letterhead=letterhead(trial_seal=trial_seal),
            medecin_traitant=medecin_traitant,
            replaces_code=replaces_code,
            signed_at=signed_at,
        )


def how_doctors_sign_in() -> str:
    """True of every session that acts as a professional (`people.web.live_roles`), but of the demo's."""
    if settings.DEMO:
        return _("Entrée de démonstration : le prescripteur n’a pas prouvé qui il est.")
    return _("Prescripteur connu par un compte vérifié sur pièces, mot de passe et second facteur.")


def identity_of(*, patient: Patient) -> Identity:
    qualified = patient.ins_status == InsStatus.QUALIFIEE and bool(patient.ins_matricule)
    return Identity(
        birth_name=patient.birth_name,
        first_names=tuple(patient.birth_given_names.split()),
        used_name=patient.used_name,
        used_first_name=patient.used_given_name,
        birth_date=patient.birth_date,
        sex=cast(Literal["F", "M", "U"], patient.sex),
        birth_place_code=patient.birth_place_code,
        qualified=qualified,
        ins=patient.ins_matricule if qualified else None,
        ins_oid=patient.ins_oid if qualified else None,
        local_id=f"urn:uuid:{patient.id}",
    )


def prescriber_of(*, practitioner: Practitioner, authenticated_by: str) -> Prescriber:
    """From the directory; where it knows no phone or mail of the place, the operator's. `specialty_code` is ours."""
    commune = practitioner.practice_commune
    postal = commune.postal_codes[0] if commune.postal_codes else ""
    specialty = str(Specialty(practitioner.specialty).label) if practitioner.specialty else ""
    return Prescriber(
        first_name=practitioner.given_name,
        last_name=practitioner.family_name,
        title=practitioner.title,
        rpps=practitioner.rpps,
        profession=str(Profession(practitioner.profession).label).capitalize(),
        specialty=specialty,
        specialty_code=practitioner.specialty,
        place_name=practitioner.practice_name,
        address=tuple(
            line
            for line in (practitioner.practice_address, f"{postal} {commune.name}".strip(), "France")
            if line
        ),
        authenticated_by=authenticated_by,
        phone=practitioner.practice_phone or settings.OPERATOR_PHONE or None,
        email=practitioner.practice_email or settings.OPERATOR_EMAIL or None,
        am_number=practitioner.am_number or None,
        finess=practitioner.practice_finess or None,
    )


def letterhead(*, trial_seal: bool) -> Letterhead:
    return Letterhead(
        operator_name=settings.OPERATOR_NAME,
        address=(settings.OPERATOR_ADDRESS,) if settings.OPERATOR_ADDRESS else (),
        phone=settings.OPERATOR_PHONE or None,
        demo=settings.DEMO,
        trial_seal=trial_seal,
    )
