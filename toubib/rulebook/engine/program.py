"""The rules of one period of law, and of the policies over it, as columns over the table of acts."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from typing import Any

from toubib.rulebook.engine.clauses import Domains, act_table, new_memory
from toubib.rulebook.engine.tree import Answer, Bool, Way, any_of, answer, as_column, surely
from toubib.rulebook.law import Law, period_of
from toubib.rulebook.parameters import Parameter
from toubib.rulebook.policies import Overlay
from toubib.rulebook.rules.cap import cap
from toubib.rulebook.rules.classification import classification
from toubib.rulebook.rules.decision import Decision, reasons
from toubib.rulebook.rules.price import Price, price
from toubib.rulebook.rules.reimbursement import reimbursement
from toubib.rulebook.rules.sick_leave import sick_leave

DECISIONS = ("classification", "reimbursement", "cap", "sick_leave", "price")
REFUSALS_ONLY_IF = {"reimbursement": "NO", "sick_leave": "NO", "classification": "INVALID"}


@dataclass(frozen=True)
class Block:
    """One decision's columns: its outcome, the reasons by code, the missing facts, further figures."""

    outcome: Any
    says: dict[str, Any]
    missing: dict[str, Any]
    figures: dict[str, Any]


@dataclass(frozen=True)
class Program:
    """All decisions over `act`; `used`: the parameters that the rules read, by decision."""

    period: tuple[date, date | None]
    act: Any
    blocks: dict[str, Block]
    used: dict[str, tuple[Parameter, ...]]


@lru_cache(maxsize=256)
def program_on(on: date, overlay: Overlay = Overlay()) -> Program:
    """The program of the period of law around a day."""
    period = period_of(on)
    return _build(period, overlay)


@lru_cache(maxsize=256)
def _build(period: tuple[date, date | None], overlay: Overlay) -> Program:
    act = act_table()
    domains = Domains(new_memory())
    laws = {name: Law(period[0], overlay.parameters) for name in DECISIONS}
    decisions: dict[str, Decision] = {
        "classification": classification(act, laws["classification"]),
        "reimbursement": reimbursement(act, laws["reimbursement"], overlay),
        "cap": cap(act, laws["cap"], overlay),
        "sick_leave": sick_leave(act, laws["sick_leave"]),
    }
    answers = {name: answer(one.tree, domains) for name, one in decisions.items()}
    blocks = {name: _block(decisions[name], answers[name]) for name in decisions}
    blocks["price"] = _price_block(price(act, laws["price"], answers["reimbursement"], domains, period))
    used = {name: tuple(law.used[id] for id in sorted(law.used)) for name, law in laws.items()}
    return Program(period, act, blocks, used)


def _block(decision: Decision, found: Answer) -> Block:
    says = _by_code([*reasons(decision.tree), *decision.remarks])
    figures = {name: as_column(value) for name, value in decision.figures.items()}
    return Block(found.outcome, says, _columns(found.missing), figures)


def _price_block(found: Price) -> Block:
    figures = {"code": found.code, **found.fixed}
    figures |= {f"if_yes_{name}": value for name, value in found.yes.items()}
    figures |= {f"if_no_{name}": value for name, value in found.no.items()}
    return Block(found.outcome, _by_code(found.remarks), _columns(found.missing), figures)


def _by_code(ways: list[Way]) -> dict[str, Any]:
    """Code → where it is said, sorted; several ways to one code are one."""
    found: dict[str, list[Bool]] = {}
    for way in ways:
        found.setdefault(way.code, []).append(surely(way.when))
    said = {code: any_of(*whens) for code, whens in found.items()}
    return {code: as_column(said[code]) for code in sorted(said) if said[code] is not False}


def _columns(missing: dict[str, Bool]) -> dict[str, Any]:
    return {fact: as_column(missing[fact]) for fact in sorted(missing) if missing[fact] is not False}
