"""The decisions under each state of the law, with the cases that fall in it: what a changed rule is tried on.

A changed rule is built again; only the columns that come out otherwise are computed, by the engine itself, and put in
the place of the old ones. So a mutant costs a fraction of a second instead of the minute of a whole suite.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, fields, is_dataclass
from datetime import date
from pathlib import Path
from typing import Any

import yaml
from ibis.expr.types import Expr

from toubib.rulebook.decide import Found, _read, _written, outputs
from toubib.rulebook.engine import program
from toubib.rulebook.engine.clauses import Domains, act_table, new_memory
from toubib.rulebook.engine.program import DECISIONS, LAW, Program
from toubib.rulebook.engine.stages import as_value, sql_in_stages
from toubib.rulebook.engine.tree import answer
from toubib.rulebook.facts import read_facts
from toubib.rulebook.law import Law, period_of
from toubib.rulebook.policies import Overlay, find_policy, policy_files
from toubib.rulebook.tests import test_cases
from toubib.rulebook.trial import facts_of_case, of_one, read_bases

Case = dict[str, Any]
LAW_OTHERWISE = Path(test_cases.__file__).parent / "law_otherwise"
EMPTY = {f"{name}|outcome": None for name in DECISIONS}


def fingerprint(part: Any) -> Any:
    """A tree of conditions as plain values that can be compared."""
    if isinstance(part, Expr):
        return part.op()
    if is_dataclass(part):
        return (type(part).__name__, *(fingerprint(getattr(part, one.name)) for one in fields(part)))
    if isinstance(part, tuple):
        return tuple(fingerprint(one) for one in part)
    return part


_answers: dict[Any, Any] = {}


def remembered(tree: Any, _domains: Domains | None = None) -> Any:
    """What a tree answers, asked once: the same in many states of the law, and for most mutants."""
    known = fingerprint(tree)
    if known not in _answers:
        _answers[known] = answer(tree, Domains(new_memory()))
    return _answers[known]


program.answer = remembered


@dataclass
class World:
    """One state of the law. `columns`: of the decisions as the rules are; `found`: what they say of each case."""

    start: date
    overlay: Overlay
    cases: list[tuple[Case, dict[str, Any]]] = field(default_factory=list)
    asked: dict[str, Any] = field(default_factory=dict)
    columns: dict[str, Any] = field(default_factory=dict)
    values: list[dict[str, Any]] = field(default_factory=list)
    found: list[dict[str, Found]] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.act = act_table()
        self.memory = new_memory()

    def build(self, names: tuple[str, ...]) -> dict[str, Any]:
        """The columns of some decisions as the rules stand at this moment."""
        law = Law(self.start, self.overlay.parameters)
        rules: dict[str, Callable[[], Any]] = {
            "classification": lambda: program.classification(self.act, law),
            "reimbursement": lambda: program.reimbursement(self.act, law, self.overlay),
            "cap": lambda: program.cap(self.act, law, self.overlay),
            "sick_leave": lambda: program.sick_leave(self.act, law),
        }
        blocks = {}
        for name in names:
            if name == "price":
                paid = remembered(rules["reimbursement"]().tree)
                blocks[name] = program.price_block(self.act, law, self.overlay, paid, Domains(new_memory()))
            else:
                decision = rules[name]()
                blocks[name] = program.block_of(decision, remembered(decision.tree))
        self.asked |= {id: law.state(id) for id in list(law.asked)}
        columns = outputs(Program(self.act, blocks, {}))
        return {name: as_value(expr).op() for name, expr in columns.items()}

    def compute(self, columns: dict[str, Any]) -> list[dict[str, Any]]:
        """The values of some columns for every row."""
        short = {f"c{i}": op.to_expr() for i, op in enumerate(columns.values())}
        sql = sql_in_stages(self.act, short, dialect="sqlite")
        return [dict(zip(columns, row, strict=True)) for row in self.memory.execute(sql).fetchall()]

    def keep(self, names: tuple[str, ...]) -> None:
        """What the rules say before any is changed."""
        for _, row in self.cases:
            cells = [one.isoformat() if isinstance(one, date) else one for one in row.values()]
            self.memory.execute(f"INSERT INTO act VALUES ({','.join('?' * len(cells))})", cells)
        self.columns = self.build(names)
        self.values = self.compute(self.columns) if self.cases else []
        self.found = [_read({**EMPTY, **one}) for one in self.values]

    def judged_anew(self, names: tuple[str, ...]) -> list[dict[str, Found]] | None:
        """Of each row; None where the changed rules come to the same columns."""
        kept = {column: op for column, op in self.columns.items() if column.split("|")[0] in names}
        new = self.build(names)
        changed = {column: op for column, op in new.items() if kept.get(column) != op}
        if not changed and len(new) == len(kept):
            return None
        fresh = self.compute(changed) if changed and self.cases else [{} for _ in self.cases]
        return [
            _read({**EMPTY, **{name: old[name] for name in new if name in old}, **values})
            for old, values in zip(self.values, fresh, strict=True)
        ]


def expectations(case: Case, names: tuple[str, ...]) -> int:
    return sum(name in case["expect"] for name in names)


def fails(case: Case, names: tuple[str, ...], found: dict[str, Found], on: date, overlay: Overlay) -> bool:
    """Does the case expect something else of these decisions?"""
    return any(
        of_one(name, case["expect"][name], _written(name, found[name], on, overlay))
        for name in names
        if name in case["expect"]
    )


@dataclass
class Worlds:
    """All states of the law with the cases that have a date."""

    law: list[World]
    of_policies: list[World]

    def broken(self, names: tuple[str, ...]) -> str | None:
        """The first case that the rules, as they stand now, do not satisfy."""
        order = sorted(
            self.law + self.of_policies,
            key=lambda world: -sum(expectations(c, names) for c, _ in world.cases),
        )
        for world in order:
            for (case, row), one in zip(world.cases, world.judged_anew(names) or (), strict=False):
                if fails(case, names, one, row["act_date"], world.overlay):
                    return str(case["case"])
        return None


def all_worlds(names: tuple[str, ...]) -> Worlds:
    """Built once, before the first mutant: those in which a case expects something of these decisions."""
    cases = [
        (case, read_facts(facts_of_case(case, test_cases.BASES)))
        for _, case in test_cases.CASES
        if "doctor" not in case  # of a doctor's standing: cap_status.py has tests of its own
        and expectations(case, names)
    ]
    law: list[World] = []
    of_start: dict[date, World] = {}
    for start in sorted({period_of(row["act_date"])[0] for _, row in cases if row["act_date"] is not None}):
        world = next((one for one in law if _same(one, start)), None)
        if world is None:
            world = World(start, LAW)
            world.build(names)
            law.append(world)
        of_start[start] = world
    for case, row in cases:
        if row["act_date"] is not None:
            of_start[period_of(row["act_date"])[0]].cases.append((case, row))
    found = Worlds(law, list(_worlds_of_policies(names)))
    for world in found.law + found.of_policies:
        world.keep(names)
    return found


def first_unsound(worlds: Worlds, names: tuple[str, ...]) -> str | None:
    """The first case that the rules as they are do not satisfy: a run that cannot compare must not kill."""
    for world in worlds.law + worlds.of_policies:
        for (case, row), one in zip(world.cases, world.found, strict=True):
            if fails(case, names, one, row["act_date"], world.overlay):
                return str(case["case"])
    return None


def _same(world: World, start: date) -> bool:
    law = Law(start)
    return all(law.state(id) == state for id, state in world.asked.items())


def _worlds_of_policies(names: tuple[str, ...]) -> Iterator[World]:
    """Of the cases that stand in the files of policies, and of the laws otherwise in the tests."""
    bases = read_bases()
    otherwise = {str(path): path for path in sorted(LAW_OTHERWISE.glob("*.yaml"))}
    for name, path in (policy_files() | otherwise).items():
        found: dict[date, World] = {}
        for case in yaml.safe_load(path.read_text(encoding="utf-8")).get("cases", []):
            if "doctor" in case or not expectations(case, names):
                continue
            row = read_facts(facts_of_case(case, bases))
            start = period_of(row["act_date"])[0]
            world = found.setdefault(start, World(start, Overlay((find_policy(name),))))
            world.cases.append((case, row))
        yield from found.values()
