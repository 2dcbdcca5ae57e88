"""Roles given. One that gives power over others takes effect when a second person confirms it."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from toubib.ground.actors import Actor
from toubib.ground.enums import Channel
from toubib.ground.journal import trace
from toubib.ground.locks import hold_lock
from toubib.ground.mail import queue_message
from toubib.people.enums import Role
from toubib.people.identity import BadInput
from toubib.people.models import Account, GrantRequest, ProfessionalAccount, RoleGrant
from toubib.people.operations.invitations import check_manager, send_invitation
from toubib.people.queries import accounts_with_role, forget_roles

# Who assists may be an agent of the town hall, without RPPS.
NEEDS_PRACTITIONER = frozenset({Role.PRACTITIONER})
# Who holds one of these may activate doctors, read the journal, or give these roles: never by one person's hand.
BY_TWO = frozenset({Role.MEDICAL_DIRECTOR, Role.COMPLIANCE, Role.ADMINISTRATOR})
MAY_CONFIRM = (Role.MEDICAL_DIRECTOR, Role.ADMINISTRATOR)


class MayNotConfirm(Exception):
    """Not a director or an administrator, or the one who asked, or the one who would hold the role."""

    sentence = gettext_lazy(
        "Une autre personne, directeur médical ou administrateur, doit confirmer ce rôle."
    )


def grant_role(*, account: Account, role: Role, by: Actor, now: datetime) -> RoleGrant | None:
    """Give a role from now on; twice is once. None: it waits for a second person. Raises MayNotManage, BadInput."""
    check_manager(by=by, account=account)
    if role == Role.PATIENT or (
        role in NEEDS_PRACTITIONER and not ProfessionalAccount.objects.filter(account=account).exists()
    ):
        raise BadInput("role", _("Ce rôle demande un numéro RPPS : créez un compte de professionnel."))
    return give_role(account=account, role=role, by=by, now=now)


def give_role(*, account: Account, role: Role, by: Actor, now: datetime) -> RoleGrant | None:
    """The grant, or None where the role must be confirmed first."""
    with transaction.atomic():
        hold_lock("people.administrators")
        if role in BY_TWO and by.account_id is not None and not _is_first_installation(by.account_id):
            _ask(account=account, role=role, asker=by.account_id, by=by, now=now)
            return None
        return add_grant(account=account, role=role, by=by, now=now)


def _is_first_installation(asker: UUID) -> bool:
    """Nobody but the asker ever held a role that confirms: one who closes the others is not alone for that."""
    return not RoleGrant.objects.filter(role__in=MAY_CONFIRM).exclude(account=asker).exists()


def _ask(*, account: Account, role: Role, asker: UUID, by: Actor, now: datetime) -> None:
    if RoleGrant.objects.filter(account=account, role=role, ends_at__isnull=True).exists():
        return
    _request, made = GrantRequest.objects.get_or_create(
        account=account, role=role, closed_at=None, defaults={"asked_by": asker, "asked_at": now}
    )
    if not made:
        return
    trace(by=by, action="people.role.ask", now=now, subject="account", subject_id=account.id, reason=role)
    body = _(
        "Bonjour,\n\nUn rôle attend la confirmation d’une deuxième personne : %(role)s, pour %(name)s. "
        "Confirmez ou refusez ici :\n%(link)s"
    ) % {
        "role": role.label,
        "name": account.display_name or account.email,
        "link": settings.PUBLIC_URL + reverse("people:grants"),
    }
    for address in sorted(_confirmers(now=now, but={asker, account.id})):
        queue_message(
            channel=Channel.EMAIL, to=address, subject=_("Un rôle attend votre accord"), body=body, now=now
        )


def _confirmers(*, now: datetime, but: set[UUID]) -> set[str]:
    found = [one for role in MAY_CONFIRM for one in accounts_with_role(role=role, now=now)]
    return {one.email for one in found if one.email and one.id not in but}


def confirm_grant(*, request_id: UUID, by: Actor, now: datetime) -> None:
    """The role begins, and an account that has no password yet is invited. Idempotent. Raises MayNotConfirm."""
    with transaction.atomic():
        request = _close(request_id, granted=True, by=by, now=now)
        if request is None:
            return
        add_grant(account=request.account, role=Role(request.role), by=by, now=now)
        if not request.account.has_usable_password():
            send_invitation(account=request.account, by=by, now=now)


def refuse_grant(*, request_id: UUID, by: Actor, now: datetime) -> None:
    """Idempotent. Raises MayNotConfirm."""
    with transaction.atomic():
        request = _close(request_id, granted=False, by=by, now=now)
        if request is not None:
            trace(
                by=by,
                action="people.role.refuse",
                now=now,
                subject="account",
                subject_id=request.account_id,
                reason=request.role,
            )


def _close(request_id: UUID, *, granted: bool, by: Actor, now: datetime) -> GrantRequest | None:
    """The request, now closed; None when it was already."""
    hold_lock("people.administrators")
    request = GrantRequest.objects.select_related("account").get(pk=request_id)
    if by.role not in MAY_CONFIRM or by.account_id in {None, request.asked_by, request.account_id}:
        raise MayNotConfirm
    if request.closed_at is not None:
        return None
    request.closed_at, request.closed_by, request.granted = now, by.account_id, granted
    request.save(update_fields=["closed_at", "closed_by", "granted"])
    return request


def add_grant(*, account: Account, role: Role, by: Actor, now: datetime) -> RoleGrant:
    with transaction.atomic():
        hold_lock(f"people.roles.{account.id}")
        grant, made = RoleGrant.objects.get_or_create(
            account=account, role=role, ends_at=None, defaults={"starts_at": now, "granted_by": by.account_id}
        )
        if made:
            trace(
                by=by,
                action="people.role.grant",
                now=now,
                subject="account",
                subject_id=account.id,
                reason=role,
            )
    forget_roles(account=account)
    return grant
