"""States of a session on a kiosk, as data; the picture is in README.md."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class SessionState(models.TextChoices):
    IDLE = "idle", _("libre")
    OPENED = "opened", _("ouverte")
    IDENTIFIED = "identified", _("a dit qui elle est")
    MEASURING = "measuring", _("mesures en cours")
    WAITING = "waiting", _("dans la file")
    IN_CALL = "in_call", _("en consultation")
    LEAVING = "leaving", _("finit")
    WIPED = "wiped", _("effacée")


SESSION_MOVES: dict[str, set[str]] = {
    SessionState.IDLE: {SessionState.OPENED},
    SessionState.OPENED: {
        SessionState.IDENTIFIED,
        SessionState.WAITING,
        SessionState.IN_CALL,
        SessionState.LEAVING,
        SessionState.WIPED,
    },
    SessionState.IDENTIFIED: {
        SessionState.MEASURING,
        SessionState.WAITING,
        SessionState.IN_CALL,
        SessionState.LEAVING,
        SessionState.WIPED,
    },
    SessionState.MEASURING: {
        SessionState.IDENTIFIED,
        SessionState.WAITING,
        SessionState.IN_CALL,
        SessionState.LEAVING,
        SessionState.WIPED,
    },
    SessionState.WAITING: {
        SessionState.MEASURING,
        SessionState.IN_CALL,
        SessionState.LEAVING,
        SessionState.WIPED,
    },
    SessionState.IN_CALL: {SessionState.WAITING, SessionState.LEAVING, SessionState.WIPED},
    SessionState.LEAVING: {
        SessionState.OPENED,
        SessionState.WAITING,
        SessionState.IN_CALL,
        SessionState.WIPED,
    },
    SessionState.WIPED: set(),
}
LIVE_STATES = tuple(state for state in SESSION_MOVES if state not in {SessionState.IDLE, SessionState.WIPED})


class WipeReason(models.TextChoices):
    """Why what a session held was wiped."""

    DONE = "done", _("la consultation est finie")
    PATIENT = "patient", _("la personne a touché « Effacer et partir »")
    IDLE = "idle", _("personne n’a touché l’écran")
    AWAY = "away", _("la personne attend dehors")
    LOST = "lost", _("la borne ne répond plus : courant ou réseau")
    RESTARTED = "restarted", _("la borne a redémarré")
    ASSISTANT = "assistant", _("l’accompagnant l’a arrêtée")
    REVOKED = "revoked", _("la borne a été retirée")


class Check(models.TextChoices):
    """What a kiosk tries of itself at boot, in this order."""

    NETWORK = "network", _("réseau")
    CAMERA = "camera", _("caméra")
    MICROPHONE = "microphone", _("micro")
    SOUND = "sound", _("haut-parleur")
    PRINTER = "printer", _("imprimante")
    DEVICES = "devices", _("appareils de mesure")


class CheckResult(models.TextChoices):
    OK = "ok", _("en ordre")
    EMPTY = "empty", _("sans papier")
    BROKEN = "broken", _("en panne")
    UNKNOWN = "unknown", _("pas essayé")


class Presence(models.TextChoices):
    """Who is in the room, as the patient says it; each but the first is an agreement that can be taken back."""

    ALONE = "alone", _("Personne : je suis seul")
    RELATIVE = "relative", _("Un proche")
    ASSISTANT = "assistant", _("La personne qui m’accompagne ici")


class CabinState(models.TextChoices):
    """What the assistant's post says of a cabin."""

    FREE = "free", _("libre, prête")
    CLEANING = "cleaning", _("à voir et à nettoyer")
    IN_USE = "in_use", _("quelqu’un est dans la cabine")
    IN_CALL = "in_call", _("en consultation")
    SILENT = "silent", _("la borne ne répond pas")
