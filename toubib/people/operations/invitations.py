"""Who may manage accounts, and the mail that invites one to choose a password."""

from __future__ import annotations

from datetime import datetime, timedelta
from uuid import UUID

from django.conf import settings
from django.contrib.auth.tokens import default_token_generator
from django.db import transaction
from django.urls import reverse
from django.utils.encoding import force_bytes
from django.utils.http import urlsafe_base64_encode
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from toubib.ground.actors import Actor
from toubib.ground.enums import Channel
from toubib.ground.journal import trace
from toubib.ground.locks import hold_lock
from toubib.ground.mail import queue_message
from toubib.ground.models import JournalEntry
from toubib.people.enums import Role
from toubib.people.models import Account

MAY_MANAGE = frozenset({Role.ADMINISTRATOR.value, "system:cli", "system:demo"})
ONE_CLICK = timedelta(minutes=1)


class MayNotManage(Exception):
    """Not an administrator, or on one's own account."""

    sentence = gettext_lazy("Un autre administrateur doit le faire.")


def check_manager(*, by: Actor, account: Account | None = None, extra: Role | None = None) -> None:
    own: UUID | None = account.id if account else None
    if by.role not in MAY_MANAGE and by.role != extra:
        raise MayNotManage
    if own is not None and by.account_id == own:
        raise MayNotManage


def invitation_link(*, account: Account) -> str:
    """Where the account chooses its password; three days, once."""
    path = reverse(
        "people:invitation",
        args=[urlsafe_base64_encode(force_bytes(account.pk)), default_token_generator.make_token(account)],
    )
    return settings.PUBLIC_URL + path


def hand_invitation(*, account: Account, by: Actor, now: datetime) -> str:
    """The link itself, for whoever runs the server and has no e-mail yet. Raises MayNotManage."""
    check_manager(by=by)
    trace(by=by, action="people.account.hand_link", now=now, subject="account", subject_id=account.id)
    return invitation_link(account=account)


def send_invitation(*, account: Account, by: Actor, now: datetime) -> None:
    """A mail with a link, valid three days, to choose a password. A second click within the minute sends nothing."""
    check_manager(by=by, extra=Role.MEDICAL_DIRECTOR)
    body = _(
        "Bonjour %(name)s,\n\nUn compte professionnel vous attend sur Toubib. Choisissez votre mot de passe ici, "
        "dans les trois jours :\n%(link)s\n\nÀ la première connexion vous réglerez votre deuxième facteur."
    )
    with transaction.atomic():
        hold_lock("people.invite")
        made = JournalEntry.objects.filter(account=by.account_id, at__gt=now - ONE_CLICK)
        if made.filter(action="people.account.invite", subject_id=str(account.id)).exists():
            return
        queue_message(
            channel=Channel.EMAIL,
            to=account.email or "",
            subject=_("Votre compte Toubib"),
            now=now,
            body=body % {"name": account.display_name, "link": invitation_link(account=account)},
        )
        trace(by=by, action="people.account.invite", now=now, subject="account", subject_id=account.id)
