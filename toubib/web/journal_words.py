"""The journal of accesses in words, for the person whose record it is: date, who, what was done; no id."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db.models import Model, QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from toubib.assistance.models import Gesture
from toubib.billing.models import ClaimLine, PriceShown
from toubib.consultation.models import ChatMessage, Participant, Room
from toubib.documents.models import Document
from toubib.exchange.models import Delivery
from toubib.ground.models import JournalEntry
from toubib.people.enums import LinkKind, Role
from toubib.people.models import PatientLink, ProfessionalAccount
from toubib.record.models import (
    Attachment,
    Certificate,
    Consent,
    Encounter,
    Note,
    PatientTask,
    Prescription,
    PrescriptionLine,
    Reading,
    SickLeave,
)
from toubib.record.queries import encounters_for_account
from toubib.waiting.models import Offer, Ticket

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
    "record.prescription.confirm": gettext_lazy("ligne confirmée malgré une allergie notée"),
    "record.prescription.rework": gettext_lazy("ordonnance reprise"),
    "record.prescription.drop": gettext_lazy("reprise de l’ordonnance abandonnée"),
    "record.prescription.sign": gettext_lazy("ordonnance reprise et signée"),
    "record.prescription.weight": gettext_lazy("poids noté sur l’ordonnance"),
    "record.leave.write": gettext_lazy("arrêt de travail écrit"),
    "record.leave.drop": gettext_lazy("arrêt de travail retiré"),
    "record.leave.receipt": gettext_lazy("accusé de réception de l’arrêt enregistré"),
    "record.certificate.write": gettext_lazy("certificat écrit"),
    "record.certificate.drop": gettext_lazy("certificat retiré"),
    "record.task.open": gettext_lazy("tâche donnée au patient"),
    "record.task.answer": gettext_lazy("tâche : réponse du patient"),
    "record.task.follow": gettext_lazy("tâche : suite donnée"),
    "record.history.read": gettext_lazy("consultations passées lues"),
    "record.file.read": gettext_lazy("dossier lu"),
    "record.summary.read": gettext_lazy("informations de santé lues"),
    "record.summary.tell": gettext_lazy("informations de santé données"),
    "record.reading.read": gettext_lazy("mesures lues"),
    "record.reading.keep": gettext_lazy("mesure reçue ou tapée"),
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
    "billing.price.agree": gettext_lazy("prix accepté"),
    "billing.price.see": gettext_lazy("prix vu, sans l’accepter"),
    "billing.claim.settle": gettext_lazy("prix de la consultation calculé"),
    "billing.claim.answer": gettext_lazy("fait précisé pour la facturation"),
    "billing.claim.read": gettext_lazy("ligne de facturation lue"),
    "billing.claim.send": gettext_lazy("ligne mise dans un fichier de facturation"),
    "billing.batch_line.read": gettext_lazy("fichier de facturation téléchargé, avec vos consultations"),
    "billing.assistance.prepare": gettext_lazy("code de qui vous a assisté préparé"),
    "billing.assistance.take": gettext_lazy("fichier de ses actes pris par qui vous a assisté"),
    "kiosk.counter.call15": gettext_lazy("15 appelé depuis le comptoir"),
    "kiosk.counter.call_back": gettext_lazy("rappel dans la cabine"),
    "billing.assistance.drop": gettext_lazy("code de qui vous a assisté annulé"),
    "billing.assistance.read": gettext_lazy("code de qui vous a assisté mis dans son fichier"),
    "billing.cover.add": gettext_lazy("contrat enregistré"),
    "billing.cover.end": gettext_lazy("contrat fini"),
    "billing.cover.read": gettext_lazy("contrat lu"),
    "exchange.delivery.queue": gettext_lazy("envoi du compte rendu demandé"),
    "exchange.delivery.send": gettext_lazy("compte rendu envoyé au médecin traitant"),
    "exchange.delivery.deliver": gettext_lazy("compte rendu arrivé chez le médecin traitant"),
    "exchange.delivery.bounce": gettext_lazy("compte rendu revenu à l’envoyeur"),
    "exchange.delivery.refuse": gettext_lazy("compte rendu non envoyé"),
    "exchange.delivery.give_up": gettext_lazy("envoi du compte rendu abandonné"),
    "exchange.delivery.follow": gettext_lazy("suite donnée à un compte rendu non arrivé"),
    "assistance.presence.propose": gettext_lazy("quelqu’un a proposé de vous assister"),
    "assistance.presence.agree": gettext_lazy("présence de qui vous assiste acceptée"),
    "assistance.presence.refuse": gettext_lazy("présence de qui vous assiste refusée, ou accord retiré"),
    "assistance.presence.end": gettext_lazy("départ de qui vous assistait"),
    "assistance.gesture.ask": gettext_lazy("geste demandé sur place"),
    "assistance.gesture.accepted": gettext_lazy("geste accepté par qui vous assiste"),
    "assistance.gesture.refused": gettext_lazy("geste refusé par qui vous assiste"),
    "assistance.gesture.agreed": gettext_lazy("geste : accord donné"),
    "assistance.gesture.declined": gettext_lazy("geste : accord refusé"),
    "assistance.gesture.under_way": gettext_lazy("geste commencé"),
    "assistance.gesture.done": gettext_lazy("geste fini"),
    "assistance.gesture.revoked": gettext_lazy("geste arrêté, accord retiré"),
    "assistance.gesture.withdrawn": gettext_lazy("geste arrêté par le médecin"),
    "assistance.gesture.left": gettext_lazy("geste arrêté, l’accompagnant est parti"),
    "consultation.room.enter": gettext_lazy("entrée dans la salle"),
    "consultation.message.post": gettext_lazy("message écrit"),
    "consultation.guest.admit": gettext_lazy("personne admise dans la salle"),
    "consultation.participant.remove": gettext_lazy("personne sortie de la salle"),
    "consultation.invite.make": gettext_lazy("personne invitée"),
    "consultation.feedback.say": gettext_lazy("avis donné"),
    "consultation.complaint.say": gettext_lazy("réclamation envoyée"),
    "consultation.complaint.answer": gettext_lazy("réponse à une réclamation"),
    "documents.document.list": gettext_lazy("liste des documents vue"),
    "record.encounter.list": gettext_lazy("liste des consultations vue"),
    "record.attachment.remove": gettext_lazy("photo ou document retiré"),
    "people.identity.create": gettext_lazy("identité créée"),
    "people.identity.read": gettext_lazy("identité lue"),
    "people.identity.update": gettext_lazy("identité changée"),
    "people.identity.validate": gettext_lazy("identité validée"),
    "people.ins.record": gettext_lazy("identité reçue du téléservice INSi"),
    "people.link.create": gettext_lazy("lien avec un proche enregistré"),
    "people.link.read": gettext_lazy("liens avec des proches lus"),
    "people.link.revoke": gettext_lazy("lien avec un proche retiré"),
    "rights.death.tell": gettext_lazy("décès enregistré"),
    "rights.draft.erase": gettext_lazy("réponses et photos jamais lues, effacées"),
    "rights.ticket.erase": gettext_lazy("demande jamais servie, effacée"),
    "rights.hold.place": gettext_lazy("dossier gardé pour un recours"),
    "rights.hold.lift": gettext_lazy("dossier libéré après un recours"),
    "rights.record.read": gettext_lazy("durée de garde du dossier vue"),
    "waiting.line.read": gettext_lazy("file vue"),
    "waiting.offer.read": gettext_lazy("demande proposée à un médecin, lue"),
    "record.encounter.arrived": gettext_lazy("arrivée notée"),
    "record.encounter.second_parent": gettext_lazy("accord du second parent noté"),
    "waiting.follow_up.close": gettext_lazy("suite donnée à une demande"),
    "waiting.offer.refuse": gettext_lazy("proposition refusée"),
    "waiting.ticket.accepted": gettext_lazy("demande prise"),
    "waiting.ticket.away": gettext_lazy("sortie, place gardée"),
    "waiting.ticket.closed": gettext_lazy("demande terminée"),
    "waiting.ticket.expired": gettext_lazy("préparation abandonnée"),
    "waiting.ticket.identify": gettext_lazy("demande rattachée à un dossier"),
    "waiting.ticket.in_call": gettext_lazy("appel commencé"),
    "waiting.ticket.left": gettext_lazy("départ de la file"),
    "waiting.ticket.offered": gettext_lazy("demande proposée à un médecin"),
    "waiting.ticket.place": gettext_lazy("lieu du patient dit"),
    "waiting.ticket.redirected": gettext_lazy("orientation vers les secours"),
    "waiting.ticket.tier": gettext_lazy("place dans la file changée"),
    "waiting.ticket.unserved": gettext_lazy("reçu par personne"),
    "waiting.ticket.waiting": gettext_lazy("dans la file"),
    "waiting.ticket.worse": gettext_lazy("aggravation signalée, sans signe"),
    "web.complaint.read": gettext_lazy("réclamation lue"),
    "web.consent.read": gettext_lazy("accord retiré lu"),
    "web.follow_up.read": gettext_lazy("demande lue, que personne n’a pu recevoir"),
    "web.task.read": gettext_lazy("tâche lue, pour y donner suite"),
    "web.delivery.read": gettext_lazy("état d’un envoi lu, pour y donner suite"),
    "web.tier.read": gettext_lazy("demande passée devant, lue"),
    "web.patient.find": gettext_lazy("dossier cherché dans le journal"),
    "web.export.read": gettext_lazy("journal des accès exporté"),
    "web.journal.read": gettext_lazy("journal des accès lu"),
}


@dataclass(frozen=True, slots=True)
class Line:
    at: datetime
    who: str
    what: str


def accesses_of(*, encounter: Encounter, me: UUID) -> list[Line]:
    """All that was done with this visit, the last first."""
    rows = _shown(encounter.patient_id, me=me).filter(subject_id__in=_subjects([encounter.id]))
    return lines_of(rows=rows, me=me)


def entries_by_link(*, link: PatientLink, me: UUID, now: datetime) -> QuerySet[JournalEntry]:
    """Who opened the record of a person, for whoever acts for them: oneself sees all of it; another, what was done with
    the visits that they may see, and nothing of a minor's secret one (L. 1111-5 CSP)."""
    rows = _shown(link.patient_id, me=me)
    if link.kind == LinkKind.SELF:
        return rows
    seen = encounters_for_account(account_id=me, now=now).filter(patient=link.patient_id)
    return rows.filter(subject_id__in=_subjects([visit.id for visit in seen]))


def accesses_by_link(*, link: PatientLink, me: UUID, now: datetime) -> list[Line]:
    """The same whole, for a copy of one's data."""
    return lines_of(rows=entries_by_link(link=link, me=me, now=now), me=me)


def _shown(patient_id: UUID, *, me: UUID) -> QuerySet[JournalEntry]:
    """What has words, the last first, without one's own look at one's own lists."""
    rows = JournalEntry.objects.filter(patient=patient_id, action__in=WORDS)
    return rows.exclude(account=me, action__endswith=".list").order_by("-id")


PARTS: tuple[tuple[type[Model], str], ...] = (
    (Note, "encounter"), (Attachment, "encounter"), (Reading, "encounter"), (Consent, "encounter"), (Prescription, "encounter"),
    (PrescriptionLine, "prescription__encounter"), (SickLeave, "encounter"), (Certificate, "encounter"),
    (PatientTask, "encounter"), (Document, "encounter"), (Delivery, "document__encounter"), (Room, "encounter"),
    (ChatMessage, "room__encounter"), (Participant, "room__encounter"), (Ticket, "encounter"),
    (Offer, "ticket__encounter"), (ClaimLine, "encounter"), (PriceShown, "ticket__encounter"), (Gesture, "encounter"),
)  # fmt: skip


def _subjects(encounters: list[UUID]) -> list[str]:
    """The ids under which the journal names these visits and what stands in them, in one query."""
    first, *others = (
        model._default_manager.filter(**{f"{path}__in": encounters}).order_by().values_list("id", flat=True)
        for model, path in PARTS
    )
    return [str(id) for id in (*encounters, *first.union(*others, all=True))]


def lines_of(*, rows: Iterable[JournalEntry], me: UUID) -> list[Line]:
    """In words; the same act in the same minute stands once."""
    rows = list(rows)
    names = _names(rows)
    lines: dict[tuple[str, str, datetime], Line] = {}
    for row in rows:
        line = Line(row.at, _who(row, me=me, names=names), str(WORDS[row.action]))
        lines.setdefault((line.who, line.what, row.at.replace(second=0, microsecond=0)), line)
    return list(lines.values())


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
