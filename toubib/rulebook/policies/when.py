"""When a part of a policy applies: alternatives, each a map fact → values or a range, all to be met."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, time
from typing import Any

import ibis

from toubib.rulebook.engine.tree import Bool, all_of, any_of
from toubib.rulebook.facts import BadFact, Fact, all_facts, show

CHOSEN = ("enum", "bool", "list", "departement", "country")
RANGED = ("int", "date", "time")
When = tuple[tuple[tuple[str, tuple[Any, ...]], ...], ...]


@dataclass(frozen=True)
class Range:
    """Half-open, as the periods of the law: from `first` on, before `after`; None: without bound on that side.

    Values of the engine: a number, a date, or minutes since midnight.
    """

    first: Any
    after: Any


def matches(act: Any, when: When) -> Bool:
    """Is one of the alternatives met?"""
    return any_of(*(all_of(*(_is_met(act, name, values) for name, values in one)) for one in when))


def facts_of(when: When) -> set[str]:
    """The facts that it asks for."""
    return {name for one in when for name, _ in one}


def read_when(given: Any) -> When:
    """Of YAML. Raises ValueError, with a sentence."""
    alternatives = given if isinstance(given, list) else [given]
    found = []
    for one in alternatives:
        if not isinstance(one, dict) or not one:
            raise ValueError("when: a map of facts is expected")
        found.append(tuple((name, _read(name, values)) for name, values in one.items()))
    return tuple(found)


def _is_met(act: Any, name: str, values: tuple[Any, ...]) -> Bool:
    fact = all_facts()[name]
    if isinstance(values[0], Range):
        return _is_within(act[next(iter(fact.columns))], values[0])
    if fact.type == "list":
        return any_of(*(act[f"{name}_{value}"] for value in values))
    if fact.type == "bool":
        return {(True,): act[name], (False,): ~act[name]}.get(tuple(set(values)), True)
    if fact.values and set(values) >= set(fact.values):
        return True
    return act[name].isin(list(values))


def _is_within(column: Any, wanted: Range) -> Bool:
    first, after = (_literal(one) for one in (wanted.first, wanted.after))
    return all_of(True if first is None else column >= first, True if after is None else column < after)


def _literal(bound: Any) -> Any:
    return ibis.date(bound.isoformat()) if isinstance(bound, date) else bound


def _read(name: Any, given: Any) -> tuple[Any, ...]:
    fact = all_facts().get(name) if isinstance(name, str) else None
    if fact is not None and fact.type in RANGED:
        return (_range(fact, given),)
    if fact is None or fact.type not in CHOSEN:
        raise ValueError(f"when: {show(name)}: no fact with values to choose from, nor with a range")
    values = given if isinstance(given, list) else [given]
    if not values or not all(_fits(fact, value) for value in values):
        raise ValueError(f"when: {name}: {show(given)} is not among {', '.join(fact.values) or 'its values'}")
    return tuple(values)


def _fits(fact: Fact, value: Any) -> bool:
    try:
        return value is not None and bool(fact.read([value] if fact.type == "list" else value))
    except BadFact:
        return False


def _range(fact: Fact, given: Any) -> Range:
    if not isinstance(given, dict) or not given or not set(given) <= {"from", "to"}:
        raise ValueError(
            f"when: {fact.name}: {show(given)}: a range {{from: …, to: …}} is expected, `to` not included"
        )
    first, after = (_bound(fact, given.get(key)) for key in ("from", "to"))
    if first is None and after is None:
        raise ValueError(f"when: {fact.name}: one end of the range at least is expected")
    if first is not None and after is not None and first >= after:
        raise ValueError(f"when: {fact.name}: the range ends before it begins")
    return Range(first, after)


def _bound(fact: Fact, given: Any) -> Any:
    """One end of a range as the engine has it. Raises ValueError."""
    written = given.isoformat() if isinstance(given, (date, time)) else given
    try:
        return next(iter(fact.read(written).values()))
    except BadFact as error:
        raise ValueError(f"when: {error}") from None
