"""What must hold of every act, whatever its facts: acts are invented by Hypothesis."""

import json

import ibis
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from toubib.rulebook.decide import decide
from toubib.rulebook.engine.bulk import judge_many, judge_table
from toubib.rulebook.engine.program import DECISIONS
from toubib.rulebook.engine.tables import connect, read_table
from toubib.rulebook.policies import Overlay, find_policy, policy_files
from toubib.rulebook.rules.price import AMOUNTS
from toubib.rulebook.tests.acts import random_acts
from toubib.rulebook.tests.completions import judge_all, some_act, told, values_of

DAYS = ["2020-05-01", "2022-12-10", "2024-05-15", "2025-03-10"]
NAMES = ("act_date", "act_id", "practitioner_id", "patient_id")
SHARES = ("amo", "amc", "public", "patient")
ROWS = 60
FEW = settings(max_examples=5, deadline=None, database=None)
acts_with_gaps = st.builds(
    lambda rng, day, gaps: with_gaps(rng, day, gaps),
    st.randoms(use_true_random=False),
    st.sampled_from(DAYS),
    st.integers(1, 6),
)


def with_gaps(rng, day, gaps):
    """(an act, the facts that are unknown of it)."""
    facts = some_act(rng, day)
    unknown = rng.sample([name for name in facts if name not in NAMES], gaps)
    return {**facts, **dict.fromkeys(unknown)}, unknown


def only_excludes(policy):
    """Does it take acts out of the numerator, and nothing else?"""
    return not (policy.parameters or policy.open or policy.excluded_acts_leave_denominator)


def table_of(acts, folder):
    path = folder / "acts.jsonl"
    path.write_text("".join(f"{json.dumps(act)}\n" for act in acts))
    return read_table(path, connect())


def cents(euros):
    return round(float(euros) * 100)


@pytest.mark.slow
@settings(max_examples=100, deadline=None)
@given(acts_with_gaps)
def test_telling_a_fact_never_contradicts_an_answer_given(given_act):
    """What was certain stays so, with its reasons; what is missing is missing before, or is told."""
    act, unknown = given_act
    tellings = [(name, value) for name in unknown for value in values_of(name)]
    before, *after = judge_all([act, *({**act, name: value} for name, value in tellings)])
    for (name, value), answer in zip(tellings, after, strict=True):
        for decision, found in before.items():
            now = answer[decision]
            where = (decision, name, value)
            assert set(found.codes) <= set(now.codes), where
            assert set(now.missing) <= set(found.missing) - {name}, where
            if found.outcome != "UNDETERMINED":
                assert told(decision, now) == told(decision, found), where


@pytest.mark.slow
@settings(max_examples=8, deadline=None)
@given(acts_with_gaps)
def test_telling_the_date_never_contradicts_an_answer_given(given_act):
    act, _ = given_act
    before, after = decide({**act, "act_date": None}), decide(act)
    for decision in DECISIONS:
        if before[decision]["outcome"] != "UNDETERMINED":
            kept = ("outcome", *AMOUNTS)
            assert [before[decision].get(key) for key in kept] == [after[decision].get(key) for key in kept]


@settings(max_examples=200, deadline=None)
@given(acts_with_gaps)
def test_shares_sum_to_the_tariff_and_perhaps_the_overrun(given_act):
    """Of a price that is certain, and of both cases of one that hangs on the reimbursement."""
    act, _ = given_act
    price = decide(act)["price"]
    for amounts in (price, price.get("if_yes", price), price.get("if_no", price)):
        if None in [amounts[name] for name in AMOUNTS]:
            continue
        beyond = sum(cents(amounts[name]) for name in SHARES) - cents(amounts["tariff"])
        assert beyond in (0, cents(act["overrun"] or 0)), amounts
        assert min(cents(amounts[name]) for name in AMOUNTS) >= 0


@pytest.fixture(scope="module")
def judged(tmp_path_factory):
    """Acts of a day in a table, and a view that judges whatever order they stand in."""
    acts = [{**act, "act_date": "2025-03-10"} for act in random_acts(ROWS, seed=31)]
    read = table_of(acts, tmp_path_factory.mktemp("order"))
    connection = ibis.get_backend(read)
    connection.create_table("in_order", read)
    connection.create_table("acts", read)
    return connection, judge_table(connection.table("acts"), detail="lists")


def by_id(connection, view, order):
    ids = ", ".join(f"'a{place}'" for place in order)
    connection.raw_sql(
        f"CREATE OR REPLACE TABLE acts AS SELECT * FROM in_order ORDER BY list_position([{ids}], act_id)"
    )
    return {row["act_id"]: row for row in view.to_pyarrow().to_pylist()}


@pytest.mark.slow
@FEW
@given(order=st.permutations(range(ROWS)))
def test_the_order_of_rows_changes_nothing(order, judged):
    assert by_id(*judged, order) == by_id(*judged, range(ROWS))


@pytest.mark.slow
@FEW
@given(seed=st.integers(0, 10**6))
def test_a_policy_that_only_excludes_counts_no_act_more(seed, tmp_path_factory):
    """Nor moves the other side of the share. Alone and all together."""
    policies = [policy for policy in map(find_policy, policy_files()) if only_excludes(policy)]
    overlays = {policy.id: Overlay((policy,)) for policy in policies}
    overlays |= {"law": Overlay(), "all": Overlay(tuple(policies))}
    table = table_of(random_acts(300, seed=seed), tmp_path_factory.mktemp("exclude"))
    for row in judge_many(table, overlays, ("cap",), "outcomes").to_pyarrow().to_pylist():
        for name in overlays:
            if row[f"{name}|cap"] == "COUNTED":
                assert row["law|cap"] == "COUNTED", (name, row)
            inside, by_law = row[f"{name}|cap_in_denominator"], row["law|cap_in_denominator"]
            assert None in (inside, by_law) or inside == by_law, (name, row)


def test_policies_that_only_exclude_are_known():
    """A new policy says on which side it stands; one that moves a rate or reimburses more is no exclusion."""
    assert {name for name in policy_files() if not only_excludes(find_policy(name))} == {
        "activity_without_own_patients", "cnam_2023_50pct", "companies_as_organisations", "law_2021", "law_2024",
        "tariff_as_in_person", "territory_for_deserts",
    }  # fmt: skip
