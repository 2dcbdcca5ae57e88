"""One ASGI application, two forms.

`application` (demo): everything on one port, the pages in threads. `live` (production): `/ws/salle`, `/sse` and
`/healthz` only, behind the same nginx as the WSGI pages.
"""

from __future__ import annotations

import asyncio
import os
from collections.abc import Awaitable, Callable, MutableMapping
from functools import partial
from typing import Any

import django
from django.conf import settings

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "toubib.config.settings")
django.setup()

from django.db import DatabaseError, InterfaceError, connection  # noqa: E402
from django.http.request import split_domain_port, validate_host  # noqa: E402
from django.utils import timezone  # noqa: E402

from toubib.config.heartbeat import LIVE, keep_beating  # noqa: E402
from toubib.config.hubfeed import Hub, with_database  # noqa: E402
from toubib.config.sse import Streams  # noqa: E402
from toubib.config.subscriptions import room_admits  # noqa: E402
from toubib.config.worker import start_worker_thread  # noqa: E402
from toubib.consultation.signalling import Signalling, same_site  # noqa: E402
from toubib.consultation.tokens import RoomPass  # noqa: E402

PAGE_THREADS = 24
# What uvicorn must be started with: small frames, quick goodbye (streams never end by themselves).
UVICORN_OPTIONS: dict[str, Any] = {
    "ws": "websockets-sansio",
    "ws_max_size": 256 * 1024,
    "ws_per_message_deflate": False,
    "timeout_graceful_shutdown": 2,
    "lifespan": "on",
    "access_log": False,
}

Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]
App = Callable[[Scope, Receive, Send], Awaitable[None]]


class Live:
    """Routes: sockets and streams here, the rest to `pages` (or 404 where there are none)."""

    def __init__(self, load_pages: Callable[[], App] | None = None, *, worker: bool = False) -> None:
        self.worker = worker
        self.stop_worker: Callable[[], None] | None = None
        self.hub = Hub()
        self.streams = Streams(hub=self.hub)
        self.signalling = Signalling(
            hub=self.hub, origin_allowed=origin_allowed, now=timezone.now, admits=admits
        )
        self.beating: asyncio.Task[None] | None = None
        self.load_pages = load_pages
        self.pages: App | None = None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        kind, path = scope["type"], scope.get("path", "")
        if kind == "lifespan":
            await self._lifespan(receive, send)
        elif kind == "websocket":
            if path == "/ws/salle":
                await self.signalling(scope, receive, send)
            else:
                await receive()
                await send({"type": "websocket.close", "code": 1008})
        elif path == "/sse":
            await self.streams(scope, receive, send)
        elif self.load_pages is not None:
            self.pages = self.pages or self.load_pages()
            await self.pages(scope, receive, send)
        elif path == "/healthz":
            await _plain(send, 200, b"ok\n")
        else:
            await _plain(send, 404, b"")

    async def _lifespan(self, receive: Receive, send: Send) -> None:
        while True:
            message = await receive()
            if message["type"] == "lifespan.startup":
                await self.hub.start()
                await self.streams.start()
                if connection.vendor != "sqlite":
                    self.beating = asyncio.create_task(keep_beating(name=LIVE))
                self.stop_worker = start_worker_thread() if self.worker else None
                await send({"type": "lifespan.startup.complete"})
            elif message["type"] == "lifespan.shutdown":
                if self.stop_worker:
                    await asyncio.to_thread(self.stop_worker)
                if self.beating:
                    self.beating.cancel()
                await self.streams.stop()
                await self.hub.stop()
                await send({"type": "lifespan.shutdown.complete"})
                return


async def _plain(send: Send, status: int, body: bytes) -> None:
    headers = [(b"content-type", b"text/plain; charset=utf-8"), (b"content-length", str(len(body)).encode())]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": body})


def admits(room_pass: RoomPass) -> bool:
    """Without the database the signed pass, minutes old, decides: a call outlives a database that is away."""
    try:
        return bool(with_database(partial(room_admits, room_pass)))
    except (DatabaseError, InterfaceError):
        return True


def origin_allowed(origin: str, host: str) -> bool:
    return same_site(origin, host, trusted=[settings.PUBLIC_URL], host_allowed=_host_allowed)


def _host_allowed(host: str) -> bool:
    domain, _ = split_domain_port(host)
    return bool(domain) and validate_host(domain, settings.ALLOWED_HOSTS)


def _pages() -> App:
    from a2wsgi import WSGIMiddleware

    from toubib.config.wsgi import application as pages

    return WSGIMiddleware(pages, workers=PAGE_THREADS)  # type: ignore[return-value, arg-type]


application = Live(_pages, worker=True)
live = Live()
