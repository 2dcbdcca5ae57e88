"""Files that a patient sends, and what goes with a request from one visit to the next; `operations` gives them out."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from toubib.ground.actors import Actor
from toubib.ground.files import drop_file, read_file, store_file
from toubib.ground.journal import trace
from toubib.ground.locks import hold_lock, transactional
from toubib.ground.prepared import ask, read, update
from toubib.record import images
from toubib.record.enums import AbortReason, EncounterState
from toubib.record.events import attachment_leaving
from toubib.record.models import Attachment, Consent, Encounter, Reading
from toubib.record.queries import of_request

MOST_FILES = 12  # for one request


def add_attachment(
    *, patient_id: UUID, title: str, content: bytes, by: Actor, now: datetime, ticket_id: UUID | None = None
) -> Attachment:
    """Keep a photo or PDF, encrypted; pictures are drawn anew without their metadata. Raises images.BadFile.

    The same file sent twice for a request (a double click) is one; it joins the visit of that request alone, with
    `MOST_FILES` at most. It is drawn before any lock is held.
    """
    clean, media_type = images.clean_upload(content)
    return _keep_attachment(
        patient_id=patient_id,
        ticket_id=ticket_id,
        title=title,
        clean=clean,
        media_type=media_type,
        by=by,
        now=now,
    )


@transactional
def _keep_attachment(
    *,
    patient_id: UUID,
    ticket_id: UUID | None,
    title: str,
    clean: bytes,
    media_type: str,
    by: Actor,
    now: datetime,
) -> Attachment:
    hold_lock(f"record.attachments.{patient_id}")
    waiting = Attachment.objects.filter(
        patient_id=patient_id,
        ticket_id=ticket_id,
        encounter__isnull=True,
        added_by=by.account_id,
        file__size=len(clean),
    )
    for row in waiting.select_related("file"):
        if read_file(row.file) == clean:
            Attachment.objects.filter(pk=row.pk).update(added_at=now)
            return row
    _check_room_for_one(patient_id=patient_id, ticket_id=ticket_id, by=by)
    stored = store_file(content=clean, media_type=media_type, now=now)
    attachment = Attachment.objects.create(
        patient_id=patient_id,
        ticket_id=ticket_id,
        file=stored,
        title=title,
        added_at=now,
        added_by=by.account_id,
    )
    trace(
        by=by,
        action="record.attachment.add",
        now=now,
        patient=patient_id,
        subject="attachment",
        subject_id=attachment.id,
    )
    return attachment


def _check_room_for_one(*, patient_id: UUID, ticket_id: UUID | None, by: Actor) -> None:
    """Counted under the lock of the patient's files. Raises images.BadFile."""
    kept = Attachment.objects.filter(patient_id=patient_id, added_by=by.account_id)
    kept = kept.filter(ticket_id=ticket_id) if ticket_id else kept.filter(encounter__isnull=True)
    if kept.count() >= MOST_FILES:
        raise images.BadFile(
            _("Vous avez déjà envoyé %(most)s fichiers, c’est le plus.") % {"most": MOST_FILES}
        )


class AttachmentKept(Exception):
    """Something above the record keeps this file: str() says it to who sent it."""


@transactional
def remove_attachment(*, attachment_id: UUID, by: Actor, now: datetime) -> None:
    """Take back a file that no visit holds yet; the row goes, then its bytes. Idempotent. Raises AttachmentKept."""
    found = Attachment.objects.select_for_update().filter(pk=attachment_id, encounter__isnull=True).first()
    if found is None:
        return
    attachment_leaving.send(sender=Attachment, attachment=found)
    stored, patient_id = found.file, found.patient_id
    found.delete()
    drop_file(stored)
    trace(
        by=by,
        action="record.attachment.remove",
        now=now,
        patient=patient_id,
        subject="attachment",
        subject_id=attachment_id,
    )


def bind_to_encounter(
    *,
    patient_id: UUID,
    since: datetime,
    encounter_id: UUID,
    account_id: UUID | None,
    ticket_id: UUID | None = None,
) -> None:
    """What this account sent and said for this visit belongs to its encounter, nobody else's words; what a first
    doctor, who did not keep the case, was shown goes on to the next, never from a secret visit to an open one.
    A file sent for one request never joins the visit of another."""
    secret = bool(read(Encounter.objects.only("id"), pk=encounter_id, minor_secrecy=True))
    given = {"patient_id": patient_id, "since": since, "account_id": account_id, "secret": secret}
    sent = ask(_sent_for_a_visit, ticket_id=ticket_id, **given)
    measured = read(Reading.objects.only("encounter"), ticket_id=ticket_id) if ticket_id else []
    for row in [*sent, *ask(_said_for_a_visit, **given), *measured]:
        row.encounter_id = encounter_id
        update(row, ["encounter"])


def _sent_for_a_visit(
    *, patient_id: UUID, since: datetime, account_id: UUID | None, secret: bool, ticket_id: UUID | None
) -> QuerySet[Attachment]:
    rows = Attachment.objects.filter(added_at__gte=since, added_by=account_id, patient_id=patient_id)
    return rows.filter(of_request(ticket_id), _free(patient_id=patient_id, secret=secret)).only("encounter")


def _said_for_a_visit(
    *, patient_id: UUID, since: datetime, account_id: UUID | None, secret: bool
) -> QuerySet[Consent]:
    rows = Consent.objects.filter(said_at__gte=since, said_by=account_id, patient_id=patient_id)
    return rows.filter(_free(patient_id=patient_id, secret=secret)).only("encounter")


@transactional
def pass_on(*, encounter_id: UUID) -> None:
    """The call was held, and its request goes on to another doctor: the files go with it, the agreements are for both."""
    for model in (Attachment, Reading):
        model.objects.filter(encounter_id=encounter_id, ticket_id__isnull=False).update(encounter=None)
    said = Consent.objects.filter(encounter_id=encounter_id, about="", withdrawn_at__isnull=True)
    for one in said.order_by("said_at", "id"):
        Consent.objects.create(
            patient_id=one.patient_id,
            scope=one.scope,
            given=one.given,
            said_at=one.said_at,
            said_by=one.said_by,
        )


def _free(*, patient_id: UUID, secret: bool) -> Q:
    """Held by no visit, or by one that a first doctor did not keep; a secret one gives nothing to an open one."""
    dropped = Encounter.objects.filter(patient_id=patient_id, state=EncounterState.ABORTED)
    dropped = dropped.exclude(abort_reason=AbortReason.EMERGENCY)
    if not secret:
        dropped = dropped.filter(minor_secrecy=False)
    return Q(encounter__isnull=True) | Q(encounter__in=dropped.values("id"))
