from django.db import models
from django.utils.translation import gettext_lazy as _


class CopyState(models.TextChoices):
    ASKED = "asked", _("en préparation")
    READY = "ready", _("prête")
    FAILED = "failed", _("pas faite")


class Answer(models.TextChoices):
    """What became of a request to erase."""

    WAITING = "waiting", _("en attente")
    DONE = "done", _("faite")
    REFUSED = "refused", _("refusée")
