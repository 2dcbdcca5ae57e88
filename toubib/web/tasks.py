"""What the worker makes for people: copies of their data."""

from __future__ import annotations

import logging
import threading
from datetime import datetime

from django.db import connection
from django.utils import timezone

from toubib.ground.crypto import CannotDecrypt
from toubib.rights.operations import claim_copy, keep_copy, put_off_copy
from toubib.rights.queries import due_copies
from toubib.web.copies import make_archive

log = logging.getLogger("toubib.web")


def make_copies(now: datetime) -> int:
    """One after the other; one that cannot be made (a file away, a key missing) is tried again, then said to have failed."""
    made = 0
    for copy_id in due_copies(now=now):
        copy = claim_copy(copy_id=copy_id, now=now)
        if copy is None:
            continue
        try:
            content = make_archive(account=copy.account, now=now)
        except (OSError, CannotDecrypt) as error:
            log.error("copy %s: %s", copy_id, type(error).__name__)
            put_off_copy(copy_id=copy_id, now=now)
            continue
        made += keep_copy(copy_id=copy_id, content=content, now=now) is not None
    return made


def make_copies_aside(now: datetime) -> None:
    """In a thread of its own, one at a time: a copy may take a minute, and the line must not wait for it."""
    if due_copies(now=now, limit=1) and _busy.acquire(blocking=False):
        threading.Thread(target=_make_aside, name="copies", daemon=True).start()


def _make_aside() -> None:
    try:
        make_copies(now=timezone.now())
    finally:
        connection.close()
        _busy.release()


_busy = threading.Lock()
TICKS = [("web.copies", 2, make_copies_aside)]
