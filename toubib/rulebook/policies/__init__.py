"""Reforms as overlays on the law, in YAML: what they set, what they take out of the cap, what they make payable.

A policy file: see `docs/law.md`. `when` is a list of alternatives, each a map fact → value or values, all to be met.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path
from typing import Any

import yaml

from toubib.rulebook.engine.tree import Bool, Condition, Way, all_of, any_of, negate
from toubib.rulebook.facts import Fact, all_facts
from toubib.rulebook.parameters import all_parameters

FOLDER = Path(__file__).parent
KEYS = {
    "id", "label", "summary", "source", "reference", "parameters", "exclude", "exempt", "suspend", "open",
    "excluded_acts_leave_denominator", "note", "includes", "cases",
}  # fmt: skip
RULE_KEYS = {"code", "when", "text", "condition"}
OPENABLE = ("REIMB.OUT_OF_PATHWAY", "REIMB.NOT_TERRITORIAL")

When = tuple[tuple[tuple[str, tuple[Any, ...]], ...], ...]


class BadPolicy(ValueError):
    """A policy that cannot be read; str() names it and the fault."""


@dataclass(frozen=True)
class Clause:
    """One part of a policy: its code, when it applies, and for an opened condition which one."""

    code: str
    when: When
    text: str = ""
    condition: str = ""


@dataclass(frozen=True)
class Policy:
    """One reform. `exclude`, `exempt`, `suspend`: out of the numerator; `open`: a new way to be payable."""

    id: str
    label: str
    source: str
    summary: str = ""
    parameters: tuple[tuple[str, Any], ...] = ()
    exclude: tuple[Clause, ...] = ()
    exempt: tuple[Clause, ...] = ()
    suspend: tuple[Clause, ...] = ()
    open: tuple[Clause, ...] = ()
    excluded_acts_leave_denominator: bool = False
    note: str = ""


@dataclass(frozen=True)
class Overlay:
    """Policies together, over the law; none: the law as it is."""

    policies: tuple[Policy, ...] = ()

    @property
    def parameters(self) -> dict[str, Any]:
        return {id: value for policy in self.policies for id, value in policy.parameters}

    @property
    def excluded_acts_leave_denominator(self) -> bool:
        return any(policy.excluded_acts_leave_denominator for policy in self.policies)

    def clauses(self, *kinds: str) -> list[Clause]:
        found = {c.code: c for p in self.policies for kind in kinds for c in getattr(p, kind)}
        return [
            Clause(
                code, tuple(alternative for c in self._all(kinds) if c.code == code for alternative in c.when)
            )
            for code in sorted(found)
        ]

    def _all(self, kinds: Iterable[str]) -> list[Clause]:
        return [c for p in self.policies for kind in kinds for c in getattr(p, kind)]

    def exclusions(self, act: Any) -> list[Condition]:
        """That no policy takes the act out of the numerator."""
        clauses = self.clauses("exclude", "exempt", "suspend")
        return [Condition(clause.code, negate(matches(act, clause.when))) for clause in clauses]

    def ways(self, condition: str, act: Any) -> list[Way]:
        """New ways to satisfy a condition of reimbursement."""
        return [Way(c.code, matches(act, c.when)) for c in self._all(["open"]) if c.condition == condition]


def matches(act: Any, when: When) -> Bool:
    """Is one of the alternatives met?"""
    return any_of(*(all_of(*(_is_one_of(act, name, values) for name, values in one)) for one in when))


def _is_one_of(act: Any, name: str, values: tuple[Any, ...]) -> Bool:
    fact = all_facts()[name]
    if fact.type == "list":
        return any_of(*(act[f"{name}_{value}"] for value in values))
    if fact.type == "bool":
        return act[name] if values == (True,) else ~act[name]
    return act[name].isin(list(values))


def read_policy(text: str, where: str) -> Policy:
    """A policy from YAML; raises BadPolicy."""
    try:
        given = yaml.safe_load(text)
    except yaml.YAMLError as error:
        raise BadPolicy(f"{where}: not YAML: {' '.join(str(error).split())}") from None
    if not isinstance(given, dict):
        raise BadPolicy(f"{where}: a map is expected")
    for key in given:
        if key not in KEYS:
            raise BadPolicy(f"{where}: {key}: unknown key")
    for key in ("id", "label", "source"):
        if not isinstance(given.get(key), str) or not given[key].strip():
            raise BadPolicy(f"{where}: {key}: a text is expected")
    policy = Policy(
        given["id"],
        given["label"],
        given["source"],
        str(given.get("summary", "")),
        _parameters(given.get("parameters", {}), where),
        _clauses(given, "exclude", where),
        _clauses(given, "exempt", where),
        _clauses(given, "suspend", where),
        _clauses(given, "open", where),
        given.get("excluded_acts_leave_denominator") is True,
        str(given.get("note", "")),
    )
    return _with_included(policy, given.get("includes", []), where)


def _with_included(policy: Policy, names: Any, where: str) -> Policy:
    """The union of a policy with those it names."""
    if not isinstance(names, list) or not all(isinstance(name, str) for name in names):
        raise BadPolicy(f"{where}: includes: a list of policies is expected")
    parts = [policy, *(find_policy(name) for name in names)]
    return replace(
        policy,
        parameters=tuple(one for part in parts for one in part.parameters),
        exclude=tuple(one for part in parts for one in part.exclude),
        exempt=tuple(one for part in parts for one in part.exempt),
        suspend=tuple(one for part in parts for one in part.suspend),
        open=tuple(one for part in parts for one in part.open),
        excluded_acts_leave_denominator=any(part.excluded_acts_leave_denominator for part in parts),
    )


def _parameters(given: Any, where: str) -> tuple[tuple[str, Any], ...]:
    if not isinstance(given, dict):
        raise BadPolicy(f"{where}: parameters: a map is expected")
    known = {parameter.id: parameter.value for parameter in all_parameters()}
    for id, value in given.items():
        if id not in known:
            raise BadPolicy(f"{where}: parameters: {id}: unknown parameter")
        wanted = type(known[id])
        alike = isinstance(value, list) if wanted is tuple else isinstance(value, (int, float, wanted))
        if not alike or isinstance(value, bool) != (wanted is bool):
            raise BadPolicy(f"{where}: parameters: {id}: {value!r} is not of the kind of {known[id]!r}")
    return tuple((id, tuple(v) if isinstance(v, list) else v) for id, v in sorted(given.items()))


def _clauses(given: dict[str, Any], kind: str, where: str) -> tuple[Clause, ...]:
    rows = given.get(kind, [])
    if not isinstance(rows, list):
        raise BadPolicy(f"{where}: {kind}: a list is expected")
    return tuple(_clause(row, given["id"], kind, where) for row in rows)


def _clause(row: Any, policy: str, kind: str, where: str) -> Clause:
    if not isinstance(row, dict) or not set(row) <= RULE_KEYS:
        raise BadPolicy(f"{where}: {kind}: keys {', '.join(sorted(RULE_KEYS))} are expected")
    code = row.get("code", f"{'TERR' if kind == 'open' else 'CAP'}.REF_{policy.upper()}")
    if not isinstance(code, str):
        raise BadPolicy(f"{where}: {kind}: code: a text is expected")
    condition = row.get("condition", "")
    if (kind == "open") != bool(condition) or (condition and condition not in OPENABLE):
        raise BadPolicy(f"{where}: {kind}: condition: {' or '.join(OPENABLE)} for `open`, none elsewhere")
    return Clause(code, _when(row.get("when"), f"{where}: {kind}"), str(row.get("text", "")), condition)


def _when(given: Any, where: str) -> When:
    alternatives = given if isinstance(given, list) else [given]
    found = []
    for one in alternatives:
        if not isinstance(one, dict) or not one:
            raise BadPolicy(f"{where}: when: a map of facts is expected")
        found.append(tuple((name, _values(name, values, where)) for name, values in one.items()))
    return tuple(found)


def _values(name: Any, given: Any, where: str) -> tuple[Any, ...]:
    fact = all_facts().get(name) if isinstance(name, str) else None
    if fact is None or fact.type not in ("enum", "bool", "list", "departement", "country"):
        raise BadPolicy(f"{where}: when: {name}: no fact with values to choose from")
    values = given if isinstance(given, list) else [given]
    if not values or not all(_fits(fact, value) for value in values):
        raise BadPolicy(
            f"{where}: when: {name}: {given!r} is not among {', '.join(fact.values) or 'its values'}"
        )
    return tuple(values)


def _fits(fact: Fact, value: Any) -> bool:
    if fact.type == "bool":
        return isinstance(value, bool)
    return isinstance(value, str) and (not fact.values or value in fact.values)


@lru_cache(maxsize=1)
def policy_files() -> dict[str, Path]:
    return {path.stem: path for path in sorted(FOLDER.glob("*.yaml"))}


@lru_cache(maxsize=256)
def find_policy(name: str) -> Policy:
    """A policy by its name, or by the path of a file in the same form; raises BadPolicy."""
    path = policy_files().get(name)
    if path is None and name.endswith((".yaml", ".yml")):
        path = Path(name)
    if path is None:
        raise BadPolicy(f"{name}: no such policy; one of {', '.join(policy_files())}, or a .yaml file")
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise BadPolicy(f"{name}: cannot be read: {error}") from None
    return read_policy(text, path.name)
