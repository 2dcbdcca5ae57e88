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
    "record.encounter.create": _lazy("a pris la demande"),
    "record.encounter.in_progress": _lazy("a ouvert la consultation"),
    "record.encounter.to_sign": _lazy("a terminé l’appel"),
    "record.encounter.signed": _lazy("a signé la note"),
    "record.encounter.amended": _lazy("a complété la note"),
    "record.encounter.aborted": _lazy("a interrompu la consultation"),
    "record.encounter.orient": _lazy("a noté une orientation"),
    "record.encounter.check": _lazy("a vérifié l’identité et le lieu"),
    "record.encounter.secrecy": _lazy("a changé le secret de la consultation"),
    "record.encounter.read": _lazy("a ouvert la consultation"),
    "record.note.read": _lazy("a lu la note"),
    "record.note.save": _lazy("a écrit la note"),
    "record.file.read": _lazy("a lu le dossier"),
    "record.summary.read": _lazy("a lu les informations de santé"),
    "record.summary.tell": _lazy("a donné des informations de santé"),
    "record.attachment.read": _lazy("a vu une photo ou un document"),
    "record.attachment.add": _lazy("a ajouté une photo ou un document"),
    "record.messages.read": _lazy("a lu les messages de l’appel"),
    "record.ticket.read": _lazy("a ouvert la demande"),
    "record.export.read": _lazy("a copié les données"),
    "record.consent.say": _lazy("a répondu à un accord"),
    "record.consent.withdraw": _lazy("a retiré un accord"),
    "consultation.room.enter": _lazy("est entré dans la salle"),
    "consultation.message.post": _lazy("a écrit un message"),
    "consultation.guest.admit": _lazy("a fait entrer une personne"),
    "consultation.participant.remove": _lazy("a fait sortir une personne"),
    "consultation.invite.make": _lazy("a invité une personne"),
    "consultation.feedback.say": _lazy("a donné son avis"),
    "consultation.complaint.say": _lazy("a fait une réclamation"),
    "consultation.complaint.answer": _lazy("a répondu à une réclamation"),
}
READS = frozenset(action for action in WORDS if action.endswith(".read"))


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
