"""France, its regions and its départements; a département as the number that counting uses."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import toubib.territory
from toubib.observatory.counting.count import CORSE_DU_SUD, HAUTE_CORSE

FRANCE = "FR"
UNKNOWN = "?"  # counts in France, in no area; never shown
DATA = Path(toubib.territory.__file__).parent / "data"
CORSE = {CORSE_DU_SUD: "2A", HAUTE_CORSE: "2B"}


@dataclass(frozen=True)
class Areas:
    """`parts`: region (R11) → its départements."""

    parts: dict[str, tuple[str, ...]]

    @property
    def regions(self) -> tuple[str, ...]:
        return tuple(self.parts)

    @property
    def departements(self) -> tuple[str, ...]:
        return tuple(sorted(one for parts in self.parts.values() for one in parts))

    def __iter__(self) -> Iterator[str]:
        return iter((FRANCE, *self.regions, *self.departements))

    def sums(self, counts: dict[int, int]) -> dict[str, int]:
        """Area → sum, of counts by département's number; what is of no département is UNKNOWN, and in France."""
        found = dict.fromkeys((FRANCE, UNKNOWN, *self.regions, *self.departements), 0)
        regions = {part: region for region, parts in self.parts.items() for part in parts}
        for number, count in counts.items():
            code = code_of(number)
            found[FRANCE] += count
            if code in regions:
                found[code] += count
                found[regions[code]] += count
            else:
                found[UNKNOWN] += count
        return found


def code_of(number: int | None) -> str:
    """20 → 2A, 1 → 01, 971 → 971, 0 → ?"""
    return CORSE.get(number or 0) or (f"{number:02d}" if number else UNKNOWN)


@lru_cache(maxsize=1)
def all_areas() -> Areas:
    """The 18 regions and their 101 départements."""
    parts: dict[str, list[str]] = {}
    with (DATA / "departements.csv").open(encoding="utf-8") as file:
        for row in csv.DictReader(file):
            if not row["code"].startswith(("975", "977", "978", "98")):
                parts.setdefault(f"R{row['region']}", []).append(row["code"])
    return Areas({region: tuple(sorted(codes)) for region, codes in sorted(parts.items())})
