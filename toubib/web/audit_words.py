"""Every action of the journal in words, for the compliance officer; the patient's own words are journal_words.py's.

Not here: an action that the officer would read as code. A test holds this list to the actions that the code names.
"""

from __future__ import annotations

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from toubib.people.enums import Role
from toubib.web.journal_words import WORDS

MORE = {
    "activity.caps.export": gettext_lazy("liste des seuils copiée"),
    "activity.caps.read": gettext_lazy("liste des seuils lue"),
    "activity.declare": gettext_lazy("activité déclarée par un médecin"),
    "assistance.posting.make": gettext_lazy("affectation à un lieu enregistrée"),
    "assistance.posting.end": gettext_lazy("affectation à un lieu finie"),
    "assistance.protocol.file": gettext_lazy("protocole de délégation mis au dossier"),
    "assistance.protocol.end": gettext_lazy("protocole de délégation fini"),
    "billing.batch.make": gettext_lazy("fichier de facturation préparé"),
    "billing.batch.read": gettext_lazy("fichier de facturation téléchargé"),
    "billing.claims.read": gettext_lazy("lignes de facturation lues, sans nom"),
    "billing.covers.read": gettext_lazy("contrats lus"),
    "billing.plan.add": gettext_lazy("contrat ajouté"),
    "consultation.room.close": gettext_lazy("salle fermée"),
    "directory.practice.say": gettext_lazy("lieu d’exercice changé"),
    "directory.practice.place": gettext_lazy("organisation d’exercice dite"),
    "directory.organisation.keep": gettext_lazy("organisation enregistrée"),
    "directory.agrement.grant": gettext_lazy("agrément enregistré"),
    "directory.agrement.withdraw": gettext_lazy("agrément retiré ou suspendu"),
    "directory.convention.sign": gettext_lazy("convention enregistrée"),
    "directory.place.keep": gettext_lazy("lieu de téléconsultation décrit"),
    "directory.place.evidence": gettext_lazy("contrôle d’un lieu noté"),
    "directory.place.devices": gettext_lazy("appareils d’un lieu changés"),
    "directory.place.hours": gettext_lazy("heures d’un lieu changées"),
    "directory.place.help": gettext_lazy("aide ou accès d’un lieu changés"),
    "directory.place.open": gettext_lazy("lieu ouvert"),
    "directory.place.close": gettext_lazy("lieu fermé"),
    "kiosk.cabin.check": gettext_lazy("cabine vue et nettoyée"),
    "kiosk.counter.read": gettext_lazy("poste de qui assiste lu"),
    "kiosk.voucher.make": gettext_lazy("code sans téléphone donné à un comptoir"),
    "kiosk.voucher.use": gettext_lazy("code sans téléphone utilisé à une borne"),
    "kiosk.code.make": gettext_lazy("code d’inscription d’une borne fait"),
    "kiosk.machine.enrol": gettext_lazy("borne inscrite"),
    "kiosk.machine.revoke": gettext_lazy("borne retirée"),
    "kiosk.machine.key": gettext_lazy("nouvelle clé d’une borne"),
    "kiosk.session.opened": gettext_lazy("séance ouverte à une borne"),
    "kiosk.session.identified": gettext_lazy("une personne a dit qui elle est à une borne"),
    "kiosk.session.measuring": gettext_lazy("mesures commencées à une borne"),
    "kiosk.session.waiting": gettext_lazy("dans la file depuis une borne"),
    "kiosk.session.in_call": gettext_lazy("en consultation à une borne"),
    "kiosk.session.leaving": gettext_lazy("fin d’une consultation à une borne"),
    "kiosk.session.wiped": gettext_lazy("séance effacée d’une borne"),
    "kiosk.session.presence": gettext_lazy("présence dans la cabine dite"),
    "people.account.close": gettext_lazy("compte fermé"),
    "people.account.create": gettext_lazy("compte créé"),
    "people.account.hand_link": gettext_lazy("lien d’invitation donné au serveur"),
    "people.account.invite": gettext_lazy("invitation envoyée"),
    "people.account.vouch": gettext_lazy("compte sans téléphone fait à un comptoir"),
    "people.account.reopen": gettext_lazy("compte rouvert"),
    "people.evidence.add": gettext_lazy("justificatif enregistré"),
    "people.factor.add": gettext_lazy("second facteur réglé"),
    "people.factor.reset": gettext_lazy("second facteur remis à zéro"),
    "people.contact.change": gettext_lazy("adresse ou numéro changé"),
    "people.password.set": gettext_lazy("mot de passe choisi"),
    "people.professional.activate": gettext_lazy("professionnel activé"),
    "people.professional.suspend": gettext_lazy("professionnel suspendu"),
    "people.role.ask": gettext_lazy("rôle demandé"),
    "people.role.grant": gettext_lazy("rôle donné"),
    "people.role.refuse": gettext_lazy("rôle refusé"),
    "people.role.revoke": gettext_lazy("rôle retiré"),
    "people.session.open": gettext_lazy("connexion"),
    "record.template.delete": gettext_lazy("modèle de note supprimé"),
    "record.template.keep": gettext_lazy("modèle de note gardé"),
    "record.template.rename": gettext_lazy("modèle de note renommé"),
    "waiting.duty.end": gettext_lazy("garde finie"),
    "waiting.duty.open": gettext_lazy("garde prise"),
    "rights.account.erase": gettext_lazy("compte et contacts effacés"),
    "rights.copy.ask": gettext_lazy("copie de ses données demandée"),
    "rights.copy.make": gettext_lazy("copie de données préparée"),
    "rights.copy.take": gettext_lazy("copie de ses données prise"),
    "rights.erasure.answer": gettext_lazy("réponse à une demande d’effacement"),
    "rights.erasure.ask": gettext_lazy("effacement demandé"),
    "rights.erasure.read": gettext_lazy("demande d’effacement lue"),
    "rights.record.erase": gettext_lazy("dossier effacé à son terme ou sur demande"),
    "web.erasure.ask": gettext_lazy("effacement demandé"),
    "web.journal.verify": gettext_lazy("chaîne du journal vérifiée"),
}


def say_action(action: str) -> str:
    return str(WORDS.get(action) or MORE.get(action) or action)


def say_role(role: str) -> str:
    """A role of ours, a guest, or the part of Toubib that acted by itself."""
    if role.startswith("system:"):
        return _("Toubib, tout seul (%(part)s)") % {"part": role.removeprefix("system:")}
    others = {"guest": _("invité"), "invited": _("par l’invitation"), "visitor": _("visiteur")}
    known = {one.value: str(one.label) for one in Role}
    return known.get(role) or others.get(role) or role
