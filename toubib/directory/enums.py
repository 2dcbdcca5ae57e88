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
    AUDIOPROTHESISTE = "audioprothesiste", _("audioprothésiste")
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


class OrganisationKind(models.TextChoices):
    COMPANY = "company", _("société de téléconsultation")
    HEALTH_CENTRE = "health_centre", _("centre de santé")
    HEALTH_HOUSE = "health_house", _("maison de santé")
    CPTS = "cpts", _("CPTS")
    PHARMACY = "pharmacy", _("pharmacie")
    HOSPITAL = "hospital", _("établissement de santé")
    LOCAL_AUTHORITY = "local_authority", _("collectivité")
    OTHER = "other", _("autre organisation")


class PlaceKind(models.TextChoices):
    """Where a place of care stands. Which kinds may open, and on which conditions: data/checklist.yaml."""

    PHARMACY = "pharmacy", _("pharmacie")
    HOSPITAL_PHARMACY = "hospital_pharmacy", _("pharmacie d’hôpital")
    LABORATORY = "laboratory", _("laboratoire de biologie médicale")
    PRACTICE = "practice", _("cabinet médical ou paramédical")
    NURSE_PRACTICE = "nurse_practice", _("cabinet infirmier")
    HEALTH_HOUSE = "health_house", _("maison de santé")
    HEALTH_CENTRE = "health_centre", _("centre de santé")
    HOSPITAL = "hospital", _("établissement de santé")
    EHPAD = "ehpad", _("EHPAD")
    MEDICO_SOCIAL = "medico_social", _("établissement médico-social")
    OPTICIAN = "optician", _("opticien")
    HEARING_CENTRE = "hearing_centre", _("audioprothésiste")
    TOWN_HALL = "town_hall", _("mairie")
    PUBLIC_SERVICE = "public_service", _("service public")
    SHOP = "shop", _("commerce")
    STATION = "station", _("gare")
    STREET = "street", _("voie publique")
    OTHER = "other", _("autre lieu")


# What each is in the facts of an act (`place_type`)
PLACE_TYPES = {
    PlaceKind.PHARMACY: "pharmacy",
    PlaceKind.HOSPITAL_PHARMACY: "hospital",
    PlaceKind.NURSE_PRACTICE: "nurse_practice",
    PlaceKind.HEALTH_HOUSE: "health_house",
    PlaceKind.HOSPITAL: "hospital",
    PlaceKind.EHPAD: "ehpad",
    PlaceKind.OPTICIAN: "optician",
    PlaceKind.HEARING_CENTRE: "hearing_centre",
    PlaceKind.TOWN_HALL: "town_hall",
}


class Assistance(models.TextChoices):
    NONE = "none", _("personne sur place")
    ON_REQUEST = "on_request", _("aide à la demande")
    ON_SITE = "on_site", _("quelqu’un est là pour vous aider")


class Device(models.TextChoices):
    BLOOD_PRESSURE = "blood_pressure", _("tensiomètre")
    OXIMETER = "oximeter", _("oxymètre")
    THERMOMETER = "thermometer", _("thermomètre")
    SCALE = "scale", _("balance")
    GLUCOMETER = "glucometer", _("lecteur de glycémie")
    STETHOSCOPE = "stethoscope", _("stéthoscope connecté")
    OTOSCOPE = "otoscope", _("otoscope connecté")
    DERMATOSCOPE = "dermatoscope", _("dermatoscope")
    SLIT_LAMP = "slit_lamp", _("lampe à fente")
    ECG = "ecg", _("électrocardiogramme")
    PRINTER = "printer", _("imprimante")


class Access(models.TextChoices):
    """How people get in and use it."""

    STEP_FREE = "step_free", _("accès de plain-pied")
    WHEELCHAIR = "wheelchair", _("fauteuil roulant")
    HEARING_LOOP = "hearing_loop", _("boucle magnétique")
    LARGE_TYPE = "large_type", _("grands caractères")
    SOUND = "sound", _("lecture à voix haute")
    CHILD = "child", _("enfants")
    PARKING = "parking", _("stationnement proche")


class Verdict(models.TextChoices):
    """What somebody saw of an item of the checklist."""

    MET = "met", _("conforme")
    NOT_MET = "not_met", _("non conforme")
    NOT_CONCERNED = "not_concerned", _("sans objet")


class RegisterKind(models.TextChoices):
    RPPS = "rpps", _("RPPS")
    FINESS = "finess", _("FINESS")
