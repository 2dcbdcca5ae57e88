"""What the compliance officer looks at: the journal and its chain, the record of processing, withdrawals, erasures."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any
from uuid import UUID

from django.apps import apps
from django.db.models import Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from toubib.ground.journal import UNSEALED_TOLERANCE, Fault, verify_journal
from toubib.ground.models import Beat, DataNote, JournalEntry
from toubib.people.models import Account, Patient
from toubib.record.models import Consent
from toubib.web.audit_words import say_action, say_role
from toubib.web.processing_words import ERASED, KEPT, TABLES

VERIFIED = "journal.verified"
MOST_FAULTS = 20
MOST_FOUND = 20
AREAS = {
    "ground": _("Socle : journal, messages, fichiers"),
    "territory": _("Communes"),
    "directory": _("Annuaire"),
    "people": _("Comptes et identités"),
    "record": _("Dossiers"),
    "waiting": _("File d’attente"),
    "billing": _("Facturation"),
    "consultation": _("Salles d’appel"),
    "rights": _("Droits des personnes"),
    "web": _("Conformité"),
}


@dataclass(frozen=True, slots=True)
class Search:
    """What to show of the journal; every field may be absent. Ids only: no name ever stands in an address."""

    patient: UUID | None = None
    account: UUID | None = None
    area: str = ""
    since: date | None = None
    until: date | None = None


def entries(*, search: Search) -> QuerySet[JournalEntry]:
    """The newest first. Days are of Paris, both included."""
    rows = JournalEntry.objects.all()
    if search.patient:
        rows = rows.filter(patient=search.patient)
    if search.account:
        rows = rows.filter(account=search.account)
    if search.area:
        rows = rows.filter(action__startswith=f"{search.area}.")
    if search.since:
        rows = rows.filter(at__gte=_midnight(search.since))
    if search.until:
        rows = rows.filter(at__lt=_midnight(search.until + timedelta(days=1)))
    return rows.order_by("-id")


def _midnight(day: date) -> datetime:
    return timezone.make_aware(datetime.combine(day, time.min))


@dataclass(frozen=True, slots=True)
class Row:
    """One entry in words: who, in which role, did what, about whom."""

    entry: JournalEntry
    who: str
    role: str
    what: str
    about: str


def rows_of(*, page: Iterable[JournalEntry]) -> list[Row]:
    """Names in two queries, whatever the length."""
    found = list(page)
    names = account_names({entry.account for entry in found if entry.account})
    people = _patient_names({entry.patient for entry in found if entry.patient})
    return [
        Row(
            entry=entry,
            who=names.get(entry.account, "") if entry.account else "",
            role=say_role(entry.role),
            what=say_action(entry.action),
            about=people.get(entry.patient, "") if entry.patient else "",
        )
        for entry in found
    ]


def account_names(ids: set[UUID]) -> dict[UUID, str]:
    rows = Account.objects.filter(pk__in=ids).values_list("pk", "display_name", "email", "phone")
    return {pk: name or email or phone or "" for pk, name, email, phone in rows}


def _patient_names(ids: set[UUID]) -> dict[UUID, str]:
    return {row.pk: row.full_name for row in Patient.objects.filter(pk__in=ids)}


def find_people(*, text: str) -> tuple[list[Patient], list[Account]]:
    """Patients and accounts whose name or address holds these words; the first of each."""
    words = text.split()
    if not words:
        return [], []
    patients, accounts = Patient.objects.all(), Account.objects.all()
    for word in words:
        patients = patients.filter(
            Q(birth_name__icontains=word)
            | Q(birth_given_names__icontains=word)
            | Q(used_name__icontains=word)
            | Q(used_given_name__icontains=word)
        )
        accounts = accounts.filter(Q(display_name__icontains=word) | Q(email__icontains=word))
    return (
        list(patients.order_by("birth_name", "birth_given_names")[:MOST_FOUND]),
        list(accounts.order_by("display_name", "email")[:MOST_FOUND]),
    )


@dataclass(frozen=True, slots=True)
class Chain:
    """Where the seals stand; `verified_at`: the last time that a full check found nothing."""

    last: JournalEntry | None
    unsealed: int
    late: int
    verified_at: datetime | None


def chain_state(*, now: datetime) -> Chain:
    open_rows = JournalEntry.objects.filter(seq__isnull=True)
    beat = Beat.objects.filter(name=VERIFIED).first()
    return Chain(
        last=JournalEntry.objects.filter(seq__isnull=False).order_by("-seq").first(),
        unsealed=open_rows.count(),
        late=open_rows.filter(at__lt=now - UNSEALED_TOLERANCE).count(),
        verified_at=beat.at if beat else None,
    )


def check_chain(*, now: datetime) -> list[Fault]:
    """Recompute every seal; the first faults. When there is none, the time of the check is kept."""
    faults = []
    for fault in verify_journal(now=now):
        faults.append(fault)
        if len(faults) == MOST_FAULTS:
            break
    if not faults:
        Beat.objects.update_or_create(name=VERIFIED, defaults={"at": now})
    return faults


def withdrawn_consents() -> QuerySet[Consent]:
    rows = Consent.objects.filter(withdrawn_at__isnull=False).select_related("patient")
    return rows.order_by("-withdrawn_at", "-id")


@dataclass(frozen=True, slots=True)
class Processing:
    """One table of the record of processing (GDPR, article 30), from the data note of its model, in words."""

    part: str
    model: str
    name: str
    why: str
    personal: bool
    health: bool
    kept: str
    erased: str


def processing_record() -> Iterator[Processing]:
    for model in sorted(apps.get_models(), key=lambda one: one._meta.label):
        note: Any = getattr(model, "data", None)
        if isinstance(note, DataNote):
            name, why = TABLES.get(model.__name__, (model.__name__, ""))
            yield Processing(
                part=str(AREAS.get(model._meta.app_label, model._meta.app_label)),
                model=model.__name__,
                name=str(name),
                why=str(why),
                personal=note.personal,
                health=note.health,
                kept=str(KEPT.get(note.kept, note.kept)),
                erased=str(ERASED.get(note.erased, note.erased)),
            )


def names_of_search(*, search: Search) -> tuple[str, str]:
    """The names of the patient and of the account that a search is about, empty where there is none."""
    patient = _patient_names({search.patient}).get(search.patient, "") if search.patient else ""
    account = account_names({search.account}).get(search.account, "") if search.account else ""
    return patient, account
