"""The cap in dispatch: from declarations to the offer, with few queries, and never in the patient's pages."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.core.cache import cache

from toubib.activity.operations import declare_activity
from toubib.people.tests.factories import NOW
from toubib.rulebook import live
from toubib.waiting.models import Offer
from toubib.waiting.operations import dispatch_pool
from toubib.waiting.queries.caps import caps_of, line_counts
from toubib.waiting.tests.factories import doctor_actor, make_scene, put_in_line, put_on_duty

pytestmark = pytest.mark.django_db


@pytest.fixture
def scene():
    cache.clear()
    live.warm(on=NOW.date())
    return make_scene()


def declare(doctor, counted):
    declare_activity(
        practitioner=doctor.practitioner,
        year=NOW.year,
        conventioned_acts=1000,
        counted_acts=counted,
        own_mt_acts=0,
        declared_on=NOW.date(),
        by=doctor_actor(doctor),
        now=NOW,
    )


def test_line_counts_once_the_rule_book_is_ready(scene):
    assert line_counts(now=NOW)


def test_caps_take_two_queries_then_none(scene, django_assert_num_queries):
    duties = [put_on_duty(scene, one) for one in (scene.cast.vasseur, scene.cast.lenoir, scene.cast.benali)]
    declare(scene.cast.vasseur, 250)
    with django_assert_num_queries(2):
        found = caps_of(duties=duties, now=NOW)
    with django_assert_num_queries(0):
        assert caps_of(duties=duties, now=NOW) == found
    assert [found[duty.practitioner_id] for duty in duties] == ["ABOVE", "UNDETERMINED", "UNDETERMINED"]


def test_dispatch_offers_to_the_doctor_with_room_though_the_other_waits_longer(scene):
    declare(scene.cast.vasseur, 250)
    declare(scene.cast.lenoir, 10)
    put_on_duty(scene, scene.cast.vasseur, now=NOW - timedelta(hours=1))
    put_on_duty(scene, scene.cast.lenoir)
    put_in_line(scene)
    dispatch_pool(pool_id=scene.pool.id, now=NOW)
    offer = Offer.objects.get()
    assert offer.duty.practitioner == scene.cast.lenoir.practitioner
    assert {"rule": "cap"} in offer.why


def test_dispatch_leaves_nobody_idle_for_a_cap(scene):
    declare(scene.cast.vasseur, 250)
    put_on_duty(scene, scene.cast.vasseur)
    put_in_line(scene)
    dispatch_pool(pool_id=scene.pool.id, now=NOW)
    assert Offer.objects.get().duty.practitioner == scene.cast.vasseur.practitioner
