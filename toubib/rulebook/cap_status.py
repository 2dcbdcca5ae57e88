"""Where one doctor stands against the cap: what the platform knows, and what the doctor declared of the rest.

The platform never sees a doctor's whole activity. Without a declaration the answer is UNDETERMINED, with the range in
which the share could lie.
"""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Callable
from dataclasses import dataclass, replace
from fractions import Fraction
from functools import lru_cache
from typing import Any

import ibis

from toubib.rulebook.policies import Overlay
from toubib.rulebook.rules import cap_status as rule
from toubib.rulebook.rules.cap_status import ALL_ACTIVITY, READINGS, WITHOUT_OWN_PATIENTS, Rates, rates_of

__all__ = ["ALL_ACTIVITY", "WITHOUT_OWN_PATIENTS", "CapStatus", "Outside", "cap_status"]

LAW = Overlay()
_memories = threading.local()


@dataclass(frozen=True, slots=True)
class Outside:
    """What a doctor declared of the year outside the platform; `own_mt_acts`: None where it was not said."""

    conventioned_acts: int
    counted_acts: int
    own_mt_acts: int | None = None

    @property
    def is_possible(self) -> bool:
        return 0 <= self.counted_acts <= self.conventioned_acts and (
            self.own_mt_acts is None or 0 <= self.own_mt_acts <= self.conventioned_acts
        )


@dataclass(frozen=True, slots=True)
class CapStatus:
    """`outcome`: ABOVE, NEAR, BELOW or UNDETERMINED. `rate`: None in a year without a cap; so is `remaining_acts`.

    `lowest` and `highest`: the range in which the share could lie (both are `ratio` where that is known).
    `remaining_acts`: how many more, all remote and counted, before the cap is passed; `in_person_needed`: how many in
    person, and none remote, to come back to it. `counted` and `acts` are the two sides of the share, in this reading.
    Where acts are unsure and the outcome is the same all the same: the fewest that remain, the most that are needed.
    """

    outcome: str
    rate: Fraction | None
    ratio: Fraction | None
    lowest: Fraction
    highest: Fraction
    remaining_acts: int | None
    in_person_needed: int | None
    counted: int | None
    acts: int | None
    reading: str
    parameters: tuple[str, ...]
    other: CapStatus | None = None


def cap_status(
    *,
    year: int,
    specialty: str | None,
    counted: int,
    acts_here: int,
    own_mt_here: int = 0,
    unsure: int = 0,
    outside: Outside | None,
    overlay: Overlay = LAW,
) -> CapStatus:
    """The status in the reading of the law; `other` is the same in the other one.

    `counted`: acts on the platform in the numerator; `acts_here`: in the denominator, those `own_mt_here` included;
    `unsure`: further acts of which it is not known whether they count: asked with none of them and with all.
    A declaration that cannot be (more counted than there are) is none.
    """
    if outside is not None and not outside.is_possible:
        outside = None
    rates = rates_of(year, overlay)
    here = _Here(specialty, counted, acts_here, own_mt_here, unsure)
    other_reading = next(name for name in READINGS if name != rates.reading)
    other = _status(here, outside, rates, overlay, other_reading, None)
    return _status(here, outside, rates, overlay, rates.reading, other)


@dataclass(frozen=True, slots=True)
class _Here:
    specialty: str | None
    counted: int
    acts: int
    own_mt: int
    unsure: int

    def extremes(self) -> tuple[_Here, ...]:
        """As they are, then with the unsure acts: the smallest share, where none counts, and the greatest."""
        if not self.unsure:
            return (self,)
        acts, counted = self.acts + self.unsure, self.counted + self.unsure
        return self, replace(self, acts=acts), replace(self, acts=acts, counted=counted)


def _status(
    here: _Here,
    outside: Outside | None,
    rates: Rates,
    overlay: Overlay,
    reading: str,
    other: CapStatus | None,
) -> CapStatus:
    """What holds whichever of the unsure acts count."""
    found = [_sure(one, outside, rates, overlay, reading, other) for one in here.extremes()]
    first, outcomes = found[0], {one.outcome for one in found}
    if len(found) == 1:
        return first
    lowest, highest = min(one.lowest for one in found), max(one.highest for one in found)
    alike = len(outcomes) == 1
    return replace(
        first,
        outcome=first.outcome if alike else "UNDETERMINED",
        ratio=first.ratio if lowest == highest else None,
        lowest=lowest,
        highest=highest,
        remaining_acts=_of_all(min, [one.remaining_acts for one in found]) if alike else None,
        in_person_needed=_of_all(max, [one.in_person_needed for one in found]) if alike else None,
        counted=None,
        acts=None,
    )


def _of_all(pick: Callable[[list[int]], int], numbers: list[int | None]) -> int | None:
    known = [one for one in numbers if one is not None]
    return pick(known) if len(known) == len(numbers) else None


def _sure(
    here: _Here,
    outside: Outside | None,
    rates: Rates,
    overlay: Overlay,
    reading: str,
    other: CapStatus | None,
) -> CapStatus:
    row = _row(here, outside)
    outcome, remaining, needed, acts = _judge(rates, reading, row)
    ratio = None if acts is None else Fraction(row[1] or 0, acts)
    lowest, highest = (ratio, ratio) if ratio is not None else _range(here, outside, reading)
    return CapStatus(
        outcome=outcome,
        rate=rates.of(here.specialty),
        ratio=ratio,
        lowest=lowest,
        highest=highest,
        remaining_acts=remaining,
        in_person_needed=needed,
        counted=row[1] if outside is not None else None,
        acts=acts,
        reading=reading,
        parameters=rates.parameters,
        other=other,
    )


def _row(here: _Here, outside: Outside | None) -> tuple[str | None, int, int | None, int | None]:
    """Of the rule's table: specialty, counted, conventioned acts, own patients' acts."""
    if outside is None:
        return here.specialty, here.counted, None, None
    own = None if outside.own_mt_acts is None else here.own_mt + outside.own_mt_acts
    return (
        here.specialty,
        here.counted + outside.counted_acts,
        here.acts + outside.conventioned_acts,
        own,
    )


def _range(here: _Here, outside: Outside | None, reading: str) -> tuple[Fraction, Fraction]:
    """Of a share that is not known. Outside acts, unbounded, may be all remote or none."""
    everything = Fraction(0), Fraction(1)
    if outside is None or reading == ALL_ACTIVITY or outside.own_mt_acts is not None:
        return everything
    counted = here.counted + outside.counted_acts
    most = here.acts - here.own_mt + outside.conventioned_acts  # none of them of own patients
    least = max(here.acts - here.own_mt + outside.counted_acts, counted)
    if most <= 0 or counted > most:
        return everything
    return Fraction(counted, most), Fraction(counted, least) if least else Fraction(1)


def _judge(rates: Rates, reading: str, row: tuple[Any, ...]) -> tuple[Any, ...]:
    memory = _memory()
    memory.execute("DELETE FROM doctor")
    memory.execute("INSERT INTO doctor VALUES (?, ?, ?, ?)", row)
    found: tuple[Any, ...] = memory.execute(_statement(rates, reading)).fetchone()
    return found


@lru_cache(maxsize=256)
def _statement(rates: Rates, reading: str) -> str:
    doctor = ibis.table(rule.COLUMNS, name="doctor")
    found = rule.cap_status(doctor, rates, reading)
    names = ("outcome", "remaining_acts", "in_person_needed", "denominator")
    return str(ibis.to_sql(doctor.select(**{name: found[name] for name in names}), dialect="sqlite"))


def _memory() -> sqlite3.Connection:
    """One in-memory database a thread."""
    if not hasattr(_memories, "one"):
        _memories.one = sqlite3.connect(":memory:")
        _memories.one.execute(
            "CREATE TABLE doctor (practitioner_specialty TEXT, counted INTEGER, conventioned_acts INTEGER, "
            "own_mt_acts INTEGER)"
        )
    found: sqlite3.Connection = _memories.one
    return found
