"""What the worker makes for people: copies of their data."""

from __future__ import annotations

import logging
from datetime import datetime

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


TICKS = [("web.copies", 2, make_copies)]
