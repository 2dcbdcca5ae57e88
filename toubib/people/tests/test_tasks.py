from __future__ import annotations

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.contrib.sessions.models import Session

from toubib.people import tasks
from toubib.people.tests.factories import make_professional

pytestmark = pytest.mark.django_db
MIDNIGHT = datetime(2026, 11, 22, 0, 0, tzinfo=ZoneInfo("Europe/Paris"))


def test_a_lapse_suspends_within_the_minute_after_midnight_in_paris() -> None:
    one = make_professional(on=date(2026, 11, 21))
    one.evidence.update(valid_until=date(2026, 11, 22))
    seen = [
        tasks.check_professionals(now=MIDNIGHT.replace(day=21, hour=23, minute=59)),
        tasks.check_professionals(now=MIDNIGHT),
        tasks.check_professionals(now=MIDNIGHT.replace(minute=1)),
    ]
    assert seen == [0, 1, 0]


def test_sessions_past_their_end_are_erased_daily() -> None:
    for hours in (-1, 1):
        end = MIDNIGHT + timedelta(hours=hours)
        Session.objects.create(session_key=f"essai{hours}", session_data="", expire_date=end)
    erase = dict(tasks.DAILY)["erase old sessions"]
    assert erase(now=MIDNIGHT) == 1
    assert list(Session.objects.values_list("session_key", flat=True)) == ["essai1"]


def test_each_professional_is_looked_at_once_a_day(django_assert_num_queries) -> None:
    for _ in range(3):
        make_professional()
    assert tasks.check_professionals(now=MIDNIGHT) == 0
    with django_assert_num_queries(1):
        tasks.check_professionals(now=MIDNIGHT.replace(minute=1))
