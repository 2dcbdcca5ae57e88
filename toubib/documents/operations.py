"""Issuing and cancelling: the only writers of documents."""

from __future__ import annotations

import hashlib
import logging
from datetime import datetime

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from typst import TypstError

from toubib.documents import codes
from toubib.documents.contents import (
    Content,
    Header,
    Leave,
    MedecinTraitant,
    Ordonnance,
    Prescriber,
    Receipt,
    Rendered,
    Report,
    kind_of,
)
from toubib.documents.enums import DocumentState
from toubib.documents.events import document_cancelled, document_issued
from toubib.documents.headers import header_for
from toubib.documents.kept import keep
from toubib.documents.models import Document
from toubib.documents.rendering import render
from toubib.documents.seal import current_seal, seal_pdf
from toubib.ground.actors import Actor
from toubib.ground.files import store_file
from toubib.ground.ids import new_id
from toubib.ground.journal import trace
from toubib.ground.locks import transactional
from toubib.ground.models import StoredFile
from toubib.record.models import Encounter, Note, Prescription
from toubib.record.queries import READABLE

log = logging.getLogger("toubib.documents")
PDF = "application/pdf"
REASON_MOST = 500


class NotIssued(Exception):
    """A document cannot be made or cancelled as asked; `sentence` says it to the doctor."""

    def __init__(self, sentence: str | Promise) -> None:
        super().__init__(str(sentence))
        self.sentence = sentence


UNSIGNED = _("Signez la consultation : un document n’existe qu’ensuite.")
OF_ANOTHER = _("Le document à remplacer est d’une autre consultation, d’une autre sorte, ou déjà remplacé.")
UNPRINTED = _("Ce document n’a pas pu être mis en page. Nous réessayons.")
WHY = _("Dites pourquoi ce document est annulé.")
REPLACED = _("Remplacé par un autre document.")


@transactional
def issue_document(
    *,
    encounter: Encounter,
    content: Content,
    by: Actor,
    now: datetime,
    prescriber: Prescriber | None = None,
    authenticated_by: str = "",
    medecin_traitant: MedecinTraitant | None = None,
    replaces: Document | None = None,
    why: str = "",
) -> Document:
    """Render, seal, store encrypted and record one document of a signed encounter.

    `prescriber` and `authenticated_by` (a French sentence to print) stand for what the directory and the sign-in say;
    `replaces` is cancelled with `why`, and names its successor. Raises NotIssued; seal.NoSeal where the operator has none.
    """
    if not Encounter.objects.filter(pk=encounter.pk, state__in=READABLE).exists():
        raise NotIssued(UNSIGNED)
    _check_replaced(replaces, encounter=encounter, content=content)
    seal, document_id = current_seal(), new_id()
    header = header_for(
        encounter=encounter,
        document_id=document_id,
        code=codes.new_code(),
        now=now,
        trial_seal=seal.trial,
        prescriber=prescriber,
        authenticated_by=authenticated_by,
        medecin_traitant=medecin_traitant,
        replaces_code=replaces.code if replaces else None,
        signed_at=_signed_at(encounter, content),
    )
    rendered = _rendered(header, content)
    sealed = seal_pdf(rendered.pdf, seal=seal)
    if replaces is not None:
        _cancel(replaces, reason=why.strip()[:REASON_MOST] or str(REPLACED), by=by, now=now)
    document = Document.objects.create(
        id=document_id,
        replaces=replaces,
        issued_by=by.account_id,
        sha256=hashlib.sha256(sealed).hexdigest(),
        file=store_file(content=sealed, media_type=PDF, now=now),
        archive=_archived(rendered.pdf_a1, now=now),
        **_described(header, content, encounter=encounter),
    )
    _trace(document, "issue", by=by, now=now)
    document_issued.send(sender=Document, document=document, by=by, now=now)
    return document


def _rendered(header: Header, content: Content) -> Rendered:
    """A template that fails is a fault of ours, and takes no signature down with it. Raises NotIssued."""
    try:
        return render(header=header, content=content)
    except TypstError as error:
        log.error("the template of %s fails: %s", kind_of(content), error.message)
        raise NotIssued(UNPRINTED) from error


def _signed_at(encounter: Encounter, content: Content) -> datetime | None:
    """Of the note or the sheet, and for a report of its last addition or correction; a receipt is of its own day."""
    if isinstance(content, Receipt):
        return None
    if isinstance(content, Report):
        signed = Note.objects.filter(encounter=encounter, signed_at__isnull=False).order_by("-signed_at")
        return signed.values_list("signed_at", flat=True).first() or encounter.signed_at
    if isinstance(content, Ordonnance):  # a sheet taken up again was signed later
        sheets = Prescription.objects.filter(
            encounter=encounter, sheet=content.sheet, signed_at__isnull=False
        )
        return sheets.order_by("-version").values_list("signed_at", flat=True).first() or encounter.signed_at
    return encounter.signed_at


def _described(header: Header, content: Content, *, encounter: Encounter) -> dict[str, object]:
    return {
        "encounter": encounter,
        "patient": encounter.patient,
        "kind": kind_of(content),
        "sheet": content.sheet if isinstance(content, Ordonnance) else "",
        "code": header.code,
        "issued_at": header.issued_at,
        "for_patient": not isinstance(content, Leave) or bool(content.receipt_number),
        "said": keep(header=header, content=content),
    }


def _archived(pdf_a1: bytes | None, *, now: datetime) -> StoredFile | None:
    return store_file(content=pdf_a1, media_type=PDF, now=now) if pdf_a1 else None


def _check_replaced(replaces: Document | None, *, encounter: Encounter, content: Content) -> None:
    if replaces is None:
        return
    same = replaces.encounter_id == encounter.id and replaces.kind == kind_of(content)
    if not same or Document.objects.filter(replaces=replaces).exists():
        raise NotIssued(OF_ANOTHER)


@transactional
def cancel_document(*, document: Document, reason: str, by: Actor, now: datetime) -> Document:
    """It stays, and says that it is cancelled, here and to whoever verifies its code. Twice is once. Raises NotIssued."""
    said = reason.strip()[:REASON_MOST]
    if not said:
        raise NotIssued(WHY)
    return _cancel(document, reason=said, by=by, now=now)


def _cancel(document: Document, *, reason: str, by: Actor, now: datetime) -> Document:
    row = Document.objects.select_for_update().get(pk=document.pk)
    if row.state == DocumentState.CANCELLED:
        return row
    row.state = DocumentState.CANCELLED
    row.cancelled_at, row.cancelled_by, row.cancel_reason = now, by.account_id, reason
    row.save(update_fields=["state", "cancelled_at", "cancelled_by", "cancel_reason"])
    _trace(row, "cancel", by=by, now=now)
    document_cancelled.send(sender=Document, document=row, by=by, now=now)
    return row


def _trace(document: Document, verb: str, *, by: Actor, now: datetime) -> None:
    trace(
        by=by,
        action=f"documents.document.{verb}",
        now=now,
        patient=document.patient_id,
        subject="document",
        subject_id=document.pk,
    )
