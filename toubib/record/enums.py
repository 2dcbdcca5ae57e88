from django.db import models
from django.utils.translation import gettext_lazy as _


class EncounterState(models.TextChoices):
    PLANNED = "planned", _("prévue")
    ARRIVED = "arrived", _("patient arrivé")
    IN_PROGRESS = "in_progress", _("en cours")
    TO_SIGN = "to_sign", _("à signer")
    SIGNED = "signed", _("signée")
    AMENDED = "amended", _("complétée")
    ABORTED = "aborted", _("interrompue")


ENCOUNTER_MOVES = {
    EncounterState.PLANNED: {EncounterState.ARRIVED, EncounterState.ABORTED},
    EncounterState.ARRIVED: {EncounterState.IN_PROGRESS, EncounterState.ABORTED},
    EncounterState.IN_PROGRESS: {EncounterState.TO_SIGN, EncounterState.ABORTED},
    EncounterState.TO_SIGN: {EncounterState.IN_PROGRESS, EncounterState.SIGNED, EncounterState.ABORTED},
    EncounterState.SIGNED: {EncounterState.AMENDED},
    EncounterState.AMENDED: {EncounterState.AMENDED},
    EncounterState.ABORTED: set(),
}
HELD_STATES = (EncounterState.IN_PROGRESS, EncounterState.TO_SIGN)
UNSIGNED_STATES = (EncounterState.PLANNED, EncounterState.ARRIVED, *HELD_STATES)


class AbortReason(models.TextChoices):
    NO_DOCTOR = "no_doctor", _("aucun médecin")
    LINE_FAILED = "line_failed", _("liaison rompue")
    PATIENT_LEFT = "patient_left", _("le patient est parti")
    DECLINED = "declined", _("le patient a demandé un autre médecin")
    PATIENT_ABSENT = "patient_absent", _("le patient n’a pas répondu")
    HANDED_OVER = "handed_over", _("confiée à un autre médecin")
    EMERGENCY = "emergency", _("urgence, secours appelés")


class VideoFinding(models.TextChoices):
    """What the seconds measured by both browsers say."""

    MEASURED = "measured", _("vidéo mesurée par les deux navigateurs")
    TOO_SHORT = "too_short", _("vidéo trop courte pour être comptée")
    APART = "apart", _("les deux navigateurs ne donnent pas la même durée")
    NONE = "none", _("pas de vidéo dans les deux sens, d’après les navigateurs")


class ConsentScope(models.TextChoices):
    """Separate and withdrawable each; data processing rests on information, not on consent (GDPR 6, 9.2.h)."""

    CARE = "care", _("soins à distance")
    THIRD_PERSON = "third_person", _("présence d’une autre personne")
    LAY_ASSISTANT = "lay_assistant", _("aide d’une personne non soignante")
    SEND_TO_MT = "send_to_mt", _("envoi au médecin traitant")


class Orientation(models.TextChoices):
    NONE = "none", _("aucune")
    RESOLVED = "resolved", _("résolu à distance")
    SAMU = "samu", _("SAMU du lieu, appelé")
    EMERGENCY_DEPARTMENT = "emergency_department", _("urgences")
    IN_PERSON = "in_person", _("consultation sur place")
    KIOSK = "kiosk", _("borne avec appareils")
    MEDECIN_TRAITANT = "medecin_traitant", _("médecin traitant")
    REFERRAL = "referral", _("adressé à un confrère")
    OTHER = "other", _("autre")


class Decision(models.TextChoices):
    """What was decided of the patient: read from the orientation, never said twice."""

    RESOLVED = "resolved", _("résolu à distance")
    IN_PERSON = "in_person", _("à voir sur place")
    EMERGENCY = "emergency", _("urgence")
    REFERRAL = "referral", _("adressé")


DECISION_OF = {
    Orientation.RESOLVED: Decision.RESOLVED,
    Orientation.SAMU: Decision.EMERGENCY,
    Orientation.EMERGENCY_DEPARTMENT: Decision.EMERGENCY,
    Orientation.IN_PERSON: Decision.IN_PERSON,
    Orientation.KIOSK: Decision.IN_PERSON,
    Orientation.MEDECIN_TRAITANT: Decision.IN_PERSON,
    Orientation.REFERRAL: Decision.REFERRAL,
    Orientation.OTHER: Decision.REFERRAL,
}


class MeasuredBy(models.TextChoices):
    """Who measured: a value that the patient tells is not one that a device sends."""

    PATIENT = "patient", _("dit par le patient")
    DOCTOR = "doctor", _("vu par le médecin")
    DEVICE = "device", _("envoyé par un appareil")
    ASSISTANT = "assistant", _("mesuré par l’accompagnant")


class Attestation(models.TextChoices):
    """What the doctor says of the channel, beside what the browsers measured."""

    VIDEO = "video", _("vidéo dans les deux sens")
    AUDIO_ONLY = "audio_only", _("voix seule")
    PHONE = "phone", _("téléphone")
    NONE = "none", _("pas d’échange en direct")


class SheetKind(models.TextChoices):
    """One sheet each: what a pharmacy, a laboratory, a nurse receives holds nothing for another."""

    MEDICINES = "medicines", _("médicaments")
    TESTS = "tests", _("examens de biologie")
    IMAGING = "imaging", _("examens d’imagerie")
    NURSING = "nursing", _("soins infirmiers et kinésithérapie")
    DEVICES = "devices", _("dispositifs médicaux")


class NonSubstitutable(models.TextChoices):
    """The only three reasons for which a brand may be kept (arrêté of 12 November 2019, L. 5125-23 CSP)."""

    MTE = "MTE", _("marge thérapeutique étroite (MTE)")
    EFG = "EFG", _("enfant de moins de 6 ans, sans forme adaptée (EFG)")
    CIF = "CIF", _("contre-indication formelle à un excipient (CIF)")


class LeaveKind(models.TextChoices):
    INITIAL = "initial", _("premier arrêt")
    PROLONGATION = "prolongation", _("prolongation")


class Exits(models.TextChoices):
    HOURS = "hours", _("autorisées, sauf de 9 h à 11 h et de 14 h à 16 h")
    FREE = "free", _("libres, pour raison médicale")
    NONE = "none", _("non autorisées")


class Job(models.TextChoices):
    EMPLOYEE = "employee", _("salarié")
    CIVIL_SERVANT = "civil_servant", _("agent public")
    SELF_EMPLOYED = "self_employed", _("indépendant")
    JOB_SEEKER = "job_seeker", _("sans emploi, indemnisé")
    OTHER = "other", _("autre")


class TaskKind(models.TextChoices):
    FIND_MEDECIN_TRAITANT = "find_mt", _("trouver un médecin traitant")


class TaskState(models.TextChoices):
    OPEN = "open", _("à faire")
    DONE = "done", _("faite")
    STUCK = "stuck", _("le patient n’a pas trouvé")
