"""An account made by hand for a person without phone nor mail, vouched for at a place. It never qualifies an identity."""

from __future__ import annotations

from datetime import datetime

from toubib.ground.actors import Actor
from toubib.ground.journal import trace
from toubib.ground.locks import transactional
from toubib.people.enums import Role
from toubib.people.models import Account, RoleGrant


class MayNotVouch(Exception):
    """Only somebody who assists patients vouches for one."""


@transactional
def make_vouched_account(*, by: Actor, now: datetime) -> Account:
    """A patient's account that no message reaches; who is in it is typed by the person, provisional as any. Raises MayNotVouch."""
    if by.role != Role.ASSISTANT or by.account_id is None:
        raise MayNotVouch
    account = Account(created_at=now, vouched_by=by.account_id)
    account.set_unusable_password()
    account.save(force_insert=True)
    RoleGrant.objects.create(account=account, role=Role.PATIENT, starts_at=now)
    trace(by=by, action="people.account.vouch", now=now, subject="account", subject_id=account.id)
    return account
