"""The counting rules: their names, what they do and why. Each can be switched off; the order is that of their application.

Source: the collaborative documentation of the SNDS (Health Data Hub, CNAM), Licence Ouverte 2.0.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

CLOSED_YEAR = 27  # months after care; six hold 99 %


@dataclass(frozen=True, slots=True)
class Rule:
    """`drops`: its place among the steps that drop lines, None for one that only says what a line is."""

    name: str
    label: str
    what: str
    drops: int | None = None


RULES: dict[str, Rule] = {
    rule.name: rule
    for rule in (
        Rule(
            "for_information",
            "Lignes pour information",
            "DPN_QLF and PRS_DPN_QLP other than 71 (hospital care, for information)",
            0,
        ),
        Rule(
            "technical_lines",
            "Lignes techniques",
            "CPL_MAJ_TOP below 2 and CPL_AFF_COD other than 16 (supplements, participation)",
            1,
        ),
        Rule(
            "delays",
            "Délais de remontée",
            "FLX_DIS_DTD at most 27 months after the month of care (a closed year; 6 hold 99 %)",
            2,
        ),
        Rule(
            "regularisations",
            "Régularisations",
            "PRS_ACT_QTE is summed over lines of one patient, professional, day and act; more than 0 is kept",
            3,
        ),
        Rule(
            "health_centres",
            "Centres de santé",
            "A line with ETE_CAT_COD of a centre de santé in ER_ETE_F is a centre’s, not a liberal doctor’s",
        ),
        Rule(
            "overseas",
            "Outre-mer",
            "BEN_RES_DPT 097 with BEN_RES_COM gives the département: 097 and 411 is 974",
        ),
        Rule(
            "main_place",
            "Cabinet principal",
            "A professional is STA_PFS_NUM, once, at the place of lowest ACT_CAB_COD under that number",
        ),
        Rule(
            "ald_register",
            "ALD d’après IR_IMB_R",
            "ALD is a row of IR_IMB_R of ground 41, 43 or 45 that holds that day; without it, EXO_MTF 41 to 46",
        ),
    )
}
COUNTED = 9  # the stage of a line that no rule dropped


class UnknownRule(ValueError):
    """str() names the rules that are."""


def rules_without(names: Iterable[str]) -> frozenset[str]:
    """All rules but those. Raises UnknownRule."""
    off = set(names)
    unknown = sorted(off - RULES.keys())
    if unknown:
        raise UnknownRule(f"{unknown[0]}: no counting rule; one of {', '.join(RULES)}")
    return frozenset(RULES) - off


def dropping(rules: frozenset[str]) -> dict[str, int]:
    """Those that drop lines: name → stage."""
    return {name: rule.drops for name, rule in RULES.items() if name in rules and rule.drops is not None}
