"""What columns ask of each field by itself: rows to which all these give the same answers are judged the same."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import ibis.expr.operations as ops

from toubib.rulebook.engine.stages import as_value, children, in_order


def readings(columns: Iterable[Any]) -> dict[str, list[Any]]:
    """Field's name → the greatest expressions over it alone; the field itself where an expression over several fields
    takes its value."""
    roots = [as_value(column).op() for column in columns]
    names: dict[Any, frozenset[str]] = {}
    found: dict[str, dict[Any, None]] = {}
    for node in in_order(roots):
        below = list(children(node))
        own = frozenset([node.name]) if isinstance(node, ops.Field) else frozenset()
        names[node] = own.union(*(names[one] for one in below))
        if len(names[node]) > 1:
            _add(found, names, below)
    _add(found, names, roots)
    return {name: [node.to_expr() for node in nodes] for name, nodes in found.items()}


def _add(found: dict[str, dict[Any, None]], names: dict[Any, frozenset[str]], nodes: Iterable[Any]) -> None:
    for node in nodes:
        if len(names[node]) == 1:
            [name] = names[node]
            found.setdefault(name, {})[node] = None
