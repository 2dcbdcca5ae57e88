"""A doctor who lost the right to practise finishes and signs the call that runs, and begins nothing."""

from __future__ import annotations

from django.http import HttpRequest
from django.utils import timezone

from toubib.people.perms import may_go_on_duty
from toubib.people.web import current_account
from toubib.waiting.operations import MoveRefused


def may_practise(request: HttpRequest) -> bool:
    return may_go_on_duty(account=current_account(request), now=timezone.now()).allowed


def check_right(request: HttpRequest) -> None:
    """Raises MoveRefused with every reason."""
    access = may_go_on_duty(account=current_account(request), now=timezone.now())
    if not access.allowed:
        raise MoveRefused(" ".join(str(reason.sentence) for reason in access.reasons))
