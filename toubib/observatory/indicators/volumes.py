"""Acts by year, channel and specialty, télé-expertise, and amounts."""

from __future__ import annotations

from collections import defaultdict
from typing import Any

import ibis

from toubib.observatory.claims.engine import rows_of
from toubib.observatory.counting.count import CHANNELS
from toubib.observatory.counting.rules import COUNTED, dropping
from toubib.observatory.indicators.adoption import TELECONSULTATION
from toubib.observatory.indicators.quarters import quarter_of
from toubib.observatory.indicators.suppression import hidden_shares, shown

Rows = list[dict[str, Any]]


def cube(acts: Any) -> Any:
    """(quarter, family, channel, specialty, place, stage) with acts and amounts, in one scan: cached, small."""
    names = ("family", "channel", "specialty", "place", "stage")
    found = acts.group_by(*names, quarter=quarter_of(acts.day)).aggregate(
        acts=ibis._.acts.sum(), paid=ibis._.paid.sum(), reimbursed=ibis._.reimbursed.sum()
    )
    return found.cache()


def _sums(table: Any, *names: str) -> Rows:
    found = table.group_by(*names).aggregate(
        acts=ibis._.acts.sum(), paid=ibis._.paid.sum(), reimbursed=ibis._.reimbursed.sum()
    )
    return rows_of(found)


def volumes(acts: Any) -> Rows:
    """(year, family, channel, specialty, stage) with acts and amounts. Of acts or of their cube."""
    table = acts if "quarter" in acts.columns else cube(acts)
    table = table.mutate(year=(table.quarter // 4).cast("int32"))
    return _sums(table, "year", "family", "channel", "specialty", "stage")


def by_place(table: Any, family: str = TELECONSULTATION) -> Rows:
    """(quarter, place, channel) of what is counted."""
    ours = table.filter(table.stage == COUNTED, table.family == family)
    return _sums(ours, "quarter", "place", "channel")


def counted(rows: Rows, *, family: str = TELECONSULTATION) -> Rows:
    return [row for row in rows if row["stage"] == COUNTED and row["family"] == family]


def by_year(rows: Rows, value: str = "acts") -> dict[str, int]:
    found: dict[str, float] = defaultdict(int)
    for row in rows:
        found[str(row["year"])] += row[value]
    return {year: whole(number) for year, number in sorted(found.items())}


def whole(number: float) -> int:
    """Amounts are in cents: what a sum says below that hangs on the order of its lines, and must not tip half a euro."""
    return round(round(number, 2))


def acts_by_year(rows: Rows) -> dict[str, int | None]:
    return {year: shown(number) for year, number in by_year(rows).items()}


def amounts_by_year(rows: Rows) -> dict[str, dict[str, int | None]]:
    """Whole euros reimbursed and paid; null in a year whose acts are few."""
    parts = {name: by_year(rows, name) for name in ("reimbursed", "paid")}
    return {
        year: {name: None if number is None else numbers[year] for name, numbers in parts.items()}
        for year, number in acts_by_year(rows).items()
    }


def share_by_channel(rows: Rows) -> dict[str, dict[str, float | None]]:
    """Of the acts of the four channels; a year's shares sum to 1."""
    return _shares(rows, "channel", CHANNELS)


def share_by_specialty(rows: Rows) -> dict[str, dict[str, float | None]]:
    return _shares(rows, "specialty", tuple(sorted({str(row["specialty"]) for row in rows})))


def _shares(rows: Rows, key: str, names: tuple[str, ...]) -> dict[str, dict[str, float | None]]:
    years: dict[str, dict[str, int]] = defaultdict(lambda: dict.fromkeys(names, 0))
    for row in rows:
        if str(row[key]) in names:
            years[str(row["year"])][str(row[key])] += row["acts"]
    found: dict[str, dict[str, float | None]] = {}
    for year, counts in sorted(years.items()):
        total, hidden = sum(counts.values()), hidden_shares(counts)
        found[year] = {
            name: None if name in hidden or not total else count / total for name, count in counts.items()
        }
    return found


def removed_by_year(
    rows: Rows, rules: frozenset[str], *, family: str = TELECONSULTATION
) -> dict[str, dict[str, int | None]]:
    """Year → rule → the lines of the family that it dropped."""
    names = {stage: name for name, stage in dropping(rules).items()}
    found: dict[str, dict[str, int]] = defaultdict(lambda: dict.fromkeys(names.values(), 0))
    for row in rows:
        if row["family"] == family:
            year = found[str(row["year"])]
            if row["stage"] in names:
                year[names[row["stage"]]] += row["acts"]
    return {year: {rule: shown(n) for rule, n in numbers.items()} for year, numbers in sorted(found.items())}
