"""What the worker does for reports on their way: send what is due, read what came back."""

from __future__ import annotations

import logging
from datetime import datetime

from toubib.exchange.operations import deliver_due, read_mailbox
from toubib.exchange.returns import mailbox

log = logging.getLogger("toubib.exchange")


def send(now: datetime) -> None:
    deliver_due(now=now)


def read(now: datetime) -> None:
    box = mailbox()
    if box is None:
        return
    try:
        read_mailbox(box=box, now=now)
    except OSError as error:
        log.warning("the mailbox of returns is away: %s", type(error).__name__)


TICKS = [("exchange.send", 2, send), ("exchange.read", 60, read)]
