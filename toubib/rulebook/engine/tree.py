"""Decisions as trees of conditions, answered in three values: which outcomes can still be, and what is missing.

`Gate` asks conditions, `Select` looks at one fact, `Leaf` ends. An outcome is certain when it is the only one that can
still be; a fact is missing when two completions of the unknown facts that differ only in it differ in their outcome.
Conditions of one path use a fact for good or for bad, not both; tests complete acts by brute force to hold this.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import lru_cache
from operator import and_, or_
from typing import Any

import ibis
import ibis.expr.operations as ops

from toubib.rulebook.engine.clauses import Clause, Domains, complete, facts_of, order_of, to_clauses
from toubib.rulebook.facts import all_facts, fact_of_column

NEVER_NULL = (ops.IsNull, ops.NotNull, ops.IdenticalTo)

Bool = Any  # an Ibis boolean expression, or a plain bool where it is known when rules are built


@dataclass(frozen=True)
class Way:
    """One way to satisfy a condition; where it is true, its code is among the reasons."""

    code: str
    when: Bool


@dataclass(frozen=True)
class Condition:
    """What must hold; where it fails, its code is a refusal. `when`: the question beside the ways, if any.

    `shown`: code → when that refusal is said, where one condition has several.
    """

    code: str
    when: Bool = False
    ways: tuple[Way, ...] = ()
    shown: tuple[Way, ...] = ()

    @property
    def holds(self) -> Bool:
        return any_of(self.when, *(way.when for way in self.ways))


@dataclass(frozen=True)
class Leaf:
    outcome: str
    says: tuple[str, ...] = ()


@dataclass(frozen=True)
class Gate:
    conditions: tuple[Condition, ...]
    then: Tree
    otherwise: Tree


@dataclass(frozen=True)
class Select:
    """Branches by the values of one fact; `rest` for every other value."""

    column: Any
    branches: tuple[tuple[tuple[Any, ...], Tree], ...]
    rest: Tree


Tree = Leaf | Gate | Select


def either(when: Bool, then: Tree, otherwise: Tree) -> Gate:
    """By one question, whose failure no code says."""
    return Gate((Condition("", when),), then, otherwise)


def all_of(*parts: Bool) -> Bool:
    """True when all are, folded where a part is a plain bool."""
    if any(part is False for part in parts):
        return False
    kept = [part for part in parts if part is not True]
    return _balanced(and_, kept) if kept else True


def any_of(*parts: Bool) -> Bool:
    """True when one is, folded where a part is a plain bool."""
    if any(part is True for part in parts):
        return True
    kept = [part for part in parts if part is not False]
    return _balanced(or_, kept) if kept else False


def _balanced(joined: Callable[[Any, Any], Any], parts: list[Any]) -> Any:
    """As a tree of little depth: SQL engines and recursion bound the depth of an expression."""
    if len(parts) == 1:
        return parts[0]
    half = len(parts) // 2
    return joined(_balanced(joined, parts[:half]), _balanced(joined, parts[half:]))


def negate(part: Bool) -> Bool:
    return (not part) if isinstance(part, bool) else ~part


def as_column(part: Bool) -> Any:
    return ibis.literal(part) if isinstance(part, bool) else part


def number_where(*cases: tuple[Bool, Any]) -> Any:
    """The whole number of the first case that holds; null where none does."""
    return _first_of(cases, ibis.null("int64"))


def text_where(*cases: tuple[Bool, Any]) -> Any:
    """The text of the first case that holds; null where none does."""
    return _first_of(cases, ibis.null("string"))


def _first_of(cases: Iterable[tuple[Bool, Any]], null: Any) -> Any:
    kept = [(as_column(where), value) for where, value in cases]
    return ibis.cases(*kept, else_=null) if kept else null


def surely(part: Bool) -> Bool:
    """True where it is known to be true; never unknown itself.

    Asked of each question alone and joined after: engines join what may be null twenty times slower.
    """
    return part if isinstance(part, bool) else _is(part.op(), True).to_expr()


def possibly(part: Bool) -> Bool:
    """True where it is not known to be false; never unknown itself."""
    return part if isinstance(part, bool) else ops.Not(_is(part.op(), False)).to_expr()


@lru_cache(maxsize=65536)
def _is(node: Any, value: bool) -> Any:
    """Of a boolean operation: is it known to be `value`?"""
    if isinstance(node, ops.Not):
        return _is(node.arg, not value)
    if isinstance(node, (ops.And, ops.Or)):
        joined = node.__class__ if value else (ops.Or if isinstance(node, ops.And) else ops.And)
        return joined(_is(node.left, value), _is(node.right, value))
    if isinstance(node, NEVER_NULL):
        return node if value else ops.Not(node)
    return ops.IdenticalTo(node, value)


def _unknown(part: Bool) -> Bool:
    """Neither known to be true nor known to be false."""
    if isinstance(part, bool):
        return False
    node = part.op()
    while isinstance(node, ops.Not):
        node = node.arg
    if isinstance(node, (ops.And, ops.Or)):
        return ops.Not(ops.Or(_is(node, True), _is(node, False))).to_expr()
    return node.to_expr().isnull()


def differs(one: Bool, other: Bool) -> Bool:
    """Of two answers that are never unknown."""
    if isinstance(one, bool) and isinstance(other, bool):
        return one != other
    if isinstance(one, bool) or isinstance(other, bool):
        known, asked = (one, other) if isinstance(one, bool) else (other, one)
        return negate(asked) if known else asked
    return (one & ~other) | (~one & other)


class Test:
    """Conditions that must all hold, ready to be asked: `value` in three values, `missing` by fact."""

    def __init__(self, conditions: Iterable[Bool], domains: Domains) -> None:
        clauses = [clause for one in conditions for clause in to_clauses(one)]
        self.clauses = complete(clauses, domains)
        self.answers = {clause: any_of(*(_sorted(clause))) for clause in self.clauses}
        self.value: Bool = all_of(*self.answers.values())
        self.missing = self._missing()

    def _missing(self) -> dict[str, Bool]:
        found: dict[str, list[Bool]] = {}
        for clause in self.clauses:
            alive = all_of(_unknown(self.answers[clause]), *self._not_implied(clause))
            for question in clause:
                for fact in facts_of(question):
                    found.setdefault(fact, []).append(all_of(alive, fact_is_unknown(question, fact)))
        open_yet = possibly(self.value)
        return {fact: all_of(open_yet, any_of(*parts)) for fact, parts in found.items()}

    def _not_implied(self, clause: Clause) -> list[Bool]:
        """That no other clause, once the known facts are set, asks for strictly less of the same."""
        found = []
        for other in self.clauses:
            if other is clause or not other & clause:
                continue
            extra = surely(
                negate(any_of(*_sorted(other - clause)))
            )  # all it asks besides is known to be false
            more = _unknown(any_of(*_sorted(clause - other)))  # and this one still asks something besides
            found.append(negate(all_of(_unknown(self.answers[other]), extra, more)))
        return found


def _sorted(clause: Clause) -> list[Any]:
    return [question.to_expr() for question in sorted(clause, key=order_of)]


def fact_is_unknown(question: Any, fact: str) -> Bool:
    """Is the fact unknown, as the question sees it?"""
    fields = [node for node in question.find(ops.Field) if fact_of_column()[node.name] == fact]
    return fields[0].to_expr().isnull()


@dataclass(frozen=True)
class Answer:
    """Which outcomes can still be, and which facts are missing; never unknown themselves."""

    can: dict[str, Bool]
    missing: dict[str, Bool]

    @property
    def certain(self) -> dict[str, Bool]:
        """Outcome → where it is the only one that can be."""
        return {
            outcome: all_of(can, *(negate(other) for name, other in self.can.items() if name != outcome))
            for outcome, can in self.can.items()
        }

    def can_be(self, outcome: str) -> Bool:
        """False too of an outcome that no branch of the tree has."""
        return self.can.get(outcome, False)

    def is_certain(self, outcome: str) -> Bool:
        return self.certain.get(outcome, False)

    @property
    def outcome(self) -> Any:
        """The text column of the outcome."""
        cases = [(as_column(where), name) for name, where in self.certain.items() if where is not False]
        return ibis.cases(*cases, else_="UNDETERMINED")


def answer(tree: Tree, domains: Domains) -> Answer:
    """What a tree says of each row of acts."""
    if isinstance(tree, Leaf):
        return Answer({tree.outcome: True}, {})
    if isinstance(tree, Gate):
        return _answer_gate(tree, domains)
    return _answer_select(tree, domains)


def _answer_gate(gate: Gate, domains: Domains) -> Answer:
    test = Test((condition.holds for condition in gate.conditions), domains)
    then, otherwise = answer(gate.then, domains), answer(gate.otherwise, domains)
    passes, fails = possibly(test.value), negate(surely(test.value))
    matters = _functions_differ(then, otherwise)
    missing = _merge(
        {fact: all_of(where, matters) for fact, where in test.missing.items()},
        {fact: all_of(passes, where) for fact, where in then.missing.items()},
        {fact: all_of(fails, where) for fact, where in otherwise.missing.items()},
    )
    can = _merge(
        {name: all_of(passes, where) for name, where in then.can.items()},
        {name: all_of(fails, where) for name, where in otherwise.can.items()},
    )
    return Answer(can, missing)


def _answer_select(select: Select, domains: Domains) -> Answer:
    column = select.column
    unknown = column.isnull()
    named = [value for values, _ in select.branches for value in values]
    parts = [
        (any_of(unknown, surely(column.isin(values))), tree) for values, tree in select.branches if values
    ]
    if not covers(column, named):
        parts.append((any_of(unknown, surely(~column.isin(named))), select.rest))
    fact = facts_of(unknown.op())[0]
    answers = [(where, answer(tree, domains)) for where, tree in parts]
    first = answers[0][1]
    matters = any_of(*(_functions_differ(first, other) for _, other in answers[1:]))
    return Answer(
        _merge(*({name: all_of(where, can) for name, can in one.can.items()} for where, one in answers)),
        _merge(
            {fact: all_of(unknown, matters)},
            *({name: all_of(where, gap) for name, gap in one.missing.items()} for where, one in answers),
        ),
    )


def covers(column: Any, named: list[Any]) -> bool:
    """Are these all the values that the column can have?"""
    values = set(all_facts()[facts_of(column.isnull().op())[0]].values)
    return bool(values) and values <= set(named)


def _functions_differ(one: Answer, other: Answer) -> Bool:
    """Do they answer differently for some completion? Asked of all that can be and all that is missing.

    Sure where it says so. Two functions of the same unknown facts may be alike in both and differ (x ∧ y and x ∨ y):
    no two branches of the law do, as the brute force over completions holds; such a pair would be taken for the same.
    """
    if one is other:
        return False
    pairs = [(one.can, other.can), (one.missing, other.missing)]
    return any_of(
        *(differs(a.get(key, False), b.get(key, False)) for a, b in pairs for key in sorted({*a, *b}))
    )


def _merge(*maps: dict[str, Bool]) -> dict[str, Bool]:
    keys = {key: None for one in maps for key in one}
    merged = {key: any_of(*(one[key] for one in maps if key in one)) for key in keys}
    return {key: value for key, value in merged.items() if value is not False}
