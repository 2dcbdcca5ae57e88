"""The journal of accesses in words, for the person whose record it is: date, who, what was done; no id."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from toubib.ground.models import JournalEntry
from toubib.people.enums import Role
from toubib.people.models import ProfessionalAccount
from toubib.record.models import Encounter

MOST = 60
WORDS = {
    "record.encounter.create": gettext_lazy("demande prise"),
    "record.encounter.in_progress": gettext_lazy("consultation ouverte"),
    "record.encounter.to_sign": gettext_lazy("appel terminé"),
    "record.encounter.signed": gettext_lazy("note signée"),
    "record.encounter.amended": gettext_lazy("ajout à la note"),
    "record.encounter.aborted": gettext_lazy("consultation interrompue"),
    "record.encounter.orient": gettext_lazy("orientation notée"),
    "record.encounter.check": gettext_lazy("identité et lieu vérifiés"),
    "record.encounter.secrecy": gettext_lazy("secret de la consultation changé"),
    "record.encounter.read": gettext_lazy("consultation vue"),
    "record.decision.keep": gettext_lazy("règle appliquée à la consultation"),
    "waiting.ticket.attest": gettext_lazy("réponse pour le prix donnée"),
    "record.note.read": gettext_lazy("note lue"),
    "record.note.save": gettext_lazy("note écrite"),
    "record.note.correct": gettext_lazy("note corrigée"),
    "record.prescription.read": gettext_lazy("ordonnance lue"),
    "record.prescription.put": gettext_lazy("ligne d’ordonnance écrite"),
    "record.prescription.remove": gettext_lazy("ligne d’ordonnance retirée"),
    "record.prescription.move": gettext_lazy("ligne d’ordonnance déplacée"),
    "record.prescription.renew": gettext_lazy("ligne d’ordonnance renouvelée"),
    "record.prescription.weight": gettext_lazy("poids noté sur l’ordonnance"),
    "record.leave.write": gettext_lazy("arrêt de travail écrit"),
    "record.leave.drop": gettext_lazy("arrêt de travail retiré"),
    "record.leave.receipt": gettext_lazy("accusé de réception de l’arrêt enregistré"),
    "record.certificate.write": gettext_lazy("certificat écrit"),
    "record.certificate.drop": gettext_lazy("certificat retiré"),
    "record.task.open": gettext_lazy("tâche donnée au patient"),
    "record.task.answer": gettext_lazy("tâche : réponse du patient"),
    "record.history.read": gettext_lazy("consultations passées lues"),
    "record.file.read": gettext_lazy("dossier lu"),
    "record.summary.read": gettext_lazy("informations de santé lues"),
    "record.summary.tell": gettext_lazy("informations de santé données"),
    "record.attachment.read": gettext_lazy("photo ou document vu"),
    "record.attachment.add": gettext_lazy("photo ou document ajouté"),
    "record.messages.read": gettext_lazy("messages de l’appel lus"),
    "record.ticket.read": gettext_lazy("demande vue"),
    "record.export.read": gettext_lazy("données copiées"),
    "record.consent.say": gettext_lazy("réponse à un accord"),
    "record.consent.withdraw": gettext_lazy("accord retiré"),
    "documents.document.issue": gettext_lazy("document remis"),
    "documents.document.read": gettext_lazy("document lu"),
    "documents.document.cancel": gettext_lazy("document annulé"),
    "exchange.delivery.queue": gettext_lazy("envoi du compte rendu demandé"),
    "exchange.delivery.send": gettext_lazy("compte rendu envoyé au médecin traitant"),
    "exchange.delivery.deliver": gettext_lazy("compte rendu arrivé chez le médecin traitant"),
    "exchange.delivery.bounce": gettext_lazy("compte rendu revenu à l’envoyeur"),
    "exchange.delivery.refuse": gettext_lazy("compte rendu non envoyé"),
    "exchange.delivery.give_up": gettext_lazy("envoi du compte rendu abandonné"),
    "consultation.room.enter": gettext_lazy("entrée dans la salle"),
    "consultation.message.post": gettext_lazy("message écrit"),
    "consultation.guest.admit": gettext_lazy("personne admise dans la salle"),
    "consultation.participant.remove": gettext_lazy("personne sortie de la salle"),
    "consultation.invite.make": gettext_lazy("personne invitée"),
    "consultation.feedback.say": gettext_lazy("avis donné"),
    "consultation.complaint.say": gettext_lazy("réclamation envoyée"),
    "consultation.complaint.answer": gettext_lazy("réponse à une réclamation"),
    "web.complaint.read": gettext_lazy("réclamation lue"),
    "web.follow_up.read": gettext_lazy("demande lue, que personne n’a pu recevoir"),
    "web.tier.read": gettext_lazy("demande passée devant, lue"),
    "web.patient.find": gettext_lazy("dossier cherché dans le journal"),
    "web.journal.read": gettext_lazy("journal des accès lu"),
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
    rows = list(rows)
    names = _names(rows)
    for row in rows:
        if row.action not in WORDS:
            continue
        who, what = _who(row, me=me, names=names), str(WORDS[row.action])
        key = (who, what, row.at.replace(second=0, microsecond=0))
        if key not in seen and len(lines) < MOST:
            seen.add(key)
            lines.append(Line(row.at, who, what))
    return lines


def _names(rows: list[JournalEntry]) -> dict[UUID, str]:
    """The professionals who acted as such, title and name, by account: the person whose record it is may know them."""
    accounts = {row.account for row in rows if row.account and row.role == Role.PRACTITIONER}
    known = ProfessionalAccount.objects.filter(account_id__in=accounts).select_related("practitioner")
    return {one.account_id: one.practitioner.full_name for one in known} if accounts else {}


def _who(row: JournalEntry, *, me: UUID, names: dict[UUID, str]) -> str:
    if row.account == me and row.role == Role.PATIENT:
        return _("vous")
    if row.account is None:
        return _("un invité") if row.role == "guest" else _("Toubib, tout seul")
    if row.role == Role.PRACTITIONER and row.account in names:
        return names[row.account]
    known = {role.value: role.label for role in Role}
    return str(
        _("une personne qui agit pour vous") if row.role == Role.PATIENT else known.get(row.role, row.role)
    )
