from django.db import models
from django.utils.translation import gettext_lazy as _


class ZoneKind(models.TextChoices):
    """Zones of L. 1434-4 CSP; `none`: an arrêté says that the commune is in no zone, which is not « unknown »."""

    ZIP = "ZIP", _("zone d’intervention prioritaire")
    ZAC = "ZAC", _("zone d’action complémentaire")
    ZV = "ZV", _("zone de vigilance")
    NONE = "none", _("hors zone")


class OrganisationKind(models.TextChoices):
    """Territorial organisations of art. 28.6.1.2 (avenant 6) and of the convention of 2024."""

    CPTS = "cpts", _("CPTS")
    ESP = "esp", _("équipe de soins primaires")
    ESS = "ess", _("équipe de soins spécialisés")
    MSP = "msp", _("maison de santé")
    HEALTH_CENTRE = "health_centre", _("centre de santé")
    OTHER = "other", _("autre organisation validée")


class ListKind(models.TextChoices):
    """Published lists that the territory takes in."""

    COMMUNES = "communes", _("communes")
    ZONAGE = "zonage", _("zonage")
    APL = "apl", _("accessibilité (APL)")
    CPTS = "cpts", _("CPTS et leurs communes")
    SAMU = "samu", _("SAMU")
