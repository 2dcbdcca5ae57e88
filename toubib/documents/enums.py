from django.db import models
from django.utils.translation import gettext_lazy as _


class DocumentKind(models.TextChoices):
    REPORT = "report", _("compte rendu")
    ORDONNANCE = "ordonnance", _("ordonnance")
    SICK_LEAVE = "sick_leave", _("avis d’arrêt de travail, spécimen")
    CERTIFICATE = "certificate", _("certificat")
    RECEIPT = "receipt", _("reçu")


class SheetKind(models.TextChoices):
    """One sheet each: what a pharmacy, a laboratory, a nurse receives holds nothing for another."""

    MEDICINES = "medicines", _("médicaments")
    TESTS = "tests", _("examens de biologie")
    IMAGING = "imaging", _("examens d’imagerie")
    NURSING = "nursing", _("soins infirmiers et kinésithérapie")
    DEVICES = "devices", _("dispositifs médicaux")


class DocumentState(models.TextChoices):
    ISSUED = "issued", _("en vigueur")
    CANCELLED = "cancelled", _("annulé")
