"""The documents of a signed encounter: made once each by the worker, the report anew when the note is corrected or
completed."""

from __future__ import annotations

import logging
from datetime import datetime, timedelta
from uuid import UUID

from django.db import transaction
from django.utils import translation

from toubib.consultation.models import PapersDue, Participant
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
from toubib.ground.hub import publish
from toubib.ground.locks import hold_lock, transactional
from toubib.ground.prepared import insert
from toubib.record.models import Encounter
from toubib.record.queries import READABLE, certificates_of, leave_of, notes_of, sheets_of

log = logging.getLogger("toubib.consultation")
WORKER = Actor.system("papers")
FIRST_WAIT, LONGEST_WAIT = timedelta(seconds=5), timedelta(hours=1)
LEASE = timedelta(
    minutes=1
)  # far longer than the papers of one encounter take; one that died is taken up after it
TOPIC = "work:papers"


def ask_for_papers(*, encounter_id: UUID, now: datetime) -> None:
    """Have them made by the worker once this transaction stands, which wakes it: a page waits for no printer, and none
    takes a signature down."""
    publish(TOPIC, "due")
    row = PapersDue(encounter_id=encounter_id, asked_at=now, next_at=now)
    insert([row], of="encounter", or_update=["asked_at", "next_at", "tries"])


def issue_due_papers(*, now: datetime, limit: int = 20) -> int:
    """Make what is due, the oldest first; what could not be made is tried again later. How many were made.

    Several processes may do so at once: each encounter is claimed by one, for LEASE, and no lock is held meanwhile."""
    made = 0
    for _ in range(limit):
        row = _claim_one(now=now)
        if row is None:
            break
        made += _issue_due(row, now=now)
    return made


def _claim_one(*, now: datetime) -> PapersDue | None:
    with transaction.atomic():
        due = PapersDue.objects.filter(next_at__lte=now).order_by("next_at", "id")
        row = due.select_for_update(skip_locked=True).first()
        if row is not None:
            row.next_at = now + LEASE
            row.save(update_fields=["next_at"])
        return row


def _issue_due(row: PapersDue, *, now: datetime) -> bool:
    mine = PapersDue.objects.filter(pk=row.pk, asked_at=row.asked_at)  # asked again meanwhile: it stays due
    try:
        _issue_all(encounter_id=row.encounter_id, by=WORKER, now=now)
    except (NotIssued, NoSeal, OSError) as error:
        log.warning("papers of %s: %s", row.encounter_id, type(error).__name__)
        wait = min(FIRST_WAIT * 2**row.tries, LONGEST_WAIT)
        mine.update(tries=row.tries + 1, next_at=now + wait)
        return False
    mine.delete()
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
    tell_of_documents(encounter)


def tell_of_documents(encounter: Encounter) -> None:
    """News for the pages that show them, without an id."""
    people = Participant.objects.filter(room__encounter=encounter, account__isnull=False)
    for account_id in people.values_list("account_id", flat=True):
        publish(f"account:{account_id}", "documents")


def _issue_report(encounter: Encounter, made: list[Document], *, by: Actor, now: datetime) -> None:
    """One a version of the note, one once the leave is received, one when an ordonnance changed; the new one replaces the last and goes to the
    médecin traitant."""
    notes = notes_of(encounter=encounter)
    if not notes:
        return
    content = report_of(encounter=encounter, notes=notes)
    last = next((one for one in reversed(made) if one.kind == DocumentKind.REPORT), None)
    if last is not None:
        said = content_of(document=last)
        if isinstance(said, Report) and said.version >= len(notes) and _says_the_same(said, content):
            return
    document = issue_document(
        encounter=encounter,
        content=content,
        medecin_traitant=medecin_traitant_of(encounter),
        replaces=last,
        by=by,
        now=now,
    )
    send_report(document=document, by=by, now=now)


def _says_the_same(one: Report, other: Report) -> bool:
    """Of what may change without the note: a leave received, an ordonnance taken up again."""
    return (one.issued, one.treatments) == (other.issued, other.treatments)


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
