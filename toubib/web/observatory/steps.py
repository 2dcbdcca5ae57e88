"""What each counting rule took away of the figure that a page shows: a number, or why there is none."""

from __future__ import annotations

from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from toubib.web.observatory.measures import COUNT, Measure, say
from toubib.web.observatory.results import Results

ACTS, EXPERTISE, DOCTORS, PATIENTS = "acts_by_year", "tele_expertise_by_year", "gp_adoption", "ald_patients"
PRACTICE = "activity"
BILLED, SPECIALISTS, SALARIED = "gp_with_a_billed_act", "specialist", "salaried_gp"
UNITS = {
    ACTS: gettext_lazy("lignes de téléconsultation de l’année"),
    EXPERTISE: gettext_lazy("lignes de télé-expertise de l’année"),
    DOCTORS: gettext_lazy("généralistes du trimestre, ou leurs autres cabinets"),
    BILLED: gettext_lazy("généralistes du trimestre, ou leurs autres cabinets"),
    SPECIALISTS: gettext_lazy("spécialistes du trimestre, ou leurs autres cabinets"),
    SALARIED: gettext_lazy("généralistes salariés du trimestre, ou leurs autres lieux"),
    PATIENTS: gettext_lazy("patients des six mois"),
    PRACTICE: gettext_lazy("actes des généralistes dans le trimestre, à distance ou non"),
}
# of a document that does not tell which rules drop lines
DROPPING = ("for_information", "technical_lines", "delays", "regularisations")
BY_YEAR, OF_DOCTORS = (ACTS, EXPERTISE), (DOCTORS, BILLED, SPECIALISTS, SALARIED)
# beside those that drop lines, told where the document has them
COUNTED = dict.fromkeys((*OF_DOCTORS, PRACTICE), ("health_centres", "main_place")) | {
    PATIENTS: ("ald_register",)
}
USERS = "main_place_users"
# They move, never drop
SORTING = {
    ACTS: ("health_centres", "overseas"),
    EXPERTISE: ("overseas",),
    PATIENTS: ("overseas",),
}
# Of a measure whose own steps the document does not tell
OTHERS = ("health_centres", "overseas", "main_place")
SORTS, NOT_COUNTED, NOT_MEANT = (
    gettext_lazy("0 (range sans rien ôter)"),
    gettext_lazy("non compté"),
    gettext_lazy("sans objet"),
)


def unit_of(measure: Measure) -> str | Promise:
    """What the numbers below count; "" where the document has none for this measure."""
    key = _key(measure)
    return UNITS[key] if key else ""


def steps_of(results: Results, measure: Measure, quarter: str) -> list[dict[str, Any]]:
    """Each rule of the document with `removed`: what it took away in France, in words."""
    key = _key(measure)
    told = results.document.get("removed", {}).get(key)
    taken = None if told is None else told.get(quarter[:4] if key in BY_YEAR else quarter, {})
    return [
        {**rule, "removed": _removed(key, rule, taken) if rule["applied"] else ""}
        for rule in results.document["rules"]
    ]


def _key(measure: Measure) -> str:
    if measure.rows == "acts":
        return ACTS
    if measure.rows == "tele_expertise":
        return EXPERTISE
    return next((one for one in (measure.variant, measure.rows) if one in UNITS), "")


def _removed(key: str, told: dict[str, Any], taken: dict[str, int | None] | None) -> str | Promise:
    rule = told["name"]
    drops = told.get("drops", rule in DROPPING)
    if not key:
        return NOT_COUNTED if drops or rule in OTHERS else NOT_MEANT
    if drops:
        return NOT_COUNTED if taken is None else say(taken.get(rule, 0), COUNT)
    if rule in COUNTED.get(key, ()):
        return _told(rule, taken or {})
    return SORTS if rule in SORTING.get(key, ()) else NOT_MEANT


def _told(rule: str, taken: dict[str, int | None]) -> str | Promise:
    """« 6 656, dont 1 364 avec téléconsultation » of second places."""
    if rule not in taken:
        return NOT_COUNTED
    number = say(taken[rule], COUNT)
    if rule != "main_place" or USERS not in taken:
        return number
    return _("%(n)s, dont %(users)s avec téléconsultation") % {"n": number, "users": say(taken[USERS], COUNT)}
