from django.db import models
from django.utils.translation import gettext_lazy as _


class ParticipantRole(models.TextChoices):
    PATIENT = "patient", _("patient")
    ACCOMPANYING = "accompanying", _("accompagne le patient")
    PRACTITIONER = "practitioner", _("médecin")
    RELATIVE = "relative", _("proche")
    INTERPRETER = "interpreter", _("interprète")
    COLLEAGUE = "colleague", _("autre professionnel")


class InviteState(models.TextChoices):
    SENT = "sent", _("invitation envoyée")
    KNOCKING = "knocking", _("attend d’être admis")
    ADMITTED = "admitted", _("admis")
    REFUSED = "refused", _("non admis")
    EXPIRED = "expired", _("expirée")
