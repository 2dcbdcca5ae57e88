"""One's own e-mail or phone, changed: it counts once a code sent there came back; the address before is told.

Codes stand under the account, not under the address: five an hour whatever is typed, and none of them opens a session.
"""

from __future__ import annotations

import secrets
from datetime import datetime, timedelta

from django.conf import settings
from django.db import IntegrityError, transaction
from django.db.models import F
from django.utils.crypto import constant_time_compare, salted_hmac
from django.utils.translation import gettext as _

from toubib.ground.actors import Actor
from toubib.ground.enums import Channel
from toubib.ground.journal import trace
from toubib.ground.locks import hold_lock, transactional
from toubib.ground.mail import queue_message
from toubib.people.identity import Address
from toubib.people.models import Account, SignInCode
from toubib.people.operations.codes import (
    ALL_PER_HOUR,
    ATTEMPTS,
    DIGITS,
    LIVES,
    PAUSE,
    PER_HOUR,
    CodeDead,
    TooManyCodes,
    WrongCode,
)
from toubib.people.queries import is_professional

HOUR = timedelta(hours=1)


class ContactRefused(Exception):
    """str() is the user's sentence."""


@transactional
def ask_contact(*, account: Account, address: Address, now: datetime) -> None:
    """Send a code to the new address, whoever has it: only its holder learns more. Raises TooManyCodes, ContactRefused."""
    if is_professional(account=account):
        raise ContactRefused(_("L’administration change l’adresse d’un compte professionnel."))
    owner = _owner(account)
    hold_lock(f"people.code.{owner}")
    times = SignInCode.objects.filter(address_digest=owner, created_at__gt=now - HOUR).order_by("created_at")
    sent = list(times.values_list("created_at", flat=True))
    if len(sent) >= PER_HOUR:
        raise TooManyCodes(sent[-PER_HOUR] + HOUR)
    if SignInCode.objects.filter(created_at__gt=now - HOUR).count() >= ALL_PER_HOUR:
        raise TooManyCodes(now + PAUSE, everywhere=True)
    code = "".join(str(secrets.randbelow(10)) for _digit in range(DIGITS))
    SignInCode.objects.create(
        address_digest=owner,
        code_digest=_digest(account, address, code),
        created_at=now,
        expires_at=now + LIVES,
        attempts_left=ATTEMPTS,
    )
    body = _("Toubib : votre code est %(code)s. Il confirme cette adresse, une fois, pendant 10 minutes.")
    shown = f"{code[:3]} {code[3:6]}"
    _tell(address, body % {"code": shown}, now=now, subject=_("Votre code Toubib"))


def change_contact(*, account: Account, address: Address, code: str, by: Actor, now: datetime) -> Account:
    """The address counts from now on. Call outside a transaction: a wrong try must be counted.

    Again with the address that counts already (a double click) changes nothing. Raises WrongCode, CodeDead,
    ContactRefused where another account has this address.
    """
    name = _field(address)
    if getattr(account, name) == address.value:
        return account
    _use(account, address, "".join(c for c in code if c.isascii() and c.isdigit()), now=now)
    try:
        with transaction.atomic():
            before = _known(account)
            setattr(account, name, address.value)
            account.save(update_fields=[name])
            trace(
                by=by, action="people.contact.change", now=now, subject="account", subject_id=account.id,
                reason=name,
            )  # fmt: skip
            for old in before:
                _tell_before(old, now=now)
    except IntegrityError:
        account.refresh_from_db()
        raise ContactRefused(_("Cette adresse ouvre déjà un autre compte Toubib.")) from None
    return account


def _use(account: Account, address: Address, typed: str, *, now: datetime) -> None:
    owner = _owner(account)
    with transaction.atomic():
        hold_lock(f"people.code.{owner}")
        row = SignInCode.objects.filter(address_digest=owner).order_by("-created_at", "-id").first()
        if row is None or now >= row.expires_at or not row.attempts_left or row.used_at is not None:
            raise CodeDead
        if constant_time_compare(row.code_digest, _digest(account, address, typed)):
            row.used_at = now
            row.save(update_fields=["used_at"])
            return
        row.attempts_left -= 1
        SignInCode.objects.filter(pk=row.pk).update(attempts_left=F("attempts_left") - 1)
    if row.attempts_left:
        raise WrongCode(row.attempts_left)
    raise CodeDead


def _known(account: Account) -> list[Address]:
    """Every address known so far: each is told, so that a thief of the session does not stay unseen."""
    known = ((Channel.EMAIL, account.email), (Channel.SMS, account.phone))
    return [Address(channel, value) for channel, value in known if value]


def _tell_before(address: Address, *, now: datetime) -> None:
    body = _(
        "Toubib : l’adresse ou le numéro de votre compte vient de changer. "
        "Si ce n’est pas vous, prévenez-nous : %(link)s"
    )
    link = f"{settings.PUBLIC_URL}/vos-donnees"
    _tell(address, body % {"link": link}, now=now, subject=_("Votre compte Toubib a changé"))


def _tell(address: Address, body: str, *, now: datetime, subject: str) -> None:
    by_mail = address.channel == Channel.EMAIL
    queue_message(
        channel=address.channel, to=address.value, body=body, now=now, subject=subject if by_mail else ""
    )


def _field(address: Address) -> str:
    return "email" if address.channel == Channel.EMAIL else "phone"


def _owner(account: Account) -> str:
    return salted_hmac("toubib.people.contact", str(account.pk), algorithm="sha256").hexdigest()


def _digest(account: Account, address: Address, code: str) -> str:
    words = f"{account.pk}:{address.channel}:{address.value}:{code}"
    return salted_hmac("toubib.people.contact.code", words, algorithm="sha256").hexdigest()
