"""What is kept of a person and how long, in plain words; tests hold it to the tables' own notes."""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from toubib.web.processing_words import KEPT as PROCESSING_KEPT


@dataclass(frozen=True, slots=True)
class DataRow:
    """One table (« app.Model ») as people know it."""

    model: str
    what: str | Promise
    why: str | Promise


DATA_ROWS = (
    DataRow("people.Account", _("Votre compte : adresse e-mail ou numéro"), _("Vous reconnaître, vous joindre")),
    DataRow("people.SignInCode", _("Les codes envoyés, brouillés"), _("Vérifier que c’est bien vous")),
    DataRow("people.Patient", _("Votre identité"), _("Vous soigner sans vous confondre")),
    DataRow("people.PatientLink", _("Pour qui vous agissez"), _("Protéger vos enfants et vos proches")),
    DataRow("waiting.Ticket", _("Votre demande : lieu, motif, réponses"), _("Tenir la file, préparer l’appel")),
    DataRow("record.Encounter", _("La consultation et la note du médecin"), _("Vous soigner, en garder la preuve")),
    DataRow("waiting.Attestation", _("Vos réponses sur le prix : couverture, médecin traitant"), _("Estimer ce que vous paierez")),
    DataRow("record.EncounterDecision", _("Ce que la règle dit de la consultation, et son prix"), _("En garder la preuve")),
    DataRow("billing.PriceShown", _("Le prix montré avant l’appel, et votre réponse"), _("Vous dire ce qui a changé")),
    DataRow("billing.ClaimLine", _("Ce que coûte chaque consultation, et qui la paie"), _("La faire payer à qui la doit")),
    DataRow("billing.ExportBatch", _("Les fichiers de facturation où vos consultations figurent"), _("Retrouver ce qui fut transmis")),
    DataRow("billing.FactAnswer", _("Ce que le médecin précise après, pour facturer juste"), _("Ne pas se tromper de payeur")),
    DataRow("billing.AssistanceLine", _("Ce que facture qui vous a assisté"), _("Qu’il soit payé, sans vous rien demander")),
    DataRow("billing.Cover", _("Votre contrat, s’il paie des actes"), _("Le laisser payer si vous le choisissez")),
    DataRow("record.Prescription", _("Vos ordonnances"), _("Vous soigner, en garder la preuve")),
    DataRow("record.PrescriptionLine", _("Chaque ligne de vos ordonnances"), _("Vous soigner, en garder la preuve")),
    DataRow("record.SickLeave", _("Vos arrêts de travail"), _("Les transmettre à l’Assurance maladie")),
    DataRow("record.Certificate", _("Vos certificats"), _("En garder la preuve")),
    DataRow("record.PatientTask", _("Ce que vous avez à faire ensuite, et vos réponses"), _("Vous aider à le faire")),
    DataRow("documents.Document", _("Vos documents signés"), _("Vous les remettre, dire s’ils sont authentiques")),
    DataRow("exchange.Delivery", _("L’envoi du compte rendu à votre médecin traitant"), _("Savoir s’il est arrivé")),
    DataRow("record.HealthSummary", _("Allergies, traitements, antécédents que vous dites"), _("Vous soigner")),
    DataRow("record.Attachment", _("Vos photos et documents"), _("Vous soigner")),
    DataRow("record.Reading", _("Ce que les appareils ont mesuré, ou que vous avez tapé"), _("Vous soigner")),
    DataRow("record.Consent", _("Vos accords et vos refus"), _("Les respecter, en garder la preuve")),
    DataRow("assistance.Presence", _("Qui vous a assisté dans un lieu, et votre accord"), _("Le respecter, en garder la preuve")),
    DataRow("assistance.Gesture", _("Les gestes faits pour vous à la demande du médecin"), _("Vous soigner, en garder la preuve")),
    DataRow("rights.DataCopy", _("La copie de vos données que vous demandez"), _("Vous la remettre")),
    DataRow("rights.ErasureRequest", _("Votre demande d’effacement et sa réponse"), _("Y répondre, en garder la preuve")),
    DataRow("ground.OutboundMessage", _("Les messages que nous vous envoyons"), _("Vous prévenir")),
    DataRow("ground.JournalEntry", _("Qui a lu ou changé votre dossier, et quand"), _("Que vous puissiez le savoir")),
)  # fmt: skip

# As `processing_words` says it to the compliance officer, but where patients read plainer words.
KEPT = PROCESSING_KEPT | {
    "3 years after the last sign-in": _("3 ans après votre dernière visite"),
    "as the record": _("comme votre dossier"),
    "as the record it belongs to": _("comme votre dossier"),
    "abandoned: 7 days; served: as the record": _("abandonnée : 7 jours ; servie : comme votre dossier"),
    "5 years active, then 15 archived (CNIL, practices); 20 years for establishments": _(
        "5 ans, puis 15 ans en archive ; 20 ans dans un établissement"
    ),
    "never erased": _("sans fin : personne ne peut en retirer une ligne"),
    "10 years": _("10 ans, comme la loi le veut des comptes"),
}


def say_kept(note: str) -> str:
    """The words for a note; the note itself where it has none yet (a test refuses that)."""
    return str(KEPT.get(note, note))
