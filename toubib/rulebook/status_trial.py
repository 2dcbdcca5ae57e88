"""Cases of a doctor's standing against the cap, as a lawyer writes them.

`doctor`: `year`, `specialty` (null: unknown), `counted_acts` and `conventioned_acts` of the year, `own_mt_acts` among
the latter, `unsure_acts` (further acts of which it is not known whether they count), `outside` (what was declared of
the activity elsewhere: the same three numbers; null: nothing was declared; absent: declared that there is none).
`expect: {cap_status: …}`: what is to be found of `outcome`, `ratio`, `rate`, `lowest`, `highest` (0.25, or "1/3"),
`remaining_acts`, `in_person_needed`, `reading`, and `other`, the same in the other reading of the denominator.
"""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from typing import Any

from toubib.rulebook.cap_status import CapStatus, Outside, cap_status
from toubib.rulebook.facts import all_facts
from toubib.rulebook.policies import BadPolicy, Overlay

NAME = "cap_status"
NUMBERS = ("counted_acts", "conventioned_acts", "own_mt_acts")
DOCTOR = {"year", "specialty", "unsure_acts", "outside", *NUMBERS}
SHARES = ("ratio", "rate", "lowest", "highest")
ASKED = {"outcome", "remaining_acts", "in_person_needed", "reading", "other", *SHARES}


def status_differences(case: Mapping[str, Any], overlay: Overlay) -> list[str]:
    """What is answered otherwise than the case expects, a line each. Raises BadPolicy."""
    doctor, expected = case["doctor"], case["expect"]
    if not isinstance(expected, dict) or set(expected) != {NAME}:
        raise BadPolicy(f"expect: of a doctor, {NAME} is expected and nothing else")
    return _differences(NAME, expected[NAME], _status(doctor, overlay))


def _status(doctor: Any, overlay: Overlay) -> CapStatus:
    if not isinstance(doctor, dict) or not set(doctor) <= DOCTOR:
        raise BadPolicy(f"doctor: a map of {', '.join(sorted(DOCTOR))} is expected")
    specialty = doctor.get("specialty")
    if specialty is not None and specialty not in all_facts()["practitioner_specialty"].values:
        raise BadPolicy(f"doctor: specialty: {specialty!s:.60} is none")
    counted, acts, own = (_number(doctor, name) for name in NUMBERS)
    return cap_status(
        year=_number(doctor, "year"),
        specialty=specialty,
        counted=counted,
        acts_here=acts,
        own_mt_here=own,
        unsure=_number(doctor, "unsure_acts"),
        outside=_outside(doctor.get("outside", {})),
        overlay=overlay,
    )


def _outside(given: Any) -> Outside | None:
    if given is None:
        return None
    if not isinstance(given, dict) or not set(given) <= set(NUMBERS):
        raise BadPolicy(f"doctor: outside: null, or a map of {', '.join(NUMBERS)}, is expected")
    own = given.get("own_mt_acts", 0)
    return Outside(
        _number(given, "conventioned_acts"),
        _number(given, "counted_acts"),
        None if own is None else _number(given, "own_mt_acts"),
    )


def _number(given: Mapping[str, Any], name: str) -> int:
    found = given.get(name, None if name == "year" else 0)
    if isinstance(found, bool) or not isinstance(found, int) or not 0 <= found <= 10**9:
        raise BadPolicy(f"doctor: {name}: a whole number is expected")
    if name == "year" and not 2018 <= found <= 2099:
        raise BadPolicy("doctor: year: from 2018 to 2099")
    return found


def _differences(where: str, wanted: Any, found: CapStatus) -> list[str]:
    if not isinstance(wanted, dict) or not set(wanted) <= ASKED:
        raise BadPolicy(f"expect: {where}: a map of {', '.join(sorted(ASKED))} is expected")
    lines = []
    for key, value in wanted.items():
        answered = getattr(found, key)
        if key == "other":
            lines += _differences(f"{where}.other", value, answered)
        elif (_share(value, f"{where}.{key}") if key in SHARES else value) != answered:
            shown = float(answered) if isinstance(answered, Fraction) else answered
            lines.append(f"{where}.{key}: {value!r} expected, {shown!r} answered")
    return lines


def _share(given: Any, where: str) -> Fraction | None:
    """0.25 or "1/4", exactly as written."""
    if given is None:
        return None
    try:
        return Fraction(str(given))
    except (ValueError, ZeroDivisionError):
        raise BadPolicy(f'expect: {where}: a share as 0.25 or "1/4" is expected') from None
