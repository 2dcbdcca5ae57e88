"""Quarters as whole numbers (four times the year plus 0 to 3), and which of them the claims cover."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

import ibis

FULL = 1000  # lines a month on average: from there, a month without any line is a month that the claims do not cover


def name_of(quarter: int) -> str:
    return f"{quarter // 4}Q{quarter % 4 + 1}"


def quarter_of(day: Any) -> Any:
    """Of an Ibis date."""
    return (day.year().cast("int32") * 4 + day.quarter().cast("int32") - 1).cast("int32")


def first_day(quarter: int) -> date:
    return date(quarter // 4, quarter % 4 * 3 + 1, 1)


@dataclass(frozen=True)
class Cover:
    """`first` and `last` quarter with an act; the months (year × 12 + 0 to 11) that are covered."""

    first: int
    last: int
    months: frozenset[int]

    @property
    def quarters(self) -> range:
        return range(self.first, self.last + 1)

    def holds(self, quarter: int, number: int = 1) -> bool:
        """Are the `number` quarters that end with this one covered?"""
        wanted = range((quarter - number + 1) * 3, quarter * 3 + 3)
        return self.months.issuperset(wanted)


def cover_of(lines: Mapping[int, int], years: tuple[int, ...] = ()) -> Cover | None:
    """From lines by month; `years` that a partition names. Claims come by year of care: the first is covered from January.

    In claims large enough a month without a line is a hole; in a handful of lines it says nothing.
    """
    if not lines:
        return None
    first, last = min(lines), max(lines)
    begin = min([first // 12, *years]) * 12
    end = last // 3 * 3 + 2
    is_full = sum(lines.values()) / len(lines) >= FULL
    months = {month for month in range(begin, end + 1) if not is_full or month in lines}
    return Cover(first // 3, last // 3, frozenset(months))


def lines_by_month(acts: Any) -> dict[int, int]:
    month = (acts.day.year().cast("int32") * 12 + acts.day.month().cast("int32") - 1).name("month")
    found = acts.group_by(month).aggregate(lines=ibis._.count())
    return {row["month"]: row["lines"] for row in found.to_pyarrow().to_pylist()}
