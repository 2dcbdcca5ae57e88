"""A condition as clauses that all must hold, each a set of plain questions of which one must be true.

Kleene's logic alone says "unknown" too often: « under 16 » and « over 70 » cannot both be true. So the clauses are
completed with what follows from two answers of one fact that exclude each other; then a clause that is false means
that the condition fails whatever the unknown facts are, and all true that it holds.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import lru_cache
from itertools import combinations
from typing import Any

import ibis
import ibis.expr.operations as ops

from toubib.rulebook.facts import columns, fact_of_column

IBIS_TYPES = {"bool": "boolean", "int": "int64", "text": "string", "date": "date"}
SQLITE_TYPES = {"bool": "INTEGER", "int": "INTEGER", "text": "TEXT", "date": "TEXT"}

Question = Any  # a boolean Ibis operation (ops.Value) over the columns of one fact, seldom of two
Clause = frozenset[Question]


def act_table() -> Any:
    """The unbound table of acts that every rule speaks of."""
    return ibis.table({name: IBIS_TYPES[kind] for name, kind in columns().items()}, name="act")


def new_memory() -> sqlite3.Connection:
    """An in-memory SQLite with the empty table of acts."""
    memory = sqlite3.connect(":memory:", check_same_thread=False, cached_statements=512)
    memory.execute(
        f"CREATE TABLE act ({', '.join(f'{name} {SQLITE_TYPES[kind]}' for name, kind in columns().items())})"
    )
    return memory


def facts_of(question: Question) -> list[str]:
    """The facts that a question looks at, sorted."""
    return sorted({fact_of_column()[node.name] for node in question.find(ops.Field)})


@lru_cache(maxsize=65536)
def order_of(question: Question) -> str:
    """What questions are sorted by."""
    return repr(question)


def to_clauses(condition: Any) -> list[Clause]:
    """The clauses of an Ibis boolean expression, or of a plain True or False."""
    if isinstance(condition, bool):
        return [] if condition else [frozenset()]
    return _smallest(_split(condition.op()))


def _split(node: Any) -> list[Clause]:
    if isinstance(node, ops.Literal):
        return [] if node.value else [frozenset()]
    if isinstance(node, ops.And):
        return _split(node.left) + _split(node.right)
    if isinstance(node, ops.Or):
        return _smallest(a | b for a in _split(node.left) for b in _split(node.right))
    if isinstance(node, ops.Not) and isinstance(node.arg, (ops.And, ops.Or)):
        dual = ops.Or if isinstance(node.arg, ops.And) else ops.And
        return _split(dual(ops.Not(node.arg.left), ops.Not(node.arg.right)))
    if isinstance(node, ops.Not) and isinstance(node.arg, ops.Not):
        return _split(node.arg.arg)
    return [frozenset([node])]


def _smallest(clauses: Iterable[Clause]) -> list[Clause]:
    """Without those that another one implies."""
    kept: list[Clause] = []
    for clause in clauses:
        if any(other <= clause for other in kept):
            continue
        kept = [other for other in kept if not clause <= other]
        kept.append(clause)
    return kept


@dataclass
class Domains:
    """Which values of its fact make a question true: asked of SQLite, once for a program."""

    memory: sqlite3.Connection
    seen: dict[Question, frozenset[Any] | None] = field(default_factory=dict)

    def learn(self, questions: Iterable[Question]) -> None:
        by_fact: dict[str, list[Question]] = {}
        for question in questions:
            if question not in self.seen:
                self.seen[question] = None
                facts = facts_of(question)
                if len(facts) == 1 and facts[0] != "act_date":
                    by_fact.setdefault(facts[0], []).append(question)
        for fact, alike in by_fact.items():
            known = [q for q in self.seen if self.seen[q] is not None and facts_of(q) == [fact]]
            self._try_out(alike + known)

    def _try_out(self, questions: list[Question]) -> None:
        """Run the questions over values around every constant that they name."""
        fields = sorted({node.name for q in questions for node in q.find(ops.Field)})
        if len(fields) != 1:
            return
        constants = {node.value for q in questions for node in q.find(ops.Literal)}
        constants |= {one for q in questions for node in q.find(ops.InValues) for one in _values(node)}
        numbers = {c for c in constants if isinstance(c, int) and not isinstance(c, bool)}
        values: list[Any] = sorted(numbers | {n - 1 for n in numbers} | {n + 1 for n in numbers})
        if columns()[fields[0]] == "bool":
            values = [0, 1]
        elif not numbers:
            values = [*sorted(str(c) for c in constants), "\x00other"]
        select = act_table().select(*(q.to_expr().name(f"q{i}") for i, q in enumerate(questions)))
        sql = str(ibis.to_sql(select, dialect="sqlite"))
        answers = []
        for value in values:
            self.memory.execute("DELETE FROM act")
            self.memory.execute(f"INSERT INTO act ({fields[0]}) VALUES (?)", [value])  # noqa: S608  our names
            answers.append((value, self.memory.execute(sql).fetchone()))
        self.memory.execute("DELETE FROM act")
        for i, question in enumerate(questions):
            self.seen[question] = frozenset(value for value, row in answers if row[i])

    def exclude(self, one: Question, other: Question) -> bool:
        """Can the two questions, of one fact, never both be true?"""
        a, b = self.seen.get(one), self.seen.get(other)
        return a is not None and b is not None and facts_of(one) == facts_of(other) and not a & b

    def implies(self, one: Question, other: Question) -> bool:
        """Is the second true, of the same fact, wherever the first is?"""
        a, b = self.seen.get(one), self.seen.get(other)
        return a is not None and b is not None and facts_of(one) == facts_of(other) and a < b


def _values(node: Any) -> Iterable[Any]:
    return (one.value for one in node.options if isinstance(one, ops.Literal))


def complete(clauses: list[Clause], domains: Domains) -> list[Clause]:
    """The clauses and all that follows from answers of one fact that exclude each other."""
    domains.learn(sorted({q for clause in clauses for q in clause}, key=order_of))
    found = _smallest(clauses)
    while True:
        follows = [
            (one - {a}) | (other - {b})
            for one, other in combinations(found, 2)
            for a in one
            for b in other
            if a != b and domains.exclude(a, b)
        ]
        wider = _smallest([*found, *follows])
        if set(wider) == set(found):
            return [_close(clause, domains) for clause in found]
        found = wider


def _close(clause: Clause, domains: Domains) -> Clause:
    """With the questions that imply one of its own: the same clause, easier to compare."""
    more = {q for q in domains.seen for own in clause if domains.implies(q, own)}
    return clause | more
