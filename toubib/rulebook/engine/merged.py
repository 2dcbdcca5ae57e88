"""Periods of law that are nearly alike are judged in one pass, each differing column chosen by the act's day.

A pass that filters its days gets short batches of rows, and pays its few thousand expressions for each of them: with two
periods in a year of acts, the shorter cost four fifths of the longer for a fifth of its rows. What two neighbouring
periods share (nine tenths, in 2025) is computed once here, since equal expressions are one node of the graph.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import Any

import ibis

from toubib.rulebook.engine.stages import size_of
from toubib.rulebook.engine.tree import all_of, any_of, as_column, negate, surely

MOST_GROWTH = 1.2  # of what the smallest of the periods would ask of an act by itself
Columns = dict[Any, Any]
Group = tuple[list[date], Columns]


@dataclass(frozen=True)
class Told:
    """Names the column that says where a decision tells a reason; `fact`: the missing one that it is about, if any."""

    name: str
    code: str
    text_patient: str
    text_doctor: str
    fact: str = ""


def merge(groups: list[Group], within: Callable[[list[date]], Any]) -> list[Group]:
    """Neighbours as one where that asks little more of an act; `within`: a question, is the act of these periods?"""
    runs: list[list[Group]] = []
    for group in groups:
        if runs and _alike([*runs[-1], group]):
            runs[-1].append(group)
        else:
            runs.append([group])
    return [
        (
            [start for starts, _ in run for start in starts],
            _chosen(run, within) if len(run) > 1 else run[0][1],
        )
        for run in runs
    ]


def _alike(run: list[Group]) -> bool:
    each = [size_of(columns.values()) for _, columns in run]
    return size_of(column for _, columns in run for column in columns.values()) <= MOST_GROWTH * min(each)


def _chosen(run: list[Group], within: Callable[[list[date]], Any]) -> Columns:
    earlier = [surely(within(starts)) for starts, _ in run[:-1]]
    where = [*earlier, negate(any_of(*earlier))]
    names = {name: None for _, columns in run for name in columns}
    return {name: _choose([columns.get(name, False) for _, columns in run], where) for name in names}


def _choose(columns: list[Any], where: list[Any]) -> Any:
    first, *rest = [as_column(column) for column in columns]
    if all(one.op() == first.op() for one in rest):
        return first
    if first.type().is_boolean():  # cheaper than a CASE; null stays null where it is chosen
        return as_column(any_of(*(all_of(here, column) for here, column in zip(where, columns, strict=True))))
    return ibis.cases(*zip(where[:-1], [first, *rest[:-1]], strict=True), else_=rest[-1])
