"""Opening a session, and what is kept between its first and second step."""

from __future__ import annotations

import base64
from datetime import datetime, timedelta

from django.contrib.auth import login
from django.http import HttpRequest
from django.shortcuts import resolve_url
from django.utils.http import url_has_allowed_host_and_scheme

from toubib.ground.crypto import key_ring
from toubib.people.enums import PROFESSIONAL_ROLES, Role
from toubib.people.models import Account
from toubib.people.operations import note_sign_in
from toubib.people.queries import roles_of
from toubib.people.web import SECOND_FACTOR

PENDING = "people.pending"
TOTP_SECRET = "people.totp_sealed"  # noqa: S105  the name of a session key
RECOVERY = "people.recovery_sealed"
PLACE = "django_session.people"
PENDING_LIVES = timedelta(minutes=10)
PATIENT_SESSION = timedelta(hours=4)
BACKEND = "toubib.people.backends.AccountBackend"


def seal(text: str) -> str:
    """For what lies in the session, which is in clear in the database: a factor's secret, its recovery codes."""
    return base64.b64encode(key_ring().encrypt(text.encode(), place=PLACE)).decode()


def unseal(sealed: str) -> str:
    """Raises CannotDecrypt."""
    return key_ring().decrypt(base64.b64decode(sealed), place=PLACE).decode()


def safe_next(request: HttpRequest) -> str:
    """The page to go to after sign-in: ours or none."""
    wanted = request.POST.get("next") or request.GET.get("next") or ""
    ours = url_has_allowed_host_and_scheme(
        wanted, allowed_hosts={request.get_host()}, require_https=request.is_secure()
    )
    return wanted if ours and wanted.startswith("/") and len(wanted) <= 500 else ""


def after_sign_in(next_page: str) -> str:
    return next_page or resolve_url("/mon-espace")


def start_pending(request: HttpRequest, account: Account, *, next_page: str, now: datetime) -> None:
    """The password was right; nobody is signed in yet."""
    request.session.cycle_key()
    request.session.pop(TOTP_SECRET, None)
    request.session[PENDING] = {"account": str(account.id), "at": now.isoformat(), "next": next_page}


def pending_account(request: HttpRequest, *, now: datetime) -> tuple[Account, str] | None:
    """The account whose second factor is due, and the page after it; None past ten minutes."""
    kept = request.session.get(PENDING)
    if not kept or now - datetime.fromisoformat(kept["at"]) > PENDING_LIVES:
        return None
    account = Account.objects.filter(pk=kept["account"], is_active=True).first()
    return (account, kept["next"]) if account else None


def open_session(request: HttpRequest, account: Account, *, how: str, now: datetime, strong: bool) -> None:
    """Sign in under a fresh session key. `strong`: a second factor was used (or the demo stands in for it)."""
    login(request, account, backend=BACKEND)
    for name in (PENDING, TOTP_SECRET):
        request.session.pop(name, None)
    request.session[SECOND_FACTOR] = strong
    roles = roles_of(account=account, now=now)
    role = next((role for role in Role if role in roles & PROFESSIONAL_ROLES), Role.PATIENT)
    if role == Role.PATIENT:
        longest = int(PATIENT_SESSION.total_seconds())
        request.session.set_expiry(min(longest, request.session.get_expiry_age()))  # a kiosk's is shorter
    note_sign_in(account=account, role=role, how=how, now=now)
