"""Reads of documents. Who shows one to someone leaves a trace (`trace_read`)."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from django.db.models import QuerySet

from toubib.documents.contents import Content, Header
from toubib.documents.kept import content_kept, header_kept
from toubib.documents.models import Document
from toubib.ground.actors import Actor
from toubib.ground.files import read_file
from toubib.ground.journal import trace
from toubib.record.models import Encounter
from toubib.record.queries import READABLE, encounters_for_account


def _documents() -> QuerySet[Document]:
    """Of signed encounters, always: the rule of the app stands here once more than in `issue_document`."""
    rows = Document.objects.filter(encounter__state__in=READABLE)
    return rows.select_related(
        "file", "archive", "replaced_by", "encounter__patient", "encounter__practitioner__professional"
    )


def documents_of(*, encounter: Encounter) -> list[Document]:
    """Of one signed encounter, in order, cancelled ones too: for its doctor."""
    return list(_documents().filter(encounter=encounter).order_by("issued_at", "id"))


def documents_for_account(
    *, account_id: UUID, now: datetime, patient_id: UUID | None = None, encounter_id: UUID | None = None
) -> QuerySet[Document]:
    """What the patient's side may see, newest first, cancelled ones too: of encounters open to this account (a minor's
    secrecy hides them from every link but `self`), never a leave without its receipt."""
    seen = encounters_for_account(account_id=account_id, now=now).order_by().values("id")
    rows = _documents().filter(encounter__in=seen, for_patient=True)
    if patient_id is not None:
        rows = rows.filter(patient_id=patient_id)
    if encounter_id is not None:
        rows = rows.filter(encounter_id=encounter_id)
    return rows.order_by("-issued_at", "-id")


def get_document(*, document_id: UUID) -> Document | None:
    return _documents().filter(pk=document_id).first()


def document_of_code(*, code: str) -> Document | None:
    return _documents().filter(code=code).first()


def document_of_file(*, sha256: str) -> Document | None:
    """The document whose sealed file has this digest: genuine, and unchanged."""
    return _documents().filter(sha256=sha256).first()


def header_of(*, document: Document) -> Header:
    """As it was printed, whatever became of the people since."""
    return header_kept(document.said)


def content_of(*, document: Document) -> Content:
    return content_kept(document.said)


def pdf_of(*, document: Document) -> bytes:
    """The sealed file. Raises FileNotFoundError or CannotDecrypt."""
    return read_file(document.file)


def archive_of(*, document: Document) -> bytes | None:
    """The PDF/A-1 of a report that names a médecin traitant, for the body of its CDA; None for any other document."""
    return read_file(document.archive) if document.archive else None


def trace_read(*, document: Document, by: Actor, now: datetime) -> None:
    trace(
        by=by,
        action="documents.document.read",
        now=now,
        patient=document.patient_id,
        subject="document",
        subject_id=document.id,
    )
