"""The retention periods applied: what is past its time goes, each day, by the worker. A dry run does it and takes it back."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from django.db import models, transaction
from django.db.models import Q
from django.db.models.functions import Coalesce

from toubib.activity.models import CountedAct, DeclaredActivity
from toubib.billing.models import ClaimLine, Cover, ExportBatch
from toubib.consultation.models import Complaint, Feedback, Invite
from toubib.ground.actors import Actor
from toubib.ground.files import drop_file
from toubib.people.enums import PROFESSIONAL_ROLES
from toubib.people.models import Account, Evidence, Patient, PatientLink
from toubib.people.queries import live_links
from toubib.rights.models import DataCopy, ErasureRequest, LegalHold
from toubib.rights.operations.tree import drop_copy, erase_account, erase_record, erase_tickets
from toubib.rights.periods import add_years
from toubib.rights.queries import end_of, has_record, is_held
from toubib.rulebook.days import PARIS, day_of, value_at
from toubib.waiting.enums import ENDED_STATES
from toubib.waiting.models import Duty, FollowUp, Offer, Ticket

BY = Actor.system("worker")
A_RUN = 500  # rows of a kind in one run: the next day goes on
LOOKED_AT = 20_000  # old records whose end is reckoned in one run


@dataclass(frozen=True, slots=True)
class Sweep:
    """`models`: the tables whose rows it erases; `rule`: the parameter of their period."""

    name: str
    rule: str
    models: tuple[str, ...]
    run: Callable[[datetime], int]


@dataclass(frozen=True, slots=True)
class Swept:
    name: str
    rule: str
    count: int


def apply_retention(*, now: datetime, dry: bool = False) -> list[Swept]:
    """Each sweep in a transaction of its own; `dry`: each is taken back, so that it counts what a run would erase."""
    done = []
    for sweep in SWEEPS:
        with transaction.atomic():
            count = sweep.run(now)
            transaction.set_rollback(dry)
        done.append(Swept(sweep.name, sweep.rule, count))
    return done


def _before(rule: str, now: datetime) -> datetime:
    """The moment before which the period of `rule` is over: so many days, or years to the day in Paris."""
    if rule.endswith(".days"):
        return now - timedelta(days=value_at(id=rule, now=now))
    return datetime.combine(_day_before(rule, now), now.astimezone(PARIS).timetz())


def _day_before(rule: str, now: datetime) -> date:
    return add_years(day_of(now), -value_at(id=rule, now=now))


def _gone(rows: models.QuerySet[Any]) -> int:
    """Delete them; how many of their own table."""
    ids = list(rows.order_by("pk").values_list("pk", flat=True)[:A_RUN])
    rows.model._default_manager.filter(pk__in=ids).delete()
    return len(ids)


def _held() -> models.QuerySet[Any]:
    return LegalHold.objects.filter(lifted_at__isnull=True).values("patient")


def _requests(now: datetime) -> int:
    rows = Ticket.objects.filter(encounter__isnull=True, state__in=ENDED_STATES, follow_up__isnull=True)
    rows = rows.filter(Q(account__isnull=False) | Q(arrived_at__isnull=True))  # the others are bare already
    rows = rows.annotate(over=Coalesce("ended_at", "touched_at")).filter(
        over__lt=_before("retention.ticket.days", now)
    )
    ids = rows.exclude(patient__in=_held()).order_by("pk").values_list("pk", flat=True)[:A_RUN]
    return erase_tickets(ids=list(ids), by=BY, now=now)


def _follow_ups(now: datetime) -> int:
    rows = FollowUp.objects.filter(done_at__lt=_before("retention.follow_up.years", now))
    return _gone(rows.exclude(ticket__patient__in=_held()))


def _feedback(now: datetime) -> int:
    return _gone(Feedback.objects.filter(said_at__lt=_before("retention.feedback.years", now)))


def _complaints(now: datetime) -> int:
    said = Coalesce("answered_at", "said_at")
    rows = Complaint.objects.annotate(over=said).filter(over__lt=_before("retention.complaint.years", now))
    return _gone(rows.exclude(encounter__patient__in=_held()))


def _answers(now: datetime) -> int:
    return _gone(ErasureRequest.objects.filter(answered_at__lt=_before("retention.complaint.years", now)))


def _invites(now: datetime) -> int:
    """Links that nobody came in by: who did come stands in the record of the visit."""
    rows = Invite.objects.filter(
        created_at__lt=_before("retention.message.days", now), participant__isnull=True
    )
    return _gone(rows.filter(Q(room__isnull=True) | Q(room__closed_at__isnull=False)))


def _offers(now: datetime) -> int:
    return _gone(Offer.objects.filter(made_at__lt=_before("retention.staff.years", now)))


def _duties(now: datetime) -> int:
    rows = Duty.objects.filter(closed_at__lt=_before("retention.staff.years", now), offers__isnull=True)
    return _gone(rows)


def _evidence(now: datetime) -> int:
    return _gone(Evidence.objects.filter(valid_until__lt=_day_before("retention.staff.years", now)))


def _activity(now: datetime) -> int:
    day = _day_before("retention.staff.years", now)
    declared = DeclaredActivity.objects.filter(said_at__lt=_before("retention.staff.years", now))
    return _gone(CountedAct.objects.filter(act_date__lt=day)) + _gone(declared)


def _claims(now: datetime) -> int:
    """The files handed over, with their bytes; then the lines that stand in none any more, and the contracts over."""
    before = _before("retention.staff.years", now)
    count = 0
    for batch in ExportBatch.objects.filter(made_at__lt=before).order_by("pk")[:A_RUN]:
        files = [batch.csv_file, batch.json_file]
        batch.entries.all().delete()
        batch.delete()
        for file in files:
            drop_file(file)
        count += 1
    lines = ClaimLine.objects.filter(made_at__lt=before, entries__isnull=True, corrected_by__isnull=True)
    covers = Cover.objects.filter(ends_on__lt=_day_before("retention.staff.years", now))
    held = _held()
    return count + _gone(lines.exclude(encounter__patient__in=held)) + _gone(covers.exclude(patient__in=held))


def _copies(now: datetime) -> int:
    rows = list(DataCopy.objects.filter(expires_at__lte=now).select_related("file").order_by("pk")[:A_RUN])
    for row in rows:
        drop_copy(copy=row)
    return len(rows)


def _accounts(now: datetime) -> int:
    """Patients' accounts without a sign-in for the time that is kept; with each, people of whom no record is."""
    before = _before("retention.account.years", now)
    live = Ticket.objects.exclude(state__in=ENDED_STATES).values("account")
    rows = Account.objects.annotate(seen=Coalesce("last_login", "created_at"))
    rows = rows.filter(seen__lt=before, is_active=True).exclude(grants__role__in=PROFESSIONAL_ROLES)
    rows = rows.exclude(grant_requests__isnull=False).exclude(professional__isnull=False)
    count = 0
    for account in rows.exclude(pk__in=live.filter(account__isnull=False)).order_by("pk")[:A_RUN]:
        for patient in _only_theirs(account, now=now):
            erase_record(patient=patient, rule="retention.account.years", by=BY, now=now)
        erase_account(account=account, by=BY, now=now)
        count += 1
    return count


def _only_theirs(account: Account, *, now: datetime) -> Iterable[Patient]:
    """People without a record for whom nobody else acts."""
    for link in PatientLink.objects.filter(live_links(now=now), account=account).select_related("patient"):
        others = PatientLink.objects.filter(live_links(now=now), patient=link.patient_id)
        if others.exclude(account=account).exists() or is_held(patient_id=link.patient_id):
            continue
        if not has_record(patient_id=link.patient_id):
            yield link.patient


def _records(now: datetime) -> int:
    """Whole records past their end. None is looked at that had a visit within the shortest period there is."""
    shortest = min(
        value_at(id=rule, now=now) for rule in ("retention.death.years", "retention.establishment.years")
    )
    limit = datetime.combine(add_years(day_of(now), -shortest), now.astimezone(PARIS).timetz())
    rows = Patient.objects.filter(created_at__lt=limit).exclude(pk__in=_held())
    rows = rows.exclude(encounters__planned_at__gte=limit)
    count = 0
    for patient in list(rows.order_by("created_at", "pk")[:LOOKED_AT]):
        end = end_of(patient=patient, now=now)
        if end.on <= day_of(now) and has_record(patient_id=patient.pk):
            erase_record(patient=patient, rule=end.rule, by=BY, now=now)
            count += 1
    return count


IN_A_RECORD = (
    "people.Patient", "people.PatientLink", "record.Encounter", "record.Note", "record.Prescription",
    "record.PrescriptionLine", "record.SickLeave", "record.Certificate", "record.PatientTask", "record.HealthSummary",
    "record.Attachment", "record.Consent", "record.EncounterDecision", "documents.Document", "exchange.Delivery",
    "consultation.Room", "consultation.Participant", "consultation.Measurement", "consultation.ChatMessage",
    "consultation.PapersDue", "billing.PriceShown", "billing.FactAnswer", "waiting.Ticket", "waiting.Attestation", "rights.LegalHold", "rights.PatientDeath",
    "ground.StoredFile",
)  # fmt: skip
SWEEPS = (
    Sweep(
        "requests that nobody served",
        "retention.ticket.days",
        ("waiting.Ticket", "waiting.Attestation"),
        _requests,
    ),
    Sweep("people called back", "retention.follow_up.years", ("waiting.FollowUp",), _follow_ups),
    Sweep("ratings of calls", "retention.feedback.years", ("consultation.Feedback",), _feedback),
    Sweep("complaints", "retention.complaint.years", ("consultation.Complaint",), _complaints),
    Sweep("answered requests to erase", "retention.complaint.years", ("rights.ErasureRequest",), _answers),
    Sweep("links of guests who never came", "retention.message.days", ("consultation.Invite",), _invites),
    Sweep("offers to doctors", "retention.staff.years", ("waiting.Offer",), _offers),
    Sweep("duties", "retention.staff.years", ("waiting.Duty",), _duties),
    Sweep("evidence of professionals", "retention.staff.years", ("people.Evidence",), _evidence),
    Sweep(
        "counted and declared activity",
        "retention.staff.years",
        ("activity.CountedAct", "activity.DeclaredActivity"),
        _activity,
    ),
    Sweep(
        "claims and contracts",
        "retention.staff.years",
        ("billing.ClaimLine", "billing.ExportBatch", "billing.ExportEntry", "billing.Cover"),
        _claims,
    ),
    Sweep("copies of data", "retention.copy.days", ("rights.DataCopy",), _copies),
    Sweep("accounts left alone", "retention.account.years", ("people.Account",), _accounts),
    Sweep("records", "retention.record.archived_years", IN_A_RECORD, _records),
)
# Personal data that no sweep erases, and who does, or why not.
ELSEWHERE = {
    "ground.OutboundMessage": "ground.mail.erase_old_messages, daily",
    "people.SignInCode": "people.operations.erase_old_codes, daily",
    "people.FailedSignIn": "people.operations.erase_old_tries, daily",
    "people.RoleGrant": "ends with its account; the row tells who could do what, as long as the journal does",
    "people.GrantRequest": "the same",
    "people.ProfessionalAccount": "names who signed, as long as a record holds a signature",
    "record.NoteTemplate": "its doctor",
    "directory.Practitioner": "the public directory's import",
    "directory.RegisterEntry": "the public directory's import",
    "directory.PracticePlace": "the public directory's import",
    "directory.PlaceEvidence": "nobody: it proves which organisation worked where",
    "ground.JournalEntry": "nobody: the database refuses it; docs/privacy.md says what the operator does",
}
