"""Cases that a lawyer reads, tried on the rules: what was expected, what is answered instead.

A case: `case`, `article`, `facts`, `base` (facts set beforehand) and `expect`: decision → outcome, price, `says` (codes
among the reasons), `never`, `reasons` (exactly these, those of missing facts apart), `refusals` (exactly these),
`missing` (exactly these). What is not named of the last two: no fact is missing, and a YES carries no refusal.
A case with `doctor` in place of facts is of a doctor's standing against the cap: see status_trial.py.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, time
from pathlib import Path
from typing import Any

import yaml

from toubib.rulebook.decide import decide
from toubib.rulebook.engine.program import DECISIONS, LAW
from toubib.rulebook.facts import BadFact
from toubib.rulebook.lines import printable
from toubib.rulebook.policies import BadPolicy, Overlay, Where, find_policy, read_any, read_yaml, text_of
from toubib.rulebook.status_trial import status_differences

CASES = Path(__file__).parent / "cases"
LISTS = ("says", "never", "reasons", "refusals", "missing")
KEYS = {"case", "article", "base", "facts", "doctor", "expect", "note"}


def differences(case: Mapping[str, Any], bases: Mapping[str, Any], overlay: Overlay = LAW) -> list[str]:
    """What the rules answer otherwise than the case expects, a line each; none: it holds. Raises BadPolicy."""
    try:
        if not isinstance(case, dict) or not set(case) <= KEYS:
            raise BadPolicy(f"a case has the keys {', '.join(sorted(KEYS))}")
        if "doctor" in case:
            return _of_doctor(case, overlay)
        answer = decide(facts_of_case(case, bases), overlay)
        expected = case["expect"]
        if not _is_expectation(expected):
            raise BadPolicy("expect: a map of decisions is expected, each a map; lists of texts in it")
        unknown = sorted(set(expected) - set(DECISIONS))
        if unknown:
            raise BadPolicy(f"{unknown[0]}: no such decision; one of {', '.join(DECISIONS)}")
    except BadFact as error:
        raise BadPolicy(f"{case.get('case')}: {error}") from None
    except (KeyError, TypeError) as error:
        raise BadPolicy(
            f"{case.get('case') if isinstance(case, dict) else case}: {error!s} is missing"
        ) from None
    return [line for name, wanted in expected.items() for line in of_one(name, wanted, answer[name])]


def _of_doctor(case: Mapping[str, Any], overlay: Overlay) -> list[str]:
    if "facts" in case or "base" in case:
        raise BadPolicy("a case has facts of an act, or a doctor, not both")
    return status_differences(case, overlay)


def _is_expectation(given: Any) -> bool:
    if not isinstance(given, dict) or not all(isinstance(wanted, dict) for wanted in given.values()):
        return False
    lists = [wanted[key] for wanted in given.values() for key in LISTS if key in wanted]
    return all(isinstance(one, list) and all(isinstance(code, str) for code in one) for one in lists)


def of_one(name: str, wanted: Mapping[str, Any], got: Mapping[str, Any]) -> list[str]:
    codes = {reason["code"] for reason in got["reasons"]}
    exactly = {
        "reasons": sorted(code for code in codes if not code.startswith("MISSING.")),
        "refusals": sorted(reason["code"] for reason in got["reasons"] if reason["kind"] == "refusal"),
        "missing": list(got["missing"]),
    }
    found = {**got, **exactly}
    asked = {key: value for key, value in wanted.items() if key not in LISTS}
    asked |= {key: sorted(wanted[key]) for key in exactly if key in wanted}
    asked.setdefault("missing", [])
    if wanted.get("outcome") == "YES":
        asked.setdefault("refusals", [])
    lines = [
        f"{name}.{key}: {value!r} expected, {found.get(key)!r} answered"
        for key, value in asked.items()
        if found.get(key) != value
    ]
    lines += [f"{name}: {code} is not said" for code in wanted.get("says", []) if code not in codes]
    lines += [f"{name}: {code} is said" for code in wanted.get("never", []) if code in codes]
    return lines


def facts_of_case(case: Mapping[str, Any], bases: Mapping[str, Any]) -> dict[str, Any]:
    """The facts it gives over those of its base, dates and times as JSON writes them. Raises KeyError."""
    base = base_facts(case["base"], bases) if "base" in case else {}
    facts = {**base, **case.get("facts", {})}
    return {name: one.isoformat() if isinstance(one, (date, time)) else one for name, one in facts.items()}


def base_facts(name: str, bases: Mapping[str, Any]) -> dict[str, Any]:
    """The facts of a plain act, with those of the one it begins from. Raises KeyError."""
    base = bases[name]
    return {**(base_facts(base["base"], bases) if "base" in base else {}), **base["facts"]}


def read_bases() -> dict[str, Any]:
    """The plain acts that cases begin from."""
    found: dict[str, Any] = yaml.safe_load((CASES / "bases.yaml").read_text(encoding="utf-8"))
    return found


def try_file(name: str) -> tuple[int, list[str]]:
    """(number of cases, differences) of a policy's own cases, or of a file of cases of the law. Raises BadPolicy."""
    if not name.endswith((".yaml", ".yml")):
        return try_policy(name)
    given, where = read_any(text_of(name), printable(name))
    if isinstance(given, list):
        return len(given), _differences_of(given, where, LAW)
    return try_policy(name)


def cases_of(name: str) -> tuple[list[Any], Where]:
    """The cases in a policy's file, and where they stand. Raises BadPolicy."""
    given, where = read_yaml(text_of(name), name)
    cases = given.get("cases", [])
    if not isinstance(cases, list):
        raise where.bad("a list is expected", "cases")
    return cases, where


def try_policy(name: str) -> tuple[int, list[str]]:
    """(number of cases, differences) of the cases in a policy's own file. Raises BadPolicy."""
    policy = find_policy(name)
    cases, where = cases_of(name)
    return len(cases), _differences_of(cases, where, Overlay((policy,)))


def _differences_of(cases: list[Any], where: Where, overlay: Overlay) -> list[str]:
    bases, found = read_bases(), []
    for place, case in enumerate(cases):
        try:
            at = f"{where.name}:{where.line('cases', place)}: "
            found += [f"{at}{case.get('case')}: {line}" for line in differences(case, bases, overlay)]
        except BadPolicy as error:
            raise where.bad(str(error), "cases", place) from None
    return found
