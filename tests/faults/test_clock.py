"""Midnight and both changes of summer time: nobody waits an hour more or less, nothing lapses early or late."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
import time_machine
from django.test import Client
from django.utils import timezone

from toubib.consultation.queries import day_of
from toubib.people.tests.factories import sign_in
from toubib.record.enums import Attestation
from toubib.record.operations import save_note
from toubib.waiting.models import Duty, Offer, Ticket
from toubib.waiting.operations import sign_call, start_call, take_offer
from toubib.waiting.queries.opening import is_open_at, next_opening
from toubib.waiting.tasks import sweep, tidy
from toubib.waiting.tests.factories import (
    doctor_actor,
    make_pool,
    make_scene,
    put_in_line,
    put_on_duty,
)
from toubib.waiting.tests.walk import post, the_ticket, walk_to
from toubib.web.quality import lines_today

pytestmark = pytest.mark.django_db(transaction=True)
PARIS = ZoneInfo("Europe/Paris")
# Ten minutes before midnight, before 2 h becomes 3 h, before 3 h becomes 2 h again.
MOMENTS = {
    "midnight": datetime(2026, 11, 20, 22, 50, tzinfo=UTC),
    "spring": datetime(2026, 3, 29, 0, 50, tzinfo=UTC),
    "autumn": datetime(2026, 10, 25, 0, 50, tzinfo=UTC),
}


@pytest.fixture(params=sorted(MOMENTS))
def before(request, settings):
    settings.DEMO = True
    return MOMENTS[request.param]


@pytest.fixture(autouse=True)
def demo(settings):
    settings.DEMO = True


def minutes(count):
    return timedelta(minutes=count)


def browser(account):
    client = Client()
    sign_in(client, account)
    return client


def test_wait_shown_is_the_time_that_passed(before):
    scene = make_scene()
    with time_machine.travel(before, tick=False):
        mine = put_in_line(scene, now=timezone.now())
        put_in_line(scene, now=timezone.now() + timedelta(seconds=5))
        duty = put_on_duty(scene, scene.cast.vasseur, now=timezone.now())
        take_offer(
            offer_id=Offer.objects.get(duty=duty).id, by=doctor_actor(scene.cast.vasseur), now=timezone.now()
        )
    with time_machine.travel(before + minutes(35), tick=False):
        rows = browser(scene.cast.vasseur.account).get("/cabinet/file").content.decode()
        room = browser(mine.account).get(f"/attente/{mine.id}")
    assert "35\u00a0min" in rows or "34\u00a0min" in rows
    assert room.status_code == 200


def test_order_of_arrival_holds_over_the_change(before):
    """Five people, five minutes apart, on both sides; those of « 2 h 05 » twice are not exchanged."""
    scene = make_scene()
    line = [put_in_line(scene, now=before + minutes(15 * count)).id for count in range(6)]
    by, offered = doctor_actor(scene.cast.vasseur), []
    duty = put_on_duty(scene, scene.cast.vasseur, now=before + minutes(90))
    for _ in line:
        offer = Offer.objects.get(duty=duty, state="pending")
        offered.append(offer.ticket_id)
        now = before + minutes(91)
        encounter = take_offer(offer_id=offer.id, by=by, now=now)
        start_call(encounter_id=encounter.id, by=by, now=now)
        texts = {"reason": "a", "findings": "b", "conclusion": "c", "advice": ""}
        save_note(encounter_id=encounter.id, **texts, base=0, by=by, now=now)
        sign_call(encounter_id=encounter.id, attestation=Attestation.VIDEO, by=by, now=now)
    assert offered == line


def test_offer_lapses_at_its_deadline_and_not_before(before):
    scene, made = make_scene(), before + minutes(9.5)
    put_in_line(scene, now=made)
    duty = put_on_duty(scene, scene.cast.vasseur, now=made)
    offer = Offer.objects.get(duty=duty)
    assert offer.expires_at - made == timedelta(seconds=90)
    sweep(offer.expires_at - timedelta(seconds=1))
    kept = Offer.objects.get(pk=offer.pk).state
    sweep(offer.expires_at)
    assert (kept, Offer.objects.get(pk=offer.pk).state, Duty.objects.get().state) == (
        "pending",
        "lapsed",
        "paused",
    )


def test_draft_lives_thirty_minutes(before):
    make_pool()
    client = Client()
    with time_machine.travel(before, tick=False):
        walk_to(client, "motif")
    with time_machine.travel(before + minutes(29), tick=False):
        tidy(timezone.now())
        answered = post(client, "motif")
        ticket = the_ticket(client)
    with time_machine.travel(before + minutes(29 + 31), tick=False):
        tidy(timezone.now())
    assert (answered.status_code, ticket.reason_key) == (302, "fever")
    assert Ticket.objects.get(pk=ticket.pk).state == "expired"


def test_duty_goes_on_over_the_change(before):
    scene = make_scene()
    duty = put_on_duty(scene, scene.cast.vasseur, now=before)
    late = before + minutes(45)
    sweep(late)
    tidy(late)
    mine = put_in_line(scene, now=late)
    assert Offer.objects.get(duty=duty).ticket_id == mine.id
    with time_machine.travel(late, tick=False):
        page = browser(scene.cast.vasseur.account).get("/cabinet")
    assert page.status_code == 200


def serve_one(scene, *, at):
    by, duty = doctor_actor(scene.cast.vasseur), Duty.objects.filter(closed_at__isnull=True).first()
    duty = duty or put_on_duty(scene, scene.cast.vasseur, now=at)
    put_in_line(scene, now=at)
    encounter = take_offer(offer_id=Offer.objects.get(duty=duty, state="pending").id, by=by, now=at)
    start_call(encounter_id=encounter.id, by=by, now=at)
    texts = {"reason": "a", "findings": "b", "conclusion": "c", "advice": ""}
    save_note(encounter_id=encounter.id, **texts, base=0, by=by, now=at)
    sign_call(encounter_id=encounter.id, attestation=Attestation.VIDEO, by=by, now=at + minutes(5))


@pytest.mark.parametrize(
    ("first_minute", "hours"),
    [
        (datetime(2026, 11, 20, tzinfo=PARIS), 24),
        (datetime(2026, 3, 29, tzinfo=PARIS), 23),
        (datetime(2026, 10, 25, tzinfo=PARIS), 25),
    ],
)
def test_day_counts_what_happened_from_midnight_to_midnight(first_minute, hours):
    scene = make_scene()
    start = first_minute.astimezone(UTC)
    end = start + timedelta(hours=hours)
    assert timezone.localtime(end, PARIS).time() == time(0)
    for moment in (start - minutes(10), start + minutes(1), start + timedelta(hours=4), end - minutes(10)):
        serve_one(scene, at=moment)
    now = end - minutes(1)
    day = day_of(practitioner_id=scene.cast.vasseur.practitioner_id, now=now)
    (line,) = lines_today(now=now)
    assert (day.seen, day.call_seconds, line.seen) == (3, 3 * 300, 3)
    assert day_of(practitioner_id=scene.cast.vasseur.practitioner_id, now=end + minutes(1)).seen == 0


@pytest.mark.parametrize("hour", [time(2, 30), time(0), time(3)])
@pytest.mark.parametrize("day", [(2026, 3, 28), (2026, 3, 29), (2026, 10, 24), (2026, 10, 25)])
def test_line_opens_at_its_hour_on_the_days_of_the_change(day, hour):
    """Also at an hour that does not exist that night, or exists twice."""
    pool = make_pool(opens_at=hour, closes_at=time(20))
    evening = datetime(*day, 21, tzinfo=PARIS) - timedelta(days=1)
    opening = next_opening(pool=pool, now=evening)
    assert is_open_at(pool=pool, now=opening)
    assert not is_open_at(pool=pool, now=opening - minutes(61))
    assert timedelta(0) < opening - evening <= timedelta(hours=25)
