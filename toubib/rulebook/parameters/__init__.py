"""Dated parameters: a value, its unit, the day it begins and its reference are one object."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from pathlib import Path

import yaml

FOLDER = Path(__file__).parent


class UnknownParameter(LookupError):
    """No parameter has this id, or none is in force that day."""


@dataclass(frozen=True, slots=True)
class Parameter:
    """One value in force over the half-open period [starts, ends); `ends` None: still in force."""

    id: str
    value: float | int | str | bool
    unit: str
    starts: date
    ends: date | None
    reference: str
    confidence: str


@lru_cache(maxsize=1)
def all_parameters() -> tuple[Parameter, ...]:
    """Every period of every parameter, sorted by id and start."""
    found = []
    for path in sorted(FOLDER.glob("*.yaml")):
        for row in yaml.safe_load(path.read_text(encoding="utf-8")):
            found.extend(_periods(row))
    return tuple(sorted(found, key=lambda p: (p.id, p.starts)))


@lru_cache(maxsize=1024)
def value_on(*, id: str, on: date) -> float | int:
    """The number in force on a day. Raises UnknownParameter."""
    for parameter in all_parameters():
        in_force = parameter.starts <= on and (parameter.ends is None or on < parameter.ends)
        if parameter.id == id and in_force and isinstance(parameter.value, (int, float)):
            return parameter.value
    raise UnknownParameter(f"{id} on {on}")


def _periods(row: dict) -> list[Parameter]:
    values = sorted(row["values"], key=lambda v: v["from"])
    ends = [v["from"] for v in values[1:]] + [None]
    return [
        Parameter(
            row["id"],
            v["value"],
            row["unit"],
            v["from"],
            v.get("to", end),
            row["reference"],
            row["confidence"],
        )
        for v, end in zip(values, ends, strict=True)
    ]
