"""Passwords of professionals, and the bound on guessing them and second factors."""

from __future__ import annotations

import secrets
from datetime import datetime, timedelta

from django.contrib.auth.hashers import check_password, make_password
from django.contrib.sessions.models import Session
from django.db import transaction
from django.utils.crypto import salted_hmac
from django.utils.translation import gettext as _

from toubib.ground.actors import Actor
from toubib.ground.journal import trace
from toubib.ground.locks import hold_lock
from toubib.people.enums import Role
from toubib.people.models import Account, FailedSignIn
from toubib.people.perms import actor_of
from toubib.people.queries import find_account, is_professional
from toubib.rulebook.days import value_at

WITHIN = timedelta(minutes=15)
TRIES = 10
_NOBODY: list[str] = []


class WrongPassword(Exception):
    """Unknown address, wrong password, patient's or closed account: one answer for all."""

    @property
    def sentence(self) -> str:
        return _("L’adresse ou le mot de passe ne va pas.")


class TooManyTries(Exception):
    """Ten tries in fifteen minutes for this address, known or not."""

    @property
    def sentence(self) -> str:
        return _("Trop d’essais. Attendez 15 minutes, puis recommencez.")


def check_credentials(*, email: str, password: str, now: datetime, patients_too: bool = False) -> Account:
    """The account, second factor still to come. Call outside a transaction: the try is counted before it is made.

    `patients_too` is for the demo alone, where every account has a password. Raises WrongPassword, TooManyTries.
    """
    typed = email.strip().lower()
    if not typed.isascii():  # PostgreSQL takes « ı » for « i »: no address of ours has one
        raise WrongPassword
    account = find_account(email=typed) if typed else None
    key = f"password:{account.id if account else typed}"
    count_try(key=key, now=now)
    stored = account.password if account is not None and account.has_usable_password() else _nobody()
    right = check_password(password, stored)
    if account is None or not right or not account.is_active or not account.has_usable_password():
        raise WrongPassword
    if not patients_too and not is_professional(account=account):
        raise WrongPassword
    forget_tries(key=key)
    return account


def count_try(*, key: str, now: datetime, most: int = TRIES, within: timedelta = WITHIN) -> None:
    """Count one try before it is made, so that a burst of them is bounded too; `within` a day at most.

    Raises TooManyTries.
    """
    digest = _digest(key)
    with transaction.atomic():
        hold_lock(f"people.tries.{digest}")
        if FailedSignIn.objects.filter(key_digest=digest, at__gt=now - within).count() >= most:
            raise TooManyTries
        FailedSignIn.objects.create(key_digest=digest, at=now)


def forget_tries(*, key: str) -> None:
    FailedSignIn.objects.filter(key_digest=_digest(key)).delete()


def erase_old_tries(*, now: datetime) -> int:
    kept = timedelta(days=value_at(id="retention.code.days", now=now))
    return FailedSignIn.objects.filter(at__lt=now - kept).delete()[0]


def erase_old_sessions(*, now: datetime) -> int:
    """Sessions past their end, those of people who never signed out."""
    return Session.objects.filter(expire_date__lt=now).delete()[0]


def set_password(*, account: Account, password: str, now: datetime) -> None:
    """Set by the person, from the invitation's link; open sessions of the account end."""
    with transaction.atomic():
        account.set_password(password)
        account.save(update_fields=["password"])
        trace(
            by=Actor(account.id, "invited"),
            action="people.password.set",
            now=now,
            subject="account",
            subject_id=account.id,
        )


def note_sign_in(*, account: Account, role: Role, how: str, now: datetime) -> None:
    """A session opened; `how` is code, totp, recovery_code, passkey or demo."""
    trace(
        by=actor_of(account=account, role=role),
        action="people.session.open",
        now=now,
        subject="account",
        subject_id=account.id,
        reason=how,
    )


def _nobody() -> str:
    """A password nobody has: an unknown address costs the same time as a known one."""
    if not _NOBODY:
        _NOBODY.append(make_password(secrets.token_urlsafe()))
    return _NOBODY[0]


def _digest(key: str) -> str:
    return salted_hmac("toubib.people.tries", key, algorithm="sha256").hexdigest()
