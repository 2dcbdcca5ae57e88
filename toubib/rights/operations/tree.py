"""Erasing rows of many apps at once: a whole record, an account. The one place that deletes what others wrote.

The record is found by walking every foreign key that leads to the patient, so that a table added later goes with it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import Any
from uuid import UUID

from django.contrib.sessions.models import Session
from django.db import models
from django.db.models import Q

from toubib.ground.actors import Actor
from toubib.ground.files import drop_file
from toubib.ground.hub import publish
from toubib.ground.journal import trace
from toubib.ground.locks import hold_lock, transactional
from toubib.ground.models import StoredFile
from toubib.people.models import Account, Patient, PatientLink
from toubib.people.queries import is_professional
from toubib.record.models import Attachment, Reading
from toubib.record.operations import drop_readings
from toubib.rights.enums import CopyState
from toubib.rights.models import DataCopy, LegalHold
from toubib.rights.queries import is_held
from toubib.waiting.enums import ENDED_STATES
from toubib.waiting.models import Ticket

Rows = dict[type[models.Model], set[object]]
AT_A_TIME = 400  # ids in one statement


class RecordHeld(Exception):
    """A professional's account, or what a legal hold keeps, contacts of those who act too: nothing was erased."""


def _chunks(ids: Iterable[object]) -> Iterator[list[object]]:
    ordered = sorted(ids, key=str)
    for at in range(0, len(ordered), AT_A_TIME):
        yield ordered[at : at + AT_A_TIME]


def record_rows(*, patient: Patient) -> Rows:
    """Every row that leads to the patient, by model, the patient's own first."""
    found: Rows = {Patient: {patient.pk}}
    waiting: list[tuple[type[models.Model], set[object]]] = [(Patient, {patient.pk})]
    while waiting:
        model, ids = waiting.pop()
        for field in _leading_to(model):
            related = field.model
            rows = {
                pk
                for chunk in _chunks(ids)
                for pk in related._base_manager.filter(**{f"{field.name}__in": chunk}).values_list(
                    "pk", flat=True
                )
            }
            new = rows - found.setdefault(related, set())
            if new:
                found[related] |= new
                waiting.append((related, new))
    return {model: ids for model, ids in found.items() if ids}


def _leading_to(model: type[models.Model]) -> list[models.Field]:
    relations = model._meta.get_fields(include_hidden=True)
    return [
        one.field  # type: ignore[union-attr]
        for one in relations
        if (one.one_to_many or one.one_to_one) and one.auto_created and not one.concrete
    ]


@transactional
def erase_record(*, patient: Patient, rule: str, by: Actor, now: datetime) -> int:
    """Delete the patient and all that leads there, with the files; returns how many rows. The journal keeps its ids.
    Raises RecordHeld where a legal hold stands, which none can place meanwhile."""
    hold_lock(f"rights.hold.{patient.pk}")
    if is_held(patient_id=patient.pk):
        raise RecordHeld(patient.pk)
    acting = PatientLink.objects.filter(patient=patient).values_list("account", flat=True)
    drop_copies(accounts=list(acting))
    rows = record_rows(patient=patient)
    trace(
        by=by, action="rights.record.erase", now=now, patient=patient.pk, subject="patient",
        subject_id=patient.pk, reason=rule,
    )  # fmt: skip
    files = _files_of(rows)
    for model, ids in rows.items():
        _let_go_of_each_other(model, ids)
    for model in sorted(rows, key=lambda one: _depth(one, set(rows)), reverse=True):
        for chunk in _chunks(rows[model]):
            doomed = model._base_manager.filter(pk__in=chunk)
            doomed._raw_delete(doomed.db)  # the walk found what leads here: nothing is left to collect
    for file in files:
        drop_file(file)
    return sum(len(ids) for ids in rows.values())


def _files_of(rows: Rows) -> list[StoredFile]:
    found: set[UUID] = set()
    for model, ids in rows.items():
        for field in model._meta.concrete_fields:
            if field.related_model is StoredFile:
                for chunk in _chunks(ids):
                    kept = model._base_manager.filter(pk__in=chunk, **{f"{field.name}__isnull": False})
                    found |= set(kept.values_list(field.attname, flat=True))
    return list(StoredFile.objects.filter(pk__in=found))


def _let_go_of_each_other(model: type[models.Model], ids: set[object]) -> None:
    """A row that names another of its own table (a renewed line, a replaced document) names it no more."""
    for field in model._meta.concrete_fields:
        if field.related_model is model and field.null:
            for chunk in _chunks(ids):
                model._base_manager.filter(pk__in=chunk).update(**{field.name: None})


def _depth(model: type[models.Model], among: set[type[models.Model]]) -> int:
    """How far from the patient its longest chain of keys is: the farthest goes first."""
    nearer = [
        field.related_model
        for field in model._meta.concrete_fields
        if field.related_model in among and field.related_model is not model
    ]
    return 1 + max((_depth(one, among) for one in nearer), default=-1)  # type: ignore[arg-type]


def drop_attachments(*, ids: Iterable[UUID]) -> int:
    """Photos and old papers, rows and bytes."""
    rows = list(Attachment.objects.filter(pk__in=list(ids)).select_related("file"))
    for row in rows:
        file = row.file
        row.delete()
        drop_file(file)
    return len(rows)


@transactional
def erase_tickets(*, ids: Iterable[UUID], by: Actor, now: datetime) -> int:
    """Requests that no doctor served: one that never reached the line goes; of the others hours and outcome alone stay."""
    count = 0
    for ticket in (
        Ticket.objects.select_for_update(of=("self",))
        .filter(pk__in=list(ids), encounter__isnull=True, state__in=ENDED_STATES, follow_up__isnull=True)
        .exclude(patient__in=LegalHold.objects.filter(lifted_at__isnull=True).values("patient"))
    ):
        drop_attachments(
            ids=Attachment.objects.filter(ticket_id=ticket.pk, encounter__isnull=True).values_list(
                "pk", flat=True
            )
        )
        drop_readings(rows=Reading.objects.filter(ticket_id=ticket.pk))
        trace(
            by=by, action="rights.ticket.erase", now=now, patient=ticket.patient_id, subject="ticket",
            subject_id=ticket.pk,
        )  # fmt: skip
        if ticket.arrived_at is None:
            ticket.delete()
        else:
            _make_bare(ticket)
        count += 1
    return count


BARE: dict[str, Any] = {
    "account": None, "patient": None, "patient_age": None, "draft": {}, "signs_yes": [], "reason_key": "",
    "reason_text": None, "place_commune": None, "place_detail": None, "callback_phone": None,
    "medecin_traitant": "", "own_practitioner": None, "tier_reason": None,
}  # fmt: skip


def _make_bare(ticket: Ticket) -> None:
    ticket.attestations.all().delete()
    ticket.prices_shown.all().delete()
    ticket.declined.clear()
    for name, value in BARE.items():
        setattr(ticket, name, value)
    ticket.save(update_fields=list(BARE))


@transactional
def erase_account(*, account: Account, by: Actor, now: datetime) -> None:
    """Contacts go, links end, sessions and copies too; the row stays for what a record still names. Raises RecordHeld."""
    held = LegalHold.objects.filter(lifted_at__isnull=True).values("patient")
    if is_professional(account=account) or account.links.filter(patient__in=held).exists():
        raise RecordHeld(account.pk)
    for copy in DataCopy.objects.filter(account=account).select_related("file"):
        drop_copy(copy=copy)
    PatientLink.objects.filter(account=account, revoked_at__isnull=True).update(
        revoked_at=now, revoked_by=by.account_id
    )
    for session in Session.objects.filter(expire_date__gt=now).iterator():
        if session.get_decoded().get("_auth_user_id") == str(account.pk):
            session.delete()
    account.grants.filter(Q(ends_at__isnull=True) | Q(ends_at__gt=now), starts_at__lt=now).update(ends_at=now)
    account.email, account.phone, account.display_name = f"{account.pk.hex}@efface.invalid", None, ""
    account.is_active = False
    account.save(update_fields=["email", "phone", "display_name", "is_active"])
    trace(by=by, action="rights.account.erase", now=now, subject="account", subject_id=account.pk)
    publish(f"account:{account.pk}", "account.closed")


def drop_copies(*, accounts: Iterable[UUID]) -> None:
    """Copies that are there: they hold what was erased, or whom these accounts act for no more."""
    ready = DataCopy.objects.filter(account__in=list(accounts), state=CopyState.READY)
    for copy in ready.select_related("file"):
        drop_copy(copy=copy)


def drop_copy(*, copy: DataCopy) -> None:
    """The row and its archive."""
    file = copy.file
    copy.delete()
    if file is not None:
        drop_file(file)
