"""The journal of accesses in words, for the person whose record it is: date, role, what was done; no id."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _lazy

from toubib.ground.models import JournalEntry
from toubib.people.enums import Role
from toubib.record.models import Encounter

MOST = 60
WORDS = {
    "record.encounter.create": _lazy("demande prise"),
    "record.encounter.in_progress": _lazy("consultation ouverte"),
    "record.encounter.to_sign": _lazy("appel terminé"),
    "record.encounter.signed": _lazy("note signée"),
    "record.encounter.amended": _lazy("ajout à la note"),
    "record.encounter.aborted": _lazy("consultation interrompue"),
    "record.encounter.orient": _lazy("orientation notée"),
    "record.encounter.check": _lazy("identité et lieu vérifiés"),
    "record.encounter.secrecy": _lazy("secret de la consultation changé"),
    "record.encounter.read": _lazy("consultation vue"),
    "record.note.read": _lazy("note lue"),
    "record.note.save": _lazy("note écrite"),
    "record.file.read": _lazy("dossier lu"),
    "record.summary.read": _lazy("informations de santé lues"),
    "record.summary.tell": _lazy("informations de santé données"),
    "record.attachment.read": _lazy("photo ou document vu"),
    "record.attachment.add": _lazy("photo ou document ajouté"),
    "record.messages.read": _lazy("messages de l’appel lus"),
    "record.ticket.read": _lazy("demande vue"),
    "record.export.read": _lazy("données copiées"),
    "record.consent.say": _lazy("réponse à un accord"),
    "record.consent.withdraw": _lazy("accord retiré"),
    "consultation.room.enter": _lazy("entrée dans la salle"),
    "consultation.message.post": _lazy("message écrit"),
    "consultation.guest.admit": _lazy("personne admise dans la salle"),
    "consultation.participant.remove": _lazy("personne sortie de la salle"),
    "consultation.invite.make": _lazy("personne invitée"),
    "consultation.feedback.say": _lazy("avis donné"),
    "consultation.complaint.say": _lazy("réclamation envoyée"),
    "consultation.complaint.answer": _lazy("réponse à une réclamation"),
    "web.complaint.read": _lazy("réclamation lue"),
    "web.follow_up.read": _lazy("demande lue, que personne n’a pu recevoir"),
    "web.tier.read": _lazy("demande passée devant, lue"),
    "web.patient.find": _lazy("dossier cherché dans le journal"),
    "web.journal.read": _lazy("journal des accès lu"),
}


@dataclass(frozen=True, slots=True)
class Line:
    at: datetime
    who: str
    what: str


def accesses_of(*, encounter: Encounter, me: UUID) -> list[Line]:
    """What was done with this visit, the last first; the same act in the same minute stands once."""
    rows = JournalEntry.objects.filter(patient=encounter.patient_id, subject_id__in=_subjects(encounter))
    return _lines(rows.order_by("-id")[: MOST * 3], me=me)


def accesses_to(*, patient_id: UUID, me: UUID) -> list[Line]:
    """Everything done with the record of this patient, for the patient alone."""
    rows = JournalEntry.objects.filter(patient=patient_id, action__in=WORDS).order_by("-id")
    return _lines(rows[: MOST * 3], me=me)


def _subjects(encounter: Encounter) -> list[str]:
    ids: list[UUID] = [encounter.id, *encounter.notes.values_list("id", flat=True)]
    ids += encounter.attachments.values_list("id", flat=True)
    room = getattr(encounter, "room", None)
    if room is not None:
        ids += [room.id, *room.messages.values_list("id", flat=True)]
        ids += room.participants.values_list("id", flat=True)
    return [str(id) for id in ids]


def _lines(rows: Iterable[JournalEntry], *, me: UUID) -> list[Line]:
    lines: list[Line] = []
    seen: set[tuple[str, str, datetime]] = set()
    for row in rows:
        if row.action not in WORDS:
            continue
        who, what = _who(row, me=me), str(WORDS[row.action])
        key = (who, what, row.at.replace(second=0, microsecond=0))
        if key not in seen and len(lines) < MOST:
            seen.add(key)
            lines.append(Line(row.at, who, what))
    return lines


def _who(row: JournalEntry, *, me: UUID) -> str:
    if row.account == me and row.role == Role.PATIENT:
        return _("vous")
    if row.account is None:
        return _("un invité") if row.role == "guest" else _("Toubib, tout seul")
    known = {role.value: role.label for role in Role}
    return str(
        _("une personne qui agit pour vous") if row.role == Role.PATIENT else known.get(row.role, row.role)
    )
