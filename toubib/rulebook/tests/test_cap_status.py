from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from toubib.rulebook.cap_status import Outside, cap_status
from toubib.rulebook.policies import Overlay, Policy, find_policy

NOTHING_MORE = Outside(0, 0, 0)


def status(
    counted, acts, *, year=2025, specialty="general_practice", own_mt=0, outside=NOTHING_MORE, policy=None
):
    if isinstance(policy, dict):
        policy = Policy("tried", "", "", parameters=tuple(policy.items()))
    elif policy:
        policy = find_policy(policy)
    overlay = Overlay((policy,)) if policy else Overlay()
    return cap_status(
        year=year,
        specialty=specialty,
        counted=counted,
        acts_here=acts,
        own_mt_here=own_mt,
        outside=outside,
        overlay=overlay,
    )


@pytest.mark.parametrize(
    ("counted", "expected"),
    [(0, "BELOW"), (17, "BELOW"), (18, "NEAR"), (20, "NEAR"), (21, "ABOVE"), (100, "ABOVE")],
)
def test_outcome_at_each_side_of_each_boundary(counted, expected):
    assert status(counted, 100).outcome == expected


def test_a_third_of_a_per_cent_above_is_above():
    assert status(200_000_001, 1_000_000_000).outcome == "ABOVE"
    assert status(200_000_000, 1_000_000_000).outcome == "NEAR"
    assert status(180_000_000, 1_000_000_000).outcome == "NEAR"
    assert status(179_999_999, 1_000_000_000).outcome == "BELOW"


def test_a_psychiatrist_has_a_rate_of_their_own_since_2024():
    found = [status(30, 100, specialty="psychiatry", year=year) for year in (2023, 2024, 2025)]
    assert [(one.outcome, one.rate) for one in found] == [
        ("ABOVE", Fraction(1, 5)),
        ("BELOW", Fraction(2, 5)),
        ("BELOW", Fraction(2, 5)),
    ]


def test_both_readings_of_the_denominator():
    found = status(15, 100, own_mt=40)
    assert (found.outcome, found.ratio, found.reading) == (
        "BELOW",
        Fraction(3, 20),
        "ALL_CONVENTIONED_ACTIVITY",
    )
    other = found.other
    assert (other.outcome, other.ratio, other.reading) == ("ABOVE", Fraction(1, 4), "NON_MT_ACTIVITY_ONLY")
    assert (other.in_person_needed, other.other) == (15, None)


def test_undetermined_without_a_declaration_with_its_range():
    found = status(30, 100, outside=None)
    assert (found.outcome, found.ratio, found.remaining_acts, found.in_person_needed) == (
        "UNDETERMINED",
        None,
        None,
        None,
    )
    assert (found.lowest, found.highest) == (0, 1)


def test_undetermined_where_there_is_no_activity_or_less_than_is_counted():
    assert status(0, 0).outcome == "UNDETERMINED"
    assert status(5, 4).outcome == "UNDETERMINED"
    assert status(1, 10, outside=Outside(5, 6, 0)).outcome == "UNDETERMINED"


def test_a_range_where_only_the_own_patients_acts_are_not_declared():
    other = status(15, 100, own_mt=40, outside=Outside(100, 5, None)).other
    assert (other.outcome, other.lowest, other.highest) == (
        "UNDETERMINED",
        Fraction(20, 160),
        Fraction(20, 65),
    )


def test_a_policy_moves_the_rate():
    assert status(30, 100).outcome == "ABOVE"
    assert status(30, 100, policy="cnam_2023_50pct").outcome == "BELOW"


def test_no_cap_before_2021():
    found = status(90, 100, year=2020)
    assert (found.outcome, found.rate, found.remaining_acts, found.in_person_needed) == (
        "BELOW",
        None,
        None,
        0,
    )


def test_a_single_act_is_activity():
    assert [status(counted, 1).outcome for counted in (0, 1)] == ["BELOW", "ABOVE"]


def test_unknown_specialty_is_undetermined_where_the_two_rates_differ():
    alike, different = status(10, 100, specialty=None), status(30, 100, specialty=None)
    assert (alike.outcome, alike.remaining_acts, alike.in_person_needed) == ("BELOW", None, 0)
    assert (different.outcome, different.remaining_acts, different.in_person_needed) == (
        "UNDETERMINED",
        None,
        None,
    )


def test_a_rate_above_all_bounds_nothing():
    found = status(90, 100, policy={"cap.rate.general": 2})
    assert (found.outcome, found.remaining_acts, found.in_person_needed) == ("BELOW", None, 0)


def test_the_reading_and_the_parameters_are_those_of_the_law():
    assert status(1, 100, year=2020).reading == "ALL_CONVENTIONED_ACTIVITY"
    found = status(15, 100, own_mt=40, policy={"cap.denominator_mode": "NON_MT_ACTIVITY_ONLY"})
    assert (found.outcome, found.reading) == ("ABOVE", "NON_MT_ACTIVITY_ONLY")
    assert found.parameters == (
        "cap.denominator_mode",
        "cap.in_force",
        "cap.near_share",
        "cap.rate.general",
        "cap.rate.psychiatry",
        "cap.rate_day",
    )


@given(
    counted=st.integers(0, 10**6),
    more=st.integers(0, 10**7),
    specialty=st.sampled_from(["general_practice", "psychiatry", "other"]),
)
def test_remaining_and_needed_acts_are_exact(counted, more, specialty):
    acts = counted + more
    found = status(counted, acts, specialty=specialty)
    if acts == 0:
        assert found.outcome == "UNDETERMINED"
        return
    left, rate = found.remaining_acts, found.rate
    above = Fraction(counted, acts) > rate
    assert (found.outcome == "ABOVE") == above
    assert (found.outcome == "NEAR") == (not above and Fraction(counted, acts) >= rate * Fraction(9, 10))
    if above:
        needed = found.in_person_needed
        assert left == 0
        assert Fraction(counted, acts + needed) <= rate < Fraction(counted, acts + needed - 1)
    else:
        assert found.in_person_needed == 0
        assert Fraction(counted + left, acts + left) <= rate < Fraction(counted + left + 1, acts + left + 1)


def unsure(counted, acts, number, **more):
    return cap_status(
        year=2025,
        specialty="general_practice",
        counted=counted,
        acts_here=acts,
        unsure=number,
        outside=more.pop("outside", NOTHING_MORE),
        **more,
    )


def test_unsure_acts_that_could_move_the_outcome_leave_it_undetermined_with_its_range():
    found = unsure(10, 100, 100)
    assert (found.outcome, found.ratio, found.remaining_acts, found.in_person_needed, found.acts) == (
        "UNDETERMINED",
        None,
        None,
        None,
        None,
    )
    assert (found.lowest, found.highest) == (Fraction(10, 200), Fraction(110, 200))


def test_unsure_acts_that_move_nothing_leave_the_outcome_with_what_is_sure_to_remain():
    found = unsure(10, 1000, 5)
    alone, most = status(10, 1000), status(15, 1005)
    assert (found.outcome, found.ratio) == ("BELOW", None)
    assert (found.lowest, found.highest) == (Fraction(10, 1005), Fraction(15, 1005))
    assert found.remaining_acts == min(alone.remaining_acts, most.remaining_acts)
    assert found.in_person_needed == 0
    above = unsure(500, 1000, 10)
    assert (above.outcome, above.remaining_acts) == ("ABOVE", 0)
    assert above.in_person_needed == status(510, 1010).in_person_needed


def test_unsure_acts_are_asked_in_both_readings_and_never_make_an_activity():
    found = unsure(15, 100, 10, own_mt_here=20)
    assert (found.outcome, found.other.outcome) == ("UNDETERMINED", "UNDETERMINED")
    assert (found.other.lowest, found.other.highest) == (Fraction(15, 90), Fraction(25, 90))
    assert unsure(0, 0, 5).outcome == "UNDETERMINED"
    assert unsure(0, 10, 5, outside=None).outcome == "UNDETERMINED"


@given(
    counted=st.integers(0, 60), more=st.integers(0, 200), number=st.integers(0, 30), own=st.integers(0, 30)
)
def test_unsure_acts_are_held_to_every_way_they_could_turn_out(counted, more, number, own):
    own = min(own, more)
    found = unsure(counted, counted + more, number, own_mt_here=own)
    ways = (
        [
            status(counted + yes, counted + more + inside, own_mt=own)
            for inside in range(number + 1)
            for yes in range(inside + 1)
        ]
        if number < 8
        else [status(counted, counted + more + number), status(counted + number, counted + more + number)]
    )
    if found.outcome != "UNDETERMINED":
        assert {one.outcome for one in ways} == {found.outcome}
        assert all(one.remaining_acts >= found.remaining_acts for one in ways)
    assert all(found.lowest <= one.ratio <= found.highest for one in ways if one.ratio is not None)
