"""States of a ticket, of a duty and of an offer, as data; the picture is in README.md."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class TicketState(models.TextChoices):
    TRIAGED = "triaged", _("se prépare")
    WAITING = "waiting", _("dans la file")
    AWAY = "away", _("sorti, sera rappelé")
    OFFERED = "offered", _("proposé à un médecin")
    ACCEPTED = "accepted", _("pris par un médecin")
    IN_CALL = "in_call", _("en consultation")
    CLOSED = "closed", _("terminé")
    REDIRECTED = "redirected", _("orienté vers les secours")
    LEFT = "left", _("parti")
    EXPIRED = "expired", _("abandonné")
    UNSERVED = "unserved", _("aucun médecin n’a pu recevoir")


TICKET_MOVES: dict[str, set[str]] = {
    TicketState.TRIAGED: {TicketState.WAITING, TicketState.REDIRECTED, TicketState.LEFT, TicketState.EXPIRED},
    TicketState.WAITING: {
        TicketState.AWAY,
        TicketState.OFFERED,
        TicketState.REDIRECTED,
        TicketState.LEFT,
        TicketState.UNSERVED,
    },
    TicketState.AWAY: {TicketState.WAITING, TicketState.REDIRECTED, TicketState.LEFT, TicketState.UNSERVED},
    TicketState.OFFERED: {
        TicketState.WAITING,
        TicketState.ACCEPTED,
        TicketState.REDIRECTED,
        TicketState.LEFT,
        TicketState.UNSERVED,
    },
    TicketState.ACCEPTED: {
        TicketState.IN_CALL,
        TicketState.WAITING,
        TicketState.AWAY,
        TicketState.REDIRECTED,
        TicketState.LEFT,
    },
    TicketState.IN_CALL: {
        TicketState.CLOSED,
        TicketState.WAITING,
        TicketState.AWAY,
        TicketState.REDIRECTED,
    },
    TicketState.CLOSED: {TicketState.IN_CALL},
    TicketState.REDIRECTED: set(),
    TicketState.LEFT: set(),
    TicketState.EXPIRED: set(),
    TicketState.UNSERVED: set(),
}
PREPARING_STATES = (TicketState.TRIAGED,)
IN_LINE_STATES = (TicketState.WAITING, TicketState.AWAY, TicketState.OFFERED)
LIVE_STATES = (*IN_LINE_STATES, TicketState.ACCEPTED, TicketState.IN_CALL)
ENDED_STATES = (
    TicketState.CLOSED,
    TicketState.REDIRECTED,
    TicketState.LEFT,
    TicketState.EXPIRED,
    TicketState.UNSERVED,
)


class DutyState(models.TextChoices):
    OFF = "off", _("hors service")
    OPEN = "open", _("disponible")
    PAUSED = "paused", _("en pause")
    OFFERED = "offered", _("une demande lui est proposée")
    BUSY = "busy", _("en consultation")
    WRITING = "writing", _("rédige sa note")


DUTY_MOVES: dict[str, set[str]] = {
    DutyState.OFF: {DutyState.OPEN},
    DutyState.OPEN: {DutyState.OFF, DutyState.PAUSED, DutyState.OFFERED},
    DutyState.PAUSED: {DutyState.OPEN, DutyState.OFF},
    DutyState.OFFERED: {DutyState.BUSY, DutyState.OPEN, DutyState.PAUSED, DutyState.OFF},
    DutyState.BUSY: {DutyState.WRITING, DutyState.OPEN, DutyState.PAUSED, DutyState.OFF},
    DutyState.WRITING: {DutyState.BUSY, DutyState.OPEN, DutyState.PAUSED, DutyState.OFF},
}


class OfferState(models.TextChoices):
    PENDING = "pending", _("en attente de réponse")
    ACCEPTED = "accepted", _("prise")
    REFUSED = "refused", _("refusée")
    LAPSED = "lapsed", _("sans réponse")
    WITHDRAWN = "withdrawn", _("retirée")


OFFER_MOVES: dict[str, set[str]] = {
    OfferState.PENDING: {
        OfferState.ACCEPTED,
        OfferState.REFUSED,
        OfferState.LAPSED,
        OfferState.WITHDRAWN,
    },
    OfferState.ACCEPTED: {OfferState.WITHDRAWN},
    OfferState.REFUSED: set(),
    OfferState.LAPSED: set(),
    OfferState.WITHDRAWN: set(),
}


class RefusalReason(models.TextChoices):
    SKILL = "skill", _("hors de ma compétence")
    KNOWN = "known", _("je connais cette personne")
    IN_PERSON = "in_person", _("à voir en vrai")
    END_OF_DUTY = "end_of_duty", _("fin de garde")
    OTHER = "other", _("autre raison")


class NotifyWhen(models.TextChoices):
    ONE_AHEAD = "one_ahead", _("quand une personne est devant moi")
    MY_TURN = "my_turn", _("quand c’est mon tour")


class ExitReason(models.TextChoices):
    """Why a ticket ended; the patient is told each in words (waiting/exits.py)."""

    SEEN = "seen", _("vous avez vu un médecin")
    SIGN_YES = "sign_yes", _("un signe d’alerte")
    WORSENED = "worsened", _("votre état s’est aggravé")
    CANCELLED = "cancelled", _("vous avez quitté la file")
    ABANDONED = "abandoned", _("préparation abandonnée")
    NO_DOCTOR = "no_doctor", _("aucun médecin disponible")
    NOT_BACK = "not_back", _("vous n’êtes pas revenu à temps")
    DOCTOR_SENT_TO_SAMU = "doctor_sent_to_samu", _("le médecin a appelé le SAMU")


class MedecinTraitant(models.TextChoices):
    HERE = "here", _("il consulte ici")
    UNAVAILABLE = "unavailable", _("il n’est pas disponible à temps")
    AVAILABLE = "available", _("il est disponible")
    NONE = "none", _("pas de médecin traitant")
    UNKNOWN = "unknown", _("je ne sais pas")
