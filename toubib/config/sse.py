"""`/sse`: news for the pages of one account, as an event stream.

The session cookie says who listens. One small object per page, no timer of its own: a page that is too slow, or
open for half an hour, is let go and comes back by itself (`retry`). News is words and ids, never content.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import logging
import re
from collections import deque
from collections.abc import Awaitable, Callable, MutableMapping
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from http.cookies import CookieError, SimpleCookie
from importlib import import_module
from typing import Any
from urllib.parse import parse_qs

from django.conf import settings
from django.contrib.auth import get_user
from django.db import DatabaseError, InterfaceError
from django.http import HttpRequest

from toubib.config.hubfeed import Hub, News, with_database
from toubib.ui.context import KIOSK_COOKIE

logger = logging.getLogger(__name__)

HEARTBEAT = 15.0
MAX_QUEUED = 64
MAX_AGE = 30 * 60.0
MAX_PAGES = 12
SIGNED_OUT = "signed_out"
_WORD = re.compile(r"[a-z0-9_.-]{1,40}")
_OPEN = b"retry: 2000\nevent: ready\ndata: {}\n\n"

Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]
Who = Callable[[Scope], tuple[str, list[str]] | None]


class Page:
    """One open stream: what it has to be told, and whether it may go on."""

    __slots__ = ("ended", "since", "waiting", "wake")

    def __init__(self, since: float) -> None:
        self.waiting: deque[bytes] = deque()
        self.wake: asyncio.Future[None] | None = None
        self.ended = False
        self.since = since

    def hear(self, news: News) -> None:
        """A session of the account ended: the page goes, and comes back if its own session still lives."""
        if news.get("event") == SIGNED_OUT:
            self.end()
            return
        self.push(encode(news))

    def push(self, block: bytes) -> None:
        if len(self.waiting) >= MAX_QUEUED:
            self.end()
            return
        self.waiting.append(block)
        self._wake()

    def end(self, _: object = None) -> None:
        self.ended = True
        self.waiting.clear()
        self._wake()

    def _wake(self) -> None:
        if self.wake is not None and not self.wake.done():
            self.wake.set_result(None)


class Streams:
    """The ASGI application of `/sse`."""

    def __init__(self, *, hub: Hub, who: Who | None = None) -> None:
        self.hub = hub
        self.who = who or who_listens
        self.pages: dict[Page, str] = {}
        self._threads = ThreadPoolExecutor(4, thread_name_prefix="sse")
        self._beat: asyncio.Task[None] | None = None

    async def start(self) -> None:
        self._beat = asyncio.create_task(self._heartbeat())

    async def stop(self) -> None:
        if self._beat:
            self._beat.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._beat
        for page in list(self.pages):
            page.end()
        self._threads.shutdown(wait=False, cancel_futures=True)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["method"] != "GET":
            await _answer(send, 405)
            return
        loop = asyncio.get_running_loop()
        try:
            found = await loop.run_in_executor(self._threads, with_database, partial(self.who, scope))
        except (DatabaseError, InterfaceError):
            # A stream that ends at once: the page comes back, an error status would stop it for good.
            await _start(send)
            await send({"type": "http.response.body", "body": b"retry: 2000\n\n"})
            return
        if found is None:
            await _answer(send, 401)
            return
        account_id, topics = found
        ticket = parse_qs(scope.get("query_string", b"").decode("latin-1")).get("ticket", [""])[0]
        if ticket and f"ticket:{ticket}" not in topics:
            await _answer(send, 404)
            return
        await self._stream(account_id, topics, receive, send)

    async def _stream(self, account_id: str, topics: list[str], receive: Receive, send: Send) -> None:
        page = Page(asyncio.get_running_loop().time())
        self._make_room(account_id)
        self.pages[page] = account_id
        ends = [self.hub.subscribe(topic, page.hear) for topic in topics]
        gone = asyncio.ensure_future(_disconnected(receive))
        gone.add_done_callback(page.end)
        try:
            await _start(send)
            page.push(_OPEN)
            await _write(page, send)
            if not gone.done():
                await send({"type": "http.response.body", "body": b""})
        finally:
            gone.cancel()
            self.pages.pop(page, None)
            for end in ends:
                end()

    def _make_room(self, account_id: str) -> None:
        mine = [page for page, owner in self.pages.items() if owner == account_id]
        for page in mine[: max(0, len(mine) - MAX_PAGES + 1)]:
            page.end()

    async def _heartbeat(self) -> None:
        loop = asyncio.get_running_loop()
        while True:
            await asyncio.sleep(HEARTBEAT)
            for page in list(self.pages):
                if loop.time() - page.since > MAX_AGE:
                    page.end()  # it comes back, and its session is read again
                else:
                    page.push(b": here\n\n")


async def _write(page: Page, send: Send) -> None:
    loop = asyncio.get_running_loop()
    while not page.ended:
        while page.waiting:
            block = b"".join(page.waiting)
            page.waiting.clear()
            await send({"type": "http.response.body", "body": block, "more_body": True})
        if page.ended:
            return
        page.wake = loop.create_future()
        try:
            await page.wake
        except asyncio.CancelledError:
            page.end()  # the server stops: the stream ends in order, the page comes back
        page.wake = None


async def _disconnected(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass


async def _start(send: Send) -> None:
    headers = [
        (b"content-type", b"text/event-stream; charset=utf-8"),
        (b"cache-control", b"no-cache, no-store"),
        (b"x-accel-buffering", b"no"),
        (b"x-content-type-options", b"nosniff"),
    ]
    await send({"type": "http.response.start", "status": 200, "headers": headers})


async def _answer(send: Send, status: int) -> None:
    headers = [(b"content-length", b"0"), (b"cache-control", b"no-store")]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": b""})


def encode(news: News) -> bytes:
    """One event: its name is the news' own word, its data the ids (and the topic) as JSON on one line."""
    event = str(news.get("event", ""))
    if not _WORD.fullmatch(event):
        event = "news"
    data = json.dumps(news, ensure_ascii=False, separators=(",", ":"))
    return f"event: {event}\ndata: {data}\n\n".encode()


def who_listens(scope: Scope) -> tuple[str, list[str]] | None:
    """Account id and topics of the session in the cookie (in a thread); an enrolled machine listens to its own topic,
    with an account or without; None for nobody."""
    from toubib.config.subscriptions import subscriptions_for, topics_of_machine

    key, machine = _cookie(scope, settings.SESSION_COOKIE_NAME), _cookie(scope, KIOSK_COOKIE)
    own = topics_of_machine(machine) if machine else []
    request = HttpRequest()
    request.session = import_module(settings.SESSION_ENGINE).SessionStore(key or None)
    account = get_user(request) if key else None
    if account is None or not account.is_authenticated:
        return (own[0], own) if own else None
    return str(account.pk), [*subscriptions_for(str(account.pk), request.session), *own]


def _cookie(scope: Scope, name: str) -> str:
    raw = b"; ".join(value for name, value in scope["headers"] if name == b"cookie")
    try:
        cookie = SimpleCookie(raw.decode("latin-1"))
    except CookieError:
        return ""
    morsel = cookie.get(name)
    return morsel.value if morsel else ""
