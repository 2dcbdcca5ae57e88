"""The rules of one period of law, and of the policies over it, as columns over the table of acts."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date
from functools import lru_cache
from typing import Any

from toubib.rulebook.codes import find_code
from toubib.rulebook.engine.clauses import Domains, act_table, new_memory
from toubib.rulebook.engine.tree import (
    Answer,
    Bool,
    Way,
    all_of,
    answer,
    any_of,
    as_column,
    negate,
    surely,
)
from toubib.rulebook.law import Law, period_of
from toubib.rulebook.policies import Overlay
from toubib.rulebook.rules.cap import cap
from toubib.rulebook.rules.classification import classification
from toubib.rulebook.rules.decision import Decision, reasons
from toubib.rulebook.rules.price import NO_OVERRUN_OWED, Paid, price
from toubib.rulebook.rules.reimbursement import of_expertise, of_teleconsultation, reimbursement
from toubib.rulebook.rules.sick_leave import sick_leave

LAW = Overlay()
DECISIONS = ("classification", "reimbursement", "cap", "sick_leave", "price")


@dataclass(frozen=True)
class Block:
    """One decision's columns: its outcome, the reasons by code, the missing facts, further figures.

    `can`: which outcomes can still be, compared where an act has no date. `one_or_another`: the code of a NO to which
    several refusals come together.
    """

    outcome: Any
    says: dict[str, Any]
    missing: dict[str, Any]
    figures: dict[str, Any]
    can: dict[str, Bool] = field(default_factory=dict)
    one_or_another: str = ""


@dataclass(frozen=True, eq=False)
class Program:
    """All decisions over `act`, under one state of the law; `asked`: the parameters that each decision looked at."""

    act: Any
    blocks: dict[str, Block]
    asked: dict[str, frozenset[str]]


_built: dict[tuple[Overlay, tuple[str, ...]], list[tuple[dict[str, Any], Program]]] = {}


@lru_cache(maxsize=512)
def program_from(start: date, overlay: Overlay, decisions: tuple[str, ...] = DECISIONS) -> Program:
    """The program of the period of law that begins on a day, of these decisions: one for all periods whose rules see the
    same values."""
    law = Law(start, overlay.parameters)
    known = _built.setdefault((overlay, decisions), [])
    for seen, program in known:
        if all(law.state(id) == state for id, state in seen.items()):
            return program
    program = _build(start, overlay, decisions)
    asked = {id for ids in program.asked.values() for id in ids}
    known.append(({id: law.state(id) for id in asked}, program))
    return program


def program_on(on: date, overlay: Overlay = LAW) -> Program:
    """The program of the law of a day."""
    return program_from(period_of(on)[0], overlay)


def _build(start: date, overlay: Overlay, wanted: tuple[str, ...]) -> Program:
    """The price hangs on the answer on reimbursement."""
    act = act_table()
    domains = Domains(new_memory())
    needed = [name for name in DECISIONS if name in wanted or (name == "reimbursement" and "price" in wanted)]
    laws = {name: Law(start, overlay.parameters) for name in needed}
    trees: dict[str, Callable[[], Decision]] = {
        "classification": lambda: classification(act, laws["classification"]),
        "reimbursement": lambda: reimbursement(act, laws["reimbursement"], overlay),
        "cap": lambda: cap(act, laws["cap"], overlay),
        "sick_leave": lambda: sick_leave(act, laws["sick_leave"]),
    }
    decisions = {name: tree() for name, tree in trees.items() if name in needed}
    answers = {name: answer(one.tree, domains) for name, one in decisions.items()}
    blocks = {name: block_of(decisions[name], answers[name]) for name in decisions}
    if "price" in needed:
        blocks["price"] = price_block(act, laws["price"], overlay, answers["reimbursement"], domains)
    return Program(act, blocks, {name: frozenset(law.asked) for name, law in laws.items()})


def block_of(decision: Decision, found: Answer) -> Block:
    says = _by_code([*reasons(decision.tree), *decision.remarks])
    figures = {name: as_column(value) for name, value in decision.figures.items()}
    code = decision.one_or_another
    if code:
        says |= unsaid(code, says, found.certain.get("NO", False))
    return Block(found.outcome, says, _columns(found.missing), figures, found.can, code)


def unsaid(code: str, says: dict[str, Any], no: Bool) -> dict[str, Any]:
    """`code` where the answer is NO and no refusal holds whatever the unknown facts are: each completion has its own.
    A NO always says a refusal."""
    refusals = [when for one, when in says.items() if one != code and find_code(one).kind == "refusal"]
    when = all_of(no, *(negate(one) for one in refusals))
    return {} if when is False else {code: as_column(when)}


def price_block(act: Any, law: Law, overlay: Overlay, paid: Answer, domains: Domains) -> Block:
    """`paid`: the answer on reimbursement."""
    remote, others = (of_teleconsultation(act, law, overlay, but=but) for but in ((), NO_OVERRUN_OWED))
    alone = (answer(tree, domains) for tree in (remote, others, of_expertise(act, law)))
    found = price(act, law, Paid(paid, *alone), domains)
    figures = {"code": found.code, **found.fixed}
    figures |= {f"if_yes_{name}": value for name, value in found.yes.items()}
    figures |= {f"if_no_{name}": value for name, value in found.no.items()}
    return Block(found.outcome, _by_code(found.remarks), _columns(found.missing), figures, paid.can)


def _by_code(ways: list[Way]) -> dict[str, Any]:
    """Code → where it is said, sorted; several ways to one code are one."""
    found: dict[str, list[Bool]] = {}
    for way in ways:
        found.setdefault(way.code, []).append(surely(way.when))
    said = {code: any_of(*whens) for code, whens in found.items()}
    return {code: as_column(said[code]) for code in sorted(said) if said[code] is not False}


def _columns(missing: dict[str, Bool]) -> dict[str, Any]:
    return {fact: as_column(missing[fact]) for fact in sorted(missing) if missing[fact] is not False}
