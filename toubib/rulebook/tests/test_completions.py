"""UNDETERMINED and `missing`, held to brute force over every completion of the unknown facts."""

import random

import pytest

from toubib.rulebook.engine.program import Overlay
from toubib.rulebook.policies import find_policy, policy_files, read_policy
from toubib.rulebook.tests.completions import (
    GOOD,
    ONE_OR_ANOTHER,
    complete,
    differences,
    disagreements,
    expected,
    expected_undated,
    judge_all,
    judge_undated,
    plain_act,
    silences,
    some_act,
    told,
    values_of,
)

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
NEAR = "open: [{condition: REIMB.NOT_TERRITORIAL, when: WHEN}]"
CASES = [  # what a policy opens or excludes, the unknown facts, the facts that are not the plain ones
    (NEAR, "{patient_zone: [ZIP, ZAC, ZV, none]}", ["patient_zone"], {}),
    (NEAR, "[{patient_zone: [ZIP, ZAC]}, {patient_zone: ZV}, {patient_zone: none}]", ["patient_zone"], {}),
    (NEAR, "[{c2s: true}, {c2s: false, patient_zone: ZIP}]", ["c2s"], {"patient_zone": "ZIP"}),
    (NEAR, "{has_medecin_traitant: true}", ["has_medecin_traitant"], {"patient_zone": "ZIP"}),
    (NEAR, "{patient_zone: [ZIP, ZAC]}", ["patient_zone", "has_medecin_traitant"], {}),
    ("exclude: [{when: WHEN}]", "{patient_zone: [ZIP, ZAC, ZV, none]}", ["patient_zone"], {}),
    (
        "exclude: [{when: WHEN}]",
        "[{patient_zone: ZIP, c2s: true}, {patient_zone: ZAC, ame: true}, {patient_zone: [ZV, none], c2s: true}]",
        ["patient_zone"],
        {"c2s": True, "ame": True},
    ),
    (
        "exclude: [{when: WHEN}]",
        "[{patient_age: {to: 16}, c2s: true}, {patient_age: {from: 16}, ame: true}]",
        ["patient_age", "ame"],
        {"c2s": True, "ame": True},
    ),
    (
        NEAR,
        "[{patient_age: {from: 6, to: 80}}, {act_time: {from: '12:00'}}]",
        ["patient_age", "act_time"],
        {},
    ),
]


def own(text):
    """A user's policy over the law."""
    return Overlay((read_policy(f"id: own\nlabel: Own\nsource: a test\n{text}", "own.yaml"),))


@pytest.mark.parametrize(("part", "when", "unknown", "told_of_it"), CASES)
def test_policy_that_covers_a_fact_does_not_ask_it(part, when, unknown, told_of_it):
    overlay = own(part.replace("WHEN", when))
    facts = {**plain_act("2025-03-10"), "same_territory": False, **told_of_it}
    partial = {**facts, **dict.fromkeys(unknown)}
    wanted = expected(facts, unknown, overlay)
    assert differences(judge_all([partial], overlay)[0], wanted, partial) == []


@pytest.mark.parametrize("name", [*policy_files(), "all"])
def test_engine_says_what_every_completion_says_under_a_policy(name):
    policies = tuple(find_policy(one) for one in (policy_files() if name == "all" else [name]))
    kinds = ("exclude", "exempt", "suspend", "open")
    clauses = [clause for policy in policies for kind in kinds for clause in getattr(policy, kind)]
    asked = sorted({fact for clause in clauses for one in clause.when for fact, _ in one})
    found = []
    for seed in range(2):
        first = random.Random(f"{name} {seed}").sample(asked, min(2, len(asked)))
        found += disagreements(
            seed, "2025-03-10", most_completions=300, overlay=Overlay(policies), first=first
        )
    assert found == []


UNDATED = [  # the unknown facts, and what is known beside the plain ones
    (["practitioner_profession"], {"act_kind": "telecare"}),
    (["practitioner_profession", "identified"], {"act_kind": "telecare"}),
    (["act_kind"], {"modality": "phone", "phone_ground": "no_terminal"}),
    (["is_medecin_traitant"], {"funding": "private"}),
]


@pytest.mark.parametrize(("unknown", "told_of_it"), UNDATED)
def test_act_without_a_date_says_what_every_day_says(unknown, told_of_it):
    facts = {**plain_act(None), **told_of_it}
    partial = {**facts, **dict.fromkeys(unknown)}
    assert differences(judge_undated(partial), expected_undated(facts, unknown), partial) == []


@pytest.mark.parametrize("seed", range(4))
def test_random_act_without_a_date_says_what_every_day_says(seed):
    rng = random.Random(f"undated {seed}")
    facts = some_act(rng, None)
    unknown = rng.sample(sorted(set(facts) - {"act_date", "act_id", "practitioner_id", "patient_id"}), 2)
    partial = {**facts, **dict.fromkeys(unknown)}
    assert differences(judge_undated(partial), expected_undated(facts, unknown), partial) == []


INVALID = [  # what is unknown of an act that no completion makes lawful
    ["practitioner_profession"],
    ["practitioner_profession", "identified"],
    ["practitioner_profession", "asks_certificate", "leave_kind"],
    ["identified", "modality"],
]


@pytest.mark.parametrize("unknown", INVALID)
@pytest.mark.parametrize("profession", ["doctor", "nurse", "psychologist"])
@pytest.mark.parametrize("kind", ["teleconsultation", "telecare", "tele_advice"])
def test_invalid_says_why_and_every_refusal_that_holds_anyway(unknown, profession, kind):
    facts = {**plain_act("2025-03-10"), "act_kind": kind, "modality": "chat", "asks_prescription": True}
    facts |= {"practitioner_profession": profession}
    partial = {**facts, **dict.fromkeys(unknown)}
    got, answers = judge_all([partial])[0], complete(facts, unknown)[1]
    assert silences(got, answers) == []


SHARED = [  # an unknown fact that fails one condition or another, whatever it is; the facts that are not the plain ones
    ("2024-03-10", "practitioner_specialty", {"same_territory": False, "patient_zone": "ZIP"}),
    ("2022-10-01", "practitioner_specialty", {"same_territory": False, "patient_zone": "ZIP"}),
    ("2021-05-01", "patient_age", {"modality": "phone", "phone_ground": "no_terminal"}),
]


@pytest.mark.parametrize(("day", "unknown", "told_of_it"), SHARED)
def test_no_that_conditions_share_over_an_unknown_fact_says_a_refusal(day, unknown, told_of_it):
    facts = {**plain_act(day), "referred_by_mt": False, "has_medecin_traitant": True, **told_of_it}
    got, answers = judge_all([{**facts, unknown: None}])[0], complete(facts, [unknown])[1]
    assert (got["reimbursement"].outcome, got["reimbursement"].missing) == ("NO", ())
    assert ONE_OR_ANOTHER in got["reimbursement"].codes
    assert silences(got, answers) == []


def test_no_of_an_act_without_a_date_says_a_refusal():
    """By telephone: before 2018 nothing is paid, since then a video is asked for."""
    facts = {**plain_act(None), "modality": "phone", "same_territory": False, "referred_by_mt": False}
    found = judge_undated(facts)["reimbursement"]
    assert (found.outcome, ONE_OR_ANOTHER in found.codes) == ("NO", True)


LEAVES = [["leave_days"], ["leave_running_days"], ["leave_days", "leave_running_days"], ["leave_justified"]]


@pytest.mark.parametrize("unknown", LEAVES)
@pytest.mark.parametrize("days", [(1, 0), (1, 3), (2, 2), (4, 0), (4, 3), (63, 60)])
def test_leave_says_every_refusal_that_holds_anyway(unknown, days):
    facts = {**plain_act("2026-10-01"), "leave_kind": "prolongation", "is_medecin_traitant": False}
    facts |= {"leave_days": days[0], "leave_running_days": days[1]}
    partial = {**facts, **dict.fromkeys(unknown)}
    assert silences(judge_all([partial])[0], complete(facts, unknown)[1]) == []


PRICED = [  # an act whose overrun, kind or cover is unknown, and what is told besides
    {"c2s": True},
    {"ame": True, "practitioner_sector": "s2"},
    {"c2s": True, "practitioner_employer": "company"},
    {"c2s": True, "same_territory": False},
    {"c2s": True, "practitioner_profession": "nurse"},
    {"practitioner_sector": "none"},
    {"practitioner_specialty": "ophthalmology"},
    {},
]


@pytest.mark.parametrize(
    "unknown", [["act_kind"], ["practitioner_sector"], ["practitioner_profession"], ["place_type"]]
)
@pytest.mark.parametrize("more", [[], ["consent"], ["c2s"]])
@pytest.mark.parametrize("told_of_it", PRICED)
def test_price_asks_for_the_overrun_only_where_it_moves_an_amount(unknown, more, told_of_it):
    facts = {**plain_act("2025-03-10"), **told_of_it}
    names = [*unknown, "overrun", *more]
    partial = {**facts, **dict.fromkeys(names)}
    assert differences(judge_all([partial])[0], expected(facts, names), partial) == []


@pytest.mark.parametrize("day", DAYS)
def test_engine_says_what_every_completion_says(day):
    assert [one for seed in range(30) for one in disagreements(seed, day)] == []


def test_brute_force_notices_a_fact_that_moves_the_outcome():
    """The check itself: consent alone turns the answer."""
    facts = {**GOOD, "act_date": "2025-03-10", "referred_by_mt": True}
    assert expected(facts, ["consent"])["reimbursement"] == ("UNDETERMINED", ["consent"])
    assert expected(facts, ["covid"])["reimbursement"] == ("YES", [])


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
