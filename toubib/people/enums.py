from django.db import models
from django.utils.translation import gettext_lazy as _


class Role(models.TextChoices):
    PATIENT = "patient", _("patient")
    PRACTITIONER = "practitioner", _("médecin")
    ASSISTANT = "assistant", _("accompagnant sur place")
    REGULATOR = "regulator", _("régulateur du SAS")
    MEDICAL_DIRECTOR = "medical_director", _("directeur médical")
    COMPLIANCE = "compliance", _("responsable de la conformité")
    ANALYST = "analyst", _("analyste")
    ADMINISTRATOR = "administrator", _("administrateur")


PROFESSIONAL_ROLES = frozenset(set(Role) - {Role.PATIENT})


class Sex(models.TextChoices):
    FEMALE = "F", _("féminin")
    MALE = "M", _("masculin")
    UNKNOWN = "U", _("non précisé")


class InsStatus(models.TextChoices):
    """Statuses of the Référentiel INS; matricule and OID come from the INSi service only."""

    PROVISOIRE = "provisoire", _("identité provisoire")
    RECUPEREE = "recuperee", _("identité récupérée")
    VALIDEE = "validee", _("identité validée")
    QUALIFIEE = "qualifiee", _("identité qualifiée")


class LinkKind(models.TextChoices):
    SELF = "self", _("vous-même")
    PARENT = "parent", _("parent")
    RELATIVE = "relative", _("proche aidant")
    GUARDIAN = "guardian", _("tuteur")
    CHILD_PROTECTION = "child_protection", _("aide sociale à l’enfance")
    TRUSTED_PERSON = "trusted_person", _("personne de confiance")


class LinkEnd(models.TextChoices):
    """Why the medical director ends a link; kept in the journal."""

    AUTHORITY_WITHDRAWN = "authority_withdrawn", _("autorité parentale ou mandat retiré")
    ASKED_BY_PATIENT = "asked_by_patient", _("demande de la personne elle-même")
    WRONG_LINK = "wrong_link", _("lien fait par erreur, ou mensonger")


class LinkProof(models.TextChoices):
    DECLARED = "declared", _("déclaré sur l’honneur")
    DOCUMENT = "document", _("document vu")
    VOUCHED = "vouched", _("attesté par un professionnel")


class EvidenceKind(models.TextChoices):
    RPPS_EXTRACT = "rpps_extract", _("extrait RPPS")
    ORDRE = "ordre", _("inscription à l’Ordre")
    LIABILITY_INSURANCE = "liability_insurance", _("assurance en responsabilité")
