from django.db import models
from django.utils.translation import gettext_lazy as _


class DocumentKind(models.TextChoices):
    REPORT = "report", _("compte rendu")
    ORDONNANCE = "ordonnance", _("ordonnance")
    SICK_LEAVE = "sick_leave", _("avis d’arrêt de travail, spécimen")
    CERTIFICATE = "certificate", _("certificat")
    RECEIPT = "receipt", _("détail du prix")


class DocumentState(models.TextChoices):
    ISSUED = "issued", _("en vigueur")
    CANCELLED = "cancelled", _("annulé")
