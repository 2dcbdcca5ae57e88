"""What the pages show: each measure, where it stands in the document, and its words."""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.formats import number_format
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

RATE, COUNT, EUROS = "rate", "count", "euros"
SMALL = "n < 11"
Words = str | Promise


@dataclass(frozen=True)
class Measure:
    """`rows`, `variant`: of the document; `value`: the column that is mapped; `columns`: those the table shows beside it."""

    key: str
    name: Words
    title: Words
    lead: Words
    rows: str
    value: str
    kind: str
    place: Words
    columns: tuple[tuple[str, Words], ...] = ()
    variant: str = ""
    sheet: Words = ""
    has_target: bool = False
    published: tuple[str, ...] = ()
    more: str = ""  # what else the page shows of France: "years", "specialties"

    def say(self, value: float | None) -> str:
        return say(value, self.kind)


MAIN_PLACE = gettext_lazy("au lieu principal du médecin")
HOME = gettext_lazy("au domicile du patient")
USED = gettext_lazy("Avec téléconsultation")
ADOPTION = (("with_teleconsultation", USED), ("professionals", gettext_lazy("Médecins")))
MEASURES = {
    one.key: one
    for one in (
        Measure(
            "adoption", gettext_lazy("Généralistes libéraux"), gettext_lazy("Combien de généralistes téléconsultent ?"),
            gettext_lazy("Part des généralistes libéraux qui ont fait au moins une téléconsultation dans le trimestre. Chacun compte une fois, à son lieu principal."),
            "gp_adoption", "rate", RATE, MAIN_PLACE, (("with_teleconsultation", USED), ("gps", gettext_lazy("Médecins"))),
            sheet=gettext_lazy("Indicateur 1 de la fiche REPSS"), has_target=True, published=("cible_taux_appropriation_mg",),
        ),
        Measure(
            "generalistes-avec-acte", gettext_lazy("Généralistes ayant facturé un acte"), gettext_lazy("Parmi les généralistes qui ont facturé, combien téléconsultent ?"),
            gettext_lazy("L’autre dénominateur : les généralistes libéraux qui ont facturé au moins un acte dans le trimestre, à distance ou non."),
            "adoption_variants", "rate", RATE, MAIN_PLACE, ADOPTION, "gp_with_a_billed_act", gettext_lazy("Indicateur 1, variante"), True,
        ),
        Measure(
            "generalistes-salaries", gettext_lazy("Généralistes salariés"), gettext_lazy("Combien de généralistes salariés téléconsultent ?"),
            gettext_lazy("Part des généralistes salariés, en centre de santé ou en société, qui ont fait au moins une téléconsultation dans le trimestre."),
            "adoption_variants", "rate", RATE, MAIN_PLACE, ADOPTION, "salaried_gp", gettext_lazy("Indicateur 1, variante"),
        ),
        Measure(
            "specialistes", gettext_lazy("Autres spécialistes"), gettext_lazy("Combien d’autres spécialistes téléconsultent ?"),
            gettext_lazy("Part des spécialistes libéraux, hors médecine générale, qui ont fait au moins une téléconsultation dans le trimestre."),
            "adoption_variants", "rate", RATE, MAIN_PLACE, ADOPTION, "specialist", gettext_lazy("Indicateur 1, variante"),
        ),
        Measure(
            "ald", gettext_lazy("Patients en ALD"), gettext_lazy("Combien de patients en ALD ont recours à la télésanté ?"),
            gettext_lazy("Patients en affection de longue durée avec au moins un acte de télésanté dans les six mois qui finissent avec le trimestre."),
            "ald_patients", "patients", COUNT, HOME, sheet=gettext_lazy("Indicateur 2 de la fiche REPSS"), published=("ald_avec_telesante_6_mois",),
        ),
        Measure(
            "actes", gettext_lazy("Téléconsultations"), gettext_lazy("Combien de téléconsultations, et par qui ?"),
            gettext_lazy("Téléconsultations facturées dans le trimestre, par canal : cabinets de généralistes, de spécialistes, sociétés, centres de santé, autres."),
            "acts", "total", COUNT, HOME,
            (
                ("gp_liberal", gettext_lazy("Généralistes libéraux")), ("specialist_liberal", gettext_lazy("Spécialistes libéraux")), ("company", gettext_lazy("Sociétés")),
                ("centre", gettext_lazy("Centres de santé")), ("other", gettext_lazy("Autres")),
            ),
            published=("teleconsultations_facturees", "teleconsultations_facturees_avec_hopital", "tc_mg_liberaux", "tc_mg_centres_sante", "tc_mg_mois", "part_plateformes", "part_mg_liberaux", "part_specialistes_liberaux"),
            more="years",
        ),
        Measure(
            "part-activite", gettext_lazy("Part de l’activité"), gettext_lazy("Quelle part de l’activité des généralistes est à distance ?"),
            gettext_lazy("Téléconsultations des généralistes libéraux, sur toutes leurs consultations et visites du trimestre."),
            "activity", "share", RATE, MAIN_PLACE, (("teleconsultations", gettext_lazy("Téléconsultations")), ("activity", gettext_lazy("Consultations et visites"))),
            published=("part_activite_tc_mg", "part_activite_tc_psychiatres", "part_activite_tc_endocrinologues", "part_activite_tc_gynecologues"), more="specialties",
        ),
        Measure(
            "tele-expertise", gettext_lazy("Télé-expertises"), gettext_lazy("Combien de télé-expertises ?"),
            gettext_lazy("Avis demandés par un professionnel à un médecin à distance, facturés dans le trimestre."),
            "tele_expertise", "acts", COUNT, HOME, published=("telexpertises",),
        ),
        Measure(
            "montants", gettext_lazy("Montants remboursés"), gettext_lazy("Combien l’Assurance maladie rembourse-t-elle ?"),
            gettext_lazy("Euros remboursés par l’Assurance maladie obligatoire pour les téléconsultations du trimestre, et euros payés en tout."),
            "acts", "reimbursed", EUROS, HOME, (("paid", gettext_lazy("Payés en tout")),), published=("remboursement_total",), more="years",
        ),
    )
}  # fmt: skip
SPECIALTIES = {
    "general_practice": gettext_lazy("Médecine générale"), "psychiatry": gettext_lazy("Psychiatrie"), "neurology": gettext_lazy("Neurologie"), "gynaecology": gettext_lazy("Gynécologie"),
    "ophthalmology": gettext_lazy("Ophtalmologie"), "paediatrics": gettext_lazy("Pédiatrie"), "dermatology": gettext_lazy("Dermatologie"), "cardiology": gettext_lazy("Cardiologie"),
    "endocrinology": gettext_lazy("Endocrinologie"), "stomatology": gettext_lazy("Stomatologie"), "other": gettext_lazy("Autres"),
}  # fmt: skip
CHANNELS = {"gp_liberal": gettext_lazy("Généralistes libéraux"), "specialist_liberal": gettext_lazy("Spécialistes libéraux"), "company": gettext_lazy("Sociétés"), "centre": gettext_lazy("Centres de santé")}  # fmt: skip


def say(value: float | None, kind: str) -> str:
    """« 38,0 % », « 1 075 380 », « 1 200 € »; what may not be told, as SMALL."""
    if value is None:
        return SMALL
    if kind == RATE:
        return f"{number_format(round(value * 100, 1), 1)}\u00a0%"
    text = number_format(round(value), 0, force_grouping=True)
    return f"{text}\u00a0€" if kind == EUROS else text


def say_gap(value: float | None, kind: str) -> str:
    """With its sign; of a rate, in points."""
    if value is None:
        return "–"
    sign = "−" if value < 0 else "+" if value > 0 else ""
    if kind == RATE:
        return f"{sign}{number_format(round(abs(value) * 100, 1), 1)}"
    return f"{sign}{say(abs(value), kind)}"


def say_quarter(quarter: str) -> str:
    """« 4e trimestre 2024 » of 2024Q4."""
    year, number = quarter.split("Q")
    rank = {"1": _("1er trimestre"), "2": _("2e trimestre"), "3": _("3e trimestre"), "4": _("4e trimestre")}[
        number
    ]
    return f"{rank} {year}"


def short_quarter(quarter: str) -> str:
    year, number = quarter.split("Q")
    return _("T%(number)s %(year)s") % {"number": number, "year": year}
