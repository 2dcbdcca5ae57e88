"""A document that was issued is cancelled, or issued again from what the record and the directory say today."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from django.utils import translation
from django.utils.translation import gettext as _

from toubib.consultation.operations.issue import ask_for_papers, tell_of_documents
from toubib.consultation.papers import (
    certificate_of,
    leave_content,
    medecin_traitant_of,
    ordonnance_of,
    report_of,
)
from toubib.documents.contents import Content
from toubib.documents.enums import DocumentKind
from toubib.documents.models import Document
from toubib.documents.operations import NotIssued, cancel_document, issue_document
from toubib.documents.queries import content_of, documents_for_account, get_document
from toubib.exchange.operations import send_report
from toubib.ground.actors import Actor
from toubib.ground.enums import Channel
from toubib.ground.locks import hold_lock, transactional
from toubib.ground.mail import queue_message
from toubib.record.models import Encounter
from toubib.record.operations import sign_rework
from toubib.record.queries import certificates_of, leave_of, notes_of, sheets_of
from toubib.waiting.models import Ticket

PAPERS = (DocumentKind.REPORT, DocumentKind.ORDONNANCE, DocumentKind.CERTIFICATE, DocumentKind.SICK_LEAVE)


@transactional
def withdraw_document(
    *, document: Document, reason: str, again: bool, by: Actor, now: datetime
) -> Document | None:
    """Cancel a document; `again`: another one replaces it, which is answered. Twice is once. Raises NotIssued, NoSeal."""
    hold_lock(f"papers:{document.encounter_id}")
    current = get_document(document_id=document.id)
    if current is None or current.kind not in PAPERS:
        raise NotIssued(_("Ce document ne s’annule pas ici."))
    if current.is_cancelled:
        return getattr(current, "replaced_by", None)
    made = _issue_again(current, reason=reason, by=by, now=now) if again else None
    if made is None:
        cancel_document(document=current, reason=reason, by=by, now=now)
    tell_of_documents(current.encounter)
    _write_to_patient(current, now=now)
    return made


def _issue_again(document: Document, *, reason: str, by: Actor, now: datetime) -> Document:
    if not reason.strip():
        raise NotIssued(_("Dites pourquoi ce document est annulé."))
    rows = Encounter.objects.select_related("patient", "practitioner__practice_commune")
    encounter = rows.get(pk=document.encounter_id)
    with translation.override("fr"):
        made = issue_document(
            encounter=encounter,
            content=_content_today(document, encounter),
            medecin_traitant=medecin_traitant_of(encounter) if document.kind == DocumentKind.REPORT else None,
            replaces=document,
            why=reason,
            by=by,
            now=now,
        )
        if made.kind == DocumentKind.REPORT:
            send_report(document=made, by=by, now=now)
    return made


def _content_today(document: Document, encounter: Encounter) -> Content:
    """What the record says; what it no longer says of its own is as it was printed."""
    if document.kind == DocumentKind.REPORT:
        return report_of(encounter=encounter, notes=notes_of(encounter=encounter))
    if document.kind == DocumentKind.ORDONNANCE:
        sheet = next((one for one in sheets_of(encounter=encounter) if one.row.sheet == document.sheet), None)
        return ordonnance_of(sheet) if sheet else content_of(document=document)
    leave = leave_of(encounter=encounter)
    if document.kind == DocumentKind.SICK_LEAVE and leave is not None:
        return leave_content(leave)
    said = content_of(document=document)
    template = getattr(said, "template", "")
    rows = [one for one in certificates_of(encounter=encounter) if one.template == template]
    return certificate_of(rows[0]) if rows else said


@transactional
def issue_rework(*, encounter_id: UUID, by: Actor, now: datetime) -> Document | None:
    """Sign the ordonnance that was taken up again and issue it in place of the last one, which is cancelled if it was not;
    the report that named its lines follows. None where none is begun: twice is once. Raises PrescriptionIncomplete,
    MoveRefused, NotIssued, NoSeal: nothing is signed then."""
    hold_lock(f"papers:{encounter_id}")
    signed = sign_rework(encounter_id=encounter_id, by=by, now=now)
    if signed is None:
        return None
    rows = Encounter.objects.select_related("patient", "practitioner__practice_commune")
    encounter = rows.get(pk=encounter_id)
    sheet = next(one for one in sheets_of(encounter=encounter) if one.row.pk == signed.pk)
    with translation.override("fr"):
        made = issue_document(
            encounter=encounter,
            content=ordonnance_of(sheet),
            replaces=_last_ordonnance(encounter=encounter, sheet=signed.sheet),
            by=by,
            now=now,
        )
    ask_for_papers(encounter_id=encounter_id, now=now)
    tell_of_documents(encounter)
    _write_to_patient(made, now=now)
    return made


def _last_ordonnance(*, encounter: Encounter, sheet: str) -> Document | None:
    """The end of the chain: what a new one would replace."""
    rows = Document.objects.filter(encounter=encounter, kind=DocumentKind.ORDONNANCE, sheet=sheet)
    return rows.filter(replaced_by__isnull=True).order_by("-issued_at", "-id").first()


def _write_to_patient(document: Document, *, now: datetime) -> None:
    """A message that something changed, never what; only to who may read the document."""
    ticket = Ticket.objects.select_related("account").filter(encounter=document.encounter_id).first()
    account = ticket.account if ticket else None
    if account is None or not account.is_active:
        return
    seen = documents_for_account(account_id=account.id, now=now, encounter_id=document.encounter_id)
    if not seen.filter(pk=document.pk).exists():
        return
    with translation.override(account.language):
        subject = _("Toubib : un document a changé")
        body = _(
            "Un document de votre espace Toubib n’est plus valable. Ouvrez votre espace pour lire lequel."
        )
    if account.email:
        queue_message(channel=Channel.EMAIL, to=account.email, subject=subject, body=body, now=now)
    elif account.phone:
        queue_message(channel=Channel.SMS, to=account.phone, body=body, now=now)
