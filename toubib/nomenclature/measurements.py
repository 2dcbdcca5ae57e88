"""What is measured in a consultation: LOINC code, UCUM unit, and the bounds of what an instrument can show.

Bounds say what no living person has or no instrument shows (a slip of the keyboard): never what is normal.
Sources: ANS, jeu de valeurs JDV_SignesVitaux_CISIS (1.2.250.1.213.1.1.5.171, revision of 3 April 2023) for the codes
marked `ans`; HL7 FHIR R4 vital signs profiles for the saturation by pulse oximeter (2708-6, with 59408-5 as the
method); ANS, guide « Mesures de santé », for the pain; LOINC for the blood sugar (from memory of its table). LOINC © Regenstrief Institute, free to use under its licence.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _


@dataclass(frozen=True, slots=True)
class Vital:
    """One thing that is measured. `unit` reads on a page, `ucum` is for machines; `also`: further LOINC codes."""

    code: str
    label: str | Promise
    loinc: str
    unit: str
    ucum: str
    low: Decimal
    high: Decimal
    decimals: int
    source: str = "ans"
    also: tuple[str, ...] = ()


def _vital(
    code: str,
    label: str | Promise,
    loinc: str,
    units: tuple[str, str],
    bounds: tuple[str, str],
    **more: object,
) -> Vital:
    low, high = map(Decimal, bounds)
    decimals = max(0, -int(low.as_tuple().exponent))
    return Vital(code, label, loinc, units[0], units[1], low, high, decimals, **more)  # type: ignore[arg-type]


MEASUREMENTS: tuple[Vital, ...] = (
    _vital("temperature", _("Température"), "8310-5", ("°C", "Cel"), ("25.0", "45.0")),
    _vital("heart_rate", _("Fréquence cardiaque"), "8867-4", ("/min", "/min"), ("15", "300")),
    _vital("systolic", _("Pression artérielle systolique"), "8480-6", ("mmHg", "mm[Hg]"), ("30", "300")),
    _vital("diastolic", _("Pression artérielle diastolique"), "8462-4", ("mmHg", "mm[Hg]"), ("10", "200")),
    _vital("respiratory_rate", _("Fréquence respiratoire"), "9279-1", ("/min", "/min"), ("3", "120")),
    _vital(
        "saturation",
        _("Saturation en oxygène (oxymètre)"),
        "2708-6",
        ("%", "%"),
        ("30", "100"),
        source="hl7",
        also=("59408-5",),
    ),
    _vital("weight", _("Poids"), "29463-7", ("kg", "kg"), ("0.3", "400.0")),
    _vital("height", _("Taille"), "8302-2", ("cm", "cm"), ("20.0", "260.0")),
    _vital("bmi", _("Indice de masse corporelle"), "39156-5", ("kg/m²", "kg/m2"), ("5.0", "120.0")),
    _vital("head", _("Périmètre crânien"), "8287-5", ("cm", "cm"), ("15.0", "80.0")),
    _vital("waist", _("Périmètre abdominal"), "8280-0", ("cm", "cm"), ("20.0", "300.0")),
    _vital(
        "glucose", _("Glycémie capillaire"), "41653-7", ("g/L", "g/L"), ("0.10", "8.00"), source="loinc"
    ),
    _vital("pain", _("Douleur, de 0 à 10"), "72514-3", ("/10", "1"), ("0", "10"), source="mesures"),
)  # fmt: skip
