"""Professionals and staff: contracts' accounts, six doctors, evidence; one lapses soon, one is suspended."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import lru_cache

from django.contrib.auth.hashers import make_password
from django.db import transaction
from stdnum import luhn

from toubib.directory.enums import Employer, Profession, Sector, Specialty, Title
from toubib.directory.operations import Practice, PractitionerFacts, say_practice
from toubib.ground.actors import Actor
from toubib.people.enums import EvidenceKind, Role
from toubib.people.identity import local_day
from toubib.people.models import Account, ProfessionalAccount
from toubib.people.operations import (
    activate_professional,
    add_evidence,
    check_professionals_daily,
    create_account,
    create_professional,
)
from toubib.people.queries import find_account
from toubib.web.demo.world import World

DEMO = Actor.system("demo")
DOMAIN = "demo.toubib.test"
PASSWORD = "demo-toubib"  # noqa: S105  the demo's, written in the README
HIRED_BEFORE = timedelta(days=120)
GP, SKIN = Specialty.GENERAL_PRACTICE, Specialty.DERMATOLOGY

# name at the demo's domain, name shown, role
OFFICES = (
    ("directeur", "Hélène Roche", Role.MEDICAL_DIRECTOR),
    ("conformite", "Odile Petit", Role.COMPLIANCE),
    ("regulateur", "Yann Le Gall", Role.REGULATOR),
    ("analyste", "Nora Klein", Role.ANALYST),
    ("admin", "Luc Ferrand", Role.ADMINISTRATOR),
)


@dataclass(frozen=True, slots=True)
class Post:
    """One doctor of the district: `home` is the rank of the commune, `lapses` when the insurance ends, in days."""

    key: str
    title: Title
    given: str
    family: str
    specialty: Specialty
    practice: str
    home: int
    languages: tuple[str, ...]
    portrait: str = ""
    lapses: int = 3 * 365


DOCTORS = (
    Post("medecin", Title.DR_F, "Salomé", "Vasseur", GP, "Cabinet des Tilleuls", 0, ("fr", "en"), "salome"),
    Post("medecin2", Title.DR_M, "Marc", "Lenoir", GP, "Maison de santé du Pont", 5, ("fr", "en"), "marc"),
    Post("benali", Title.DR_F, "Aïcha", "Benali", GP, "Maison de santé du Pont", 5, ("fr", "ar"), "aicha"),
    Post("ferreira", Title.DR_M, "Tiago", "Ferreira", GP, "Cabinet de la Halle", 0, ("fr", "pt", "en")),
    Post("cazals", Title.DR_F, "Inès", "Cazals", SKIN, "Centre du Marché", 0, ("fr",), lapses=12),
    Post("roux", Title.DR_M, "Étienne", "Roux", GP, "Cabinet de l’Aubrelle", 5, ("fr",), lapses=-10),
)
CANDIDATE = Post("fontanel", Title.DR_F, "Léa", "Fontanel", GP, "Cabinet des Clapiès", 4, ("fr", "es"))


@dataclass(frozen=True, slots=True)
class Staff:
    """Doctors by the key of their post, and the offices that act in the district."""

    doctors: dict[str, ProfessionalAccount]
    director: Account
    officer: Account

    @property
    def complying(self) -> Actor:
        return Actor(self.officer.id, Role.COMPLIANCE.value)

    @property
    def directing(self) -> Actor:
        return Actor(self.director.id, Role.MEDICAL_DIRECTOR.value)


def address_of(key: str) -> str:
    return f"{key}@{DOMAIN}"


def hire_staff(*, world: World, now: datetime) -> Staff:
    if find_account(email=address_of("fontanel")) is None:
        _hire(world, now=now)
    director, officer = (find_account(email=address_of(key)) for key in ("directeur", "conformite"))
    if director is None or officer is None:
        raise LookupError("a part of the demo's staff is missing: start again on an empty folder")
    emails = {address_of(post.key): post.key for post in DOCTORS}
    rows = ProfessionalAccount.objects.filter(account__email__in=emails).select_related(
        "account", "practitioner"
    )
    return Staff({emails[row.account.email or ""]: row for row in rows}, director, officer)


@transaction.atomic
def _hire(world: World, *, now: datetime) -> None:
    hired = now - HIRED_BEFORE
    for key, name, role in OFFICES:
        account = create_account(
            email=address_of(key), name=name, roles=frozenset({role}), by=DEMO, now=hired
        )
        give_password(account)
    director = find_account(email=address_of("directeur"))
    by = Actor(director.id if director else None, Role.MEDICAL_DIRECTOR.value)
    for serial, post in enumerate(DOCTORS, start=1):
        doctor = create_doctor(post, serial, world, now=hired)
        prove(doctor, post, tuple(EvidenceKind), by=by, today=local_day(now), now=hired + timedelta(days=1))
        activate_professional(professional=doctor, by=by, now=hired + timedelta(days=1, hours=1))
    _create_pharmacist(world, now=hired)
    candidate = create_doctor(CANDIDATE, 7, world, now=now - timedelta(days=2))
    seen = (EvidenceKind.RPPS_EXTRACT, EvidenceKind.ORDRE)
    prove(candidate, CANDIDATE, seen, by=by, today=local_day(now), now=now - timedelta(days=1))
    lapse = now - timedelta(days=10)
    check_professionals_daily(today=local_day(lapse), now=lapse)


def create_doctor(post: Post, serial: int, world: World, *, now: datetime) -> ProfessionalAccount:
    facts = PractitionerFacts(
        rpps=rpps(serial),
        title=post.title,
        given_name=post.given,
        family_name=post.family,
        profession=Profession.DOCTOR,
        specialty=post.specialty,
        practice_name=post.practice,
        practice_commune=world.communes[post.home],
        languages=post.languages,
        portrait=post.portrait,
        sector=Sector.S1.value,
        employer=Employer.LIBERAL.value,
        country="FR",
    )
    doctor = create_professional(email=address_of(post.key), facts=facts, by=DEMO, now=now)
    say_practice(practitioner=doctor.practitioner, practice=_practice(post, serial), by=DEMO, now=now)
    give_password(doctor.account)
    return doctor


def _practice(post: Post, serial: int) -> Practice:
    """Invented: a phone of the ARCEP's block for fiction, FINESS and AM numbers of département 99, which is none."""
    finess = f"9900{serial:04}"
    return Practice(
        practice_address=f"{serial * 3} rue des Tilleuls",
        practice_phone=f"+3353649{serial:04}",
        practice_email=address_of(post.key),
        practice_finess=finess + luhn.calc_check_digit(finess),
        am_number=f"9910000{serial:02}",
    )


def _create_pharmacist(world: World, *, now: datetime) -> None:
    facts = PractitionerFacts(
        rpps=rpps(20),
        title=Title.M,
        given_name="Karim",
        family_name="Haddad",
        profession=Profession.PHARMACIST,
        practice_name="Pharmacie de la Brune",
        practice_commune=world.town,
        languages=("fr", "ar"),
        portrait="karim",
    )
    one = create_professional(
        email=address_of("pharmacien"), facts=facts, role=Role.ASSISTANT, by=DEMO, now=now
    )
    give_password(one.account)


@lru_cache(maxsize=1)
def _hashed() -> str:
    """Hashed once for all: scrypt is slow on purpose."""
    return make_password(PASSWORD)


def give_password(account: Account) -> None:
    """The demo's password, which is shorter than people.operations.set_password is asked to take."""
    account.password = _hashed()
    account.save(update_fields=["password"])


def prove(
    doctor: ProfessionalAccount,
    post: Post,
    kinds: tuple[EvidenceKind, ...],
    *,
    by: Actor,
    today: date,
    now: datetime,
) -> None:
    for kind in kinds:
        days = post.lapses if kind == EvidenceKind.LIABILITY_INSURANCE else 3 * 365
        add_evidence(
            professional=doctor,
            kind=kind,
            reference=f"pièce inventée {doctor.practitioner.rpps[-4:]}-{kind.value[:3]}",
            valid_from=today - timedelta(days=200),
            valid_until=today + timedelta(days=days),
            by=by,
            now=now,
        )


def rpps(serial: int) -> str:
    """No real RPPS number begins with 999; the key is right."""
    body = f"999{serial:07}"
    return body + luhn.calc_check_digit(body)
