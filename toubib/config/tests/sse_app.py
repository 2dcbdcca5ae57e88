"""A server with the real hub and streams, and a feed of invented ranks: `python -m … PORT`. For the tests alone."""

from __future__ import annotations

import asyncio
import os
import sys
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs

CALLS = {"ranks": 0}


def configure() -> None:
    import django
    from django.conf import settings

    databases = {"default": {"ENGINE": "django.db.backends.sqlite3", "NAME": ":memory:"}}
    settings.configure(SECRET_KEY="sse-app", USE_TZ=True, DATABASES=databases)
    django.setup()


def ranks(key: str) -> dict[str, dict[str, Any]]:
    CALLS["ranks"] += 1
    return {str(index): {"rank": index, "pool": key} for index in range(int(key))}


def who(scope: Any) -> tuple[str, list[str]] | None:
    number = parse_qs(scope["query_string"].decode()).get("n", [""])[0]
    return (f"account-{number}", [f"account:{number}", f"ticket:{number}"]) if number else None


async def serve(port: int) -> None:
    import uvicorn

    from toubib.config.hubfeed import Hub, register_feed
    from toubib.config.sse import Streams
    from toubib.ground import hub as ground_hub

    register_feed("pool:", ranks)
    hub = Hub()
    streams = Streams(hub=hub, who=who)
    await hub.start()
    await streams.start()

    async def app(scope: Any, receive: Any, send: Any) -> None:
        if scope["path"] == "/sse":
            await streams(scope, receive, send)
            return
        query = {key: value[0] for key, value in parse_qs(scope["query_string"].decode()).items()}
        body = b""
        if scope["path"] == "/publish":
            for _ in range(int(query.pop("times", "1"))):
                topic = query["topic"]
                await asyncio.to_thread(
                    ground_hub.tell_here, topic, {"topic": topic, "event": query["event"]}
                )
        elif scope["path"] == "/state":
            memory = int(Path("/proc/self/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE") // 1024
            body = f"{len(streams.pages)} {CALLS['ranks']} {memory}".encode()
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await send({"type": "http.response.body", "body": body})

    config = uvicorn.Config(
        app, port=port, log_level="warning", lifespan="off", timeout_graceful_shutdown=1, backlog=4096
    )
    await uvicorn.Server(config).serve()


if __name__ == "__main__":
    configure()
    asyncio.run(serve(int(sys.argv[1])))
