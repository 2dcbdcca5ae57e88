"""An act without a date: certain only where the law of every period agrees.

The date is missing where the periods differ in which outcomes can be, in which facts are missing or in a figure. Two
periods alike in all of that may still differ for some completion: there the date is left out of `missing`.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import ibis

from toubib.rulebook.engine.program import DECISIONS, Block, Program, unsaid
from toubib.rulebook.engine.tree import (
    Bool,
    all_of,
    any_of,
    as_column,
    differs,
    negate,
    possibly,
    surely,
)


def agree(programs: list[Program], decisions: tuple[str, ...] = DECISIONS) -> dict[str, Block]:
    """What is said where it is not known which of several states of the law applies."""
    return {name: _agree([program.blocks[name] for program in programs]) for name in decisions}


def _agree(blocks: list[Block]) -> Block:
    first = blocks[0]
    outcomes = _distinct(block.outcome for block in blocks)
    facts = sorted({fact for block in blocks for fact in block.missing})
    gaps = {fact: _distinct(block.missing.get(fact, False) for block in blocks) for fact in facts}
    figures = {name: _distinct(block.figures[name] for block in blocks) for name in first.figures}
    missing = {fact: any_of(*columns) for fact, columns in gaps.items()}
    one_outcome = _same(outcomes)
    alike = {name: _same(columns) for name, columns in figures.items()}
    kinds = sorted({kind for block in blocks for kind in block.can})
    cans = [_distinct(block.can.get(kind, False) for block in blocks) for kind in kinds]
    same = all_of(one_outcome, *map(_same, [*gaps.values(), *cans]), *alike.values())
    exact = any_of(same, first.outcome != "FIXED")
    certain = all_of(one_outcome, negate(any_of(*missing.values())), exact)
    said = {code: all_of(*_distinct(block.says.get(code, False) for block in blocks)) for code in first.says}
    if first.one_or_another:
        said |= unsaid(first.one_or_another, said, all_of(certain, first.outcome == "NO"))
    kept = {name: ibis.cases((as_column(alike[name]), first.figures[name])) for name in first.figures}
    gaps_said = {fact: all_of(negate(certain), where) for fact, where in missing.items()}
    gaps_said["act_date"] = any_of(gaps_said.get("act_date", False), all_of(negate(certain), negate(same)))
    return Block(
        ibis.cases((as_column(certain), first.outcome), else_="UNDETERMINED"),
        {code: as_column(when) for code, when in said.items() if when is not False},
        {fact: as_column(when) for fact, when in sorted(gaps_said.items()) if when is not False},
        kept,
    )


def _distinct(columns: Iterable[Bool]) -> list[Any]:
    found: dict[Any, Any] = {}
    for column in columns:
        found.setdefault(column if isinstance(column, bool) else column.op(), column)
    return list(found.values())


def _same(columns: list[Any]) -> Bool:
    """Is each of them what the first one is, null being null?"""
    first, *rest = [as_column(column) for column in columns]
    return all_of(*(_alike(first, other) for other in rest))


def _alike(one: Any, other: Any) -> Bool:
    """Of booleans question by question: Ibis writes « a AND b IS NOT DISTINCT FROM c » without parentheses."""
    if not one.type().is_boolean():
        return one.identical_to(other)
    return negate(any_of(differs(surely(one), surely(other)), differs(possibly(one), possibly(other))))
