from django.db import models
from django.utils.translation import gettext_lazy as _


class Profession(models.TextChoices):
    DOCTOR = "doctor", _("médecin")
    MIDWIFE = "midwife", _("sage-femme")
    DENTAL_SURGEON = "dental_surgeon", _("chirurgien-dentiste")
    PHARMACIST = "pharmacist", _("pharmacien")
    NURSE = "nurse", _("infirmier")
    PHYSIOTHERAPIST = "physiotherapist", _("masseur-kinésithérapeute")
    SPEECH_THERAPIST = "speech_therapist", _("orthophoniste")
    ORTHOPTIST = "orthoptist", _("orthoptiste")
    PSYCHOLOGIST = "psychologist", _("psychologue")
    OTHER = "other", _("autre profession")


class Specialty(models.TextChoices):
    GENERAL_PRACTICE = "general_practice", _("médecine générale")
    PSYCHIATRY = "psychiatry", _("psychiatrie")
    NEUROLOGY = "neurology", _("neurologie")
    GYNAECOLOGY = "gynaecology", _("gynécologie")
    OPHTHALMOLOGY = "ophthalmology", _("ophtalmologie")
    PAEDIATRICS = "paediatrics", _("pédiatrie")
    DERMATOLOGY = "dermatology", _("dermatologie")
    CARDIOLOGY = "cardiology", _("cardiologie")
    ENDOCRINOLOGY = "endocrinology", _("endocrinologie")
    STOMATOLOGY = "stomatology", _("stomatologie")
    OTHER = "other", _("autre spécialité")


class Title(models.TextChoices):
    DR_M = "Dr", _("Dr")
    DR_F = "Dre", _("Dre")
    M = "M.", _("M.")
    MME = "Mme", _("Mme")


class Sector(models.TextChoices):
    """How a doctor's fees stand to the convention."""

    S1 = "s1", _("secteur 1")
    S2 = "s2", _("secteur 2")
    OPTAM = "optam", _("secteur 2, OPTAM")
    NONE = "none", _("hors convention")


class Employer(models.TextChoices):
    LIBERAL = "liberal", _("libéral")
    HEALTH_CENTRE = "health_centre", _("centre de santé")
    HOSPITAL = "hospital", _("hôpital")
    COMPANY = "company", _("société de téléconsultation")
