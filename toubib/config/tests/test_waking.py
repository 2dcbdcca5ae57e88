"""Work that is announced is begun at once; nothing rests on it."""

import threading
import time
from datetime import timedelta

import pytest
from django.db import connection, transaction
from django.utils import timezone

from toubib.config import worker
from toubib.config.waking import Waker
from toubib.config.worker import Tick, find_ticks, find_wakes
from toubib.ground import hub


def test_every_topic_wakes_a_duty_that_exists():
    names = {tick.name for tick in find_ticks()}
    assert find_wakes() == {"work:papers": "consultation.papers"}
    assert set(find_wakes().values()) <= names


@pytest.mark.django_db(transaction=True)
def test_news_wake_the_worker_once_committed():
    stop = threading.Event()
    waker = Waker({"work:papers": "papers"}, stop)
    waker.start()
    try:
        if connection.vendor == "postgresql":
            time.sleep(1)  # it listens
        with transaction.atomic():
            hub.publish("work:papers", "due")
            hub.publish("account:1", "note")
            assert waker.wait(0.3) == set()
        began = time.monotonic()
        assert waker.wait(5) == {"papers"}
        assert time.monotonic() - began < 2
        assert waker.wait(0) == set()
    finally:
        stop.set()
        waker.end()


def test_a_stop_ends_the_wait_and_what_has_more_comes_again(monkeypatch):
    stop, calls = threading.Event(), []

    def duty(now):
        calls.append(now)
        if len(calls) == 4:
            stop.set()
        return len(calls) < 4

    monkeypatch.setattr(
        worker, "find_ticks", lambda: [Tick("much", 60, duty), Tick("other", 60, lambda now: None)]
    )
    monkeypatch.setattr(worker, "find_wakes", dict)
    monkeypatch.setattr(worker.connections, "close_all", lambda: None)
    began = time.monotonic()
    worker.run_worker(stop)
    assert (len(calls), time.monotonic() - began < 2) == (4, True)
    assert timezone.now() - calls[0] < timedelta(seconds=5)
