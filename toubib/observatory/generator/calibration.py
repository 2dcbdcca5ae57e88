"""The figures that the generator is calibrated on, each with its source and standing; and how randomness is dealt."""

from __future__ import annotations

import csv
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np

from toubib.observatory.claims.layouts import DATA, read_yaml

STANDINGS = ("published", "data", "assumption")
YEARS = range(2020, 2026)


@lru_cache(maxsize=1)
def table() -> dict[str, dict[str, Any]]:
    found: dict[str, dict[str, Any]] = read_yaml("calibration.yaml")
    return found


def value(name: str) -> Any:
    return table()[name]["value"]


@dataclass(frozen=True)
class Order:
    """What is asked for: `scale` 1 is the nation."""

    scale: float
    first: int
    last: int
    seed: int = 1

    @property
    def years(self) -> range:
        return range(self.first, self.last + 1)

    @property
    def quarters(self) -> range:
        return range(self.first * 4, self.last * 4 + 4)

    def random(self, *purpose: int) -> np.random.Generator:
        """Depends on the seed and the purpose alone: whoever draws, and when, changes nothing."""
        return np.random.Generator(np.random.SFC64(np.random.SeedSequence([self.seed, *purpose])))


# Purposes: one stream of randomness each.
PEOPLE, SLOTS, DOCTORS, ADOPTION, MONTH, REGISTER, ACTIVITY, KIOSKS = range(1, 9)


def rows(name: str) -> list[dict[str, str]]:
    with (DATA / name).open(encoding="utf-8") as file:
        return list(csv.DictReader(file))


def quarter_number(text: str) -> int:
    """2022Q1 → 8088"""
    year, part = text.split("Q")
    return int(year) * 4 + int(part) - 1


def shared_out(total: int, weights: Any) -> np.ndarray:
    """Whole numbers in proportion to the weights; they sum to the total."""
    edges = np.concatenate([[0.0], np.cumsum(np.asarray(weights, dtype=float))])
    whole: np.ndarray = np.diff(np.floor(edges / edges[-1] * total + 0.5).astype(np.int64))
    return whole
