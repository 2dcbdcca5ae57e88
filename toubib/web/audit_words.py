"""Every action of the journal in words, for the compliance officer; the patient's own words are journal_words.py's.

Not here: an action that the officer would read as code. A test holds this list to the actions that the code names.
"""

from __future__ import annotations

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _lazy

from toubib.people.enums import Role
from toubib.web.journal_words import WORDS

MORE = {
    "consultation.room.close": _lazy("salle fermée"),
    "people.account.close": _lazy("compte fermé"),
    "people.account.create": _lazy("compte créé"),
    "people.account.invite": _lazy("invitation envoyée"),
    "people.account.reopen": _lazy("compte rouvert"),
    "people.evidence.add": _lazy("justificatif enregistré"),
    "people.factor.add": _lazy("second facteur réglé"),
    "people.factor.reset": _lazy("second facteur remis à zéro"),
    "people.identity.create": _lazy("identité créée"),
    "people.identity.read": _lazy("identité lue"),
    "people.identity.update": _lazy("identité changée"),
    "people.identity.validate": _lazy("identité validée"),
    "people.ins.record": _lazy("identité reçue du téléservice INSi"),
    "people.link.create": _lazy("lien avec un proche enregistré"),
    "people.link.revoke": _lazy("lien avec un proche retiré"),
    "people.password.set": _lazy("mot de passe choisi"),
    "people.professional.activate": _lazy("professionnel activé"),
    "people.professional.suspend": _lazy("professionnel suspendu"),
    "people.role.grant": _lazy("rôle donné"),
    "people.role.revoke": _lazy("rôle retiré"),
    "people.session.open": _lazy("connexion"),
    "record.attachment.remove": _lazy("photo ou document retiré"),
    "record.encounter.arrived": _lazy("arrivée notée"),
    "record.encounter.list": _lazy("liste des consultations vue"),
    "record.encounter.second_parent": _lazy("accord du second parent noté"),
    "record.history.read": _lazy("consultations passées lues"),
    "waiting.duty.end": _lazy("garde finie"),
    "waiting.duty.open": _lazy("garde prise"),
    "waiting.line.read": _lazy("file vue"),
    "waiting.offer.read": _lazy("proposition lue"),
    "waiting.offer.refuse": _lazy("proposition refusée"),
    "waiting.ticket.accepted": _lazy("demande prise"),
    "waiting.ticket.away": _lazy("sortie, place gardée"),
    "waiting.ticket.closed": _lazy("demande terminée"),
    "waiting.ticket.expired": _lazy("préparation abandonnée"),
    "waiting.ticket.identify": _lazy("demande rattachée à un dossier"),
    "waiting.ticket.in_call": _lazy("appel commencé"),
    "waiting.ticket.left": _lazy("départ de la file"),
    "waiting.ticket.offered": _lazy("demande proposée à un médecin"),
    "waiting.ticket.place": _lazy("lieu du patient dit"),
    "waiting.ticket.redirected": _lazy("orientation vers les secours"),
    "waiting.ticket.tier": _lazy("place dans la file changée"),
    "waiting.ticket.unserved": _lazy("reçu par personne"),
    "waiting.ticket.waiting": _lazy("dans la file"),
    "web.consent.read": _lazy("accord retiré lu"),
    "web.erasure.ask": _lazy("effacement demandé"),
    "web.export.read": _lazy("journal exporté"),
    "web.journal.verify": _lazy("chaîne du journal vérifiée"),
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
