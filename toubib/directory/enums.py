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
