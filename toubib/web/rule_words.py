"""The words of `/regles`: what a value, a subject and a doubt are called. Labels and references are data, in French."""

from __future__ import annotations

from datetime import date
from decimal import ROUND_HALF_UP, Decimal

from django.utils.formats import number_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from toubib.rulebook.parameters import Parameter, Value
from toubib.rulebook.prescription import SUBSTANCES
from toubib.ui.formats import say_day, say_length

SUBJECTS = {
    "reimbursement": gettext_lazy("Quand une téléconsultation est remboursée"),
    "shares": gettext_lazy("Qui paie quelle part"),
    "tariffs": gettext_lazy("Tarifs"),
    "sick_leave": gettext_lazy("Arrêt de travail"),
    "cap": gettext_lazy("Plafond d’actes à distance"),
    "tele_expertise": gettext_lazy("Télé-expertise"),
    "classification": gettext_lazy("De quel acte s’agit-il ?"),
    "zones": gettext_lazy("Zones"),
    "subscription": gettext_lazy("Abonnements"),
    "documents": gettext_lazy("Identité, ordonnances, agréments"),
    "prescription": gettext_lazy("Médicaments prescrits à distance"),
    "retention": gettext_lazy("Combien de temps les données sont gardées"),
    "platform": gettext_lazy("Choix de Toubib, pas de la loi"),
}
WORDS: dict[str, object] = {
    **SUBSTANCES,  # in French unless said again below
    "ALL_CONVENTIONED_ACTIVITY": gettext_lazy("toute l’activité conventionnée"),
    "ARS_BY_ARRETE": gettext_lazy("l’agence régionale de santé, par arrêté"),
    "BL": gettext_lazy("Saint-Barthélemy"),
    "CALENDAR_YEAR": gettext_lazy("l’année civile"),
    "DOCTOR_ALL_SITES": gettext_lazy("chaque médecin, tous lieux réunis"),
    "GF": gettext_lazy("Guyane"),
    "GP": gettext_lazy("Guadeloupe"),
    "GRANTED": gettext_lazy("accordée"),
    "MF": gettext_lazy("Saint-Martin"),
    "MQ": gettext_lazy("Martinique"),
    "NC": gettext_lazy("Nouvelle-Calédonie"),
    "NON_MT_ACTIVITY_ONLY": gettext_lazy("l’activité hors patients dont il est le médecin traitant"),
    "PF": gettext_lazy("Polynésie française"),
    "PM": gettext_lazy("Saint-Pierre-et-Miquelon"),
    "POSSIBLE_BY_CPN": gettext_lazy("possible, sur décision de la commission paritaire nationale"),
    "RE": gettext_lazy("La Réunion"),
    "UNKNOWN": gettext_lazy("inconnu"),
    "WF": gettext_lazy("Wallis-et-Futuna"),
    "YT": gettext_lazy("Mayotte"),
    "ZAC": gettext_lazy("ZAC"),
    "ZIP": gettext_lazy("ZIP"),
    "ZV": gettext_lazy("zone de vigilance"),
    "ald_related": gettext_lazy("soin lié à une affection de longue durée"),
    "ame": gettext_lazy("aide médicale de l’État"),
    "c2s": gettext_lazy("Complémentaire santé solidaire"),
    "codeine": gettext_lazy("codéine"),
    "establishment": gettext_lazy("établissement de santé"),
    "practice": gettext_lazy("cabinet ou société"),
    "dental_surgeon": gettext_lazy("chirurgien-dentiste"),
    "dihydrocodeine": gettext_lazy("dihydrocodéine"),
    "disabled_facility": gettext_lazy("établissement pour adultes handicapés"),
    "doctor": gettext_lazy("médecin"),
    "ehpad": gettext_lazy("EHPAD"),
    "emergency": gettext_lazy("urgence"),
    "gynaecology": gettext_lazy("gynécologie"),
    "hospital": gettext_lazy("prescription hospitalière"),
    "hospital_only": gettext_lazy("réservés à l’usage hospitalier"),
    "initial_hospital": gettext_lazy("prescription initiale hospitalière"),
    "maternity": gettext_lazy("maternité"),
    "midwife": gettext_lazy("sage-femme"),
    "mt_unavailable": gettext_lazy("médecin traitant pas disponible à temps"),
    "narcotics": gettext_lazy("stupéfiants"),
    "no_broadband": gettext_lazy("pas d’accès à Internet suffisant"),
    "no_mt": gettext_lazy("pas de médecin traitant"),
    "no_terminal": gettext_lazy("pas d’appareil pour la vidéo"),
    "no_territorial_organisation": gettext_lazy("pas d’organisation territoriale"),
    "none": gettext_lazy("hors zone"),
    "nurse": gettext_lazy("infirmier"),
    "ophthalmology": gettext_lazy("ophtalmologie"),
    "orthoptist": gettext_lazy("orthoptiste"),
    "other": gettext_lazy("autre"),
    "paediatrics": gettext_lazy("pédiatrie"),
    "pharmacist": gettext_lazy("pharmacien"),
    "physiotherapist": gettext_lazy("kinésithérapeute"),
    "pregabalin": gettext_lazy("prégabaline"),
    "prison": gettext_lazy("prison"),
    "professional_use": gettext_lazy("réservés à l’usage professionnel"),
    "psychiatry": gettext_lazy("psychiatrie"),
    "secured": gettext_lazy("assimilés stupéfiants, sur ordonnance sécurisée"),
    "special_monitoring": gettext_lazy("surveillance particulière pendant le traitement"),
    "specialists": gettext_lazy("réservés à certains spécialistes"),
    "speech_therapist": gettext_lazy("orthophoniste"),
    "stomatology": gettext_lazy("stomatologie"),
    "tramadol": gettext_lazy("tramadol"),
    "work_accident": gettext_lazy("accident du travail"),
}
CONFIDENCES = {
    "seed": gettext_lazy("Lu dans un rapport ou la presse."),
    "found": gettext_lazy("Lu sur une page qui cite le texte."),
    "both": gettext_lazy("Lu dans deux sources concordantes."),
    "memory": gettext_lazy("Cité de mémoire : à vérifier dans le texte."),
    "choice": gettext_lazy("Les textes ne le disent pas ou se contredisent : lecture de Toubib."),
}


def say_value(*, value: Value, unit: str) -> str:
    """A value in words: « oui », « 25,00 € », « 20 % », « 3 jours »."""
    if isinstance(value, bool):
        return _("oui") if value else _("non")
    if isinstance(value, tuple):
        return ", ".join(str(WORDS.get(one, one)) for one in value) or _("rien de plus")
    if isinstance(value, str):
        return str(WORDS.get(value, value))
    return _say_number(value, unit)


def _say_number(value: int | float, unit: str) -> str:
    number = Decimal(str(value))
    if unit in ("EUR", "coefficient_EUR"):
        return f"{number_format(number.quantize(Decimal('0.01'), ROUND_HALF_UP), use_l10n=True)}\u00a0€"
    if unit == "ratio":
        return f"{number_format((number * 100).normalize().__format__('f'), use_l10n=True)}\u00a0%"
    if unit == "minutes":
        return say_length(int(value) * 60)
    said = number_format(value, use_l10n=True, force_grouping=True)
    return f"{said}\u00a0{_count_word(unit, int(value))}"


def _count_word(unit: str, count: int) -> str:
    words = {
        "acts": ngettext("acte", "actes", count),
        "age": ngettext("an", "ans", count),
        "communes": ngettext("commune", "communes", count),
        "consultations": ngettext("consultation", "consultations", count),
        "days": ngettext("jour", "jours", count),
        "months": ngettext("mois", "mois", count),
        "requests": ngettext("demande", "demandes", count),
        "seconds": ngettext("seconde", "secondes", count),
        "tests": ngettext("essai", "essais", count),
        "years": ngettext("an", "ans", count),
    }
    return words[unit]


def say_period(*, starts: date | None, last: date | None) -> str:
    """The days a value covers, both ends said as the last day of force."""
    if starts and last:
        return _("du %(first)s au %(last)s") % {"first": say_day(starts), "last": say_day(last)}
    if last:
        return _("jusqu’au %(last)s") % {"last": say_day(last)}
    return _("depuis le %(first)s") % {"first": say_day(starts)} if starts else ""


def say_doubt(*, row: Parameter) -> str:
    """The word of the badge; empty when nothing is in doubt."""
    if row.contested:
        return _("contesté")
    return "" if row.verified else _("non vérifié")


def say_grounds(*, row: Parameter) -> str:
    """What the value rests on, in a sentence."""
    if row.contested:
        return _("Les sources ne s’accordent pas, ou le texte manque.")
    return str(CONFIDENCES[row.confidence])
