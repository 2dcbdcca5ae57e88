"""What a rule file gives to the engine."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from toubib.rulebook.engine.tree import (
    Bool,
    Gate,
    Leaf,
    Select,
    Tree,
    Way,
    all_of,
    any_of,
    covers,
    negate,
)
from toubib.rulebook.law import Law


@dataclass(frozen=True)
class Decision:
    """A tree of conditions, and what is said besides: each code where its `when` is true.

    `figures`: further columns, name → Ibis expression, null where unknown. `one_or_another`: the refusal that is said
    of a NO where each completion of the unknown facts fails by another condition, so that none of them is said.
    """

    tree: Tree
    remarks: tuple[Way, ...] = ()
    figures: dict[str, Any] = field(default_factory=dict)
    one_or_another: str = ""


def after_the_law_known(law: Law) -> tuple[Way, ...]:
    """Said of a day beyond what the law in force is made for: the answer is that of the last law known."""
    return () if law.get("cls.law_known") is not False else (Way("CLS.LAST_LAW_KNOWN", True),)


def reasons(tree: Tree) -> list[Way]:
    """Each code of a tree and where it is said: refusals where a condition fails, ways where one is open, and what a
    leaf says.

    What both sides of a question say is said whatever its answer, known or not.
    """
    return [Way(code, when) for code, when in _said(tree).items() if when is not False]


def _said(tree: Tree) -> dict[str, Bool]:
    if isinstance(tree, Leaf):
        return dict.fromkeys(tree.says, True)
    if isinstance(tree, Select):
        return _said_by_select(tree)
    return _said_by_gate(tree)


def _said_by_select(tree: Select) -> dict[str, Bool]:
    named = [value for values, _ in tree.branches for value in values]
    sides = [(tree.column.isin(values), _said(branch)) for values, branch in tree.branches]
    if not covers(tree.column, named):
        sides.append((~tree.column.isin(named), _said(tree.rest)))
    return _on_sides(sides)


def _said_by_gate(gate: Gate) -> dict[str, Bool]:
    found: dict[str, list[Bool]] = {}
    for condition in gate.conditions:
        refusals = condition.shown or (Way(condition.code, negate(condition.holds)),)
        for way in (*(refusals if condition.code else ()), *condition.ways):
            found.setdefault(way.code, []).append(way.when)
    passes = all_of(*(condition.holds for condition in gate.conditions))
    sides = [(passes, _said(gate.then)), (negate(passes), _said(gate.otherwise))]
    for code, when in _on_sides(sides).items():
        found.setdefault(code, []).append(when)
    return {code: any_of(*whens) for code, whens in found.items()}


def _on_sides(sides: list[tuple[Bool, dict[str, Bool]]]) -> dict[str, Bool]:
    """`sides`: where each is taken, one of them always, and what it says."""
    codes = {code: None for _, said in sides for code in said}
    return {
        code: any_of(
            *(all_of(where, said.get(code, False)) for where, said in sides),
            all_of(*(said.get(code, False) for _, said in sides)),
        )
        for code in codes
    }
