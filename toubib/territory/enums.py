from django.db import models
from django.utils.translation import gettext_lazy as _


class ZoneKind(models.TextChoices):
    """Zones of L. 1434-4 CSP; `none`: an arrêté says that the commune is in no zone, which is not « unknown »."""

    ZIP = "ZIP", _("zone d’intervention prioritaire")
    ZAC = "ZAC", _("zone d’action complémentaire")
    ZV = "ZV", _("zone de vigilance")
    NONE = "none", _("hors zone")
