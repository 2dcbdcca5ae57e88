"""The second step of a professional's sign-in, and its setting up the first time."""

from __future__ import annotations

import json
from collections.abc import Callable
from functools import wraps

import segno
from allauth.mfa.adapter import get_adapter
from allauth.mfa.totp.internal.auth import generate_totp_secret
from allauth.mfa.webauthn.internal.auth import begin_authentication, begin_registration
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from toubib.people.forms import CredentialForm, Form, RecoveryForm, TotpForm
from toubib.people.models import Account
from toubib.people.operations import (
    FactorExists,
    TooManyTries,
    WrongFactor,
    enrol_passkey,
    enrol_totp,
    factors_of,
    use_passkey,
    use_recovery_code,
    use_totp,
)
from toubib.people.sessions import (
    RECOVERY,
    TOTP_SECRET,
    after_sign_in,
    open_session,
    pending_account,
    seal,
    unseal,
)
from toubib.people.web import current_account

PendingView = Callable[[HttpRequest, Account, str], HttpResponse]


def pending_only(view: PendingView) -> Callable[[HttpRequest], HttpResponse]:
    """Open to who gave a right password less than ten minutes ago; others start again."""

    @login_not_required
    @never_cache
    @sensitive_post_parameters()
    @require_http_methods(["GET", "POST"])
    @wraps(view)
    def guarded(request: HttpRequest) -> HttpResponse:
        found = pending_account(request, now=timezone.now())
        if found is None:
            return redirect("people:sign_in")
        return view(request, *found)

    return guarded


@pending_only
def second_factor(request: HttpRequest, account: Account, next_page: str) -> HttpResponse:
    factors = factors_of(account=account)
    if not factors.any:
        return redirect("people:enrol")
    forms: dict[str, Form] = {
        "totp": TotpForm(),
        "recovery_code": RecoveryForm(prefix="r"),
        "passkey": CredentialForm(),
    }
    how = request.POST.get("how", "")
    if how in forms:
        forms[how] = type(forms[how])(request.POST, prefix=forms[how].prefix)
        if forms[how].is_valid() and _is_right(account, how, forms[how]):
            open_session(request, account, how=how, now=timezone.now(), strong=True)
            return redirect(after_sign_in(next_page))
    options = json.dumps(begin_authentication(account), default=_plain) if factors.passkeys else ""
    return render(request, "people/second_factor.html", {**forms, "factors": factors, "options": options})


def _is_right(account: Account, how: str, form: Form) -> bool:
    now, typed = timezone.now(), form.cleaned_data
    try:
        if how == "totp":
            use_totp(account=account, code=typed["code"], now=now)
        elif how == "recovery_code":
            use_recovery_code(account=account, code=typed["code"], now=now)
        else:
            use_passkey(account=account, credential=typed["credential"], now=now)
    except (WrongFactor, TooManyTries) as error:
        form.add_error(None if how == "passkey" else "code", error.sentence)
        return False
    return True


@pending_only
def enrol(request: HttpRequest, account: Account, next_page: str) -> HttpResponse:
    """Compulsory before any other page; then the recovery codes are shown, once."""
    if factors_of(account=account).any and request.method == "GET":
        return redirect("people:second_factor")
    secret = _totp_secret(request)
    forms: dict[str, Form] = {"totp": TotpForm(), "passkey": CredentialForm()}
    how = request.POST.get("how", "")
    if how in forms:
        forms[how] = form = type(forms[how])(request.POST)
        codes = _enrol(account, how, form, secret) if form.is_valid() else None
        if codes is not None:
            open_session(request, account, how=how, now=timezone.now(), strong=True)
            request.session[RECOVERY] = {"codes": seal(json.dumps(codes)), "next": next_page}
            return redirect("people:recovery_codes")
    url = get_adapter().build_totp_url(account, secret)
    page = {
        **forms,
        "qr": segno.make(url, micro=False).svg_data_uri(scale=5, border=4, light="#fff"),
        "secret": " ".join(secret[i : i + 4] for i in range(0, len(secret), 4)),
        "options": json.dumps(begin_registration(account, False), default=_plain),
    }
    return render(request, "people/enrol.html", page)


def _totp_secret(request: HttpRequest) -> str:
    """The same for the whole enrolment, sealed in the session."""
    if TOTP_SECRET not in request.session:
        request.session[TOTP_SECRET] = seal(generate_totp_secret())
    return unseal(request.session[TOTP_SECRET])


def _enrol(account: Account, how: str, form: Form, secret: str) -> list[str] | None:
    try:
        if how == "totp":
            return enrol_totp(
                account=account, secret=secret, code=form.cleaned_data["code"], now=timezone.now()
            )
        return enrol_passkey(account=account, credential=form.cleaned_data["credential"], now=timezone.now())
    except WrongFactor as error:
        form.add_error(None if how == "passkey" else "code", error.sentence)
    except FactorExists:
        form.add_error(None, WrongFactor().sentence)
    return None


@never_cache
def recovery_codes(request: HttpRequest) -> HttpResponse:
    """Shown until « J’ai noté mes codes », then never again."""
    current_account(request)
    kept = request.session.get(RECOVERY)
    if kept is None or request.method == "POST":
        request.session.pop(RECOVERY, None)
        return redirect(after_sign_in((kept or {}).get("next", "")))
    codes = [f"{code[:4]} {code[4:]}" for code in json.loads(unseal(kept["codes"]))]
    return render(request, "people/recovery_codes.html", {"codes": codes})


def _plain(value: object) -> object:
    return dict(value)  # type: ignore[call-overload]
