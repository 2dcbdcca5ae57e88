"""The copy of one's data: asked on a page, made by the worker, told by a message without a word of health."""

from __future__ import annotations

from datetime import datetime, timedelta
from uuid import UUID

from django.db import transaction
from django.utils import translation
from django.utils.translation import gettext as _

from toubib.ground.actors import Actor
from toubib.ground.enums import Channel
from toubib.ground.files import read_file, store_file
from toubib.ground.hub import publish
from toubib.ground.journal import trace
from toubib.ground.locks import hold_lock, transactional
from toubib.ground.mail import queue_message
from toubib.people.models import Account
from toubib.rights.enums import CopyState
from toubib.rights.models import DataCopy
from toubib.rights.operations.tree import drop_copies
from toubib.rights.queries import may_still_take
from toubib.rulebook.days import value_at

RETRY_AFTER = [timedelta(seconds=s) for s in (30, 300, 1800)]
LEASE = timedelta(minutes=10)
ZIP = "application/zip"


@transactional
def ask_copy(*, account: Account, by: Actor, now: datetime) -> DataCopy:
    """One is made at a time: asked again while it is made, it is the same."""
    hold_lock(f"rights.copy.{account.pk}")
    asked = DataCopy.objects.filter(account=account, state=CopyState.ASKED).first()
    if asked is not None:
        return asked
    DataCopy.objects.filter(account=account, state=CopyState.FAILED).delete()
    made = DataCopy.objects.create(account=account, asked_at=now, next_at=now)
    trace(by=by, action="rights.copy.ask", now=now, subject="copy", subject_id=made.pk)
    return made


def start_copies_anew(*, account_id: UUID, now: datetime) -> None:
    """What is being made was begun before something went: it is dropped when it comes, and made again from what is left."""
    for row in DataCopy.objects.filter(account=account_id, state=CopyState.ASKED):
        row.delete()
        DataCopy.objects.create(account_id=account_id, asked_at=now, next_at=now)


def claim_copy(*, copy_id: UUID, now: datetime) -> DataCopy | None:
    """For one worker: the row, put off for the time that making it may take; None where another has it. After the last
    try it is a copy that failed, and the page says so."""
    with transaction.atomic():
        row = (
            DataCopy.objects.select_for_update(of=("self",), skip_locked=True)
            .select_related("account")
            .filter(pk=copy_id, state=CopyState.ASKED, next_at__lte=now)
            .first()
        )
        if row is None:
            return None
        if row.tries > len(RETRY_AFTER):
            row.state, row.next_at = CopyState.FAILED, None
            row.save(update_fields=["state", "next_at"])
            publish(f"account:{row.account_id}", "copy")
            return None
        row.tries, row.next_at = row.tries + 1, now + LEASE
        row.save(update_fields=["tries", "next_at"])
        return row


def put_off_copy(*, copy_id: UUID, now: datetime) -> None:
    """What was being made did not come about: again a little later."""
    row = DataCopy.objects.get(pk=copy_id)
    wait = RETRY_AFTER[min(row.tries, len(RETRY_AFTER)) - 1]
    DataCopy.objects.filter(pk=copy_id, state=CopyState.ASKED).update(next_at=now + wait)


@transactional
def keep_copy(*, copy_id: UUID, content: bytes, now: datetime) -> DataCopy | None:
    """Store the archive encrypted in the place of the one before, say that it is there. None where the copy went meanwhile."""
    row = (
        DataCopy.objects.select_for_update(of=("self",)).select_related("account").filter(pk=copy_id).first()
    )
    if row is None or row.state != CopyState.ASKED:
        return None
    if not may_still_take(copy=row, now=now):  # whom the account acts for changed meanwhile: made again
        row.asked_at = row.next_at = now
        row.save(update_fields=["asked_at", "next_at"])
        return None
    drop_copies(accounts=[row.account_id])
    row.file = store_file(content=content, media_type=ZIP, now=now)
    row.state, row.ready_at, row.next_at = CopyState.READY, now, None
    row.expires_at = now + timedelta(days=value_at(id="retention.copy.days", now=now))
    row.save()
    trace(by=Actor.system("worker"), action="rights.copy.make", now=now, subject="copy", subject_id=row.pk)
    _tell(row.account, now=now)
    publish(f"account:{row.account_id}", "copy")
    return row


def _tell(account: Account, *, now: datetime) -> None:
    with translation.override(account.language):
        subject = _("Toubib : votre copie est prête")
        body = _("Ce que vous avez demandé est prêt. Ouvrez votre espace Toubib pour le prendre.")
    if account.email:
        queue_message(channel=Channel.EMAIL, to=account.email, subject=subject, body=body, now=now)
    elif account.phone:
        queue_message(channel=Channel.SMS, to=account.phone, body=body, now=now)


def take_copy(*, copy: DataCopy, by: Actor, now: datetime) -> bytes:
    """The archive, for its account; written in the journal. Raises FileNotFoundError or CannotDecrypt."""
    if copy.file is None:
        raise FileNotFoundError(copy.pk)
    trace(by=by, action="rights.copy.take", now=now, subject="copy", subject_id=copy.pk)
    return read_file(copy.file)
