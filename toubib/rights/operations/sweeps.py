"""The retention periods applied: what is past its time goes, each day, by the worker. A dry run does it and takes it back."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any

from django.db import models, transaction
from django.db.models import Q
from django.db.models.functions import Coalesce

from toubib.activity.models import CountedAct, DeclaredActivity
from toubib.assistance.models import Posting, Protocol
from toubib.billing.models import AssistanceLine, ClaimLine, Cover, ExportBatch, ExportEntry, PriceShown
from toubib.consultation.models import Complaint, Feedback, Invite
from toubib.ground.actors import Actor
from toubib.ground.files import drop_file
from toubib.kiosk.models import CabinCheck
from toubib.people.enums import PROFESSIONAL_ROLES
from toubib.people.models import Account, Evidence, Patient, PatientLink
from toubib.people.queries import live_links
from toubib.record.models import Encounter
from toubib.rights.models import DataCopy, ErasureRequest, LegalHold
from toubib.rights.operations.tree import (
    RecordHeld,
    drop_copy,
    erase_account,
    erase_record,
    erase_tickets,
)
from toubib.rights.periods import add_years, shortest_years
from toubib.rights.queries import end_of, has_record, is_held, last_contact
from toubib.rulebook.days import PARIS, day_of, value_at
from toubib.waiting.enums import ENDED_STATES
from toubib.waiting.models import Duty, FollowUp, Offer, Ticket

BY = Actor.system("worker")
A_FEW = 50  # accounts or files, each with much behind it, in one transaction
A_BATCH = 500  # rows of a kind, or people looked at, in one transaction


@dataclass(frozen=True, slots=True)
class Sweep:
    """`models`: the tables whose rows it erases; `rule`: the parameter of their period; `run`: erases a batch at each
    step, and says how many went, until nothing is left to look at."""

    name: str
    rule: str
    models: tuple[str, ...]
    run: Callable[[datetime], Iterator[int]]


@dataclass(frozen=True, slots=True)
class Swept:
    name: str
    rule: str
    count: int


def apply_retention(*, now: datetime, dry: bool = False) -> list[Swept]:
    """Each batch in a transaction of its own, until nothing is past its time; `dry`: each sweep is taken back whole, so
    that it counts what a run would erase."""
    done = []
    for sweep in SWEEPS:
        if dry:
            with transaction.atomic():
                count = _batches(sweep.run(now))
                transaction.set_rollback(True)
        else:
            count = _batches(sweep.run(now))
        done.append(Swept(sweep.name, sweep.rule, count))
    return done


def _batches(steps: Iterator[int]) -> int:
    count = 0
    while True:
        with transaction.atomic():
            gone = next(steps, None)
        if gone is None:
            return count
        count += gone


def _until_empty(*batches: Callable[[datetime], int]) -> Callable[[datetime], Iterator[int]]:
    """A batch again and again until it erases nothing."""

    def run(now: datetime) -> Iterator[int]:
        for batch in batches:
            while gone := batch(now):
                yield gone

    return run


def _people(rows: models.QuerySet[Patient]) -> Iterator[list[Patient]]:
    """All of them by id, a batch at a time, whether the ones before went or stay."""
    last = None
    while batch := list((rows.filter(pk__gt=last) if last else rows).order_by("pk")[:A_BATCH]):
        yield batch
        last = batch[-1].pk


def _erased(patient: Patient, *, rule: str, now: datetime) -> int:
    """One, or none where a hold was placed meanwhile."""
    try:
        erase_record(patient=patient, rule=rule, by=BY, now=now)
    except RecordHeld:
        return 0
    return 1


def _before(rule: str, now: datetime) -> datetime:
    """The moment before which the period of `rule` is over: so many days, or years to the day in Paris."""
    if rule.endswith(".days"):
        return now - timedelta(days=value_at(id=rule, now=now))
    return datetime.combine(_day_before(rule, now), now.astimezone(PARIS).timetz())


def _day_before(rule: str, now: datetime) -> date:
    return add_years(day_of(now), -value_at(id=rule, now=now))


def _gone(rows: models.QuerySet[Any]) -> int:
    """Delete them; how many of their own table."""
    ids = list(rows.order_by("pk").values_list("pk", flat=True)[:A_BATCH])
    rows.model._default_manager.filter(pk__in=ids).delete()
    return len(ids)


def _held() -> models.QuerySet[Any]:
    return LegalHold.objects.filter(lifted_at__isnull=True).values("patient")


def _requests(now: datetime) -> int:
    rows = Ticket.objects.filter(encounter__isnull=True, state__in=ENDED_STATES, follow_up__isnull=True)
    priced = PriceShown.objects.values("ticket")
    full = Q(account__isnull=False) | Q(arrived_at__isnull=True) | Q(pk__in=priced)
    rows = rows.filter(full)  # the others are bare already
    rows = rows.annotate(over=Coalesce("ended_at", "touched_at")).filter(
        over__lt=_before("retention.ticket.days", now)
    )
    ids = rows.exclude(patient__in=_held()).order_by("pk").values_list("pk", flat=True)[:A_BATCH]
    return erase_tickets(ids=list(ids), by=BY, now=now)


def _follow_ups(now: datetime) -> int:
    rows = FollowUp.objects.filter(done_at__lt=_before("retention.follow_up.years", now))
    return _gone(rows.exclude(ticket__patient__in=_held()))


def _feedback(now: datetime) -> int:
    rows = Feedback.objects.filter(said_at__lt=_before("retention.feedback.years", now))
    return _gone(rows.exclude(encounter__patient__in=_held()))


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
    held = Ticket.objects.filter(patient__in=_held()).values("pk")
    rows = rows.filter(Q(room__isnull=True) | Q(room__closed_at__isnull=False)).exclude(ticket_id__in=held)
    return _gone(rows.exclude(room__encounter__patient__in=_held()))


def _offers(now: datetime) -> int:
    rows = Offer.objects.filter(made_at__lt=_before("retention.staff.years", now))
    return _gone(rows.exclude(ticket__patient__in=_held()))


def _duties(now: datetime) -> int:
    rows = Duty.objects.filter(closed_at__lt=_before("retention.staff.years", now), offers__isnull=True)
    return _gone(rows)


def _evidence(now: datetime) -> int:
    return _gone(Evidence.objects.filter(valid_until__lt=_day_before("retention.staff.years", now)))


def _postings(now: datetime) -> int:
    return _gone(Posting.objects.filter(ends_on__lt=_day_before("retention.staff.years", now)))


def _cabin_checks(now: datetime) -> int:
    return _gone(CabinCheck.objects.filter(checked_at__lt=_before("retention.staff.years", now)))


def _protocols(now: datetime) -> int:
    """None that a kept gesture names."""
    rows = Protocol.objects.filter(ends_on__lt=_day_before("retention.staff.years", now))
    return _gone(rows.filter(gestures_made__isnull=True))


def _counted(now: datetime) -> int:
    rows = CountedAct.objects.filter(act_date__lt=_day_before("retention.staff.years", now))
    held = Encounter.objects.filter(patient__in=_held()).values("pk")
    return _gone(rows.exclude(encounter_id__in=held))


def _declared(now: datetime) -> int:
    return _gone(DeclaredActivity.objects.filter(said_at__lt=_before("retention.staff.years", now)))


def _claim_files(now: datetime) -> int:
    """The files handed over, with their bytes; none in which a held record has a line."""
    held = ExportEntry.objects.filter(line__encounter__patient__in=_held()).values("batch")
    rows = ExportBatch.objects.filter(made_at__lt=_before("retention.staff.years", now)).exclude(pk__in=held)
    count = 0
    for batch in rows.order_by("pk")[:A_FEW]:
        files = [batch.csv_file, batch.json_file]
        batch.entries.all().delete()
        batch.delete()
        for file in files:
            drop_file(file)
        count += 1
    return count


def _claim_lines(now: datetime) -> int:
    """Those that stand in no file any more."""
    before = _before("retention.staff.years", now)
    lines = ClaimLine.objects.filter(made_at__lt=before, entries__isnull=True, corrected_by__isnull=True)
    return _gone(lines.exclude(encounter__patient__in=_held()))


def _assistance_lines(now: datetime) -> int:
    rows = AssistanceLine.objects.filter(act_on__lt=_day_before("retention.staff.years", now))
    return _gone(rows.exclude(encounter__patient__in=_held()))


def _covers(now: datetime) -> int:
    covers = Cover.objects.filter(ends_on__lt=_day_before("retention.staff.years", now))
    return _gone(covers.exclude(patient__in=_held()))


def _copies(now: datetime) -> int:
    rows = list(DataCopy.objects.filter(expires_at__lte=now).select_related("file").order_by("pk")[:A_BATCH])
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
    held = PatientLink.objects.filter(patient__in=_held()).values("account")
    rows = rows.exclude(pk__in=live.filter(account__isnull=False)).exclude(pk__in=held)
    count = 0
    for account in rows.order_by("pk")[:A_FEW]:
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


def _left_people(now: datetime) -> Iterator[int]:
    """People of whom no record is and for whom nobody acts any more, as long after as an account left alone."""
    rule = "retention.account.years"
    before = _before(rule, now)
    recent = PatientLink.objects.filter(
        live_links(now=now) | Q(revoked_at__gte=before) | Q(revoked_at__isnull=True, ends_at__gte=before)
    )
    live = Ticket.objects.exclude(state__in=ENDED_STATES).filter(patient__isnull=False).values("patient")
    rows = Patient.objects.filter(created_at__lt=before).exclude(pk__in=recent.values("patient"))
    for batch in _people(rows.exclude(pk__in=live).exclude(pk__in=_held())):
        gone = [
            one for one in batch if not has_record(patient_id=one.pk) and last_contact(patient=one) < before
        ]
        yield sum(_erased(one, rule=rule, now=now) for one in gone)


def _records(now: datetime) -> Iterator[int]:
    """Whole records past their end. Looked at: all with no visit within the shortest time that a regime may give
    (what a child's age adds only lengthens it), and all who died, whose end the death moves."""
    today = day_of(now)
    last_day = add_years(today, -shortest_years(on=today))
    limit = datetime.combine(last_day + timedelta(days=1), time(), tzinfo=PARIS)
    recent = Encounter.objects.filter(planned_at__gte=limit).values("patient")
    old = Q(created_at__lt=limit) & ~Q(pk__in=recent)
    rows = Patient.objects.filter(old | Q(death__isnull=False)).exclude(pk__in=_held())
    for batch in _people(rows):
        gone = 0
        for patient in batch:
            end = end_of(patient=patient, now=now)
            if end.on <= today and has_record(patient_id=patient.pk):
                gone += _erased(patient, rule=end.rule, now=now)
        yield gone


IN_A_RECORD = (
    "people.Patient", "people.PatientLink", "record.Encounter", "record.Note", "record.Prescription",
    "record.PrescriptionLine", "record.SickLeave", "record.Certificate", "record.PatientTask", "record.HealthSummary",
    "record.Attachment", "record.Reading", "record.Consent", "record.EncounterDecision", "documents.Document", "exchange.Delivery",
    "consultation.Room", "consultation.Participant", "consultation.Measurement", "consultation.ChatMessage",
    "consultation.PapersDue", "assistance.Presence", "assistance.Gesture", "billing.PriceShown", "billing.FactAnswer", "waiting.Ticket", "waiting.Attestation", "rights.LegalHold", "rights.PatientDeath",
    "ground.StoredFile",
)  # fmt: skip
SWEEPS = (
    Sweep(
        "requests that nobody served",
        "retention.ticket.days",
        ("waiting.Ticket", "waiting.Attestation"),
        _until_empty(_requests),
    ),
    Sweep(
        "people called back", "retention.follow_up.years", ("waiting.FollowUp",), _until_empty(_follow_ups)
    ),
    Sweep(
        "ratings of calls", "retention.feedback.years", ("consultation.Feedback",), _until_empty(_feedback)
    ),
    Sweep("complaints", "retention.complaint.years", ("consultation.Complaint",), _until_empty(_complaints)),
    Sweep(
        "answered requests to erase",
        "retention.complaint.years",
        ("rights.ErasureRequest",),
        _until_empty(_answers),
    ),
    Sweep(
        "links of guests who never came",
        "retention.message.days",
        ("consultation.Invite",),
        _until_empty(_invites),
    ),
    Sweep("offers to doctors", "retention.staff.years", ("waiting.Offer",), _until_empty(_offers)),
    Sweep("duties", "retention.staff.years", ("waiting.Duty",), _until_empty(_duties)),
    Sweep(
        "evidence of professionals", "retention.staff.years", ("people.Evidence",), _until_empty(_evidence)
    ),
    Sweep(
        "assignments and protocols",
        "retention.staff.years",
        ("assistance.Posting", "assistance.Protocol", "kiosk.CabinCheck"),
        _until_empty(_postings, _protocols, _cabin_checks),
    ),
    Sweep(
        "counted and declared activity",
        "retention.staff.years",
        ("activity.CountedAct", "activity.DeclaredActivity"),
        _until_empty(_counted, _declared),
    ),
    Sweep(
        "claims and contracts",
        "retention.staff.years",
        (
            "billing.ClaimLine",
            "billing.ExportBatch",
            "billing.ExportEntry",
            "billing.Cover",
            "billing.AssistanceLine",
        ),
        _until_empty(_claim_files, _claim_lines, _covers, _assistance_lines),
    ),
    Sweep("copies of data", "retention.copy.days", ("rights.DataCopy",), _until_empty(_copies)),
    Sweep(
        "people nobody acts for",
        "retention.account.years",
        ("people.Patient", "people.PatientLink"),
        _left_people,
    ),
    Sweep("accounts left alone", "retention.account.years", ("people.Account",), _until_empty(_accounts)),
    Sweep("records", "retention.record.archived_years", IN_A_RECORD, _records),
)
# Personal data that no sweep erases, and who does, or why not.
ELSEWHERE = {
    "kiosk.Machine": "nobody: it proves which machine stood where",
    "kiosk.EnrolmentCode": "kiosk.operations.erase_old_sessions, daily",
    "kiosk.Voucher": "kiosk.operations.erase_old_sessions, daily, with its session",
    "kiosk.KioskSession": "kiosk.operations.erase_old_sessions, daily",
    "ground.OutboundMessage": "rights.tasks.erase_messages, daily",
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
