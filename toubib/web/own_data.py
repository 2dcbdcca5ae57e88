"""A person's own data: what they agreed to, a copy of everything they may see, and the request to erase.

Nothing of a minor's secret visit goes to whoever acts for the minor (L. 1111-5 CSP): what another account said of
the child outside a visit stays out too, since it may belong to one.
"""

from __future__ import annotations

import io
import json
import zipfile
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from toubib.consultation.models import ChatMessage, Complaint, Feedback
from toubib.consultation.queries import guest_names, name_in_chat
from toubib.ground.actors import Actor
from toubib.ground.enums import Channel
from toubib.ground.files import read_file
from toubib.ground.journal import trace
from toubib.ground.mail import queue_message
from toubib.ground.models import JournalEntry
from toubib.people.enums import LinkKind, Role
from toubib.people.models import Account, Patient, PatientLink
from toubib.people.queries import accounts_with_role, links_of
from toubib.record.models import Attachment, Consent, Encounter, HealthSummary
from toubib.record.noted import TEXTS
from toubib.record.queries import (
    READABLE,
    certificates_of,
    encounters_for_account,
    leave_of,
    sheets_of,
    trace_read,
)
from toubib.waiting.models import Ticket
from toubib.web.journal_words import accesses_to
from toubib.web.prices import plain_of

ASK_AGAIN_AFTER = timedelta(days=30)
ERASURE = "web.erasure.ask"
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
    def may_withdraw(self) -> bool:
        return self.consent.given and self.consent.withdrawn_at is None


def consents_for(*, account: Account, now: datetime, limit: int = 20) -> list[ConsentRow]:
    """Consents of oneself and of those one acts for, the last said first."""
    links = links_of(account=account, now=now)
    seen = _any([_visible(link, account, said_by="said_by") for link in links])
    rows = Consent.objects.filter(seen).select_related("patient", "encounter").order_by("-said_at", "-id")
    shown = list(rows[:limit])
    guests = guest_names(abouts=[row.about for row in shown])
    return [ConsentRow(row, row.patient, guests.get(row.about, "")) for row in shown]


def consent_for(*, account: Account, consent_id: UUID, now: datetime) -> Consent | None:
    links = links_of(account=account, now=now)
    seen = _any([_visible(link, account, said_by="said_by") for link in links])
    return Consent.objects.filter(seen, pk=consent_id).first()


def copy_of(*, account: Account, by: Actor, now: datetime) -> bytes:
    """A zip: donnees.json and the files sent. The copy is written in the journal of each patient."""
    links = links_of(account=account, now=now)
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        people = [_person(link, account, archive, now=now) for link in links]
        data = {
            "made_at": now.isoformat(),
            "account": {"email": account.email, "phone": account.phone, "name": account.display_name},
            "requests": _tickets(account),
            "people": people,
        }
        archive.writestr("donnees.json", json.dumps(data, ensure_ascii=False, indent=1, default=str))
    for link in links:
        trace_read(what="export", patient_id=link.patient_id, subject_id=link.patient_id, by=by, now=now)
    return out.getvalue()


def _person(
    link: PatientLink, account: Account, archive: zipfile.ZipFile, *, now: datetime
) -> dict[str, Any]:
    patient = link.patient
    traits = ("birth_name", "birth_given_names", "used_name", "used_given_name", "birth_date", "sex")
    more = ("birth_place_code", "ins_status", "ins_matricule", "ins_oid", "nir_assure", "preferred_language")
    summaries = HealthSummary.objects.filter(patient=patient).order_by("told_at")
    if link.kind != LinkKind.SELF:
        summaries = summaries.filter(told_by=account.id)
    found: dict[str, Any] = {
        "link": link.kind,
        "identity": {name: getattr(patient, name) for name in (*traits, *more)},
        "health": [{"told_at": row.told_at, **row.content} for row in summaries],
        "consents": list(
            Consent.objects.filter(_visible(link, account, said_by="said_by"))
            .order_by("said_at")
            .values("scope", "given", "said_at", "withdrawn_at")
        ),
        "files": _files(link, account, archive),
        "visits": _visits(link, account, now=now),
    }
    if link.kind == LinkKind.SELF:
        lines = accesses_to(patient_id=patient.id, me=account.id)
        found["accesses"] = [{"at": line.at, "who": line.who, "what": line.what} for line in lines]
    return found


def _files(link: PatientLink, account: Account, archive: zipfile.ZipFile) -> list[dict[str, Any]]:
    rows = Attachment.objects.filter(_visible(link, account, said_by="added_by")).select_related("file")
    listed = []
    for row in rows.order_by("added_at"):
        name = f"fichiers/{row.id}.{TYPES.get(row.file.media_type, 'bin')}"
        archive.writestr(name, read_file(row.file))
        listed.append({"title": row.title, "added_at": row.added_at, "file": name})
    return listed


def _visits(link: PatientLink, account: Account, *, now: datetime) -> list[dict[str, Any]]:
    rows = encounters_for_account(account_id=account.id, now=now).filter(patient=link.patient_id)
    shown = []
    for visit in rows.prefetch_related("notes"):
        signed = visit.state in READABLE
        names = ("version", "why", *TEXTS, "measured", "signed_at")
        shown.append(
            {
                "at": visit.planned_at,
                "state": visit.state,
                "practitioner": visit.practitioner.full_name,
                "rpps": visit.practitioner.rpps,
                "orientation": visit.orientation if signed else None,
                "notes": [{name: getattr(note, name) for name in names} for note in visit.notes.all()]
                if signed
                else [],
                "prescriptions": _prescribed(visit) if signed else [],
                "certificates": _certificates(visit) if signed else [],
                "tasks": list(visit.tasks.values("kind", "state", "opened_at", "answered_at")),
                "sick_leave": _leave(visit) if signed else None,
                "decisions": plain_of(encounter=visit) if signed else [],
                **_said(visit.id, account),
            }
        )
    return shown


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


def erasure_asked(*, account: Account, now: datetime) -> datetime | None:
    """When the account last asked for erasure, within a month."""
    rows = JournalEntry.objects.filter(account=account.id, action=ERASURE, at__gt=now - ASK_AGAIN_AFTER)
    last = rows.order_by("-id").first()
    return last.at if last else None


@transaction.atomic
def ask_erasure(*, account: Account, by: Actor, now: datetime) -> datetime:
    """Write the request in the journal and tell compliance; asked twice in a month it is one request.

    The medical record stays for as long as the law keeps it (GDPR 17.3): the journal says so as the reason.
    """
    Account.objects.select_for_update().get(pk=account.pk)
    asked = erasure_asked(account=account, now=now)
    if asked:
        return asked
    trace(by=by, action=ERASURE, now=now, subject="account", subject_id=account.id, reason="GDPR 17.3")
    body = _("Une personne demande l’effacement de ses données. Compte %(id)s. À traiter sous un mois.")
    for officer in accounts_with_role(role=Role.COMPLIANCE, now=now):
        if officer.email:
            queue_message(
                channel=Channel.EMAIL,
                to=officer.email,
                subject=_("Demande d’effacement"),
                body=body % {"id": account.id},
                now=now,
            )
    return now
