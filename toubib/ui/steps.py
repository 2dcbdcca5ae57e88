"""The bar of steps of a path, as data."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Step:
    label: str
    state: str  # done, current, todo


def build_steps(*, labels: Sequence[str], current: int) -> list[Step]:
    """Steps before `current` (counted from 0) are done, those after are still to come."""
    states = ["done"] * current + ["current"] + ["todo"] * len(labels)
    return [Step(str(label), state) for label, state in zip(labels, states, strict=False)]
