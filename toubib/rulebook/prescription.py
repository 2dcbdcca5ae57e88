"""May this medicine stand on an ordonnance that Toubib prints? One code of the registry; unknown is never a yes.

A medicine is known by its substances (their words, plain) and by the categories that its conditions of prescription
put it in. Both are the nomenclature's; here stands what the law of a day makes of them.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import date
from functools import lru_cache

from toubib.rulebook.law import Law

# Code of a substance in the parameters → its name in French, as lists and pages write it.
SUBSTANCES = {
    "alfentanil": "alfentanil",
    "buprenorphine": "buprénorphine",
    "clonazepam": "clonazépam",
    "cocaine": "cocaïne",
    "codeine": "codéine",
    "dihydrocodeine": "dihydrocodéine",
    "fentanyl": "fentanyl",
    "flunitrazepam": "flunitrazépam",
    "hydromorphone": "hydromorphone",
    "methadone": "méthadone",
    "methylphenidate": "méthylphénidate",
    "morphine": "morphine",
    "oxybate": "oxybate",
    "oxycodone": "oxycodone",
    "pethidine": "péthidine",
    "pregabalin": "prégabaline",
    "remifentanil": "rémifentanil",
    "sufentanil": "sufentanil",
    "tapentadol": "tapentadol",
    "tianeptine": "tianeptine",
    "tramadol": "tramadol",
    "zolpidem": "zolpidem",
}
CATEGORIES = {
    "narcotics": "RX.NARCOTIC",
    "secured": "RX.SECURED",
    "hospital_only": "RX.HOSPITAL_ONLY",
    "professional_use": "RX.PROFESSIONAL_USE",
    "hospital": "RX.HOSPITAL",
    "initial_hospital": "RX.INITIAL_HOSPITAL",
    "specialists": "RX.SPECIALISTS",
    "special_monitoring": "RX.SPECIAL_MONITORING",
}  # the gravest first: it is the one that is said
UNACCENTED = str.maketrans("éèêëïîàâçôû", "eeeeiiaacou")
ALLOWED = {"RX.OK": True, "RX.UNKNOWN_MEDICINE": None, "RX.CONDITIONS_UNKNOWN": None}


def judge_medicine(
    *, words: frozenset[str], categories: frozenset[str], conditions_known: bool, authorised: bool, on: date
) -> str:
    """The code that answers for a day. `words`: of its substances, lower case without accents."""
    if not authorised:
        return "RX.NOT_AUTHORISED"
    refused, narcotics, secured = _lists(on)
    if not refused:
        return "RX.CONDITIONS_UNKNOWN"
    found = set(categories)
    if words & narcotics:
        found.add("narcotics")
    if words & secured:
        found.add("secured")
    for category, code in CATEGORIES.items():
        if category in found and category in refused:
            return code
    return "RX.OK" if conditions_known else "RX.CONDITIONS_UNKNOWN"


def refused_substances(*, on: date) -> frozenset[str]:
    """Words of the substances that a sheet of Toubib may not carry on a day."""
    refused, narcotics, secured = _lists(on)
    return (narcotics if "narcotics" in refused else frozenset()) | (
        secured if "secured" in refused else frozenset()
    )


def is_allowed(code: str) -> bool | None:
    """What a code says: True, False, or None where nobody knows."""
    return ALLOWED.get(code, False)


@lru_cache(maxsize=64)
def _lists(on: date) -> tuple[frozenset[str], frozenset[str], frozenset[str]]:
    """Of a day: categories that are refused, words of narcotics, words of what needs a secured sheet."""
    law = Law(on)
    return (
        frozenset(law.names("prescription.refused_here")),
        _words(law.names("prescription.narcotic_substances")),
        _words(law.names("prescription.secured_substances")),
    )


def _words(codes: Collection[str]) -> frozenset[str]:
    return frozenset(SUBSTANCES[code].translate(UNACCENTED) for code in codes if code in SUBSTANCES)
