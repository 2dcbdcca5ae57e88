"""UNDETERMINED and `missing`, held to brute force over every completion of the unknown facts."""

import pytest

from toubib.rulebook.tests.completions import GOOD, disagreements, expected, judge_all, told, values_of

pytestmark = pytest.mark.slow
DAYS = [
    "2018-09-14",
    "2019-03-01",
    "2020-05-01",
    "2021-05-01",
    "2022-01-10",
    "2022-12-10",
    "2023-09-10",
    "2024-02-01",
    "2024-05-01",
    "2024-08-01",
    "2025-03-10",
    "2026-01-05",
    "2026-10-01",
]


@pytest.mark.parametrize("day", DAYS)
def test_engine_says_what_every_completion_says(day):
    assert [one for seed in range(30) for one in disagreements(seed, day)] == []


def test_brute_force_notices_a_fact_that_moves_the_outcome():
    """The check itself: consent alone turns the answer."""
    facts = {**GOOD, "act_date": "2025-03-10", "referred_by_mt": True}
    assert expected(facts, ["consent"])["reimbursement"] == ("UNDETERMINED", ["consent"])
    assert expected(facts, ["identified"])["reimbursement"] == ("YES", [])


def test_adding_a_fact_never_contradicts_an_answer_given():
    """One unknown fact after the other is told: what was certain stays so."""
    names = ["consent", "practitioner_sector", "referred_by_mt", "c2s", "modality", "is_medecin_traitant"]
    facts = {**GOOD, "act_date": "2025-03-10", **dict.fromkeys(names)}
    for name in names:
        before = judge_all([facts])[0]
        for value in values_of(name):
            after = judge_all([{**facts, name: value}])[0]
            for decision, found in before.items():
                if found.outcome != "UNDETERMINED":
                    assert told(decision, after[decision]) == told(decision, found), (decision, name, value)
        facts = {**facts, name: values_of(name)[0]}
