"""A condition as clauses that all must hold, each a set of plain questions of which one must be true.

Kleene's logic alone says "unknown" too often: « under 16 » and « over 70 » cannot both be true. So the clauses are
completed with what follows from answers of one fact that exclude each other, and those that every value of a fact
meets are left out. Then a clause that is false means that the condition fails whatever the unknown facts are, and all
true that it holds; and there is one that is false, or all are true, wherever every completion says so.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import lru_cache
from itertools import product
from typing import Any

import ibis
import ibis.expr.operations as ops

from toubib.rulebook.facts import CENTS_MOST, all_facts, columns, fact_of_column

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


Parts = tuple[dict[str, frozenset[Any]], Clause]  # the values admitted by column; what else is asked


@dataclass
class Domains:
    """Which values of its column make a question true: asked of SQLite, once for a program."""

    memory: sqlite3.Connection
    column_of: dict[Question, str] = field(default_factory=dict)
    admits: dict[Question, frozenset[Any]] = field(default_factory=dict)
    values: dict[str, frozenset[Any]] = field(default_factory=dict)
    first: dict[tuple[str, frozenset[Any]], Question] = field(default_factory=dict)
    _parts: dict[Clause, Parts] = field(default_factory=dict)

    def learn(self, questions: Iterable[Question]) -> None:
        by_column: dict[str, list[Question]] = {}
        for question in questions:
            if question not in self.column_of:
                column = self.column_of[question] = _column_of(question)
                if column:
                    by_column.setdefault(column, []).append(question)
        for column, fresh in by_column.items():
            known = [one for one in self.admits if self.column_of[one] == column]
            self._try_out(column, known + fresh)
            self._parts.clear()

    def _try_out(self, column: str, questions: list[Question]) -> None:
        """Run the questions over every value of their column, or values around every constant that they name."""
        values = _values_of(column, questions)
        select = act_table().select(*(q.to_expr().name(f"q{i}") for i, q in enumerate(questions)))
        sql = str(ibis.to_sql(select, dialect="sqlite"))
        answers = []
        for value in values:
            self.memory.execute("DELETE FROM act")
            self.memory.execute(f"INSERT INTO act ({column}) VALUES (?)", [value])  # noqa: S608  our names
            answers.append((value, self.memory.execute(sql).fetchone()))
        self.memory.execute("DELETE FROM act")
        self.values[column] = frozenset(values)
        self.first = {key: one for key, one in self.first.items() if key[0] != column}
        for i, question in enumerate(questions):
            self.admits[question] = frozenset(value for value, row in answers if row[i])
            self.first.setdefault((column, self.admits[question]), question)

    def parts(self, clause: Clause) -> Parts:
        if clause not in self._parts:
            found: dict[str, frozenset[Any]] = {}
            for question in clause & self.admits.keys():
                column = self.column_of[question]
                found[column] = found.get(column, frozenset()) | self.admits[question]
            self._parts[clause] = found, clause - self.admits.keys()
        return self._parts[clause]

    def plain(self, clause: Clause) -> Clause:
        """With one question for all that admit the same values."""
        return frozenset(
            self.first[self.column_of[one], self.admits[one]] if one in self.admits else one for one in clause
        )

    def always(self, clause: Clause) -> bool:
        """Is it true whatever the facts are?"""
        return any(found == self.values[column] for column, found in self.parts(clause)[0].items())

    def implies(self, one: Clause, other: Clause) -> bool:
        """Is the second true wherever the first is?"""
        (admitted, asked), (more, others) = self.parts(one), self.parts(other)
        return asked <= others and all(
            values <= more.get(column, frozenset()) for column, values in admitted.items()
        )


def _column_of(question: Question) -> str:
    """The column whose values alone answer the question; "" where there is no such."""
    fields = {node.name for node in question.find(ops.Field)}
    of_null = question.find((ops.IsNull, ops.NotNull, ops.IdenticalTo))
    return str(fields.pop()) if len(fields) == 1 and fields != {"act_date"} and not of_null else ""


def _values_of(column: str, questions: list[Question]) -> list[Any]:
    """All values of the column where it has few; else one of each kind that the questions tell apart."""
    fact, kind = all_facts()[fact_of_column()[column]], columns()[column]
    if kind == "bool":
        return [0, 1]
    if fact.type == "enum":
        return list(fact.values)
    constants = {node.value for q in questions for node in q.find(ops.Literal)}
    constants |= {one for q in questions for node in q.find(ops.InValues) for one in _options(node)}
    if kind == "text":
        return [*sorted(str(one) for one in constants), "\x00other"]
    least, most = {"money": (0, CENTS_MOST), "time": (0, 1439)}.get(fact.type, (fact.least, fact.most))
    numbers = {one for one in constants if isinstance(one, int)}
    around = numbers | {n - 1 for n in numbers} | {n + 1 for n in numbers} | {least, most}
    return sorted(one for one in around if least <= one <= most)


def _options(node: Any) -> Iterable[Any]:
    return (one.value for one in node.options if isinstance(one, ops.Literal))


def complete(clauses: list[Clause], domains: Domains) -> list[Clause]:
    """The clauses and all that follows from them where the values of a fact leave no other way out."""
    domains.learn(sorted({q for clause in clauses for q in clause}, key=order_of))
    found = _fewest((domains.plain(clause) for clause in clauses), domains)
    while True:
        asked = sorted({column for clause in found for column in domains.parts(clause)[0]})
        follows = [clause for column in asked for clause in _without(column, found, domains)]
        wider = _fewest([*found, *follows], domains)
        if set(wider) == set(found):
            return [_close(clause, domains) for clause in found]
        found = wider


def _fewest(clauses: Iterable[Clause], domains: Domains) -> list[Clause]:
    """Without those that are always true, or that another one implies."""
    kept: list[Clause] = []
    for clause in clauses:
        if domains.always(clause) or any(domains.implies(other, clause) for other in kept):
            continue
        kept = [other for other in kept if not domains.implies(clause, other)]
        kept.append(clause)
    return kept


def _without(column: str, clauses: list[Clause], domains: Domains) -> list[Clause]:
    """What follows where no value of a column meets several clauses at once: one of them holds by another question."""
    bases = []
    for clause in clauses:
        admitted = domains.parts(clause)[0].get(column)
        if admitted is not None:
            rest = frozenset(one for one in clause if domains.column_of[one] != column)
            bases.append((admitted, rest))
    reached, fresh = list(bases), list(bases)
    while fresh:
        narrower: list[tuple[frozenset[Any], Clause]] = []
        for (left, rest), (admitted, more) in product(fresh, bases):
            both, either = left & admitted, rest | more
            if both != left and not any(a <= both and b <= either for a, b in reached):
                reached.append((both, either))
                narrower.append((both, either))
        fresh = narrower
    return [rest for left, rest in reached if not left]


def _close(clause: Clause, domains: Domains) -> Clause:
    """With the questions that imply it: the same clause, easier to compare."""
    admitted = domains.parts(clause)[0]
    more = {
        one
        for (column, values), one in domains.first.items()
        if values and column in admitted and values <= admitted[column]
    }
    return clause | more
