"""What the worker erases each day."""

from __future__ import annotations

import logging
from datetime import datetime, timedelta

from toubib.ground.mail import erase_old_messages
from toubib.rights.operations import apply_retention
from toubib.rulebook.days import value_at

log = logging.getLogger("toubib.rights")


def erase_what_is_over(*, now: datetime) -> int:
    """By the retention periods; what went is told by kind, in numbers."""
    done = [one for one in apply_retention(now=now) if one.count]
    for one in done:
        log.info("erased: %s %s (%s)", one.count, one.name, one.rule)
    return sum(one.count for one in done)


def erase_messages(*, now: datetime) -> int:
    return erase_old_messages(now=now, kept=timedelta(days=value_at(id="retention.message.days", now=now)))


DAILY = [("erase old messages", erase_messages), ("apply retention periods", erase_what_is_over)]
