"""Event streams over real sockets."""

import asyncio
import contextlib
import os
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from pathlib import Path
from types import SimpleNamespace

import pytest
from django.contrib.sessions.backends.db import SessionStore

from toubib.config import sse
from toubib.config.sse import Page, encode, who_listens
from toubib.ground import hub
from toubib.people.tests.factories import make_account, sign_in

ROOT = Path(__file__).resolve().parents[3]


class App:
    def __init__(self) -> None:
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = probe.getsockname()[1]
        environment = {key: value for key, value in os.environ.items() if key != "DJANGO_SETTINGS_MODULE"}
        command = [sys.executable, "-m", "toubib.config.tests.sse_app", str(self.port)]
        self.process = subprocess.Popen(command, cwd=ROOT, env=environment)
        for _ in range(100):
            with contextlib.suppress(OSError):
                self.state()
                return
            time.sleep(0.1)
        raise RuntimeError("the test application does not answer")

    def get(self, path: str) -> bytes:
        with urllib.request.urlopen(f"http://127.0.0.1:{self.port}{path}", timeout=10) as answer:
            return answer.read()

    def state(self) -> list[int]:
        """Open pages, calls of the feed, kilobytes of memory."""
        return [int(word) for word in self.get("/state").split()]

    async def open(self, number: int) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        reader, writer = await asyncio.open_connection("127.0.0.1", self.port, limit=2**16)
        writer.write(f"GET /sse?n={number} HTTP/1.1\r\nHost: x\r\n\r\n".encode())
        await reader.readuntil(b"event: ready\ndata: {}\n\n")
        return reader, writer


@pytest.fixture
def app():
    app = App()
    yield app
    app.process.terminate()
    app.process.wait(10)


def test_stream_begins_with_its_headers_and_retry(app):
    with urllib.request.urlopen(f"http://127.0.0.1:{app.port}/sse?n=1", timeout=5) as answer:
        assert answer.status == 200
        assert answer.headers["Content-Type"] == "text/event-stream; charset=utf-8"
        assert answer.headers["X-Accel-Buffering"] == "no"
        assert answer.headers["Cache-Control"] == "no-cache, no-store"
        assert answer.readline() == b"retry: 2000\n"


@pytest.mark.parametrize(("path", "status"), [("/sse", 401), ("/sse?n=1&ticket=2", 404)])
def test_stream_is_refused_to_nobody_and_for_a_foreign_ticket(app, path, status):
    with pytest.raises(urllib.error.HTTPError) as refused:
        app.get(path)
    assert refused.value.code == status
    refused.value.close()


def test_news_reaches_those_who_follow_and_a_burst_asks_the_feed_once(app):
    async def scene() -> list[bytes]:
        (first, one), (second, two) = await app.open(1), await app.open(2)
        await asyncio.to_thread(app.get, "/publish?topic=account:2&event=offer")
        await asyncio.to_thread(app.get, "/publish?topic=pool:3&event=changed&times=50")
        blocks = [
            await first.readuntil(b"}\n\n"),
            await second.readuntil(b"}\n\n"),
            await second.readuntil(b"}\n\n"),
        ]
        for writer in (one, two):
            writer.close()
        return [block.split(b"\r\n")[-1] for block in blocks]

    assert asyncio.run(scene()) == [
        b'event: rank\ndata: {"rank":1,"pool":"3","event":"rank","topic":"ticket:1"}\n\n',
        b'event: offer\ndata: {"topic":"account:2","event":"offer"}\n\n',
        b'event: rank\ndata: {"rank":2,"pool":"3","event":"rank","topic":"ticket:2"}\n\n',
    ]
    pages, calls, _ = app.state()
    assert calls <= 2
    deadline = time.monotonic() + 5
    while pages and time.monotonic() < deadline:
        time.sleep(0.1)
        pages = app.state()[0]
    assert pages == 0, "closed pages are forgotten"


@pytest.mark.slow
def test_two_thousand_pages_are_each_told_their_own_rank(app):
    many = 2000
    before = app.state()[2]

    async def scene() -> tuple[list[float], list[bytes]]:
        opened = []
        for start in range(0, many, 100):
            opened += await asyncio.gather(*(app.open(number) for number in range(start, start + 100)))
        heard: list[float] = []

        async def hear(reader: asyncio.StreamReader) -> bytes:
            block = await reader.readuntil(b"}\n\n")
            heard.append(time.monotonic())
            return block

        waiting = asyncio.gather(*(hear(reader) for reader, _ in opened))
        began = time.monotonic()
        await asyncio.to_thread(app.get, f"/publish?topic=pool:{many}&event=changed")
        blocks = await waiting
        memory.append(app.state()[2])
        for _, writer in opened:
            writer.close()
        return [at - began for at in heard], blocks

    memory: list[int] = []
    times, blocks = asyncio.run(scene())
    assert all(f'"rank":{number},'.encode() in block for number, block in enumerate(blocks))
    per_page = (memory[0] - before) / many
    print(f"last told after {max(times) * 1000:.0f} ms, {per_page:.1f} KB a page")
    assert per_page < 60
    assert max(times) < 5, "a loaded machine; the figure itself stands in benchmarks/"


def test_page_that_does_not_read_is_let_go():
    page = Page(since=0.0)
    for _ in range(sse.MAX_QUEUED):
        page.hear({"event": "rank"})
    assert not page.ended
    page.hear({"event": "rank"})
    assert (page.ended, len(page.waiting)) == (True, 0)


def test_page_ends_when_the_account_signs_out():
    page = Page(since=0.0)
    page.hear({"event": "rank"})
    page.hear({"topic": "account:1", "event": "signed_out"})
    assert (page.ended, len(page.waiting)) == (True, 0)


@pytest.mark.django_db(transaction=True)
def test_signing_out_is_told_to_the_streams_of_the_account(client, monkeypatch):
    heard = []
    monkeypatch.setattr(hub, "_listeners", [lambda topic, news: heard.append((topic, news["event"]))])
    monkeypatch.setattr(hub, "connection", SimpleNamespace(vendor="sqlite", run_on_commit=[]))
    account = make_account()
    sign_in(client, account)
    client.post("/deconnexion")
    client.post("/deconnexion")
    assert [one for one in heard if one[1] == "signed_out"] == [(f"account:{account.pk}", "signed_out")]


@pytest.mark.parametrize(
    ("news", "block"),
    [
        ({"event": "rank", "rank": 3}, b'event: rank\ndata: {"event":"rank","rank":3}\n\n'),
        ({"event": "a\nb"}, b'event: news\ndata: {"event":"a\\nb"}\n\n'),
        ({}, b"event: news\ndata: {}\n\n"),
    ],
)
def test_event_is_one_line_whatever_it_holds(news, block):
    assert encode(news) == block


def scope_with(cookie: str) -> dict[str, object]:
    return {"type": "http", "headers": [(b"cookie", cookie.encode("latin-1"))]}


@pytest.mark.django_db
@pytest.mark.parametrize(
    "cookie", ["", "toubib_session=", "toubib_session=unknown", "toubib_session=é; x=[]", "=;;="]
)
def test_nobody_listens_without_a_session(cookie):
    assert who_listens(scope_with(cookie)) is None


@pytest.mark.django_db
def test_account_follows_its_own_news_until_it_signs_out_or_is_suspended(client):
    account = make_account()
    sign_in(client, account)
    cookie = f"toubib_session={client.session.session_key}"
    assert f"account:{account.pk}" in who_listens(scope_with(cookie))[1]
    assert who_listens(scope_with(cookie))[0] == str(account.pk)

    type(account).objects.filter(pk=account.pk).update(is_active=False)
    assert who_listens(scope_with(cookie)) is None


@pytest.mark.django_db
def test_anonymous_session_follows_nothing():
    session = SessionStore()
    session["draft"] = "1"
    session.save()
    assert who_listens(scope_with(f"toubib_session={session.session_key}")) is None


def test_server_stops_soon_though_a_page_listens(app, capfd):
    async def scene() -> bytes:
        reader, writer = await app.open(1)
        app.process.terminate()
        rest = await reader.read()
        writer.close()
        return rest

    assert asyncio.run(scene()).strip() in (b"", b"0")
    app.process.wait(5)
    assert "Traceback" not in capfd.readouterr().err
