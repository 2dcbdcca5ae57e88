"""`max_days`, held to brute force over every completion of the unknown facts: a number only where all say the same."""

from itertools import combinations, product

import pytest

from toubib.rulebook.decide import decide
from toubib.rulebook.policies import Overlay, Policy
from toubib.rulebook.tests.completions import GOOD, judge_all

WORLD = {
    "act_kind": ["teleconsultation", "in_person"],
    "practitioner_country": ["FR", "BE"],
    "leave_kind": ["none", "initial", "prolongation"],
    "leave_running_days": [0, 2, 3, 5],
    "is_medecin_traitant": [True, False],
    "leave_over_ceiling_reason": [True, False],
}
PLAIN = {
    **GOOD,
    **dict.fromkeys(("is_referring_midwife", "replaces_mt", "leave_justified"), False),
    "leave_motive_given": True,
}


def most(facts):
    return [one["sick_leave"].figures["max_days"] for one in judge_all(facts)]


@pytest.mark.parametrize("day", ["2024-02-01", "2025-03-10", "2026-10-01"])
def test_max_days_is_a_number_only_where_every_completion_says_it(day):
    names = list(WORLD)
    whole = list(product(*WORLD.values()))
    known = dict(zip(whole, most([_act(day, names, one) for one in whole]), strict=True))
    wrong = []
    for hidden in [*combinations(range(len(names)), 1), *combinations(range(len(names)), 2)]:
        groups = {}
        for one in whole:
            seen = tuple(None if i in hidden else value for i, value in enumerate(one))
            groups.setdefault(seen, set()).add(known[one])
        found = most([_act(day, names, seen) for seen in groups])
        for (seen, answers), got in zip(groups.items(), found, strict=True):
            if got is not None and answers != {got}:
                wrong.append((seen, answers, got))
    assert wrong == []


def _act(day, names, values):
    return {**PLAIN, "act_date": day, **dict(zip(names, values, strict=True))}


def said(policy=None, **facts):
    overlay = Overlay((Policy("tried", "", "", parameters=tuple(policy.items())),)) if policy else Overlay()
    return decide({**PLAIN, "act_date": "2026-10-01", "is_medecin_traitant": False, **facts}, overlay)[
        "sick_leave"
    ]


def test_max_days_is_unknown_where_the_country_is():
    found = said(leave_kind="initial", leave_days=2, practitioner_country=None)
    assert (found["outcome"], found["max_days"]) == ("UNDETERMINED", None)


@pytest.mark.parametrize(
    ("facts", "days"),
    [
        ({}, 3),
        ({"practitioner_country": "BE"}, 0),
        ({"leave_kind": "prolongation", "leave_running_days": 1}, 2),
        ({"leave_kind": "prolongation", "leave_running_days": 5}, 0),
        ({"leave_kind": "prolongation", "leave_running_days": 5, "practitioner_country": None}, 0),
        ({"leave_kind": "prolongation", "leave_running_days": None}, None),
        ({"is_medecin_traitant": True}, 31),
        ({"is_medecin_traitant": None}, None),
        ({"is_medecin_traitant": True, "leave_over_ceiling_reason": True}, None),
        ({"leave_kind": "none"}, None),
    ],
)
def test_max_days_is_the_smallest_limit_that_binds(facts, days):
    assert (
        said(**{"leave_kind": "initial", "leave_days": 1, "leave_over_ceiling_reason": False, **facts})[
            "max_days"
        ]
        == days
    )


@pytest.mark.parametrize(
    ("facts", "days"),
    [
        ({"leave_kind": "initial"}, 31),
        ({"leave_kind": "initial", "leave_over_ceiling_reason": True}, 100),
        ({"leave_kind": "prolongation", "leave_running_days": 10}, 62),
        ({"leave_kind": "prolongation", "leave_running_days": 60}, 40),
    ],
)
def test_max_days_is_the_ceiling_where_a_policy_puts_the_short_limit_over_it(facts, days):
    found = said(
        {"sickleave.tele.max_days": 100}, **{"leave_over_ceiling_reason": False, "leave_days": 1, **facts}
    )
    assert found["max_days"] == days
