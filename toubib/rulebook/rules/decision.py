"""What a rule file gives to the engine."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from toubib.rulebook.engine.tree import Bool, Gate, Leaf, Select, Tree, Way, all_of, negate, surely


@dataclass(frozen=True)
class Decision:
    """A tree of conditions, and what is said besides: each code where its `when` is true.

    `figures`: further columns, name → Ibis expression, null where unknown.
    """

    tree: Tree
    remarks: tuple[Way, ...] = ()
    figures: dict[str, Any] = field(default_factory=dict)


def reasons(tree: Tree, guard: Bool = True) -> list[Way]:
    """The codes of a tree: refusals where a condition fails, ways where one is open, and what a leaf says."""
    if isinstance(tree, Leaf):
        return [Way(code, guard) for code in tree.says]
    if isinstance(tree, Select):
        named = [value for values, _ in tree.branches for value in values]
        found = [
            way
            for values, branch in tree.branches
            for way in reasons(branch, all_of(guard, tree.column.isin(values)))
        ]
        return found + reasons(tree.rest, all_of(guard, ~tree.column.isin(named)))
    return _reasons_of_gate(tree, guard)


def _reasons_of_gate(gate: Gate, guard: Bool) -> list[Way]:
    found = []
    for condition in gate.conditions:
        refusals = condition.shown or (Way(condition.code, negate(condition.holds)),)
        if condition.code:
            found += [Way(refusal.code, all_of(guard, refusal.when)) for refusal in refusals]
        found += [Way(way.code, all_of(guard, way.when)) for way in condition.ways]
    passes = all_of(*(condition.holds for condition in gate.conditions))
    found += reasons(gate.then, all_of(guard, passes))
    found += reasons(gate.otherwise, all_of(guard, surely(negate(passes))))
    return found
