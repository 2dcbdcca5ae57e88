"""The cases that a lawyer reads (`rulebook/cases/*.yaml`), held against the rules one act at a time."""

from __future__ import annotations

from datetime import date
from functools import lru_cache
from pathlib import Path
from typing import Any

import pytest
import yaml

from toubib.rulebook.decide import decide
from toubib.rulebook.facts import all_facts

FOLDER = Path(__file__).parent.parent / "cases"
ASIDE = {"bases", "disputed"}  # situations to start from; cases whose reading is not settled
DECISIONS = {"classification", "reimbursement", "cap", "sick_leave", "price"}
LISTS = {"says", "never", "reasons", "refusals", "missing"}
# No act under the law in force can say these: a proof on file, reforms on paper, a reading not retained.
UNREACHED = {"MISSING", "CAP.DOCTOR_EXEMPT", "SL.EXC_REPLACEMENT"}


def _read(name: str) -> Any:
    return yaml.safe_load((FOLDER / f"{name}.yaml").read_text(encoding="utf-8"))


@lru_cache(maxsize=1)
def _bases() -> dict[str, Any]:
    return _read("bases")


def _base_facts(name: str) -> dict[str, Any]:
    base = _bases()[name]
    return (_base_facts(base["base"]) if "base" in base else {}) | base["facts"]


def _facts(case: dict[str, Any]) -> dict[str, Any]:
    facts = _base_facts(case["base"]) | case.get("facts", {})
    return {name: value.isoformat() if isinstance(value, date) else value for name, value in facts.items()}


def _all_cases() -> list[tuple[str, dict[str, Any]]]:
    names = sorted(path.stem for path in FOLDER.glob("*.yaml") if path.stem not in ASIDE)
    return [(f"{name}: {case['case']}", case) for name in names for case in _read(name)]


CASES = _all_cases()


def _problems(decision: str, expected: dict[str, Any], got: dict[str, Any]) -> list[str]:
    """Where one decision differs from what the case expects, one line each."""
    codes = {reason["code"] for reason in got["reasons"]}
    refusals = sorted(reason["code"] for reason in got["reasons"] if reason["kind"] == "refusal")
    wanted = {name: value for name, value in expected.items() if name not in LISTS}
    wanted["missing"] = expected.get("missing", [])
    if "refusals" in expected or expected["outcome"] == "YES":
        wanted["refusals"] = sorted(expected.get("refusals", []))
    found = got | {"refusals": refusals}
    if "reasons" in expected:
        wanted["reasons"] = sorted(expected["reasons"])
        found = found | {"reasons": sorted(code for code in codes if not code.startswith("MISSING."))}
    lines = [
        f"{decision}.{name}: {value!r} expected, {found[name]!r} found"
        for name, value in wanted.items()
        if found[name] != value
    ]
    lines += [f"{decision} does not say {code}" for code in expected.get("says", []) if code not in codes]
    lines += [f"{decision} says {code}" for code in expected.get("never", []) if code in codes]
    return lines


@pytest.mark.parametrize("case", [case for _, case in CASES], ids=[id for id, _ in CASES])
def test_decide_when_the_case_is(case):
    decisions = decide(_facts(case))

    problems = [
        line
        for name, expected in case["expect"].items()
        for line in _problems(name, expected, decisions[name])
    ]

    assert problems == []


def test_cases_when_read_by_a_lawyer():
    """Each names its article and uses words that exist; none stands twice; there are enough of them."""
    codes = set(yaml.safe_load((FOLDER.parent / "codes.yaml").read_text(encoding="utf-8")))
    problems = []
    for id, case in CASES:
        if not str(case.get("article", "")).strip():
            problems.append(f"{id}: no article")
        if set(case) - {"case", "article", "base", "facts", "expect"} or not case["expect"]:
            problems.append(f"{id}: keys {sorted(case)}")
        for name, expected in case["expect"].items():
            said = {code for key in LISTS - {"missing"} for code in expected.get(key, [])}
            unknown = sorted(said - codes) + sorted(set(expected.get("missing", [])) - set(all_facts()))
            if name not in DECISIONS or unknown:
                problems.append(f"{id}: {name} {unknown}")

    assert problems == []
    assert len({id for id, _ in CASES}) == len(CASES) >= 200


@pytest.mark.parametrize("name", sorted(_bases()))
def test_base_when_it_gives_every_fact(name):
    facts = _base_facts(name)

    assert sorted(facts) == sorted(all_facts())
    assert [fact for fact, value in facts.items() if value is None] == []


def test_codes_when_each_refusal_and_exception_has_its_case():
    codes = yaml.safe_load((FOLDER.parent / "codes.yaml").read_text(encoding="utf-8"))
    wanted = {
        code
        for code, entry in codes.items()
        if entry["kind"] in ("refusal", "exception")
        and code not in UNREACHED
        and not code.startswith("CAP.REF_")
    }
    said = {
        code
        for _, case in CASES
        for expected in case["expect"].values()
        for key in ("says", "reasons", "refusals")
        for code in expected.get(key, [])
    }

    assert sorted(wanted - said) == []
