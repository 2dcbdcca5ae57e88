import threading
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.db import InterfaceError, OperationalError
from django.utils import timezone

from toubib.config.heartbeat import WORKER, last_beat
from toubib.config.worker import Guard, find_ticks, last_three_in_the_morning, run_daily
from toubib.ground.models import Beat

PARIS = ZoneInfo("Europe/Paris")
NOON = datetime(2026, 11, 21, 11, tzinfo=UTC)


class Duty:
    """Remembers when it was called; fails as often as told."""

    def __init__(self, *errors):
        self.calls, self.errors = [], list(errors)

    def __call__(self, *, now):
        self.calls.append(now)
        if self.errors:
            raise self.errors.pop(0)


@pytest.mark.parametrize(
    "error", [OperationalError("gone"), InterfaceError("gone"), ValueError("ours"), OSError("disk")]
)
@pytest.mark.django_db(transaction=True)
def test_guard_lets_nothing_through(error, caplog):
    assert not Guard().run("duty", Duty(error), now=NOON)
    assert caplog.records != []


@pytest.mark.django_db(transaction=True)
def test_guard_says_once_that_the_database_is_away_and_once_that_it_is_back(caplog):
    guard, duty = Guard(), Duty(OperationalError("a\nb"), OperationalError("a"), InterfaceError("a"))
    for _ in range(5):
        guard.run("duty", duty, now=NOON)
    assert [record.getMessage() for record in caplog.records] == [
        "the database is away (duty: a); going on",
        "the database is back",
    ]


def test_ticks_hold_ours_first_and_those_of_the_apps():
    names = [tick.name for tick in find_ticks()]
    assert names[:3] == ["heartbeat", "journal", "mail"]
    assert names[-1] == "daily"
    assert len(set(names)) == len(names)


@pytest.mark.django_db
def test_heartbeat_is_one_row_that_moves():
    beat = find_ticks()[0].run
    assert last_beat(name=WORKER) is None
    beat(now=NOON)
    beat(now=NOON + timedelta(seconds=2))
    assert (last_beat(name=WORKER), Beat.objects.count()) == (NOON + timedelta(seconds=2), 1)


@pytest.mark.parametrize(
    ("local", "expected"),
    [
        ((2026, 11, 21, 12, 0), (2026, 11, 21)),
        ((2026, 11, 21, 3, 0), (2026, 11, 21)),
        ((2026, 11, 21, 2, 59), (2026, 11, 20)),
        ((2026, 11, 21, 0, 0), (2026, 11, 20)),
        ((2026, 3, 29, 1, 59), (2026, 3, 28)),  # clocks go from 2 to 3
        ((2026, 3, 29, 3, 0), (2026, 3, 29)),
        ((2026, 10, 25, 2, 30), (2026, 10, 24)),  # clocks go from 3 back to 2
        ((2026, 10, 25, 3, 0), (2026, 10, 25)),
    ],
)
def test_day_of_work_begins_at_three_local_time(local, expected):
    for fold in (0, 1):
        now = datetime(*local, tzinfo=PARIS, fold=fold).astimezone(UTC)
        assert last_three_in_the_morning(now=now) == datetime(*expected, 3, tzinfo=PARIS)


@pytest.mark.parametrize("first", [datetime(2026, 3, 27, tzinfo=UTC), datetime(2026, 10, 23, tzinfo=UTC)])
@pytest.mark.django_db
def test_daily_duty_runs_once_a_day_over_a_change_of_clocks(first):
    duty, now = Duty(), first
    while now < first + timedelta(days=4):
        run_daily([("duty", duty)], Guard(), now=now)
        now += timedelta(minutes=10)
    days = [timezone.localtime(call).date() for call in duty.calls[1:]]  # the first makes up for the past
    assert len(days) == len(set(days)) == 4
    assert {timezone.localtime(call).hour for call in duty.calls[1:]} == {3}


@pytest.mark.django_db
def test_daily_duty_missed_in_the_night_runs_when_a_worker_is_back():
    duty = Duty()
    run_daily([("duty", duty)], Guard(), now=NOON - timedelta(days=1))
    assert run_daily([("duty", duty)], Guard(), now=NOON) == ["duty"]
    assert run_daily([("duty", duty)], Guard(), now=NOON + timedelta(hours=1)) == []


@pytest.mark.django_db
def test_daily_duty_that_failed_is_tried_again_and_stops_no_other():
    bad, good = Duty(ValueError("ours")), Duty()
    duties = [("bad", bad), ("good", good)]
    assert run_daily(duties, Guard(), now=NOON) == ["good"]
    assert run_daily(duties, Guard(), now=NOON + timedelta(minutes=1)) == ["bad"]
    assert (len(bad.calls), len(good.calls)) == (2, 1)


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_daily_duty_runs_once_when_several_workers_wake_together():
    from django.db import connection

    duty, barrier = Duty(), threading.Barrier(6)

    def wake():
        barrier.wait()
        run_daily([("duty", duty)], Guard(), now=NOON)
        connection.close()

    threads = [threading.Thread(target=wake) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(duty.calls) == 1
