"""What several columns share is computed once: a graph of expressions cut into projections, one over the other.

An expression is a graph in Ibis and a tree in SQL; the rules share so much that the tree would be a thousand times
longer. Each stage is a projection of the one before.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

import ibis
import ibis.backends.sql.compilers as compilers
import ibis.expr.operations as ops
import sqlglot.expressions as sge
from ibis.common.graph import Node

LEAST_SHARED = 2  # uses
LEAST_SIZE = 4  # nodes: a shorter expression is written again


@dataclass(frozen=True)
class Stage:
    """One projection over an unbound `table`: name → expression."""

    table: Any
    columns: dict[str, Any]


def cut(act: Any, outputs: dict[str, Any]) -> list[Stage]:
    """The stages that compute `outputs` (expressions over `act`); the last one is only outputs."""
    roots = {name: as_value(expr).op() for name, expr in outputs.items()}
    level, order = _levels(list(roots.values()))
    depth = max(level.values(), default=0)
    shared = {node: f"s{i}" for i, node in enumerate(node for node in order if node in level)}
    below = {node: _names_below(node, shared) for node in shared}
    of_roots = {
        name
        for node in roots.values()
        for name in ([shared[node]] if node in shared else _names_below(node, shared))
    }
    stages: list[Stage] = []
    source, types = "act", dict(act.schema().items())
    for number in range(1, depth + 2):
        table = ibis.table(types, name=source)
        here = {shared[node]: node for node in shared if level[node] == number}
        done = {node: name for node, name in shared.items() if level[node] < number}
        rewrite = Rewriter(table, done)
        if number > depth:
            stages.append(Stage(table, {name: rewrite(node).to_expr() for name, node in roots.items()}))
            break
        later = [node for node in shared if level[node] > number]
        needed = of_roots.union(*(below[node] for node in later))
        kept = {name: table[name] for name in types if name in needed}
        made = {name: rewrite(node, whole=True).to_expr() for name, node in here.items() if name in needed}
        columns = {**kept, **made}
        stages.append(Stage(table, columns))
        source, types = f"stage{number}", {name: expr.type() for name, expr in columns.items()}
    return stages


def as_value(expr: Any) -> Any:
    return ibis.literal(expr) if isinstance(expr, bool) else expr


def children(node: Any) -> Iterator[Any]:
    """The value operations right below one."""
    for argument in node.__args__:
        if isinstance(argument, tuple):
            yield from (one for one in argument if isinstance(one, ops.Value))
        elif isinstance(argument, ops.Value):
            yield argument


def size_of(columns: Iterable[Any]) -> int:
    """The nodes of the graph of these columns, shared ones counted once."""
    return len(_levels([as_value(column).op() for column in columns])[1])


def in_order(roots: Iterable[Any]) -> list[Any]:
    """Every node of the graph once, children first."""
    order: list[Any] = []
    seen: set[Any] = set()
    stack = [(root, False) for root in roots]
    while stack:
        node, opened = stack.pop()
        if opened:
            order.append(node)
        elif node not in seen:
            seen.add(node)
            stack.append((node, True))
            stack.extend((one, False) for one in children(node))
    return order


def _levels(roots: list[Any]) -> tuple[dict[Any, int], list[Any]]:
    """The level of each node worth a column of its own, and every node, children first."""
    order = in_order(roots)
    uses: Counter[Any] = Counter(roots)
    for node in order:
        uses.update(children(node))
    size: dict[Any, int] = {}
    height: dict[Any, int] = {}
    level: dict[Any, int] = {}
    for node in order:
        below = list(children(node))
        size[node] = 1 + sum(size[one] for one in below)
        height[node] = max((height[one] for one in below), default=0)
        if uses[node] >= LEAST_SHARED and size[node] >= LEAST_SIZE:
            level[node] = height[node] = height[node] + 1
            size[node] = 1
    return level, order


def _names_below(node: Any, shared: dict[Any, str]) -> set[str]:
    """The columns that an expression looks at, once those that are shared are columns; not itself."""
    if isinstance(node, ops.Field):
        return {node.name}
    found: set[str] = set()
    seen: set[Any] = set()
    stack = list(children(node))
    while stack:
        node = stack.pop()
        if node in seen:
            continue
        seen.add(node)
        if node in shared:
            found.add(shared[node])
        elif isinstance(node, ops.Field):
            found.add(node.name)
        else:
            stack.extend(children(node))
    return found


class Rewriter:
    """An operation over `act`, over another table that already holds some of its parts."""

    def __init__(self, table: Any, named: dict[Any, str]) -> None:
        self.table = table
        self.named = named
        self.memo: dict[Any, Any] = {}

    def __call__(self, node: Any, *, whole: bool = False) -> Any:
        if node in self.memo:
            return self.memo[node]
        if node in self.named and not whole:
            made = self.table[self.named[node]].op()
        elif isinstance(node, ops.Field):
            made = self.table[node.name].op()
        else:
            parts = (self._argument(one) for one in node.__args__)
            made = node.__recreate__(dict(zip(node.__argnames__, parts, strict=True)))  # of the same types
        self.memo[node] = made
        return made

    def _argument(self, argument: Any) -> Any:
        if isinstance(argument, tuple):
            return tuple(self._argument(one) for one in argument)
        if isinstance(argument, Node) and isinstance(argument, ops.Value):
            return self(argument)
        return argument


def sql_in_stages(act: Any, outputs: dict[str, Any], *, dialect: str) -> str:
    """One statement, each stage computed once."""
    parts = [sql_of_stage(stage, dialect) for stage in cut(act, outputs)]
    named = [f"stage{i} AS MATERIALIZED ({sql})" for i, sql in enumerate(parts[:-1], 1)]
    return f"WITH {', '.join(named)} {parts[-1]}" if named else parts[-1]


def sql_of_stage(stage: Stage, dialect: str) -> str:
    """On one line. The names are resolved already and nothing is bound: what `select` and `ibis.to_sql` would look for
    besides costs more than the writing. Spark reads no question about a question, « x IN (…) IS NULL », without
    parentheses."""
    columns = {name: expr.op() for name, expr in stage.columns.items()}
    compiler = getattr(compilers, dialect).compiler
    tree = compiler.to_sqlglot(ops.Project(stage.table.op(), columns).to_expr())
    if dialect == "pyspark":
        tree = tree.transform(_parted)
    return str(tree.sql(dialect=compiler.dialect, copy=False))


def _parted(node: sge.Expression) -> sge.Expression:
    within = isinstance(node.parent, sge.Binary) and not isinstance(node.parent, sge.Connector)
    return sge.Paren(this=node) if within and isinstance(node, (sge.In, sge.Between)) else node


def over_table(act: Any, outputs: dict[str, Any], table: Any) -> Any:
    """The outputs as an Ibis table over `table`, which has the columns of `act`."""
    for stage in cut(act, outputs):
        rewrite = Rewriter(table, {})
        table = table.select(**{name: rewrite(expr.op()).to_expr() for name, expr in stage.columns.items()})
    return table
