"""The documents of a signed encounter: made once each, the report anew when the note is corrected or completed."""

from __future__ import annotations

import logging
from datetime import datetime, timedelta
from uuid import UUID

from django.utils import translation

from toubib.consultation.papers import (
    certificate_of,
    leave_content,
    medecin_traitant_of,
    ordonnance_of,
    report_of,
)
from toubib.documents.contents import Certificate, Report
from toubib.documents.enums import DocumentKind
from toubib.documents.models import Document
from toubib.documents.operations import NotIssued, issue_document
from toubib.documents.queries import content_of, documents_of
from toubib.documents.seal import NoSeal
from toubib.exchange.operations import send_report
from toubib.ground.actors import Actor
from toubib.ground.locks import hold_lock, transactional
from toubib.record.models import Encounter, Note, SickLeave
from toubib.record.queries import READABLE, certificates_of, leave_of, notes_of, sheets_of

log = logging.getLogger("toubib.consultation")
WORKER = Actor.system("papers")
LATE, GIVEN_UP = timedelta(seconds=20), timedelta(days=2)


def issue_papers(*, encounter_id: UUID, by: Actor, now: datetime) -> bool:
    """Make what this encounter should have and has not: False where it could not be, and the worker tries again.

    The signature stands whatever becomes of the papers.
    """
    try:
        _issue_all(encounter_id=encounter_id, by=by, now=now)
    except (NotIssued, NoSeal, OSError) as error:
        log.warning("papers of %s: %s", encounter_id, type(error).__name__)
        return False
    return True


@transactional
def _issue_all(*, encounter_id: UUID, by: Actor, now: datetime) -> None:
    hold_lock(f"papers:{encounter_id}")
    rows = Encounter.objects.select_related("patient", "practitioner__practice_commune")
    encounter = rows.filter(pk=encounter_id, state__in=READABLE).first()
    if encounter is None:
        return
    with translation.override("fr"):
        made = documents_of(encounter=encounter)
        _issue_report(encounter, made, by=by, now=now)
        sheets = {one.sheet for one in made if one.kind == DocumentKind.ORDONNANCE}
        for sheet in sheets_of(encounter=encounter):
            if sheet.row.sheet not in sheets:
                issue_document(encounter=encounter, content=ordonnance_of(sheet), by=by, now=now)
        _issue_certificates(encounter, made, by=by, now=now)
        _issue_leave(encounter, made, by=by, now=now)


def _issue_report(encounter: Encounter, made: list[Document], *, by: Actor, now: datetime) -> None:
    """One a version of the note; the new one replaces the last and goes to the médecin traitant."""
    notes = notes_of(encounter=encounter)
    if not notes:
        return
    last = next((one for one in reversed(made) if one.kind == DocumentKind.REPORT), None)
    if last is not None:
        said = content_of(document=last)
        if isinstance(said, Report) and said.version >= len(notes):
            return
    document = issue_document(
        encounter=encounter,
        content=report_of(encounter=encounter, notes=notes),
        medecin_traitant=medecin_traitant_of(encounter),
        replaces=last,
        by=by,
        now=now,
    )
    send_report(document=document, by=by, now=now)


def _issue_certificates(encounter: Encounter, made: list[Document], *, by: Actor, now: datetime) -> None:
    said = [content_of(document=one) for one in made if one.kind == DocumentKind.CERTIFICATE]
    templates = {one.template for one in said if isinstance(one, Certificate)}
    for row in certificates_of(encounter=encounter):
        if row.template not in templates:
            issue_document(encounter=encounter, content=certificate_of(row), by=by, now=now)


def _issue_leave(encounter: Encounter, made: list[Document], *, by: Actor, now: datetime) -> None:
    """Only once the Cnam's receipt is entered; its PDF is a specimen without value."""
    row = leave_of(encounter=encounter)
    if row is not None and row.receipt and not any(one.kind == DocumentKind.SICK_LEAVE for one in made):
        issue_document(encounter=encounter, content=leave_content(row), by=by, now=now)


def issue_late_papers(*, now: datetime, limit: int = 20) -> int:
    """What no page could make: of encounters signed, completed or received since a little while. How many tried."""
    window = (now - GIVEN_UP, now - LATE)
    signed = (
        Note.objects.filter(signed_at__range=window)
        .order_by("-signed_at")
        .values_list("encounter_id", "signed_at")
    )
    newest: dict[UUID, datetime] = {}
    for encounter_id, at in signed:
        if at is not None:
            newest.setdefault(encounter_id, at)
    reports = Document.objects.filter(encounter__in=newest, kind=DocumentKind.REPORT)
    done = {(one[0], one[1]) for one in reports.values_list("encounter_id", "issued_at")}
    late = [one for one, at in newest.items() if not any(e == one and issued >= at for e, issued in done)]
    received = SickLeave.objects.filter(receipt_at__range=window).exclude(
        encounter__documents__kind=DocumentKind.SICK_LEAVE
    )
    due = list(dict.fromkeys([*late, *received.values_list("encounter_id", flat=True)]))[:limit]
    for encounter_id in due:
        issue_papers(encounter_id=encounter_id, by=WORKER, now=now)
    return len(due)
