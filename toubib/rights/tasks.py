"""What the worker erases each day."""

from __future__ import annotations

import logging
from datetime import datetime

from toubib.rights.operations import apply_retention

log = logging.getLogger("toubib.rights")


def erase_what_is_over(*, now: datetime) -> int:
    """By the retention periods; what went is told by kind, in numbers."""
    done = [one for one in apply_retention(now=now) if one.count]
    for one in done:
        log.info("erased: %s %s (%s)", one.count, one.name, one.rule)
    return sum(one.count for one in done)


DAILY = [("apply retention periods", erase_what_is_over)]
