"""The cases that a lawyer reads (`rulebook/cases/*.yaml`), held against the rules one act at a time."""

from __future__ import annotations

from typing import Any

import pytest
import yaml

from toubib.rulebook.engine.program import DECISIONS
from toubib.rulebook.facts import all_facts
from toubib.rulebook.status_trial import NAME
from toubib.rulebook.trial import CASES as FOLDER
from toubib.rulebook.trial import LISTS, base_facts, differences, read_bases

ASIDE = {"bases", "disputed"}  # situations to start from; cases whose reading is not settled
# No act under the law in force can say these: a proof on file, reforms on paper, a reading not retained.
UNREACHED = {"MISSING", "CAP.DOCTOR_EXEMPT", "SL.EXC_REPLACEMENT"}


def _read(name: str) -> Any:
    return yaml.safe_load((FOLDER / f"{name}.yaml").read_text(encoding="utf-8"))


def _all_cases() -> list[tuple[str, dict[str, Any]]]:
    names = sorted(path.stem for path in FOLDER.glob("*.yaml") if path.stem not in ASIDE)
    return [(f"{name}: {case['case']}", case) for name in names for case in _read(name)]


BASES = read_bases()
CASES = _all_cases()


@pytest.mark.parametrize("case", [case for _, case in CASES], ids=[id for id, _ in CASES])
def test_decide_when_the_case_is(case):
    assert differences(case, BASES) == []


def test_cases_when_read_by_a_lawyer():
    """Each names its article and uses words that exist; none stands twice; there are enough of them."""
    codes = set(yaml.safe_load((FOLDER.parent / "codes.yaml").read_text(encoding="utf-8")))
    problems = []
    for id, case in CASES:
        if not str(case.get("article", "")).strip():
            problems.append(f"{id}: no article")
        if set(case) - {"case", "article", "base", "facts", "doctor", "expect"} or not case["expect"]:
            problems.append(f"{id}: keys {sorted(case)}")
        for name, expected in case["expect"].items():
            said = {code for key in LISTS if key != "missing" for code in expected.get(key, [])}
            unknown = sorted(said - codes) + sorted(set(expected.get("missing", [])) - set(all_facts()))
            if name not in ([NAME] if "doctor" in case else DECISIONS) or unknown:
                problems.append(f"{id}: {name} {unknown}")

    assert problems == []
    assert len({id for id, _ in CASES}) == len(CASES) >= 200


@pytest.mark.parametrize("name", sorted(BASES))
def test_base_when_it_gives_every_fact(name):
    facts = base_facts(name, BASES)

    assert sorted(facts) == sorted(all_facts())
    assert [fact for fact, value in facts.items() if value is None] == []


def test_codes_when_each_refusal_and_exception_has_its_case():
    codes = yaml.safe_load((FOLDER.parent / "codes.yaml").read_text(encoding="utf-8"))
    wanted = {
        code
        for code, entry in codes.items()
        if entry["kind"] in ("refusal", "exception")
        and code not in UNREACHED
        and not code.startswith(("CAP.REF_", "RX."))  # of policies; of medicines, not of acts
    }
    said = {
        code
        for _, case in CASES
        for expected in case["expect"].values()
        for key in ("says", "reasons", "refusals")
        for code in expected.get(key, [])
    }

    assert sorted(wanted - said) == []
