"""Rank and interval count those who compete for the same doctors, in as many queries whatever the line."""

import pytest

from toubib.people.tests.factories import NOW
from toubib.waiting.models import Ticket
from toubib.waiting.queries import (
    order_of,
    places_in_pool,
    rank_payloads,
    wait_at_the_end,
    waiting_rows,
)
from toubib.waiting.tests.factories import make_scene, put_in_line, put_on_duty
from toubib.waiting.tests.test_duty import minutes

pytestmark = pytest.mark.django_db


@pytest.fixture
def scene():
    return make_scene()


def hold(scene, professional, **over):
    """A doctor on duty who is with somebody: nothing is offered."""
    duty = put_on_duty(scene, professional, **over)
    type(duty).objects.filter(pk=duty.pk).update(state="busy")
    return duty


def wait(scene, *languages, **over):
    return [put_in_line(scene, now=minutes(n), language=one, **over) for n, one in enumerate(languages)]


def ranks(scene, tickets):
    places = places_in_pool(pool_id=scene.pool.id)
    return [(places[one.id].rank, places[one.id].behind) for one in tickets]


def test_who_waits_for_another_language_is_not_in_the_way(scene):
    hold(scene, scene.cast.vasseur)
    tickets = wait(scene, "pt", "fr", "pt", "fr")
    assert ranks(scene, tickets) == [(1, 1), (1, 1), (2, 0), (2, 0)]


def test_a_doctor_of_two_languages_makes_rivals_of_all(scene):
    hold(scene, scene.cast.vasseur, languages=["fr", "pt"])
    assert ranks(scene, wait(scene, "pt", "fr", "pt")) == [(1, 2), (2, 1), (3, 0)]


def test_a_doctor_of_children_is_not_a_rival_of_adults(scene):
    hold(scene, scene.cast.vasseur, min_age=18)
    hold(scene, scene.cast.lenoir, max_age=17)
    child = put_in_line(scene, now=minutes(0), patient_age=4)
    adult = put_in_line(scene, now=minutes(1), patient_age=40)
    assert ranks(scene, [child, adult]) == [(1, 0), (1, 0)]


def test_with_nobody_on_duty_all_wait_for_the_same(scene):
    assert ranks(scene, wait(scene, "pt", "fr")) == [(1, 1), (2, 0)]


def test_the_wait_is_that_of_the_doctors_who_may_receive_this_person(scene):
    hold(scene, scene.cast.vasseur)
    wait(scene, "fr", "fr")
    found = {
        want: wait_at_the_end(pool_id=scene.pool.id, want=want, now=NOW)[1]
        for want in (("fr", 36), ("pt", 36))
    }
    assert (found["fr", 36].high, found["pt", 36]) == (50, None)


def test_a_payload_has_the_rank_among_rivals_in_three_queries(scene, django_assert_num_queries):
    hold(scene, scene.cast.vasseur)
    tickets = wait(scene, *["pt", "fr"] * 4)
    with django_assert_num_queries(3):
        found = rank_payloads(pool_id=scene.pool.id, now=NOW)
    assert [found[str(one.id)]["rank"] for one in tickets] == [1, 1, 2, 2, 3, 3, 4, 4]
    assert [found[str(one.id)]["low"] is None for one in tickets[:2]] == [True, False]


def test_why_says_how_many_before_wait_for_other_doctors(scene):
    hold(scene, scene.cast.vasseur)
    tickets = wait(scene, "pt", "fr", "fr")
    order = order_of(ticket=Ticket.objects.get(pk=tickets[2].pk))
    assert (order.ahead_at, order.apart) == ((tickets[1].arrived_at,), 1)


def test_rows_keep_the_one_public_order_and_say_who_was_refused(scene, django_assert_num_queries):
    duty = hold(scene, scene.cast.vasseur)
    tickets = wait(scene, "pt", "fr")
    tickets[1].declined.add(duty.practitioner)
    with django_assert_num_queries(2):
        rows, _count = waiting_rows(pool_ids=[scene.pool.id], practitioner_id=duty.practitioner_id)
    assert [(row.rank, row.language, row.refused) for row in rows] == [(1, "pt", False), (2, "fr", True)]
