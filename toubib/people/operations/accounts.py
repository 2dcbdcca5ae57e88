"""Accounts of professionals and staff: invited, given roles, closed. By an administrator, never for oneself."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from toubib.ground.actors import Actor
from toubib.ground.hub import publish
from toubib.ground.journal import trace
from toubib.ground.locks import hold_lock
from toubib.people.enums import PROFESSIONAL_ROLES, Role
from toubib.people.events import account_closed, practitioner_revoked
from toubib.people.identity import BadInput, check_name, parse_email
from toubib.people.models import Account, RoleGrant
from toubib.people.operations.grants import NEEDS_PRACTITIONER, give_role
from toubib.people.operations.invitations import check_manager, send_invitation
from toubib.people.queries import accounts_with_role, find_account, forget_roles, roles_of


class LastAdministrator(Exception):
    """Closing this account or role would leave nobody to manage accounts."""

    sentence = gettext_lazy("C’est le dernier administrateur. Nommez-en un autre d’abord.")


def create_account(*, email: str, name: str, roles: frozenset[Role], by: Actor, now: datetime) -> Account:
    """A staff account with an invitation to choose a password, as soon as it has a role. Raises BadInput, MayNotManage.

    The roles practitioner and assistant come with `create_professional`, which knows the RPPS.
    """
    if not roles or not roles <= PROFESSIONAL_ROLES - NEEDS_PRACTITIONER:
        raise BadInput("roles", _("Choisissez au moins un rôle."))
    check_manager(by=by)
    with transaction.atomic():
        account = open_account(email=email, name=name, by=by, now=now)
        given = [give_role(account=account, role=role, by=by, now=now) for role in sorted(roles)]
        if any(given):
            send_invitation(account=account, by=by, now=now)
    return account


def invite_administrator(*, email: str, name: str, by: Actor, now: datetime) -> Account:
    """The administrator of that address, made if there is none, with an invitation; again: the invitation alone.

    From the server's own command line. Raises BadInput, MayNotManage.
    """
    found = find_account(email=parse_email(email, field="email"))
    if found is None:
        return create_account(email=email, name=name, roles=frozenset({Role.ADMINISTRATOR}), by=by, now=now)
    if Role.ADMINISTRATOR not in roles_of(account=found, now=now) or not found.is_active:
        raise BadInput("email", _("Cette adresse a déjà un compte, qui n’est pas celui d’un administrateur."))
    send_invitation(account=found, by=by, now=now)
    return found


def open_account(*, email: str, name: str, by: Actor, now: datetime) -> Account:
    """The row of a professional's account, without a password yet. Raises BadInput."""
    address = parse_email(email, field="email")
    shown = check_name(name, field="name", longest=120)
    hold_lock("people.accounts")
    if find_account(email=address) is not None:
        raise BadInput("email", _("Cette adresse a déjà un compte."))
    account = Account(email=address, display_name=shown, created_at=now)
    account.set_unusable_password()
    account.save(force_insert=True)
    trace(by=by, action="people.account.create", now=now, subject="account", subject_id=account.id)
    return account


def revoke_role(*, account: Account, role: Role, by: Actor, now: datetime) -> None:
    """End a role at once. Raises MayNotManage, LastAdministrator."""
    check_manager(by=by, account=account)
    with transaction.atomic():
        hold_lock("people.administrators")
        if role == Role.ADMINISTRATOR:
            _keep_one_administrator(account, now=now)
        ended = RoleGrant.objects.filter(account=account, role=role, ends_at__isnull=True)
        begun = ended.filter(starts_at__lt=now).update(ends_at=now)
        if begun + ended.filter(starts_at__gte=now).delete()[0]:
            trace(
                by=by,
                action="people.role.revoke",
                now=now,
                subject="account",
                subject_id=account.id,
                reason=role,
            )
            if role == Role.PRACTITIONER:
                practitioner_revoked.send(sender=RoleGrant, account_id=account.id, by=by, now=now)
            publish(f"account:{account.id}", "account.roles_changed")
    forget_roles(account=account)


def close_account(*, account: Account, by: Actor, now: datetime) -> None:
    """Deactivate: no sign-in, open sessions end at their next request. Raises MayNotManage, LastAdministrator."""
    check_manager(by=by, account=account)
    with transaction.atomic():
        hold_lock("people.administrators")
        _keep_one_administrator(account, now=now)
        if Account.objects.filter(pk=account.pk, is_active=True).update(is_active=False):
            account_closed.send(sender=Account, account_id=account.id, by=by, now=now)
            trace(by=by, action="people.account.close", now=now, subject="account", subject_id=account.id)
            publish(f"account:{account.id}", "account.closed")
    account.is_active = False


def reopen_account(*, account: Account, by: Actor, now: datetime) -> None:
    """Raises MayNotManage."""
    check_manager(by=by, account=account)
    with transaction.atomic():
        if Account.objects.filter(pk=account.pk, is_active=False).update(is_active=True):
            trace(by=by, action="people.account.reopen", now=now, subject="account", subject_id=account.id)
    account.is_active = True


def _keep_one_administrator(account: Account, *, now: datetime) -> None:
    holders = {one.id for one in accounts_with_role(role=Role.ADMINISTRATOR, now=now)}
    if holders == {account.id}:
        raise LastAdministrator
