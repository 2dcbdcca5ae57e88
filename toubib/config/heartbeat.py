"""Signs of life of the parts that no page runs in: rows that `/readyz` looks at."""

from __future__ import annotations

import asyncio
import logging
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from functools import partial

from django.db import DatabaseError, InterfaceError, connections
from django.utils import timezone

from toubib.config.hubfeed import with_database
from toubib.ground.models import Beat

logger = logging.getLogger(__name__)

WORKER, LIVE = "worker", "live"
EVERY = 2.0


def beat(*, name: str, now: datetime) -> None:
    if not Beat.objects.filter(name=name).update(at=now):
        Beat.objects.create(name=name, at=now)


def last_beat(*, name: str) -> datetime | None:
    return Beat.objects.filter(name=name).values_list("at", flat=True).first()


async def keep_beating(*, name: str) -> None:
    """Until cancelled; a database that is away is waited for. On the event loop: one that hangs gives no sign."""
    loop, thread = asyncio.get_running_loop(), ThreadPoolExecutor(1, thread_name_prefix="beat")
    try:
        while True:
            leave = partial(beat, name=name, now=timezone.now())
            try:
                await loop.run_in_executor(thread, with_database, leave)
            except (DatabaseError, InterfaceError) as error:
                logger.warning("no sign of life could be left (%s), trying again", type(error).__name__)
            await asyncio.sleep(EVERY)
    finally:
        thread.submit(connections.close_all)
        thread.shutdown(wait=False)
