"""What the worker does for the rooms."""

from __future__ import annotations

from datetime import datetime

from toubib.consultation.operations import end_deserted, issue_due_papers, remind_of_tasks
from toubib.consultation.operations.issue import TOPIC

PAPERS_AT_ONCE = 4  # then the other duties have their turn


def tidy(now: datetime) -> None:
    end_deserted(now=now)


def issue(now: datetime) -> bool:
    """Whether there may be more."""
    return issue_due_papers(now=now, limit=PAPERS_AT_ONCE) == PAPERS_AT_ONCE


def remind(now: datetime) -> None:
    remind_of_tasks(now=now)


TICKS = [
    ("consultation.papers", 1, issue),
    ("consultation.remind", 300, remind),
    ("consultation.tidy", 60, tidy),
]
WAKES = {TOPIC: "consultation.papers"}
