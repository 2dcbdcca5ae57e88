"""Second factors of professionals: a TOTP (RFC 6238) or a passkey (WebAuthn), and recovery codes. Stored by allauth.

A factor is set only where there is none: whoever has the password alone cannot change it. An administrator resets.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import TOTP, format_hotp_value, hotp_value
from allauth.mfa.utils import decrypt
from allauth.mfa.webauthn.internal import auth as webauthn
from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.crypto import constant_time_compare
from django.utils.translation import gettext as _

from toubib.ground.actors import Actor
from toubib.ground.journal import trace
from toubib.ground.locks import hold_lock
from toubib.people.models import Account
from toubib.people.operations.invitations import check_manager
from toubib.people.operations.passwords import count_try, forget_tries

PERIOD = 30
TOLERANCE = 1  # steps of 30 s before and after, for clocks that drift


class WrongFactor(Exception):
    """The code or the key does not fit, or was used already."""

    @property
    def sentence(self) -> str:
        return _("Ce code ne va pas. Attendez le suivant dans votre application, puis tapez-le.")


class FactorExists(Exception):
    """A factor is set: it must be used, not replaced."""


@dataclass(frozen=True, slots=True)
class Factors:
    totp: bool
    passkeys: int
    recovery_codes: int

    @property
    def any(self) -> bool:
        return self.totp or self.passkeys > 0


def factors_of(*, account: Account) -> Factors:
    rows = list(Authenticator.objects.filter(user=account))
    recovery = [row for row in rows if row.type == Authenticator.Type.RECOVERY_CODES]
    return Factors(
        totp=any(row.type == Authenticator.Type.TOTP for row in rows),
        passkeys=sum(row.type == Authenticator.Type.WEBAUTHN for row in rows),
        recovery_codes=len(RecoveryCodes(recovery[0]).get_unused_codes()) if recovery else 0,
    )


def enrol_totp(*, account: Account, secret: str, code: str, now: datetime) -> list[str]:
    """Set the TOTP of an account that has no factor; returns its recovery codes, shown once.

    The same secret sent twice (a double click) is set once. Raises WrongFactor, FactorExists.
    """
    step = _matching_step(secret, code, now=now)
    if step is None:
        raise WrongFactor
    with transaction.atomic():
        hold_lock(f"people.factors.{account.id}")
        known = Authenticator.objects.filter(user=account, type=Authenticator.Type.TOTP).first()
        if known is not None and constant_time_compare(decrypt(known.data["secret"]), secret):
            return RecoveryCodes.activate(account).get_unused_codes()
        _refuse_if_set(account)
        row = TOTP.activate(account, secret).instance
        row.data["step"] = step
        row.save(update_fields=["data"])
        return _finish_enrolment(account, "totp", now=now)


def enrol_passkey(*, account: Account, credential: dict[str, Any], now: datetime) -> list[str]:
    """Set a passkey as the first factor; answers as above. Needs the request that began it. Raises as above."""
    try:
        webauthn.parse_registration_response(credential)
        webauthn.complete_registration(credential)
    except (ValidationError, ValueError, KeyError, TypeError, AttributeError):
        raise WrongFactor from None
    with transaction.atomic():
        hold_lock(f"people.factors.{account.id}")
        _refuse_if_set(account)
        webauthn.WebAuthn.add(account, "1", credential)
        return _finish_enrolment(account, "passkey", now=now)


def use_totp(*, account: Account, code: str, now: datetime) -> None:
    """Call outside a transaction: the try is counted first. A step serves once. Raises WrongFactor, TooManyTries."""
    key = _key(account)
    count_try(key=key, now=now)
    with transaction.atomic():
        hold_lock(f"people.factors.{account.id}")
        row = Authenticator.objects.filter(user=account, type=Authenticator.Type.TOTP).first()
        step = _matching_step(decrypt(row.data["secret"]), code, now=now) if row else None
        if row is None or step is None or step <= row.data.get("step", 0):
            raise WrongFactor
        row.data["step"], row.last_used_at = step, now
        row.save(update_fields=["data", "last_used_at"])
    forget_tries(key=key)


def use_recovery_code(*, account: Account, code: str, now: datetime) -> None:
    """Raises WrongFactor, TooManyTries."""
    key = _key(account)
    count_try(key=key, now=now)
    with transaction.atomic():
        hold_lock(f"people.factors.{account.id}")
        row = Authenticator.objects.filter(user=account, type=Authenticator.Type.RECOVERY_CODES).first()
        if row is None or not RecoveryCodes(row).validate_code("".join(code.split())):
            raise WrongFactor
    forget_tries(key=key)


def use_passkey(*, account: Account, credential: dict[str, Any], now: datetime) -> None:
    """Needs the request that began it. Raises WrongFactor, TooManyTries."""
    key = _key(account)
    count_try(key=key, now=now)
    try:
        webauthn.parse_authentication_response(credential)
        row = webauthn.complete_authentication(account, credential)
    except (ValidationError, ValueError, KeyError, TypeError, AttributeError):
        raise WrongFactor from None
    Authenticator.objects.filter(pk=row.pk).update(last_used_at=now)
    forget_tries(key=key)


def reset_factors(*, account: Account, by: Actor, now: datetime) -> None:
    """The phone or the key is lost: the next sign-in sets a new one. By another administrator. Raises MayNotManage."""
    check_manager(by=by, account=account)
    with transaction.atomic():
        hold_lock(f"people.factors.{account.id}")
        if Authenticator.objects.filter(user=account).delete()[0]:
            trace(by=by, action="people.factor.reset", now=now, subject="account", subject_id=account.id)


def _finish_enrolment(account: Account, how: str, *, now: datetime) -> list[str]:
    codes = RecoveryCodes.activate(account).get_unused_codes()
    by = Actor(account.id, "professional")
    trace(by=by, action="people.factor.add", now=now, subject="account", subject_id=account.id, reason=how)
    return codes


def _refuse_if_set(account: Account) -> None:
    if Authenticator.objects.filter(user=account).exclude(type=Authenticator.Type.RECOVERY_CODES).exists():
        raise FactorExists


def _matching_step(secret: str, code: str, *, now: datetime) -> int | None:
    typed = "".join(c for c in code if c.isascii() and c.isdigit())
    current = int(now.timestamp()) // PERIOD
    found = None
    for step in range(current - TOLERANCE, current + TOLERANCE + 1):
        if constant_time_compare(format_hotp_value(hotp_value(secret, step)), typed):
            found = step
    return found


def _key(account: Account) -> str:
    return f"factor:{account.id}"
