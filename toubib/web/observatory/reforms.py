"""What the reform page shows: the levers that are pulled, beside the law, from a table computed ahead."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.utils.formats import number_format
from django.utils.html import format_html_join
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from toubib.web.observatory.measures import COUNT, EUROS, SMALL, say, say_gap

LAW = "law"
GROUPS = {
    "above": gettext_lazy("Au-dessus du seuil"), "near": gettext_lazy("Près du seuil"), "below": gettext_lazy("En dessous"),
    "exempt": gettext_lazy("Dispensés"), "undetermined": gettext_lazy("Indéterminés"),
}  # fmt: skip
FREED = {
    "zone": (gettext_lazy("Zone du patient"), {"ZIP": gettext_lazy("ZIP"), "ZAC": gettext_lazy("ZAC"), "ZV": gettext_lazy("Vigilance"), "none": gettext_lazy("Hors zone")}),
    "assisted": (gettext_lazy("Aide au patient"), {"professional": gettext_lazy("Un professionnel de santé"), "lay_person": gettext_lazy("Une personne sans titre"), "none": gettext_lazy("Personne")}),
    "c2s": (gettext_lazy("Complémentaire santé solidaire"), {"true": gettext_lazy("Oui"), "false": gettext_lazy("Non")}),
    "has_medecin_traitant": (gettext_lazy("Médecin traitant"), {"true": gettext_lazy("A un médecin traitant"), "false": gettext_lazy("N’en a pas")}),
}  # fmt: skip
UNKNOWN = gettext_lazy("Inconnu")
SCENARIOS = {
    "declared": gettext_lazy("Activité telle que déclarée"),
    "only_these_acts": gettext_lazy("Les médecins sans déclaration n’ont que ces actes"),
    "activity_less_10": gettext_lazy("Toute activité déclarée réduite d’un dixième"),
    "activity_more_10": gettext_lazy("Toute activité déclarée accrue d’un dixième"),
}
BAR = 640


@dataclass(frozen=True)
class Assumed:
    """What one may move: of the acts that are freed, how many replace a visit to the emergency, at which cost; and how many one in person."""

    emergency_percent: int = 0
    emergency_cost: int = 250
    in_person_percent: int = 0


@dataclass(frozen=True)
class Lever:
    id: str
    label: str
    source: str
    summary: str
    pulled: bool


def levers(document: Mapping[str, Any], names: Sequence[str], pulled: Sequence[str]) -> list[Lever]:
    policies = document["policies"]
    return [
        Lever(one, policies[one]["label"], policies[one]["source"], policies[one]["summary"], one in pulled)
        for one in names
    ]


def groups(document: Mapping[str, Any], case: str) -> list[dict[str, Any]]:
    """Doctors by group, under the law and under the case."""
    law, own = document["cases"][LAW], document["cases"][case]
    found = []
    for key, name in GROUPS.items():
        before, after = law[key], own[key]
        gap = None if before is None or after is None else after - before
        found.append(
            {
                "key": key,
                "name": name,
                "law": say(before, COUNT),
                "case": say(after, COUNT),
                "gap": say_gap(gap, COUNT),
            }
        )
    return found


def spans(
    document: Mapping[str, Any], case: str, wide: float, at: float = 0.0
) -> Iterator[tuple[str, str, str]]:
    """Each group on a bar that begins at `at`: its key, where, how wide."""
    own = document["cases"][case]
    for key in GROUPS:
        width = wide * (own[key] or 0) / max(own["practitioners"] or 0, 1)
        yield key, f"{at:.1f}", f"{width:.1f}"
        at += width


def bar(document: Mapping[str, Any], case: str) -> SafeString:
    """The five groups on one line; a hidden one has no length."""
    own = document["cases"][case]
    drawn = format_html_join(
        "", '<rect class="bar-{}" x="{}" width="{}" height="24"/>', spans(document, case, BAR)
    )
    words = ", ".join(f"{name} : {say(own[key], COUNT)}" for key, name in GROUPS.items())
    head = format_html_join(
        "",
        '<svg class="obs-bar" viewBox="0 0 640 24" preserveAspectRatio="none" role="img" aria-label="{}">',
        [(words,)],
    )
    return mark_safe(f"{head}{drawn}</svg>")  # noqa: S308  both are escaped


def freed(document: Mapping[str, Any], case: str) -> list[dict[str, Any]]:
    own = document["cases"][case].get("freed") or {"by": {}}
    found = []
    for key, (name, words) in FREED.items():
        cells = own["by"].get(key, {})
        rows = [(words.get(cell, UNKNOWN), say(number, COUNT)) for cell, number in cells.items()]
        found.append({"name": name, "rows": rows})
    return found


def sensitivity(document: Mapping[str, Any], case: str) -> list[dict[str, Any]]:
    """Doctors above the cap under the law, then the five groups of the case, by what one supposes of their activity."""
    law, own = document["cases"][LAW]["sensitivity"], document["cases"][case]["sensitivity"]
    return [
        {
            "name": name,
            "law": say(law[key]["above"], COUNT),
            "cells": [say(own[key][group], COUNT) for group in GROUPS],
        }
        for key, name in SCENARIOS.items()
    ]


def money(document: Mapping[str, Any], case: str, assumed: Assumed) -> list[tuple[str, str]]:
    """Of the acts that are freed, at the year's tariffs: what they cost, and what the assumptions would spare."""
    acts = (document["cases"][case].get("freed") or {"acts": 0})["acts"]
    distance, here = (Decimal(document["tariffs"][code]) for code in ("TCG", "G"))
    spared = acts * Decimal(assumed.emergency_percent) / 100 * assumed.emergency_cost
    instead = acts * Decimal(assumed.in_person_percent) / 100 * here
    cost = acts * distance
    return [
        (
            _("Actes ôtés du seuil, au tarif TCG (%(price)s €)") % {"price": _price(distance)},
            say(float(cost), EUROS),
        ),
        (
            _("Les mêmes actes au cabinet, au tarif G (%(price)s €)") % {"price": _price(here)},
            say(float(acts * here), EUROS),
        ),
        (_("Passages aux urgences évités, selon votre hypothèse"), say(float(spared), EUROS)),
        (_("Consultations au cabinet évitées, selon votre hypothèse"), say(float(instead), EUROS)),
    ]


def payments(document: Mapping[str, Any], case: str) -> list[tuple[str, str]]:
    """Of a case that touches reimbursement: acts newly payable, and euros of the compulsory insurance."""
    own = document["payments"].get(case)
    if own is None:
        return []
    return [
        (_("Actes nouvellement payables"), _acts(own["acts"])),
        (_("Actes qui ne le seraient plus"), _acts(own["acts_no_longer_payable"])),
        (_("Actes dont la règle ne dit rien"), _acts(own["acts_undetermined"])),
        (
            _("Assurance maladie, pour les actes nouvellement payables"),
            say(float(own["amo_for_newly_payable_acts"]), EUROS),
        ),
        (
            _("Assurance maladie, pour les autres actes"),
            say(float(own["amo_difference_for_other_acts"]), EUROS),
        ),
        (_("Écart en tout pour l’Assurance maladie"), say(float(own["amo_difference"]), EUROS)),
    ]


def _price(amount: Decimal) -> str:
    return number_format(amount.quantize(Decimal("0.01")))


def _acts(number: int) -> str:
    return SMALL if 0 < number < 11 else say(number, COUNT)
