"""The decision on one act: outcome, reasons, what is missing, price, and the law used.

    decide({"act_kind": "teleconsultation", "act_date": "2025-03-10", …})

The rules are those that judge tables (`toubib.rulebook.engine`), compiled once to an in-memory SQLite.
"""

from __future__ import annotations

import threading
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from typing import Any

from toubib.rulebook.codes import explain_all
from toubib.rulebook.engine.clauses import new_memory
from toubib.rulebook.engine.program import DECISIONS, LAW, Program, program_on
from toubib.rulebook.engine.stages import sql_in_stages
from toubib.rulebook.engine.undated import agree
from toubib.rulebook.facts import read_facts
from toubib.rulebook.law import Law, era, undated_starts
from toubib.rulebook.parameters import Parameter
from toubib.rulebook.policies import Overlay, Policy
from toubib.rulebook.rules.price import AMOUNTS

IDLE = {"reimbursement": "NOT_APPLICABLE", "sick_leave": "NOT_ASKED", "price": "NOT_APPLICABLE"}
_memories = threading.local()


@dataclass(frozen=True)
class Found:
    """One decision as the engine answers it: codes and facts sorted, figures by name, money in cents."""

    outcome: str
    codes: tuple[str, ...]
    missing: tuple[str, ...]
    figures: Mapping[str, Any]


def decide(facts: Mapping[str, Any], overlay: Overlay = LAW) -> dict[str, Any]:
    """The decision on the facts of one act. Raises facts.BadFact."""
    row = read_facts(facts)
    on = row["act_date"]
    used: tuple[dict[str, Any], ...] = ()
    if on is None:
        found = {name: one for part in undated_programs(overlay) for name, one in judge(row, part).items()}
    else:
        program = program_on(on, overlay)
        found = judge(row, program)
        at_work = tuple(name for name in DECISIONS if found[name].outcome != IDLE.get(name))
        used = _parameters(program, at_work, era(on), overlay)
    return {
        "act_id": facts.get("act_id"),
        "on": on.isoformat() if on else None,
        **{name: _written(name, found[name], on, overlay) for name in DECISIONS},
        "parameters": [dict(one) for one in used],
    }


def judge(row: Mapping[str, Any], program: Program) -> dict[str, Found]:
    """What a program says of one row of the engine's columns."""
    sql, names = _statement(program)
    memory = _memory()
    values = [value.isoformat() if isinstance(value, date) else value for value in row.values()]
    memory.execute("DELETE FROM act")
    memory.execute(f"INSERT INTO act VALUES ({','.join('?' * len(values))})", values)  # noqa: S608
    answer = memory.execute(sql).fetchone()
    return _read(dict(zip(names, answer, strict=True)))


def outputs(program: Program) -> dict[str, Any]:
    """Every column of a program: `decision|outcome`, `decision|says|CODE`, `decision|missing|fact`, `decision|NAME`."""
    found: dict[str, Any] = {}
    for name, block in program.blocks.items():
        found[f"{name}|outcome"] = block.outcome
        found |= {f"{name}|says|{code}": when for code, when in block.says.items()}
        found |= {f"{name}|missing|{fact}": when for fact, when in block.missing.items()}
        found |= {f"{name}|figure|{figure}": value for figure, value in block.figures.items()}
    return found


@lru_cache(maxsize=256)
def _statement(program: Program) -> tuple[str, list[str]]:
    columns_of = outputs(program)
    names = list(columns_of)
    short = {f"c{i}": columns_of[name] for i, name in enumerate(names)}
    return sql_in_stages(program.act, short, dialect="sqlite"), names


def _memory() -> Any:
    """One in-memory database a thread."""
    if not hasattr(_memories, "one"):
        _memories.one = new_memory()
    return _memories.one


def _read(answer: Mapping[str, Any]) -> dict[str, Found]:
    """By decision, of the columns that `outputs` names."""
    codes: dict[str, list[str]] = {}
    missing: dict[str, list[str]] = {}
    figures: dict[str, dict[str, Any]] = {}
    outcome: dict[str, str] = {}
    for column, value in answer.items():
        decision, kind, *rest = _words(column)
        if kind == "outcome":
            outcome[decision] = value
            codes[decision], missing[decision], figures[decision] = [], [], {}
        elif kind == "figure":
            figures[decision][rest[0]] = value
        elif value:
            (codes if kind == "says" else missing)[decision].append(rest[0])
    return {
        name: Found(one, tuple(sorted(codes[name])), tuple(sorted(missing[name])), figures[name])
        for name, one in outcome.items()
    }


@lru_cache(maxsize=4096)
def _words(column: str) -> list[str]:
    return column.split("|")


@lru_cache(maxsize=8)
def undated_programs(overlay: Overlay = LAW) -> tuple[Program, ...]:
    """What holds under the law of every period that an act without a date may fall under: a program for each decision,
    since SQLite bounds the columns of a statement."""
    each = list(dict.fromkeys(program_on(start, overlay) for start in undated_starts()))
    return tuple(Program(each[0].act, {name: block}, {}) for name, block in agree(each).items())


@lru_cache(maxsize=512)
def _parameters(
    program: Program, decisions: tuple[str, ...], on: date, overlay: Overlay
) -> tuple[dict[str, Any], ...]:
    """The parameters that these decisions look at, by id: of the law in force, or of the policy over it."""
    law, found = Law(on), []
    for id in sorted({id for name in decisions for id in program.asked[name]}):
        policy, parameter = overlay.setter_of(id), law.parameter(id)
        if policy is not None:
            found.append(_of_policy(id, overlay.parameters[id], policy))
        elif parameter is not None:
            found.append(_parameter(parameter))
    return tuple(found)


def _of_policy(id: str, value: Any, policy: Policy) -> dict[str, Any]:
    """A value that a policy puts over the law: of no day, and sure of nothing but of who proposes it."""
    return {
        "id": id,
        "value": list(value) if isinstance(value, tuple) else value,
        "from": None,
        "reference": policy.reference,
        "confidence": "choice",
        "contested": False,
    }


def _parameter(parameter: Parameter) -> dict[str, Any]:
    value = parameter.value
    return {
        "id": parameter.id,
        "value": list(value) if isinstance(value, tuple) else value,
        "from": parameter.starts.isoformat(),
        "reference": parameter.reference,
        "confidence": parameter.confidence,
        "contested": parameter.contested,
    }


def _written(name: str, found: Found, on: date | None, overlay: Overlay) -> dict[str, Any]:
    """One decision in the form of the stable face."""
    written: dict[str, Any] = {"outcome": found.outcome}
    unsure = found.outcome == "UNDETERMINED"
    if name == "cap":
        known = found.figures["in_denominator"]
        written["in_denominator"] = None if unsure or known is None else bool(known)
    elif name == "sick_leave":
        written["max_days"] = found.figures["max_days"]
    elif name == "price":
        written["code"] = found.figures["code"]
        written |= {amount: euros(found.figures[amount]) for amount in AMOUNTS}
        if unsure:
            for case in ("if_yes", "if_no"):
                written[case] = {amount: euros(found.figures[f"{case}_{amount}"]) for amount in AMOUNTS}
    written["reasons"] = explain_all(found.codes, found.missing, on, overlay)
    written["missing"] = list(found.missing)
    return written


def euros(cents: int | None) -> str | None:
    """1550 → "15.50"."""
    return None if cents is None else f"{cents // 100}.{cents % 100:02d}"
