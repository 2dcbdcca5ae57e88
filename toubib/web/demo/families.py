"""Forty invented people: who they are, who acts for whom and on what proof, what they told of their health."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

from django.db import transaction

from toubib.ground.actors import Actor
from toubib.people.enums import LinkKind, LinkProof, Role, Sex
from toubib.people.identity import Identity, local_day
from toubib.people.insi import ask_insi
from toubib.people.models import Account, Patient
from toubib.people.operations import (
    add_relative,
    link_person,
    record_ins_from_insi,
    set_own_identity,
    validate_identity,
)
from toubib.people.operations.grants import add_grant
from toubib.people.queries import find_account, links_of
from toubib.record.operations import tell_health_summary
from toubib.record.told import concerns
from toubib.web.demo.staff import DEMO, Staff, address_of, give_password
from toubib.web.demo.texts import HEALTH
from toubib.web.demo.world import COMMUNES, World

SETTLED_BEFORE = timedelta(days=75)
F, M = Sex.FEMALE, Sex.MALE
PARENT, RELATIVE = LinkKind.PARENT, LinkKind.RELATIVE
DOCUMENT, DECLARED = LinkProof.DOCUMENT, LinkProof.DECLARED
PROOF_NOTE = {DOCUMENT: "livret de famille inventé, vu en visio", DECLARED: ""}


@dataclass(frozen=True, slots=True)
class Person:
    """`days`: age in days at the first start, so that children stay children; `street` is where they are."""

    given: str
    family: str
    sex: Sex
    days: int
    kind: LinkKind = LinkKind.SELF
    proof: LinkProof = DECLARED


@dataclass(frozen=True, slots=True)
class Family:
    key: str
    home: int
    street: str
    language: str
    people: tuple[Person, ...]


def _years(years: float) -> int:
    return int(years * 365.25) + 40


def _family(key: str, home: int, street: str, *people: Person, language: str = "fr") -> Family:
    return Family(key, home, street, language, people)


def _who(
    given: str,
    family: str,
    sex: Sex,
    years: float,
    kind: LinkKind = LinkKind.SELF,
    proof: LinkProof = DECLARED,
) -> Person:
    return Person(given, family, sex, _years(years), kind, proof)


FAMILIES = (
    _family(
        "patient",
        0,
        "12 rue des Lavoirs",
        _who("Jeanne", "Morel", F, 38),
        _who("Léo", "Morel", M, 6, PARENT, DOCUMENT),
        _who("Simone", "Garnier", F, 81, RELATIVE, DOCUMENT),
    ),
    _family(
        "paul-castan",
        1,
        "3 chemin du Moulin",
        _who("Paul", "Castan", M, 45),
        _who("Zoé", "Castan", F, 9, PARENT, DOCUMENT),
        _who("Hugo", "Castan", M, 3, PARENT),
    ),
    _family(
        "amelie-rouvier",
        0,
        "8 place du Marché",
        _who("Amélie", "Rouvier", F, 31),
        _who("Louise", "Rouvier", F, 1.2, PARENT, DOCUMENT),
    ),
    _family("bernard-delmas", 2, "1 route de la Brune", _who("Bernard", "Delmas", M, 72)),
    _family("nadege-bories", 3, "22 rue Haute", _who("Nadège", "Bories", F, 52)),
    _family("chloe-bories", 3, "22 rue Haute", _who("Chloé", "Bories", F, 16)),
    _family("thomas-vidal", 0, "5 impasse du Four", _who("Thomas", "Vidal", M, 29)),
    _family(
        "sylvie-marty",
        5,
        "14 quai d’Aubrelle",
        _who("Sylvie", "Marty", F, 60),
        _who("Raymond", "Marty", M, 86, RELATIVE, DOCUMENT),
    ),
    _family("kevin-puech", 4, "2 lotissement des Genêts", _who("Kevin", "Puech", M, 24)),
    _family(
        "isabelle-cros",
        0,
        "31 avenue de la Gare",
        _who("Isabelle", "Cros", F, 47),
        _who("Manon", "Cros", F, 12, PARENT),
        _who("Lucas", "Cros", M, 5, PARENT),
    ),
    _family("gerard-fabre", 6, "7 rue de l’Église", _who("Gérard", "Fabre", M, 67)),
    _family(
        "fatima-zerrouki",
        0,
        "40 avenue de la Gare",
        _who("Fatima", "Zerrouki", F, 34),
        _who("Yanis", "Zerrouki", M, 4, PARENT, DOCUMENT),
        language="ar",
    ),
    _family("joao-pereira", 5, "6 rue du Pont", _who("João", "Pereira", M, 41), language="pt"),
    _family("lucinda-marques", 0, "18 rue des Tanneurs", _who("Lucinda", "Marques", F, 63), language="pt"),
    _family(
        "samira-haddou",
        0,
        "9 place du Marché",
        _who("Samira", "Haddou", F, 27),
        _who("Adam", "Haddou", M, 2, PARENT, DOCUMENT),
        language="ar",
    ),
    _family(
        "mohamed-benkirane", 1, "11 chemin du Moulin", _who("Mohamed", "Benkirane", M, 58), language="ar"
    ),
    _family(
        "rui-carvalho",
        2,
        "5 route de la Brune",
        _who("Rui", "Carvalho", M, 35),
        _who("Inês", "Carvalho", F, 7, PARENT),
        language="pt",
    ),
    _family(
        "claire-lacombe",
        6,
        "3 rue de l’Église",
        _who("Claire", "Lacombe", F, 36),
        _who("Noé", "Lacombe", M, 1, PARENT, DOCUMENT),
    ),
    _family("julien-sers", 0, "27 rue des Lavoirs", _who("Julien", "Sers", M, 40)),
    _family("monique-albert", 4, "1 place des Clapiès", _who("Monique", "Albert", F, 78)),
    _family("antoine-vergnes", 0, "résidence du Lycée", _who("Antoine", "Vergnes", M, 19)),
    _family("emma-wilson", 3, "5 rue Basse", _who("Emma", "Wilson", F, 33), language="en"),
    _family("pierre-cassan", 5, "2 quai d’Aubrelle", _who("Pierre", "Cassan", M, 55)),
    _family("elodie-raynal", 0, "16 rue du Château", _who("Élodie", "Raynal", F, 28)),
    _family(
        "lucie-blanc",
        1,
        "19 chemin du Moulin",
        _who("Lucie", "Blanc", F, 44),
        _who("Jules", "Blanc", M, 14, PARENT, DOCUMENT),
    ),
    _family("marie-paule-gaubert", 2, "9 route de la Brune", _who("Marie-Paule", "Gaubert", F, 69)),
    _family("omar-diallo", 0, "33 avenue de la Gare", _who("Omar", "Diallo", M, 50)),
)
QUALIFIED = ("patient", "bernard-delmas", "sylvie-marty", "monique-albert", "omar-diallo")


@dataclass(frozen=True, slots=True)
class Household:
    """A family as it lives in the database: patients in the order of `family.people`, oneself first."""

    family: Family
    account: Account
    patients: tuple[Patient, ...]
    phone: str = field(repr=False)

    @property
    def actor(self) -> Actor:
        return Actor(self.account.id, Role.PATIENT.value)


def settle_families(*, world: World, staff: Staff, now: datetime) -> dict[str, Household]:
    with transaction.atomic():
        if find_account(email=address_of(FAMILIES[-1].key)) is None:
            for serial, family in enumerate(FAMILIES):
                _settle(family, serial, now=now)
            _let_nadege_act_for_chloe(now=now)
            _qualify(staff, now=now)
    return {family.key: _find(family, serial, now=now) for serial, family in enumerate(FAMILIES)}


def phone_of(serial: int) -> str:
    """06 39 98 00 xx: kept by the Arcep for works of fiction."""
    return f"+336399800{serial + 10:02}"


def _settle(family: Family, serial: int, *, now: datetime) -> None:
    then = now - SETTLED_BEFORE + timedelta(hours=5 * serial)
    account = Account(email=address_of(family.key), phone=phone_of(serial), created_at=then)
    account.language = family.language if family.language in ("fr", "en") else "fr"
    account.set_unusable_password()
    account.save(force_insert=True)
    add_grant(account=account, role=Role.PATIENT, by=DEMO, now=then)
    if family.key == "patient":
        give_password(account)
    by = Actor(account.id, Role.PATIENT.value)
    for rank, person in enumerate(family.people):
        identity = _identity(person, serial, today=local_day(now))
        if person.kind == LinkKind.SELF:
            patient = set_own_identity(account=account, identity=identity, by=by, now=then)
        else:
            link = add_relative(
                account=account,
                identity=identity,
                kind=person.kind,
                proof=person.proof,
                by=by,
                now=then + timedelta(minutes=5 * rank),
                note=PROOF_NOTE[person.proof],
            )
            patient = link.patient
        Patient.objects.filter(pk=patient.pk).update(preferred_language=family.language)
        told = {**HEALTH[(serial + rank) % len(HEALTH)], **_of_age(person)}
        tell_health_summary(patient_id=patient.id, content=told, by=by, now=then + timedelta(minutes=30))


def _of_age(person: Person) -> dict[str, str]:
    """Answers to the questions that not everyone is asked: a child weighs about 2 kg a year, and 8."""
    years = int(person.days / 365.25)
    answers = {"pregnancy": "no", "weight": str(2 * years + 8)}
    return {key: answers[key] for key in sorted(concerns(male=person.sex == Sex.MALE, age=years))}


def _identity(person: Person, serial: int, *, today: date) -> Identity:
    return Identity(
        birth_name=person.family,
        birth_given_names=person.given,
        birth_date=today - timedelta(days=person.days + 7 * serial % 30),
        sex=person.sex.value,
        birth_place_code=COMMUNES[serial % len(COMMUNES)][0],
    )


def _let_nadege_act_for_chloe(*, now: datetime) -> None:
    """Chloé, 16, has an account of her own; her mother acts for her too, but for what Chloé keeps secret."""
    mother, daughter = (
        find_account(email=address_of("nadege-bories")),
        find_account(email=address_of("chloe-bories")),
    )
    if mother and daughter:
        then = now - SETTLED_BEFORE + timedelta(days=7)
        patient = links_of(account=daughter, now=then)[0].patient
        link_person(
            account=mother,
            patient=patient,
            kind=PARENT,
            proof=DOCUMENT,
            note=PROOF_NOTE[DOCUMENT],
            by=Actor(mother.id, Role.PATIENT.value),
            now=then,
        )


def _qualify(staff: Staff, *, now: datetime) -> None:
    """A few identities that the demo's INSi answered (test OID) and that a doctor validated on a document."""
    then = now - SETTLED_BEFORE + timedelta(days=8)
    doctor = Actor(staff.doctors["medecin"].account_id, Role.PRACTITIONER.value)
    for key in QUALIFIED:
        account = find_account(email=address_of(key))
        if account is None:
            continue
        for link in links_of(account=account, now=then):
            answer = ask_insi(patient=link.patient)
            if answer:
                record_ins_from_insi(patient=link.patient, answer=answer, by=DEMO, now=then)
                validate_identity(patient=link.patient, by=doctor, now=then + timedelta(minutes=5))


def _find(family: Family, serial: int, *, now: datetime) -> Household:
    account = find_account(email=address_of(family.key))
    if account is None:
        raise LookupError(f"the demo's {family.key} is missing: start again on an empty folder")
    names = [person.given for person in family.people]
    mine = {link.patient.birth_given_names: link.patient for link in links_of(account=account, now=now)}
    return Household(family, account, tuple(mine[name] for name in names if name in mine), phone_of(serial))
