from django.db import models
from django.utils.translation import gettext_lazy as _


class ListKind(models.TextChoices):
    """The lists that others keep and that we take in."""

    BDPM = "bdpm", _("médicaments (base de données publique)")
    CIM10 = "cim10", _("diagnostics (CIM-10)")


class GroupPlace(models.TextChoices):
    """A medicine's place in its generic group, as the BDPM codes it."""

    PRINCEPS = "0", _("princeps")
    GENERIC = "1", _("générique")
    BY_DOSE = "2", _("générique par complémentarité posologique")
    SUBSTITUTABLE = "4", _("générique substituable")
