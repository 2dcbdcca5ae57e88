"""The law of one day: the parameters in force, and what a policy puts over them."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from functools import lru_cache

from toubib.rulebook.parameters import Parameter, UnknownParameter, all_parameters, in_force

FIRST_DAY = date(2000, 1, 1)  # acts before it are refused
FIRST_TELEMEDICINE = date(2010, 10, 22)  # decree 2010-1229: the law that an act without a date may fall under
OF_RULES = {"cap", "classification", "reimbursement", "shares", "sick_leave", "tariffs", "tele_expertise"}
Value = bool | int | float | str | tuple[str, ...]


@dataclass
class Law:
    """Parameters in force on a day; remembers which were asked for. `overlay`: id → value of a policy."""

    on: date
    overlay: Mapping[str, Value] = field(default_factory=dict)
    asked: set[str] = field(default_factory=set)

    def value(self, id: str) -> Value:
        """The value in force; raises UnknownParameter."""
        found = self.get(id)
        if found is None:
            raise UnknownParameter(f"{id} on {self.on}")
        return found

    def get(self, id: str) -> Value | None:
        """The value in force, or None where the law says nothing that day."""
        self.asked.add(id)
        parameter = self.parameter(id)
        if id in self.overlay:
            return self.overlay[id]
        return None if parameter is None else parameter.value

    def parameter(self, id: str) -> Parameter | None:
        """The parameter in force, policies apart."""
        return _in_force(era(self.on)).get(id)

    def is_doubtful(self, id: str) -> bool:
        """Is the value in force contested or unverified? That of a policy is neither."""
        self.asked.add(id)
        parameter = self.parameter(id)
        return id not in self.overlay and parameter is not None and not parameter.verified

    def state(self, id: str) -> tuple[Value | None, bool]:
        """All that a rule can see of a parameter: alike on two days, the rules are."""
        return self.get(id), self.is_doubtful(id)

    def is_true(self, id: str) -> bool:
        """A bool in force; false where the law says nothing that day."""
        return self.get(id) is True

    def number(self, id: str) -> int | float | None:
        found = self.get(id)
        return found if isinstance(found, (int, float)) and not isinstance(found, bool) else None

    def names(self, id: str) -> tuple[str, ...]:
        """A list in force; empty where the law says nothing that day."""
        found = self.get(id)
        return tuple(found) if isinstance(found, (tuple, list)) else ()

    def cents(self, id: str) -> int | None:
        """An amount in force, in cents."""
        found = self.number(id)
        return None if found is None else int((Decimal(str(found)) * 100).to_integral_value())


@lru_cache(maxsize=512)
def _in_force(on: date) -> dict[str, Parameter]:
    return {parameter.id: parameter for parameter in in_force(on=on)}


@lru_cache(maxsize=1)
def _turns() -> tuple[date, ...]:
    days = {FIRST_DAY, *(one.starts for one in all_parameters())}
    return tuple(sorted(days | {one.ends for one in all_parameters() if one.ends is not None}))


def era(on: date) -> date:
    """The last day up to this one on which any parameter began or ended: the same law on both, in all it says."""
    return _turns()[max(1, bisect_right(_turns(), on)) - 1]


@lru_cache(maxsize=1)
def period_starts() -> tuple[date, ...]:
    """The days on which some parameter of a rule begins or ends, after a first day before all of them."""
    days = {FIRST_DAY}
    for parameter in all_parameters():
        if parameter.subject not in OF_RULES:
            continue
        days.add(parameter.starts)
        if parameter.ends is not None:
            days.add(parameter.ends)
    return tuple(sorted(days))


def undated_starts() -> list[date]:
    """The first days of the periods of known law that an act without a date may fall under."""
    return [
        start
        for start in period_starts()
        if start >= FIRST_TELEMEDICINE and Law(start).get("cls.law_known") is not False
    ]


def period_of(on: date) -> tuple[date, date | None]:
    """The half-open period of unchanged law around a day."""
    starts = period_starts()
    place = max(1, bisect_right(starts, on))
    return starts[place - 1], starts[place] if place < len(starts) else None
