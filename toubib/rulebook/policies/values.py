"""The values that a policy may give a parameter: of its unit, within its bounds, and read by some rule."""

from __future__ import annotations

import re
from datetime import date
from decimal import Decimal
from functools import lru_cache
from typing import Any

from toubib.rulebook.facts import all_facts, show
from toubib.rulebook.law import OF_RULES
from toubib.rulebook.parameters import Parameter, all_parameters
from toubib.rulebook.unread import UNREAD

MOST_EUROS = 10**7
MOST = 10_000  # days, acts, months, years of age
TIME = re.compile(r"([01][0-9]|2[0-3]):[0-5][0-9]")
DAY_OF_YEAR = re.compile(r"[0-9]{2}-[0-9]{2}")


def fault_of(id: Any, value: Any) -> str:
    """Why a policy may not set this parameter to this value; empty: it may."""
    periods = _periods().get(id) if isinstance(id, str) else None
    if periods is None:
        return f"{show(id)}: unknown parameter"
    expected = _expected(periods, value)
    if expected:
        return f"{id}: {show(value)}: {expected} is expected"
    if id in UNREAD or periods[0].subject not in OF_RULES:
        return f"{id}: no rule reads this value"
    return ""


def _expected(periods: tuple[Parameter, ...], value: Any) -> str:
    """What should stand there instead of the value; empty: it fits."""
    unit = periods[0].unit
    if unit == "bool":
        return "" if isinstance(value, bool) else "true or false"
    if unit == "time":
        return "" if isinstance(value, str) and TIME.fullmatch(value) else 'an hour "HH:MM", between quotes,'
    if unit == "text":
        return "" if isinstance(value, str) and _is_day_of_each_year(value) else 'a day "MM-DD" of each year'
    if unit == "enum":
        known = sorted({str(one) for one in _ever(periods)})
        return "" if isinstance(value, str) and value in known else f"one of {', '.join(known)}"
    if unit == "list":
        return _expected_in_list(periods, value)
    return _expected_number(unit, value)


def _expected_number(unit: str, value: Any) -> str:
    is_number = isinstance(value, (int, float)) and not isinstance(value, bool)
    most = {"ratio": 1, "EUR": MOST_EUROS, "coefficient_EUR": MOST_EUROS}.get(unit, MOST)
    hundredths = unit in ("ratio", "EUR", "coefficient_EUR")
    in_range = is_number and 0 <= value <= most  # nan is not
    if in_range and (Decimal(str(value)) * (100 if hundredths else 1)) % 1 == 0:
        return ""
    if unit == "ratio":
        return "a share from 0 to 1 in whole per cents, as 0.20,"
    return f"{'an amount in euros and cents' if hundredths else 'a whole number'} from 0 to {most}"


def _expected_in_list(periods: tuple[Parameter, ...], value: Any) -> str:
    """Of what the parameter has ever held, or of the values of the fact that it speaks of."""
    ever = {one for held in _ever(periods) if isinstance(held, tuple) for one in held}
    known = set(ever).union(*(fact.values for fact in all_facts().values() if ever <= set(fact.values)))
    if isinstance(value, list) and all(isinstance(one, str) and one in known for one in value):
        return ""
    return f"a list among {', '.join(sorted(known))}"


def _is_day_of_each_year(text: str) -> bool:
    try:
        return bool(DAY_OF_YEAR.fullmatch(text) and date.fromisoformat(f"2023-{text}"))
    except ValueError:
        return False


def _ever(periods: tuple[Parameter, ...]) -> list[Any]:
    """Every value that the law or another reading of it ever gave."""
    return [one.value for one in periods] + [other.value for one in periods for other in one.alternatives]


@lru_cache(maxsize=1)
def _periods() -> dict[str, tuple[Parameter, ...]]:
    found: dict[str, list[Parameter]] = {}
    for one in all_parameters():
        found.setdefault(one.id, []).append(one)
    return {id: tuple(periods) for id, periods in found.items()}
