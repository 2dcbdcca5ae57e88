"""Where a doctor stands against the cap in a calendar year: one rule for one doctor and for a table of them.

Convention 2024, article 87.7: the counted remote acts over the conventioned activity of the year. All is reckoned in
whole numbers: 20 acts of 100 are at 20 %, never a hair above it.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from functools import lru_cache
from typing import Any

import ibis

from toubib.rulebook.engine.tree import as_column, surely
from toubib.rulebook.law import Law
from toubib.rulebook.policies import Overlay

ALL_ACTIVITY = "ALL_CONVENTIONED_ACTIVITY"
WITHOUT_OWN_PATIENTS = "NON_MT_ACTIVITY_ONLY"
READINGS = (ALL_ACTIVITY, WITHOUT_OWN_PATIENTS)
SPECIALTY_WITH_A_RATE = "psychiatry"
COLUMNS = {
    "practitioner_specialty": "string",
    "counted": "int64",
    "conventioned_acts": "int64",
    "own_mt_acts": "int64",
}


@dataclass(frozen=True)
class Rates:
    """What the law of a year says: `general` and `psychiatry` are None where there is no cap."""

    general: Fraction | None
    psychiatry: Fraction | None
    near_share: Fraction
    reading: str
    parameters: tuple[str, ...]

    def of(self, specialty: str | None) -> Fraction | None:
        return self.psychiatry if specialty == SPECIALTY_WITH_A_RATE else self.general


@lru_cache(maxsize=512)
def rates_of(year: int, overlay: Overlay) -> Rates:
    """Read on the day of the year that `cap.rate_day` names."""
    last = date(year, 12, 31)
    written = str(Law(last, overlay.parameters).get("cap.rate_day") or "12-31")
    law = Law(date.fromisoformat(f"{year}-{written}"), overlay.parameters)
    general, psychiatry = _fraction(law, "cap.rate.general"), _fraction(law, "cap.rate.psychiatry")
    if not law.is_true("cap.in_force"):
        general = psychiatry = None
    near = _fraction(law, "cap.near_share") or Fraction(1)
    reading = str(law.get("cap.denominator_mode") or ALL_ACTIVITY)
    return Rates(general, psychiatry, near, reading, (*sorted(law.asked), "cap.rate_day"))


def _fraction(law: Law, id: str) -> Fraction | None:
    """The number as it is written in the file: 0.2 is one fifth."""
    found = law.number(id)
    return None if found is None else Fraction(str(found))


def cap_status(doctor: Any, rates: Rates, reading: str) -> dict[str, Any]:
    """Columns over a table of COLUMNS: outcome, remaining_acts, in_person_needed, denominator.

    Where the specialty is unknown and the two rates do not say the same, so is the outcome.
    """
    activity = doctor.conventioned_acts
    if reading == WITHOUT_OWN_PATIENTS:
        activity = activity - doctor.own_mt_acts
    counted = doctor.counted
    known = surely((activity > 0) & (activity >= counted))
    psychiatry = _against(rates.psychiatry, rates.near_share, counted, activity)
    general = _against(rates.general, rates.near_share, counted, activity)
    found: dict[str, Any] = {"denominator": ibis.cases((known, activity), else_=ibis.null("int64"))}
    for name, unknown in (
        ("outcome", ibis.literal("UNDETERMINED")),
        ("remaining_acts", ibis.null("int64")),
        ("in_person_needed", ibis.null("int64")),
    ):
        is_psychiatrist = doctor.practitioner_specialty == SPECIALTY_WITH_A_RATE
        same = surely(psychiatry[name] == general[name])
        found[name] = ibis.cases(
            (~as_column(known), unknown),
            (surely(is_psychiatrist), psychiatry[name]),
            (doctor.practitioner_specialty.notnull() | same, general[name]),
            else_=unknown,
        )
    return found


def _against(rate: Fraction | None, near: Fraction, counted: Any, activity: Any) -> dict[str, Any]:
    """One rate p/q: what is left below it is p·D - q·N, an integer."""
    null, zero = ibis.null("int64"), ibis.literal(0, "int64")
    if rate is None:
        return {"outcome": ibis.literal("BELOW"), "remaining_acts": null, "in_person_needed": zero}
    p, q = rate.numerator, rate.denominator
    left = activity * p - counted * q
    close = counted * (q * near.denominator) >= activity * (p * near.numerator)
    return {
        "outcome": ibis.cases((left < 0, "ABOVE"), (close, "NEAR"), else_="BELOW"),
        "remaining_acts": null if p >= q else ibis.cases((left < 0, zero), else_=left // (q - p)),
        "in_person_needed": ibis.cases((left >= 0, zero), else_=null if p == 0 else (p - 1 - left) // p),
    }
