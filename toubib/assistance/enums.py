from django.db import models
from django.utils.translation import gettext_lazy as _


class GestureState(models.TextChoices):
    """Of a gesture: the doctor asks, who assists accepts, the patient agrees; then it begins and ends."""

    ASKED = "asked", _("demandé par le médecin")
    ACCEPTED = "accepted", _("accepté, l’accord du patient est attendu")
    AGREED = "agreed", _("le patient est d’accord")
    UNDER_WAY = "under_way", _("en cours")
    DONE = "done", _("fait")
    REFUSED = "refused", _("refusé par l’accompagnant")
    DECLINED = "declined", _("refusé par le patient")
    REVOKED = "revoked", _("arrêté par le patient")
    WITHDRAWN = "withdrawn", _("arrêté par le médecin")
    LEFT = "left", _("arrêté : l’accompagnant est parti")


LIVE_GESTURES = (GestureState.ASKED, GestureState.ACCEPTED, GestureState.AGREED, GestureState.UNDER_WAY)
_STOPS = {GestureState.WITHDRAWN, GestureState.LEFT}
GESTURE_MOVES = {
    GestureState.ASKED: {GestureState.ACCEPTED, GestureState.REFUSED, *_STOPS},
    GestureState.ACCEPTED: {GestureState.AGREED, GestureState.DECLINED, *_STOPS},
    GestureState.AGREED: {GestureState.UNDER_WAY, GestureState.REVOKED, *_STOPS},
    GestureState.UNDER_WAY: {GestureState.DONE, GestureState.REVOKED, *_STOPS},
    GestureState.DONE: set(),
    GestureState.REFUSED: set(),
    GestureState.DECLINED: set(),
    GestureState.REVOKED: set(),
    GestureState.WITHDRAWN: set(),
    GestureState.LEFT: set(),
}


class Refusal(models.TextChoices):
    """Why who assists does not make the gesture."""

    NOT_TRAINED = "not_trained", _("je n’y suis pas formé")
    DEVICE_OUT = "device_out", _("l’appareil ne marche pas")
    UNSAFE = "unsafe", _("le geste n’est pas sûr pour ce patient")
    NO_TIME = "no_time", _("je ne suis pas disponible")
    OTHER = "other", _("autre raison")


class Image(models.TextChoices):
    """What became of the picture of the gesture."""

    NONE = "none", _("pas d’image")
    NOT_KEPT = "not_kept", _("image vue, non gardée")
    KEPT = "kept", _("image gardée au dossier")


class Ground(models.TextChoices):
    """On what a delegation between professionals stands."""

    ORGANISATIONAL = "organisational", _("protocole organisationnel (R. 4342-1-2 CSP)")
    COOPERATION = "cooperation", _("protocole de coopération (L. 4011-1 CSP)")


class Basis(models.TextChoices):
    """What a gesture of the catalogue asks of who makes it."""

    OWN = "own", _("de sa compétence")
    ASKED = "asked", _("à la demande du médecin")
    PROTOCOL = "protocol", _("sous protocole daté seulement")


class Setting(models.TextChoices):
    """Where and when someone assists: what the nurse's codes tell apart."""

    PLACE = "place", _("dans un lieu dédié")
    PLANNED_CARE = "planned_care", _("pendant un soin déjà prévu")
    HOME = "home", _("au domicile du patient, organisé pour lui")
