"""What the worker does for the rooms."""

from __future__ import annotations

from datetime import datetime

from toubib.consultation.operations import end_deserted, issue_due_papers, remind_of_tasks


def tidy(now: datetime) -> None:
    end_deserted(now=now)


def issue(now: datetime) -> None:
    issue_due_papers(now=now)


def remind(now: datetime) -> None:
    remind_of_tasks(now=now)


TICKS = [
    ("consultation.papers", 1, issue),
    ("consultation.remind", 300, remind),
    ("consultation.tidy", 60, tidy),
]
