import asyncio
import threading
import time

import psycopg
import pytest
from django.db import OperationalError, connection

from toubib.config import hubfeed
from toubib.config.hubfeed import Hub, register_feed
from toubib.ground import hub as ground_hub


@pytest.fixture(autouse=True)
def no_feeds(monkeypatch):
    monkeypatch.setattr(hubfeed, "_feeds", {})
    monkeypatch.setattr(hubfeed, "RETRY", 0.05)
    monkeypatch.setattr(hubfeed, "DEBOUNCE", 0.02)


async def until(check, seconds=5.0):
    deadline = time.monotonic() + seconds
    while not check():
        assert time.monotonic() < deadline
        await asyncio.sleep(0.01)


@pytest.mark.sqlite
@pytest.mark.django_db
def test_news_of_any_thread_reaches_followers_until_they_leave():
    async def scene():
        hub, heard = Hub(), []
        await hub.start()
        end = hub.subscribe("account:1", heard.append)
        hub.subscribe("account:2", lambda news: heard.append("other"))
        tell = ("account:1", {"topic": "account:1", "event": "offer"})
        thread = threading.Thread(target=ground_hub.tell_here, args=tell)
        thread.start()
        await until(lambda: heard)
        end()
        ground_hub.tell_here(*tell)
        await asyncio.sleep(0.05)
        await hub.stop()
        ground_hub.tell_here(*tell)
        return heard

    assert asyncio.run(scene()) == [{"topic": "account:1", "event": "offer"}]


def told(hub, *tickets):
    heard = {ticket: [] for ticket in tickets}
    for ticket in tickets:
        hub.subscribe(f"ticket:{ticket}", heard[ticket].append)
    return heard


def test_feed_asks_once_for_a_burst_and_again_for_what_came_meanwhile():
    calls = []

    def query(key):
        calls.append(key)
        time.sleep(0.1)
        return {"a": {"rank": len(calls)}, "nobody": {"rank": 0}}

    async def scene():
        register_feed("pool:", query)
        hub = Hub()
        hub._loop = asyncio.get_running_loop()
        heard = told(hub, "a", "b")
        for _ in range(20):
            hub.tell("pool:gp", {})
        await asyncio.sleep(0.08)
        hub.tell("pool:gp", {})
        await until(lambda: len(heard["a"]) == 2)
        await asyncio.sleep(0.2)
        await hub.stop()
        return heard

    rank = {"event": "rank", "topic": "ticket:a"}
    assert asyncio.run(scene()) == {"a": [{"rank": 1, **rank}, {"rank": 2, **rank}], "b": []}
    assert calls == ["gp", "gp"]


def test_feed_tries_again_when_the_database_is_away():
    answers = [OperationalError("away"), OperationalError("away"), {"a": {"rank": 1}}]

    def query(key):
        answer = answers.pop(0)
        if isinstance(answer, Exception):
            raise answer
        return answer

    async def scene():
        register_feed("pool:", query)
        hub = Hub()
        hub._loop = asyncio.get_running_loop()
        heard = told(hub, "a")
        hub.tell("pool:gp", {})
        await until(lambda: heard["a"])
        await hub.stop()
        return heard["a"]

    assert asyncio.run(scene()) == [{"rank": 1, "event": "rank", "topic": "ticket:a"}]


@pytest.mark.parametrize("payload", ["", "x", "[]", "{}", '{"topic": 1}'])
def test_notice_that_is_not_news_is_passed_over(payload):
    hub, heard = Hub(), []
    hub.subscribe("1", heard.append)
    hub._take(payload)
    assert heard == []


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_listening_comes_back_after_the_connection_died_and_everyone_is_told():
    def kill_listeners():
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
                "WHERE query LIKE 'LISTEN%%' AND datname = current_database()"
            )
            return cursor.rowcount

    def publish():
        ground_hub.publish("account:1", "offer", ticket="t")

    async def scene():
        hub, heard = Hub(), []
        await hub.start()
        hub.subscribe("account:1", heard.append)
        while not heard:
            await asyncio.to_thread(on_own_connection, publish)
            await asyncio.sleep(0.05)
        assert await asyncio.to_thread(on_own_connection, kill_listeners) == 1
        await until(lambda: {"event": "resync"} in heard)
        heard.clear()
        await asyncio.to_thread(on_own_connection, publish)
        await until(lambda: heard)
        await hub.stop()
        return heard

    assert asyncio.run(scene()) == [{"topic": "account:1", "event": "offer", "ticket": "t"}]


def on_own_connection(work):
    try:
        return work()
    finally:
        connection.close()


def test_listening_goes_on_trying_while_the_database_is_away():
    async def scene():
        hub, tries = Hub(), []

        async def away():
            tries.append(1)
            raise psycopg.OperationalError("away")

        hub._connect = away
        task = asyncio.ensure_future(hub._listen())
        await until(lambda: len(tries) >= 3)
        task.cancel()

    asyncio.run(scene())
