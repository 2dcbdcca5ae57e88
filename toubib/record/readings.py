"""What a device sent, judged by what that device can show, and told in the units of the catalogue.

Bounds are those of usual instruments (their makers' measuring ranges): outside, the device lies or was badly held.
What is normal for a person is never judged.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_EVEN, Decimal, InvalidOperation
from typing import Any

from django.utils.translation import gettext as _

from toubib.record.enums import MeasuredBy
from toubib.record.noted import CATALOGUE

# What usual instruments show, by device then by measurement, in the unit of the catalogue
RANGES: dict[str, dict[str, tuple[str, str]]] = {
    "blood_pressure": {"systolic": ("40", "280"), "diastolic": ("20", "200"), "heart_rate": ("30", "240")},
    "oximeter": {"saturation": ("50", "100"), "heart_rate": ("25", "250")},
    "thermometer": {"temperature": ("32", "43")},
    "scale": {"weight": ("2", "250"), "height": ("20", "260"), "bmi": ("5", "120")},
    "glucometer": {"glucose": ("0.1", "6")},
}
# Units that devices send, in those of the catalogue: (unit of the catalogue, factor, what is taken off first)
UNITS: dict[str, tuple[str, str, str]] = {
    "kPa": ("mm[Hg]", "7.500615", "0"),
    "[degF]": ("Cel", "0.5555555556", "32"),
    "[lb_av]": ("kg", "0.45359237", "0"),
    "[in_i]": ("cm", "2.54", "0"),
    "mg/dL": ("g/L", "0.01", "0"),
    "mmol/L": ("g/L", "0.180156", "0"),
}
UNIT_WORDS = {
    "[degF]": "°F",
    "[lb_av]": "lb",
    "[in_i]": "in",
    "Cel": "°C",
    "mm[Hg]": "mmHg",
    "kg/m2": "kg/m²",
}
MOST = Decimal(10) ** 9  # beyond any device, in any unit


class BadReading(ValueError):
    """Not a value that a device sends; nothing of it is kept."""


@dataclass(frozen=True, slots=True)
class Sent:
    """One value as it came: a decimal number with a point, and its UCUM unit."""

    code: str
    value: str
    ucum: str


@dataclass(frozen=True, slots=True)
class Kept:
    """One value in the unit of the catalogue; `sent`: as the device said it where that differs."""

    code: str
    value: str
    loinc: str
    ucum: str
    plausible: bool
    sent: Sent | None = None

    @property
    def label(self) -> str:
        return str(CATALOGUE[self.code].label)

    @property
    def words(self) -> str:
        """« 38,1 °C »."""
        return f"{self.value.replace('.', ',')} {CATALOGUE[self.code].unit}"

    @property
    def sent_words(self) -> str:
        if self.sent is None or self.sent.ucum == self.ucum:
            return ""
        return f"{self.sent.value.replace('.', ',')} {unit_words(self.sent.ucum)}"


def words_of(values: Sequence[Kept]) -> str:
    """As one says them: « 126/78 mmHg, pouls 72 ». A pulse alone keeps its unit."""
    by_code = {one.code: one for one in values}
    low = by_code.get("diastolic") if "systolic" in by_code else None
    said = []
    for one in values:
        if low and one.code == "systolic":
            said.append(f"{one.value}/{low.words}")
        elif one.code == "heart_rate" and len(values) > 1:
            said.append(_("pouls %(value)s") % {"value": one.value})
        elif one is not low:
            said.append(one.words)
    return ", ".join(said)


def unit_words(ucum: str) -> str:
    return UNIT_WORDS.get(ucum, ucum)


def convert(*, sent: Sent, kind: str = "") -> Kept:
    """The value as the catalogue has it. Raises BadReading: unknown code, unknown unit, no number."""
    known = CATALOGUE.get(sent.code)
    try:
        number = Decimal(sent.value.replace(",", "."))
    except InvalidOperation:
        raise BadReading("value") from None
    if known is None or not number.is_finite() or abs(number) >= MOST or len(sent.value) > 16:
        raise BadReading("value")
    if sent.ucum != known.ucum:
        unit, factor, off = UNITS.get(sent.ucum, ("", "0", "0"))
        if unit != known.ucum:
            raise BadReading("unit")
        number = (number - Decimal(off)) * Decimal(factor)
    step = Decimal(1).scaleb(-known.decimals)
    rounded = number.quantize(step, rounding=ROUND_HALF_EVEN)
    low, high = RANGES.get(kind, {}).get(sent.code, (str(known.low), str(known.high)))
    plausible = Decimal(low) <= rounded <= Decimal(high)
    return Kept(sent.code, f"{rounded:f}", known.loinc, known.ucum, plausible, sent)


def content_of(
    *, values: Sequence[Kept], by: str, device: Mapping[str, Any] | None, typed: bool
) -> dict[str, Any]:
    """As a row keeps it. `device`: kind, number, maker, model, serial, battery, at (its own clock), virtual, faults."""
    rows = [
        {
            "code": one.code,
            "value": one.value,
            "loinc": one.loinc,
            "ucum": one.ucum,
            "plausible": one.plausible,
            "sent": {"value": one.sent.value, "ucum": one.sent.ucum} if one.sent else None,
        }
        for one in values
    ]
    return {"values": rows, "by": by, "device": dict(device) if device else None, "typed": typed}


def values_of(content: Mapping[str, Any]) -> list[Kept]:
    return [
        Kept(
            row["code"],
            row["value"],
            row["loinc"],
            row["ucum"],
            row["plausible"],
            Sent(row["code"], row["sent"]["value"], row["sent"]["ucum"]) if row["sent"] else None,
        )
        for row in content["values"]
    ]


def measured_by(content: Mapping[str, Any]) -> str:
    """As the note says it: a value that was typed is not one that a device sent."""
    return str(content["by"]) if content["typed"] else str(MeasuredBy.DEVICE)


def device_words(content: Mapping[str, Any], *, kind: str, hour: str) -> str:
    """« tensiomètre n° 2 (virtuel), série 0706050403020100, à 10 h 42 »."""
    device = content["device"] or {}
    parts = [kind]
    if device.get("number"):
        parts = [_("%(kind)s n° %(number)s") % {"kind": kind, "number": device["number"]}]
    if device.get("virtual"):
        parts = [_("%(device)s (virtuel)") % {"device": parts[0]}]
    if device.get("serial"):
        parts.append(_("série %(serial)s") % {"serial": device["serial"]})
    parts.append(_("à %(hour)s") % {"hour": hour})
    return ", ".join(parts)
