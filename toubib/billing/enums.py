from django.db import models
from django.utils.translation import gettext_lazy as _


class ClaimState(models.TextChoices):
    """Of one version of an act's line. SENT is never left; the others make way for the next version."""

    HELD = "held", _("retenue")
    READY = "ready", _("à transmettre")
    NOTHING = "nothing", _("rien à facturer")
    SENT = "sent", _("transmise")
    REPLACED = "replaced", _("remplacée")


UNSENT = (ClaimState.HELD, ClaimState.READY, ClaimState.NOTHING)


class Funding(models.TextChoices):
    """Who pays the act first: values of the fact `funding`."""

    AMO = "amo", _("Assurance maladie")
    SUBSCRIPTION = "subscription", _("abonnement")
    INSURER = "insurer", _("assureur")
    PRIVATE = "private", _("le patient")


class PlanKind(models.TextChoices):
    SUBSCRIPTION = "subscription", _("abonnement")
    INSURER = "insurer", _("assureur")


class EntryKind(models.TextChoices):
    """What a line of a file says: an act, or that a line sent before is taken back."""

    ACT = "act", _("acte")
    CANCEL = "cancel", _("annulation")


class AssistanceState(models.TextChoices):
    """Of the code of who assisted: prepared, taken in their file, or dropped since the act is not paid after all."""

    PREPARED = "prepared", _("préparé")
    TAKEN = "taken", _("dans votre fichier")
    DROPPED = "dropped", _("annulé")
