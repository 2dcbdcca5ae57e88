"""The interval of the wait: honest when it is long, absent without a doctor."""

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from toubib.people.tests.factories import NOW
from toubib.waiting.enums import DutyState, TicketState
from toubib.waiting.models import Duty, Ticket
from toubib.waiting.queries import estimate_wait, rank_payloads
from toubib.waiting.queries.estimate import Pace
from toubib.waiting.queries.rivals import Doctors
from toubib.waiting.tests.factories import make_scene, prepare_ticket, put_in_line, put_on_duty


def a_pace(doctors, free, short, long, sample):
    states = [DutyState.OPEN if n < free else DutyState.BUSY for n in range(doctors)]
    duties = [Duty(state=state, languages=["fr"]) for state in states]
    return Pace(Doctors(tuple(duties)), short, long, sample)


def words(pace: Pace, ahead: int):
    found = pace.interval(ahead=ahead, now=NOW)
    return found and (found.low, found.high)


def test_interval_without_a_doctor_is_none():
    assert words(a_pace(0, 0, 6, 15, 40), 0) is None


def test_interval_when_a_doctor_is_free_is_at_once():
    assert words(a_pace(2, 1, 6, 15, 40), 0) == (0, 2)


def test_interval_grows_with_the_people_ahead_and_is_rounded_outwards():
    pace = a_pace(2, 0, 6.0, 15.0, 40)
    assert [words(pace, ahead) for ahead in (0, 1, 5, 20)] == [(1, 15), (3, 15), (9, 50), (30, 170)]


@given(
    doctors=st.integers(1, 30),
    ahead=st.integers(0, 500),
    short=st.floats(1, 30),
    spread=st.floats(0, 60),
    free=st.integers(0, 5),
)
def test_interval_is_ordered_and_never_shrinks_with_one_more_ahead(doctors, ahead, short, spread, free):
    pace = a_pace(doctors, min(free, doctors), short, short + spread, 40)
    one, more = words(pace, ahead), words(pace, ahead + 1)
    assert 0 <= one[0] < one[1]
    assert one[0] <= more[0]
    assert one[1] <= more[1]


@pytest.mark.django_db(transaction=True)
def test_estimate_uses_the_last_consultations_served():
    scene = make_scene()
    put_on_duty(scene, scene.cast.vasseur, languages=["ar"])
    for minute in range(10):
        start = NOW - timedelta(hours=2, minutes=minute)
        prepare_ticket(
            scene,
            state=TicketState.CLOSED,
            pool=scene.pool,
            arrived_at=start,
            accepted_at=start,
            ended_at=start + timedelta(minutes=10),
            now=start,
        )
    put_in_line(scene)
    found = estimate_wait(pool_id=scene.pool.id, ahead=3, now=NOW)
    assert (found.low, found.high, found.sample, found.doctors) == (15, 30, 10, 1)


SHOWN = ("rank", "ahead", "behind", "low", "doctors")


@pytest.mark.django_db(transaction=True)
def test_rank_payloads_count_queries_is_constant(django_assert_num_queries):
    scene = make_scene()
    for _ in range(3):
        put_in_line(scene)
    ids = list(Ticket.objects.order_by("arrived_at", "id").values_list("id", flat=True))
    with django_assert_num_queries(2):
        found = rank_payloads(pool_id=scene.pool.id, now=NOW)
    assert {key: tuple(row[name] for name in SHOWN) for key, row in found.items()} == {
        str(ids[0]): (1, 0, 2, None, 0),
        str(ids[1]): (2, 1, 1, None, 0),
        str(ids[2]): (3, 2, 0, None, 0),
    }
