"""Factories, and the constant people of every test: a mother, her child, their doctors, a stranger.

cast = make_cast()          # everyone, doctors active and with evidence valid around NOW
sign_in(client, cast.vasseur.account)   # a full session, second factor included
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from itertools import count
from typing import Any

from django.test import Client
from django.utils import timezone

from toubib.directory.enums import Profession, Specialty, Title
from toubib.directory.models import Practitioner
from toubib.directory.tests.factories import make_practitioner, make_rpps
from toubib.ground.actors import Actor
from toubib.people.enums import EvidenceKind, LinkKind, LinkProof, Role, Sex
from toubib.people.identity import Identity, local_day, majority_at
from toubib.people.models import Account, Evidence, Patient, PatientLink, ProfessionalAccount, RoleGrant
from toubib.people.web import SECOND_FACTOR

NOW = datetime(2026, 11, 21, 9, 30, tzinfo=UTC)  # 10 h 30 in Paris, a Saturday
LONG_AGO = datetime(2024, 1, 8, 8, 0, tzinfo=UTC)
BY_CLI = Actor.system("cli")
_serial = count(1)


def make_account(*roles: Role, **over: Any) -> Account:
    facts: dict[str, Any] = {"created_at": LONG_AGO, **over}
    if "phone" not in facts:
        facts.setdefault("email", f"personne{next(_serial)}@exemple.test")
    account = Account(**facts)
    account.set_unusable_password()
    account.save()
    for role in roles or (Role.PATIENT,):
        RoleGrant.objects.create(account=account, role=role, starts_at=LONG_AGO)
    return account


def make_patient(**over: Any) -> Patient:
    facts = {
        "birth_name": "Durand",
        "birth_given_names": "Camille",
        "birth_date": date(1990, 5, 17),
        "sex": Sex.FEMALE,
        "created_at": LONG_AGO,
        **over,
    }
    return Patient.objects.create(**facts)


def make_link(account: Account, patient: Patient, kind: LinkKind = LinkKind.SELF, **over: Any) -> PatientLink:
    facts: dict[str, Any] = {"proof": LinkProof.DECLARED, "starts_at": LONG_AGO, **over}
    if kind in (LinkKind.PARENT, LinkKind.CHILD_PROTECTION):
        facts.setdefault("ends_at", majority_at(patient.birth_date))
    return PatientLink.objects.create(account=account, patient=patient, kind=kind, **facts)


def make_identity(**over: Any) -> Identity:
    facts: dict[str, Any] = {
        "birth_name": "Durand",
        "birth_given_names": "Camille Rose",
        "birth_date": date(1990, 5, 17),
        "sex": Sex.FEMALE.value,
        **over,
    }
    return Identity(**facts)


def make_professional(
    practitioner: Practitioner | None = None,
    *,
    role: Role = Role.PRACTITIONER,
    active: bool = True,
    on: date | None = None,
    **over: Any,
) -> ProfessionalAccount:
    """Active with the three proofs valid from a year before `on` (today) to a year after, or bare."""
    practitioner = practitioner or make_practitioner()
    over.setdefault("display_name", f"{practitioner.given_name} {practitioner.family_name}")
    account = make_account(role, **over)
    professional = ProfessionalAccount.objects.create(
        account=account, practitioner=practitioner, activated_at=LONG_AGO if active else None
    )
    if active:
        give_evidence(professional, on=on)
    return professional


def give_evidence(professional: ProfessionalAccount, *, on: date | None = None, **over: Any) -> None:
    day = on or local_day(timezone.now())
    for kind in EvidenceKind:
        facts: dict[str, Any] = {
            "reference": f"essai {kind}",
            "valid_from": min(day, NOW.date()) - timedelta(days=365),
            "valid_until": max(day, NOW.date()) + timedelta(days=365),
            "checked_by": professional.account_id,
            "checked_at": LONG_AGO,
            **over,
        }
        Evidence.objects.create(professional=professional, kind=kind, **facts)


@dataclass(frozen=True)
class Cast:
    """Accounts, but `jeanne_patient`, `leo`, `stranger_patient` (Patient) and the professionals (ProfessionalAccount)."""

    jeanne: Account
    jeanne_patient: Patient
    leo: Patient
    leo_link: PatientLink
    vasseur: ProfessionalAccount
    lenoir: ProfessionalAccount
    benali: ProfessionalAccount
    haddad: ProfessionalAccount
    stranger: Account
    stranger_patient: Patient
    director: Account
    compliance: Account
    regulator: Account
    analyst: Account
    administrator: Account


def make_cast() -> Cast:
    jeanne = make_account(email="jeanne@exemple.test", display_name="Jeanne Morel")
    mother = make_patient(birth_name="Morel", birth_given_names="Jeanne Marie", birth_date=date(1988, 3, 4))
    leo = make_patient(
        birth_name="Morel", birth_given_names="Léo", birth_date=date(2020, 6, 12), sex=Sex.MALE
    )
    stranger = make_account(email="paul@exemple.test", display_name="Paul Étranger")
    stranger_patient = make_patient(birth_name="Étranger", birth_given_names="Paul", sex=Sex.MALE)
    make_link(jeanne, mother)
    make_link(stranger, stranger_patient)
    return Cast(
        jeanne=jeanne,
        jeanne_patient=mother,
        leo=leo,
        leo_link=make_link(jeanne, leo, LinkKind.PARENT),
        vasseur=_doctor(1, Title.DR_F, "Salomé", "Vasseur", portrait="salome"),
        lenoir=_doctor(2, Title.DR_M, "Marc", "Lenoir"),
        benali=_doctor(
            3, Title.DR_F, "Aïcha", "Benali", specialty=Specialty.PAEDIATRICS, languages=["fr", "ar"]
        ),
        haddad=_pharmacist(),
        stranger=stranger,
        stranger_patient=stranger_patient,
        director=make_account(
            Role.MEDICAL_DIRECTOR, email="directrice@exemple.test", display_name="Hélène Roche"
        ),
        compliance=make_account(Role.COMPLIANCE, email="conformite@exemple.test", display_name="Odile Petit"),
        regulator=make_account(Role.REGULATOR, email="regulateur@exemple.test", display_name="Yann Le Gall"),
        analyst=make_account(Role.ANALYST, email="analyste@exemple.test", display_name="Nora Klein"),
        administrator=make_account(Role.ADMINISTRATOR, email="admin@exemple.test", display_name="Luc Admin"),
    )


def _doctor(serial: int, title: Title, given: str, family: str, **over: Any) -> ProfessionalAccount:
    practitioner = make_practitioner(
        rpps=make_rpps(serial), title=title, given_name=given, family_name=family, **over
    )
    return make_professional(practitioner, email=f"{family.lower()}@exemple.test")


def _pharmacist() -> ProfessionalAccount:
    practitioner = make_practitioner(
        rpps=make_rpps(4),
        title=Title.M,
        given_name="Karim",
        family_name="Haddad",
        profession=Profession.PHARMACIST,
        specialty="",
        practice_name="Pharmacie d’essai",
    )
    return make_professional(practitioner, role=Role.ASSISTANT, email="haddad@exemple.test")


def sign_in(client: Client, account: Account, *, second_factor: bool = True) -> None:
    """A session as the sign-in pages open it; professionals with their second factor."""
    client.force_login(account)
    session = client.session
    session[SECOND_FACTOR] = second_factor
    session.save()
