"""A person's own data: what they agreed to, and everything they may see, gathered for the copy.

Nothing of a minor's secret visit goes to whoever acts for the minor (L. 1111-5 CSP): what another account said of
the child outside a visit stays out too, since it may belong to one.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Any
from uuid import UUID

from django.db.models import Q
from django.utils.text import slugify

from toubib.assistance.queries import names_of
from toubib.billing.queries import bill_of, plain_bill
from toubib.consultation.models import ChatMessage, Complaint, Feedback
from toubib.consultation.queries import guest_names, name_in_chat
from toubib.documents.fhir import bundle_of
from toubib.documents.models import Document
from toubib.documents.queries import content_of, documents_for_account, header_of, pdf_of
from toubib.ground.actors import Actor
from toubib.ground.files import read_file
from toubib.people.enums import LinkKind
from toubib.people.models import Account, Patient, PatientLink
from toubib.people.queries import links_of
from toubib.record.models import Attachment, Consent, Encounter, HealthSummary, Reading
from toubib.record.noted import TEXTS
from toubib.record.queries import (
    READABLE,
    certificates_of,
    encounters_for_account,
    leave_of,
    sheets_of,
    trace_read,
)
from toubib.rights.queries import erasures_of
from toubib.waiting.forms import ConsentsForm
from toubib.waiting.models import Ticket
from toubib.web.journal_words import accesses_by_link
from toubib.web.prices import plain_of

TYPES = {"image/jpeg": "jpg", "application/pdf": "pdf"}


def _visible(link: PatientLink, account: Account, *, said_by: str) -> Q:
    """Rows of `patient` that this link may see; `said_by` names the column of who said or sent them."""
    rows = Q(patient_id=link.patient_id)
    if link.kind == LinkKind.SELF:
        return rows
    return rows & (
        Q(encounter__isnull=False, encounter__minor_secrecy=False)
        | Q(encounter__isnull=True, **{said_by: account.id})
    )


def _any(conditions: list[Q]) -> Q:
    out = Q(pk__in=[])
    for condition in conditions:
        out |= condition
    return out


@dataclass(frozen=True, slots=True)
class ConsentRow:
    consent: Consent
    patient: Patient
    guest: str = ""  # whose presence it is, for a consent given to one person

    @property
    def words(self) -> str:
        """The sentence that was agreed to or refused."""
        return str(ConsentsForm.base_fields[self.consent.scope].label)

    @property
    def may_withdraw(self) -> bool:
        """Each is the person's to take back (L. 1111-4 CSP); what was done before stays done."""
        return self.consent.given and self.consent.withdrawn_at is None


def consents_for(*, account: Account, now: datetime, limit: int | None = 20) -> list[ConsentRow]:
    """Consents of oneself and of those one acts for, the last said first."""
    links = links_of(account=account, now=now)
    seen = _any([_visible(link, account, said_by="said_by") for link in links])
    rows = Consent.objects.filter(seen).select_related("patient", "encounter").order_by("-said_at", "-id")
    shown = list(rows[:limit])
    abouts = [row.about for row in shown]
    guests = guest_names(abouts=abouts) | names_of(abouts=abouts)
    return [ConsentRow(row, row.patient, guests.get(row.about, "")) for row in shown]


def consent_for(*, account: Account, consent_id: UUID, now: datetime) -> Consent | None:
    links = links_of(account=account, now=now)
    seen = _any([_visible(link, account, said_by="said_by") for link in links])
    return Consent.objects.filter(seen, pk=consent_id).first()


@dataclass(frozen=True, slots=True)
class Gathered:
    """`data`: everything as plain values; `files`: what the archive holds beside it, by name; `links`: for whom."""

    data: dict[str, Any]
    files: dict[str, Callable[[], bytes]]
    links: tuple[PatientLink, ...]


def gather(*, account: Account, by: Actor, now: datetime) -> Gathered:
    """Of oneself and of those one acts for. Read for the copy, it is written in the journal of each patient."""
    links = links_of(account=account, now=now)
    files: dict[str, Callable[[], bytes]] = {}
    people = [_person(link, account, files, now=now) for link in links]
    data = {
        "made_at": now.isoformat(),
        "account": {"email": account.email, "phone": account.phone, "name": account.display_name},
        "requests": _tickets(account),
        "erasures": _erasures(account),
        "people": people,
    }
    for link in links:
        trace_read(what="export", patient_id=link.patient_id, subject_id=link.patient_id, by=by, now=now)
    return Gathered(data, files, tuple(links))


def _erasures(account: Account) -> list[dict[str, Any]]:
    """Without the counts of what went: one who was not counted has a record, perhaps of a minor's secret visit."""
    rows = erasures_of(account=account)
    names = ("asked_at", "close_account", "answer", "answered_at", "words")
    return [{name: getattr(row, name) for name in names} for row in rows]


def told_by_link(*, link: PatientLink) -> list[HealthSummary]:
    """What was told of health: all of one's own; of another, what this account told itself."""
    rows = HealthSummary.objects.filter(patient=link.patient_id).order_by("told_at", "id")
    return list(rows if link.kind == LinkKind.SELF else rows.filter(told_by=link.account_id))


def files_by_link(*, link: PatientLink, account: Account) -> list[Attachment]:
    rows = Attachment.objects.filter(_visible(link, account, said_by="added_by")).select_related("file")
    return list(rows.order_by("added_at", "id"))


def file_name(row: Attachment) -> str:
    """Where a photo or an old paper lies in the archive."""
    return f"fichiers/{row.id}.{TYPES.get(row.file.media_type, 'bin')}"


def _person(
    link: PatientLink, account: Account, files: dict[str, Callable[[], bytes]], *, now: datetime
) -> dict[str, Any]:
    patient = link.patient
    traits = ("birth_name", "birth_given_names", "used_name", "used_given_name", "birth_date", "sex")
    more = ("birth_place_code", "ins_status", "ins_matricule", "ins_oid", "nir_assure", "preferred_language")
    found: dict[str, Any] = {
        "link": link.kind,
        "identity": {name: getattr(patient, name) for name in (*traits, *more)},
        "health": [{"told_at": row.told_at, **row.content} for row in told_by_link(link=link)],
        "consents": list(
            Consent.objects.filter(_visible(link, account, said_by="said_by"))
            .order_by("said_at")
            .values("scope", "given", "said_at", "withdrawn_at")
        ),
        "readings": list(
            Reading.objects.filter(_visible(link, account, said_by="taken_by"))
            .order_by("taken_at", "id")
            .values("taken_at", "content")
        ),
        "files": _files(link, account, files),
        "documents": _documents(link, account, files, now=now),
        "visits": _visits(link, account, now=now),
    }
    lines = accesses_by_link(link=link, me=account.id, now=now)
    found["accesses"] = [{"at": line.at, "who": line.who, "what": line.what} for line in lines]
    return found


def _files(
    link: PatientLink, account: Account, files: dict[str, Callable[[], bytes]]
) -> list[dict[str, Any]]:
    listed = []
    for row in files_by_link(link=link, account=account):
        name = file_name(row)
        files[name] = partial(read_file, row.file)
        listed.append({"title": row.title, "added_at": row.added_at, "file": name})
    return listed


def document_name(document: Document) -> str:
    """Where a document lies in the archive."""
    return f"documents/{slugify(document.title)}-{document.issued_at:%Y-%m-%d}-{document.code}.pdf"


def _documents(
    link: PatientLink, account: Account, files: dict[str, Callable[[], bytes]], *, now: datetime
) -> list[dict[str, Any]]:
    """The sealed files, cancelled ones too, and the FHIR of those that have one."""
    listed = []
    for row in documents_for_account(account_id=account.id, now=now, patient_id=link.patient_id):
        name = document_name(row)
        files[name] = partial(pdf_of, document=row)
        bundle = bundle_of(header=header_of(document=row), content=content_of(document=row))
        fhir = name.replace("documents/", "fhir/").removesuffix(".pdf") + ".json" if bundle else ""
        if bundle:
            files[fhir] = partial(_json, bundle)
        listed.append(
            {
                "title": row.title,
                "code": row.code,
                "issued_at": row.issued_at,
                "state": row.state,
                "cancelled_at": row.cancelled_at,
                "visit": row.encounter_id,
                "practitioner": row.encounter.practitioner.full_name,
                "sha256": row.sha256,
                "file": name,
                "fhir": fhir,
            }
        )
    return listed


def _json(value: Any) -> bytes:
    return json.dumps(value, ensure_ascii=False, indent=1, default=str).encode()


def _visits(link: PatientLink, account: Account, *, now: datetime) -> list[dict[str, Any]]:
    rows = encounters_for_account(account_id=account.id, now=now).filter(patient=link.patient_id)
    shown = []
    for visit in rows.prefetch_related("notes"):
        signed = visit.state in READABLE
        names = ("version", "why", *TEXTS, "measured", "signed_at")
        shown.append(
            {
                "id": visit.id,
                "at": visit.planned_at,
                "state": visit.state,
                "practitioner": visit.practitioner.full_name,
                "rpps": visit.practitioner.rpps,
                "orientation": visit.orientation if signed else None,
                "orientation_note": visit.orientation_note if signed else None,
                "orientation_days": visit.orientation_days if signed else None,
                "notes": [{name: getattr(note, name) for name in names} for note in visit.notes.all()]
                if signed
                else [],
                "prescriptions": _prescribed(visit) if signed else [],
                "certificates": _certificates(visit) if signed else [],
                "tasks": list(visit.tasks.values("kind", "state", "opened_at", "answered_at")),
                "sick_leave": _leave(visit) if signed else None,
                "decisions": plain_of(encounter=visit) if signed else [],
                "price": plain_bill(encounter=visit) if signed else None,
                "bill": _bill(visit) if signed else None,
                **_said(visit.id, account),
            }
        )
    return shown


def _bill(visit: Encounter) -> dict[str, Any] | None:
    """What was settled of the act: as the page of the visit says it."""
    bill = bill_of(encounter=visit)
    if bill is None:
        return None
    return {"state": bill.state, "amounts": bill.amounts, "due_now": bill.due_now, "contract": bill.plan}


def _prescribed(visit: Encounter) -> list[dict[str, Any]]:
    return [
        {
            "sheet": sheet.row.sheet,
            "weight": sheet.row.weight,
            "lines": [line.item.as_kept() for line in sheet.lines],
        }
        for sheet in sheets_of(encounter=visit)
    ]


def _leave(visit: Encounter) -> dict[str, Any] | None:
    """Once the Cnam's receipt is there, as on the page of the visit."""
    leave = leave_of(encounter=visit)
    return {**leave.content, "receipt": leave.receipt} if leave and leave.receipt else None


def _certificates(visit: Encounter) -> list[dict[str, Any]]:
    return [{"template": row.template, "body": row.body} for row in certificates_of(encounter=visit)]


def _said(visit_id: UUID, account: Account) -> dict[str, Any]:
    chat = ChatMessage.objects.filter(room__encounter=visit_id).select_related("author").order_by("id")
    complaints = Complaint.objects.filter(encounter=visit_id, said_by=account.id).order_by("said_at")
    ratings = Feedback.objects.filter(encounter=visit_id).values("helped", "call_quality", "said_at")
    return {
        "messages": [{"at": row.said_at, "who": name_in_chat(row.author), "text": row.text} for row in chat],
        "rating": ratings.first(),
        "complaints": [{"at": row.said_at, "text": row.text, "answer": row.answer} for row in complaints],
    }


def _tickets(account: Account) -> list[dict[str, Any]]:
    rows = (
        Ticket.objects.filter(account=account).exclude(encounter__minor_secrecy=True).order_by("created_at")
    )
    own = PatientLink.objects.filter(account=account, kind=LinkKind.SELF).values("patient")
    secret = Ticket.objects.filter(account=account, encounter__minor_secrecy=True, patient__in=own)
    when, said = ("created_at", "arrived_at"), ("signs_yes", "reason_key", "reason_text", "place_detail")
    names = (*when, "state", "exit_reason", *said)
    both = sorted([*rows, *secret], key=lambda row: row.created_at)
    return [{**{name: getattr(row, name) for name in names}, "attested": _attested(row)} for row in both]


def _attested(ticket: Ticket) -> list[dict[str, Any]]:
    rows = ticket.attestations.order_by("said_at", "id")
    return [{"at": row.said_at, "role": row.role, "question": row.words, "answer": row.value} for row in rows]
