"""Which parameters nothing reads: derived from the rules and the code, held against the list that readers are told."""

from pathlib import Path

import pytest

from toubib.rulebook.engine.program import program_from
from toubib.rulebook.law import OF_RULES, period_starts
from toubib.rulebook.parameters import all_parameters
from toubib.rulebook.policies import Overlay
from toubib.rulebook.rules.cap_status import rates_of
from toubib.rulebook.unread import UNREAD

PACKAGE = Path(__file__).resolve().parents[2]
SUBJECTS = {one.id: one.subject for one in all_parameters()}
# Tariffs of who assists: no rule of the doctor's act asks for them; `billing.assistance` does
READ_BY_BILLING = {"tariff.TLM", "tariff.TLS", "tariff.TLL", "tariff.TLD"}
COMPOSED = {"retention"}  # subjects whose ids the code puts together from words


@pytest.mark.slow
def test_parameters_of_rules_that_no_rule_asks_for():
    programs = [program_from(start, Overlay()) for start in period_starts()]
    asked = {id for program in programs for ids in program.asked.values() for id in ids}
    asked |= set(rates_of(2025, Overlay()).parameters)
    of_rules = {id for id, subject in SUBJECTS.items() if subject in OF_RULES}
    assert of_rules - asked - READ_BY_BILLING == UNREAD & of_rules


def test_other_parameters_that_no_code_names():
    sources = [
        path.read_text(encoding="utf-8")
        for path in PACKAGE.rglob("*.py")
        if "tests" not in path.parts and path.name != "unread.py"
    ]
    others = {id for id, subject in SUBJECTS.items() if subject not in OF_RULES | COMPOSED}
    unread = {id for id in others if not any(f'"{id}"' in source for source in sources)}
    assert unread == {id for id in UNREAD if SUBJECTS.get(id) not in OF_RULES}
