"""What a patient is told at each exit: no ticket ends without a reason and a next step."""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.translation import gettext as _

from toubib.waiting.catalogue import Number, signs
from toubib.waiting.enums import ExitReason, TicketState
from toubib.waiting.models import Ticket


@dataclass(frozen=True, slots=True)
class Exit:
    title: str
    text: str
    numbers: tuple[Number, ...]
    call_back: bool = False


def exit_of(*, ticket: Ticket) -> Exit:
    """The words for an ended ticket, and whom to call."""
    known = signs()
    care = tuple(known.number(key) for key in ("116117", "15"))
    if ticket.exit_reason in {ExitReason.WORSENED, ExitReason.SIGN_YES}:
        wanted = {number.key: number for sign in known.named(list(ticket.signs_yes)) for number in sign.call}
        return Exit(
            _("Appelez maintenant."),
            _("Vous avez dit oui à un signe d’alerte. Rien n’est dû."),
            tuple(wanted.values()) or care,
        )
    if ticket.exit_reason == ExitReason.DOCTOR_SENT_TO_SAMU:
        return Exit(
            _("Les secours sont prévenus."),
            _("Le médecin a appelé le SAMU. Suivez ce qu’il vous a dit."),
            care,
        )
    if ticket.state == TicketState.UNSERVED:
        call_back = getattr(ticket, "follow_up", None)
        return Exit(
            _("Aucun médecin n’a pu vous recevoir."),
            _(
                "Rien n’est dû. Voici qui appeler : votre médecin traitant, le 116 117, le service d’accès aux soins. "
                "Danger vital : 15."
            ),
            care,
            bool(call_back and call_back.call_back),
        )
    if ticket.exit_reason == ExitReason.NOT_BACK:
        return Exit(
            _("Votre place a été rendue."), _("Nous vous avons rappelé sans réponse. Rien n’est dû."), care
        )
    if ticket.state == TicketState.EXPIRED:
        return Exit(
            _("Cette préparation est trop ancienne."),
            _("Recommencez : les questions de sécurité changent vite."),
            care,
        )
    return Exit(_("Vous avez quitté la file."), _("Rien n’est dû."), care)
