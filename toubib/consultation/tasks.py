"""What the worker does for the rooms."""

from __future__ import annotations

from datetime import datetime

from toubib.consultation.operations import end_deserted


def tidy(now: datetime) -> None:
    end_deserted(now=now)


TICKS = [("consultation.tidy", 60, tidy)]
