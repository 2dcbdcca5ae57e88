"""What must be attested for the rule book: each fact with its question, for the patient and for the doctor.

A question is asked once; what was said is kept with these words, who said it and when.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext_lazy as _

LIVES_HERE = "lives_here"  # not a fact of the rule book: the home, of which département and zone follow


@dataclass(frozen=True, slots=True)
class Question:
    """`patient` empty: asked of the doctor alone. `kind`: bool, int or choice."""

    fact: str
    patient: Any
    doctor: Any
    kind: str = "bool"
    choices: tuple[tuple[str, Any], ...] = ()


_LEAVE = (("none", _("aucun")), ("initial", _("premier arrêt")), ("prolongation", _("prolongation")))
_HOMES = (("home", _("chez lui")), ("ehpad", _("EHPAD")), ("disabled_facility", _("établissement pour adultes handicapés")),
          ("prison", _("détention")))  # fmt: skip
_PLACES = (("home", _("chez lui")), ("pharmacy", _("pharmacie")), ("town_hall", _("mairie")), ("health_house", _("maison de santé")),
           ("nurse_practice", _("cabinet infirmier")), ("optician", _("opticien")), ("hearing_centre", _("audioprothésiste")),
           ("ehpad", _("EHPAD")), ("hospital", _("établissement de santé")), ("other", _("autre lieu")))  # fmt: skip
_HELPERS = (("none", _("personne")), ("pharmacist", _("pharmacien")), ("nurse", _("infirmier")), ("orthoptist", _("orthoptiste")),
            ("midwife", _("sage-femme")), ("psychologist", _("psychologue")), ("other_professional", _("autre professionnel")),
            ("lay_person", _("personne non soignante")))  # fmt: skip
PLACE_TYPE = "place_type"
AT_HOME = (("home", _("Chez moi")), ("other", _("Ailleurs")))
AT_HOME_WORDS = _("Êtes-vous chez vous ?")
QUESTIONS = {
    question.fact: question
    for question in (
        Question("referred_by_mt", _("Mon médecin traitant m’envoie"), _("Le médecin traitant a adressé le patient ?")),
        Question("mt_unavailable", _("Il n’est pas disponible à temps"), _("Le médecin traitant est indisponible à temps ?")),
        Question("emergency", _("C’est urgent, je ne peux pas attendre un rendez-vous"), _("L’acte est-il urgent ?")),
        Question("c2s", _("J’ai la Complémentaire santé solidaire (C2S)"), _("Le patient a-t-il la C2S ?")),
        Question("ame", _("J’ai l’aide médicale de l’État (AME)"), _("Le patient a-t-il l’AME ?")),
        Question("patient_ald", _("J’ai une affection de longue durée (ALD)"), _("Le patient est-il en ALD ?")),
        Question("ald_related", _("… et je consulte pour cette affection"), _("L’acte est-il lié à l’ALD ?")),
        Question("maternity", _("Je suis enceinte de six mois ou plus, ou j’ai accouché il y a moins de 12 jours"), _("L’acte relève-t-il de l’assurance maternité ?")),
        Question("work_accident", _("C’est à cause d’un accident du travail"), _("L’acte est-il lié à un accident du travail ?")),
        Question("alsace_moselle", _("Je relève du régime d’Alsace-Moselle"), _("Le patient relève-t-il du régime d’Alsace-Moselle ?")),
        Question(LIVES_HERE, _("Habitez-vous cette commune ?"), _("Le patient habite-t-il la commune où il se trouve ?")),
        Question("has_medecin_traitant", "", _("Le patient a-t-il un médecin traitant ?")),
        Question("is_medecin_traitant", "", _("Êtes-vous son médecin traitant ?")),
        Question("replaces_mt", "", _("Remplacez-vous son médecin traitant ?")),
        Question("patient_residence", "", _("Où réside le patient ?"), "choice", _HOMES),
        Question(PLACE_TYPE, "", _("Où se trouve le patient ?"), "choice", _PLACES),
        Question("assisted_by", "", _("Qui assiste le patient sur place ?"), "choice", _HELPERS),
        Question("equipment_on_site", "", _("Y a-t-il sur place un équipement pour examiner ?")),
        Question("months_since_in_person", "", _("Dernière consultation sur place avec vous : il y a combien de mois ?"), "int"),
        Question("leave_kind", "", _("Un arrêt de travail ?"), "choice", _LEAVE),
        Question("leave_days", "", _("Combien de jours d’arrêt ?"), "int"),
        Question("leave_running_days", "", _("Combien de jours déjà prescrits de l’arrêt en cours ?"), "int"),
        Question("leave_justified", "", _("L’impossibilité de consulter sur place est-elle justifiée ?")),
        Question("leave_motive_given", "", _("Le motif est-il porté sur l’avis d’arrêt ?")),
        Question("leave_over_ceiling_reason", "", _("Le dépassement du plafond légal est-il motivé ?")),
    )
}  # fmt: skip
MT_FACTS = ("referred_by_mt", "mt_unavailable", "emergency")
COVER_FACTS = ("c2s", "ame", "patient_ald", "ald_related", "maternity", "work_accident", "alsace_moselle")
# The doctor answers where the fact that lacks follows from another question
ASK_INSTEAD = {"same_territory": LIVES_HERE, "patient_zone": LIVES_HERE, "patient_departement": LIVES_HERE}
