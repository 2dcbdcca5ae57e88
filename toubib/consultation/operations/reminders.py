"""Asking again about what a patient left with. The message says that something is there, never what."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.utils import translation
from django.utils.translation import gettext as _

from toubib.ground.enums import Channel
from toubib.ground.mail import queue_message
from toubib.people.models import Account
from toubib.record.operations import note_reminded
from toubib.record.queries import tasks_to_remind


def remind_of_tasks(*, now: datetime) -> int:
    """One message an account and a task, once. How many."""
    sent = 0
    for task in tasks_to_remind(now=now):
        account = Account.objects.filter(pk__in=[task.account], is_active=True).first()
        with transaction.atomic():
            if not note_reminded(task_id=task.id, now=now) or account is None:
                continue
            sent += _tell(account, now=now)
    return sent


def _tell(account: Account, *, now: datetime) -> int:
    with translation.override(account.language):
        subject = _("Toubib : une question pour vous")
        body = _("Une tâche vous attend dans votre espace Toubib. Ouvrez-le pour y répondre.")
    if account.email:
        queue_message(channel=Channel.EMAIL, to=account.email, subject=subject, body=body, now=now)
    elif account.phone:
        queue_message(channel=Channel.SMS, to=account.phone, body=body, now=now)
    else:
        return 0
    return 1
