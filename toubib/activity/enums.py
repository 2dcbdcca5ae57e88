from django.db import models
from django.utils.translation import gettext_lazy as _


class CapOutcome(models.TextChoices):
    """Where a doctor stands against the share of remote acts of the year."""

    BELOW = "BELOW", _("sous le seuil")
    NEAR = "NEAR", _("proche du seuil")
    ABOVE = "ABOVE", _("au-dessus du seuil")
    UNDETERMINED = "UNDETERMINED", _("indéterminé")


class ActOutcome(models.TextChoices):
    """What the rule book said of one act."""

    COUNTED = "COUNTED", _("compte")
    NOT_COUNTED = "NOT_COUNTED", _("ne compte pas")
    UNDETERMINED = "UNDETERMINED", _("indéterminé")
