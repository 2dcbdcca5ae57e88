"""Sentences of the desk that need a choice of words."""

from __future__ import annotations

from django.utils.translation import gettext as _

from toubib.ui.formats import say_hour, say_language
from toubib.waiting.models import Ticket


def why_sentences(why: list[dict[str, str]], *, ticket: Ticket) -> list[str]:
    """The reasons of one match, in full and in order: for the doctor alone."""
    return [sentence for row in why if (sentence := _why(row, ticket))]


def _why(row: dict[str, str], ticket: Ticket) -> str:
    rule, value = row.get("rule", ""), row.get("value", "")
    if rule == "arrival":
        return _arrival(ticket)
    return {
        "language": _("Langue : vous parlez %(language)s.") % {"language": say_language(value)},
        "medecin_traitant": _("Vous êtes son médecin traitant."),
        "territory": _("Cette personne est dans votre territoire."),
        "cap": _("À égalité, cet acte pèse moins sur votre seuil que sur celui d’un autre."),
        "idle": _("Parmi les médecins libres, vous attendez depuis le plus longtemps."),
        "age": _("Son âge est dans vos limites."),
    }.get(rule, "")


def _arrival(ticket: Ticket) -> str:
    hour = say_hour(ticket.arrived_at) if ticket.arrived_at else ""
    if ticket.tier:
        return _("Une priorité posée par un professionnel la place devant ; arrivée à %(hour)s.") % {
            "hour": hour
        }
    return _("C’est la première dans l’ordre d’arrivée que vous pouvez recevoir : arrivée à %(hour)s.") % {
        "hour": hour
    }
