"""Dated parameters: a value, its unit, the day it begins and its reference are one object."""

from __future__ import annotations

from datetime import date
from functools import lru_cache
from pathlib import Path
from typing import Any

from toubib.rulebook.parameters.loader import Alternative, BadParameters, Parameter, Value, load_folder

__all__ = [
    "Alternative",
    "BadParameters",
    "Parameter",
    "UnknownParameter",
    "Value",
    "all_parameters",
    "history",
    "in_force",
    "parameter_on",
    "value_on",
]

FOLDER = Path(__file__).parent


class UnknownParameter(LookupError):
    """No parameter has this id, or none is in force that day."""


@lru_cache(maxsize=1)
def all_parameters() -> tuple[Parameter, ...]:
    """Every period of every parameter, sorted by id and start. Raises BadParameters."""
    return load_folder(FOLDER)


def in_force(*, on: date) -> tuple[Parameter, ...]:
    """The parameters in force on a day, sorted by id."""
    return tuple(period for period in all_parameters() if period.covers(on))


def history(*, id: str) -> tuple[Parameter, ...]:
    """Every period of one parameter, the oldest first. Raises UnknownParameter."""
    try:
        return _by_id()[id]
    except KeyError as error:
        raise UnknownParameter(id) from error


@lru_cache(maxsize=4096)
def parameter_on(*, id: str, on: date) -> Parameter:
    """The period of a parameter that covers a day. Raises UnknownParameter."""
    for period in history(id=id):
        if period.covers(on):
            return period
    raise UnknownParameter(f"{id} on {on}")


def value_on(*, id: str, on: date) -> Any:
    """The value in force on a day: a bool, a number, a string or a tuple, as its unit says."""
    return parameter_on(id=id, on=on).value


@lru_cache(maxsize=1)
def _by_id() -> dict[str, tuple[Parameter, ...]]:
    found: dict[str, list[Parameter]] = {}
    for period in all_parameters():
        found.setdefault(period.id, []).append(period)
    return {id: tuple(periods) for id, periods in found.items()}
