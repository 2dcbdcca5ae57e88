"""Certificates by template, and what the patient leaves with to do."""

from __future__ import annotations

from datetime import datetime, timedelta
from uuid import UUID

from django.utils.translation import gettext as _

from toubib.ground.actors import Actor
from toubib.ground.journal import trace
from toubib.ground.locks import lock_row, transactional
from toubib.ground.prepared import insert, read
from toubib.record.certificates import REFUSED, TEMPLATES, first_body
from toubib.record.enums import TaskKind, TaskState
from toubib.record.models import Certificate, Encounter, PatientTask
from toubib.record.operations.encounters import OPEN, MoveRefused, lock_encounter

LONGEST = 3000
ASK_AGAIN_AFTER = timedelta(days=14)


class CertificateRefused(Exception):
    """This certificate is not given from afar: str() says why, `reference` by which text."""

    def __init__(self, sentence: str, reference: str = "") -> None:
        super().__init__(sentence)
        self.reference = reference


@transactional
def write_certificate(
    *, encounter_id: UUID, template: str, body: str | None = None, by: Actor, now: datetime
) -> Certificate:
    """Begin a certificate, or write its text anew. Raises CertificateRefused, MoveRefused."""
    encounter = _lock_open(encounter_id)
    refusal = REFUSED.get(template)
    if refusal is not None:
        cited = _("%(article)s, cité de mémoire : à vérifier") % {"article": refusal.reference}
        raise CertificateRefused(str(refusal.why), cited)
    if template not in TEMPLATES:
        raise CertificateRefused(_("Ce modèle de certificat n’existe pas."))
    if body is not None and (not body.strip() or len(body) > LONGEST):
        raise CertificateRefused(_("Le texte d’un certificat a de 1 à 3 000 signes."))
    row = Certificate.objects.filter(encounter=encounter, template=template).first()
    if row is None:
        text = body or first_body(template=template, encounter=encounter, now=now)
        row = Certificate.objects.create(encounter=encounter, template=template, body=text, made_at=now)
    elif body is not None and body != row.body:
        row.body = body
        row.save(update_fields=["body"])
    _trace("record.certificate.write", row.id, encounter, by=by, now=now)
    return row


@transactional
def drop_certificate(*, encounter_id: UUID, template: str, by: Actor, now: datetime) -> None:
    """Idempotent. Raises MoveRefused."""
    encounter = _lock_open(encounter_id)
    row = Certificate.objects.filter(encounter=encounter, template=template).first()
    if row is not None:
        _trace("record.certificate.drop", row.id, encounter, by=by, now=now)
        row.delete()


@transactional
def open_task(
    *, encounter: Encounter, kind: TaskKind, account_id: UUID | None, by: Actor, now: datetime
) -> PatientTask:
    """Once an encounter; the account is asked again after two weeks."""
    found = next(
        (one for one in read(PatientTask.objects.all(), encounter=encounter) if one.kind == kind), None
    )
    if found is not None:
        return found
    row = PatientTask(
        encounter=encounter, kind=kind, account=account_id, opened_at=now, remind_at=now + ASK_AGAIN_AFTER
    )
    insert([row])
    _trace("record.task.open", row.id, encounter, by=by, now=now)
    return row


@transactional
def answer_task(*, task_id: UUID, state: TaskState, by: Actor, now: datetime) -> PatientTask:
    """What the patient's side says of it; the last word holds."""
    row = lock_row(PatientTask.objects.select_related("encounter"), pk=task_id)
    if row.state != state:
        row.state, row.answered_at = state, now
        row.save(update_fields=["state", "answered_at"])
        _trace("record.task.answer", row.id, row.encounter, by=by, now=now)
    return row


@transactional
def follow_task(*, task_id: UUID, outcome: str, by: Actor, now: datetime) -> PatientTask:
    """What was done for a patient who found nobody; the first word said stays."""
    row = lock_row(PatientTask.objects.select_related("encounter"), pk=task_id)
    if row.followed_at is None:
        row.followed_at, row.followed_by, row.outcome = now, by.account_id, outcome.strip()
        row.save(update_fields=["followed_at", "followed_by", "outcome"])
        _trace("record.task.follow", row.id, row.encounter, by=by, now=now)
    return row


def note_reminded(*, task_id: UUID, now: datetime) -> bool:
    """Whether this call is the one that reminds: no one is reminded twice."""
    rows = PatientTask.objects.filter(pk=task_id, reminded_at__isnull=True)
    return rows.update(reminded_at=now) == 1


def _lock_open(encounter_id: UUID) -> Encounter:
    encounter = lock_encounter(encounter_id=encounter_id)
    if encounter.state not in OPEN:
        raise MoveRefused(_("La consultation est signée : le certificat ne change plus."))
    return encounter


def _trace(action: str, subject: UUID, encounter: Encounter, *, by: Actor, now: datetime) -> None:
    trace(
        by=by,
        action=action,
        now=now,
        patient=encounter.patient_id,
        subject=action.split(".")[1],
        subject_id=subject,
    )
