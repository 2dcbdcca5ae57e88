"""One-time codes for patients: asked for, sent, used once. Only keyed digests are kept.

A code never stands in an address, a log or the journal. The answer is the same whether the address is known or not.
"""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Count, Exists, F, OuterRef, Q, Sum
from django.utils.crypto import constant_time_compare, salted_hmac
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from toubib.ground.actors import Actor
from toubib.ground.enums import Channel
from toubib.ground.journal import trace
from toubib.ground.locks import hold_lock
from toubib.ground.mail import queue_message
from toubib.people.enums import PROFESSIONAL_ROLES, Role
from toubib.people.identity import Address
from toubib.people.models import Account, GrantRequest, RoleGrant, SignInCode
from toubib.people.queries import find_account
from toubib.rulebook.days import value_at
from toubib.ui.formats import say_hour

LIVES = timedelta(minutes=10)
BETWEEN = timedelta(seconds=60)
PER_HOUR = 5
ATTEMPTS = 5
DIGITS = 6
# Past this many wrong codes in an hour, over all addresses, someone is guessing: fresh codes grow to nine digits,
# so that guessing leads nowhere and nobody is locked out.
WRONG_PER_HOUR = 500
DIGITS_UNDER_ATTACK = 9
# Past this many codes in an hour, over all addresses, someone is emptying the operator's purse.
ALL_PER_HOUR = 2000
PAUSE = timedelta(minutes=15)
# A double click posts the same right code twice from the same page: the second is answered like the first.
REPEATED_WITHIN = timedelta(seconds=10)


class TooManyCodes(Exception):
    """Five codes in the hour for this address, or `everywhere` more than we send; `retry_at` is when to ask again."""

    def __init__(self, retry_at: datetime, *, everywhere: bool = False) -> None:
        super().__init__("too many codes")
        self.retry_at = retry_at
        self.everywhere = everywhere

    @property
    def sentence(self) -> str:
        hour = {"hour": say_hour(self.retry_at)}
        if self.everywhere:
            return _("Trop de codes partent en ce moment. Réessayez à %(hour)s.") % hour
        return _("Trop de codes demandés pour cette adresse. Réessayez à %(hour)s.") % hour


class WrongCode(Exception):
    """The code does not fit; `attempts_left` is at least one."""

    def __init__(self, attempts_left: int) -> None:
        super().__init__("wrong code")
        self.attempts_left = attempts_left

    @property
    def sentence(self) -> str:
        return ngettext(
            "Ce code ne va pas. Il vous reste %(left)s essai, ou demandez-en un autre.",
            "Ce code ne va pas. Il vous reste %(left)s essais, ou demandez-en un autre.",
            self.attempts_left,
        ) % {"left": self.attempts_left}


class CodeDead(Exception):
    """Used, too old, or tried five times."""

    @property
    def sentence(self) -> str:
        return _("Ce code ne sert plus. Demandez-en un autre.")


@dataclass(frozen=True, slots=True)
class CodeRequest:
    """`sent` is False when one left less than a minute ago, which still serves."""

    sent: bool
    next_at: datetime


def request_code(*, address: Address, now: datetime) -> CodeRequest:
    """Send a code, whoever the address belongs to. Raises TooManyCodes."""
    digest = _address_digest(address)
    with transaction.atomic():
        hold_lock(f"people.code.{digest}")
        rows = list(
            SignInCode.objects.filter(address_digest=digest, created_at__gt=now - timedelta(hours=1))
            .order_by("created_at", "id")
            .values_list("created_at", "used_at", "attempts_left")
        )
        times = [created for created, _used, _left in rows]
        if rows and now < times[-1] + BETWEEN and _still_serves(*rows[-1]):
            return CodeRequest(sent=False, next_at=times[-1] + BETWEEN)
        if len(times) >= PER_HOUR:
            raise TooManyCodes(times[-PER_HOUR] + timedelta(hours=1))
        wrong, sent = _of_late(now)
        if sent >= ALL_PER_HOUR:
            raise TooManyCodes(now + PAUSE, everywhere=True)
        _send_code(
            address, digest, digits=DIGITS_UNDER_ATTACK if wrong >= WRONG_PER_HOUR else DIGITS, now=now
        )
    return CodeRequest(sent=True, next_at=now + BETWEEN)


def _still_serves(_created: datetime, used_at: datetime | None, attempts_left: int) -> bool:
    """A code used or tried too often serves nobody: the next is sent without waiting for the minute."""
    return used_at is None and attempts_left > 0


def use_code(*, address: Address, code: str, page: str = "", now: datetime) -> Account:
    """The patient's account, made if there was none. Call outside a transaction: a wrong try must be counted.

    Only the last code sent serves, once; again within ten seconds for the same `page`, a secret of the form and
    of the browser that posted it (a double click). A professional's account is refused with the words of a wrong code.
    Raises WrongCode, CodeDead.
    """
    digest, typed = _address_digest(address), "".join(c for c in code if c.isascii() and c.isdigit())
    with transaction.atomic():
        hold_lock(f"people.code.{digest}")
        row = SignInCode.objects.filter(address_digest=digest).order_by("-created_at", "-id").first()
        if row is None or now >= row.expires_at:
            raise CodeDead
        if not row.attempts_left:
            raise CodeDead
        refused = _is_refused(address)
        right = constant_time_compare(row.code_digest, _code_digest(digest, typed)) and not refused
        if right and row.used_at is None:
            row.used_at, row.used_by = now, _page_digest(page)
            row.save(update_fields=["used_at", "used_by"])
            return _account_of(address, now=now)
        if right and _is_repeated(row, page, now=now):
            return _account_of(address, now=now)
        row.attempts_left -= 1
        SignInCode.objects.filter(pk=row.pk).update(attempts_left=F("attempts_left") - 1)
    if row.attempts_left and row.used_at is None:
        raise WrongCode(row.attempts_left)
    raise CodeDead


def _is_repeated(row: SignInCode, page: str, *, now: datetime) -> bool:
    """The double click of the page that used the code; another browser with the same code is somebody else."""
    recent = row.used_at is not None and now < row.used_at + REPEATED_WITHIN
    return recent and bool(page) and constant_time_compare(row.used_by, _page_digest(page))


def erase_old_codes(*, now: datetime) -> int:
    kept = timedelta(days=value_at(id="retention.code.days", now=now))
    return SignInCode.objects.filter(created_at__lt=now - kept).delete()[0]


def _send_code(address: Address, digest: str, *, digits: int, now: datetime) -> None:
    code = "".join(str(secrets.randbelow(10)) for _digit in range(digits))
    SignInCode.objects.create(
        address_digest=digest,
        code_digest=_code_digest(digest, code),
        created_at=now,
        expires_at=now + LIVES,
        attempts_left=ATTEMPTS,
    )
    shown = f"{code[:3]} {code[3:6]} {code[6:]}".strip()
    body = _(
        "Toubib : votre code est %(code)s. Il sert une fois, pendant 10 minutes. Ne le donnez à personne."
    )
    queue_message(
        channel=address.channel,
        to=address.value,
        body=body % {"code": shown},
        now=now,
        subject=_("Votre code Toubib") if address.channel == Channel.EMAIL else "",
    )


def _of_late(now: datetime) -> tuple[int, int]:
    """Wrong tries and codes sent in the last hour, over all addresses."""
    recent = SignInCode.objects.filter(created_at__gt=now - timedelta(hours=1))
    found = recent.aggregate(wrong=Sum(ATTEMPTS - F("attempts_left")), sent=Count("id"))
    return int(found["wrong"] or 0), int(found["sent"])


def _is_refused(address: Address) -> bool:
    """A professional's, one that awaits such a role, or a closed account. Asked with one query whether the address is known or not."""
    staff = RoleGrant.objects.filter(account=OuterRef("pk"), role__in=PROFESSIONAL_ROLES)
    asked = GrantRequest.objects.filter(account=OuterRef("pk"))
    refused = Q(is_active=False) | Exists(staff) | Exists(asked)
    return Account.objects.filter(refused, **_key(address)).exists()


def _account_of(address: Address, *, now: datetime) -> Account:
    account = find_account(**_key(address))
    if account is None:
        account = Account(**_key(address), created_at=now)
        account.set_unusable_password()
        account.save(force_insert=True)
        RoleGrant.objects.create(account=account, role=Role.PATIENT, starts_at=now)
        trace(
            by=Actor(account.id, Role.PATIENT),
            action="people.account.create",
            now=now,
            subject="account",
            subject_id=account.id,
        )
    return account


def _key(address: Address) -> dict[str, str]:
    return {"email": address.value} if address.channel == Channel.EMAIL else {"phone": address.value}


def _address_digest(address: Address) -> str:
    return salted_hmac(
        "toubib.people.address", f"{address.channel}:{address.value}", algorithm="sha256"
    ).hexdigest()


def _page_digest(page: str) -> str:
    return salted_hmac("toubib.people.page", page, algorithm="sha256").hexdigest()


def _code_digest(address_digest: str, code: str) -> str:
    return salted_hmac("toubib.people.code", f"{address_digest}:{code}", algorithm="sha256").hexdigest()
