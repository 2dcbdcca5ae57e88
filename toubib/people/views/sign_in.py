"""The door: a code for patients, a password and a second factor for professionals."""

from __future__ import annotations

import secrets
from typing import Any

from django.contrib.auth import logout
from django.contrib.auth.decorators import login_not_required
from django.contrib.auth.tokens import default_token_generator
from django.core import signing
from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode, urlsafe_base64_decode
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST

from toubib.ground.enums import Channel
from toubib.people.forms import AddressForm, CodeForm, NewPasswordForm, PasswordForm
from toubib.people.identity import Address, BadInput, parse_address
from toubib.people.models import Account
from toubib.people.operations import (
    CodeDead,
    TooManyCodes,
    TooManyTries,
    WrongCode,
    WrongPassword,
    check_credentials,
    request_code,
    set_password,
    use_code,
)
from toubib.people.sessions import after_sign_in, open_session, safe_next, start_pending
from toubib.people.views.common import is_demo
from toubib.people.web import browser_of

ADDRESS = "people.address"
INVITED = "people.invited"
SALT = "toubib.people.code_page.2"


@login_not_required
@never_cache
@sensitive_post_parameters("password")
@require_http_methods(["GET", "POST"])
def sign_in(request: HttpRequest) -> HttpResponse:
    next_page = safe_next(request)
    if request.user.is_authenticated and request.method == "GET":
        return redirect(after_sign_in(next_page))
    door = request.POST.get("door", "")
    forms = {"code_form": AddressForm(), "password_form": PasswordForm(prefix="pro")}
    if door == "code":
        forms["code_form"] = AddressForm(request.POST)
        done = _ask_code(request, forms["code_form"], next_page)
    elif door == "password":
        forms["password_form"] = PasswordForm(request.POST, prefix="pro")
        done = _check_password(request, forms["password_form"], next_page)
    else:
        done = None
    return done or render(request, "people/sign_in.html", {**forms, "next": next_page})


def _ask_code(request: HttpRequest, form: Any, next_page: str) -> HttpResponse | None:
    if not form.is_valid():
        return None
    try:
        address = parse_address(form.cleaned_data["address"])
        request_code(address=address, now=timezone.now())
    except BadInput as error:
        form.refuse(error)
        return None
    except TooManyCodes as error:
        form.add_error("address", error.sentence)
        return None
    request.session[ADDRESS] = [address.channel.value, address.value]
    return redirect(_with_next("people:code", next_page))


def _check_password(request: HttpRequest, form: Any, next_page: str) -> HttpResponse | None:
    if not form.is_valid():
        return None
    now = timezone.now()
    typed = form.cleaned_data
    try:
        account = check_credentials(
            email=typed["email"], password=typed["password"], now=now, patients_too=is_demo()
        )
    except (WrongPassword, TooManyTries) as error:
        form.add_error("password", error.sentence)
        return None
    if is_demo():
        open_session(request, account, how="demo", now=now, strong=True)
        return redirect(after_sign_in(next_page))
    start_pending(request, account, next_page=next_page, now=now)
    return redirect("people:second_factor")


@login_not_required
@never_cache
@sensitive_post_parameters("code")
@require_http_methods(["GET", "POST"])
def enter_code(request: HttpRequest) -> HttpResponse:
    found, next_page = _page_of(request), safe_next(request)
    if found is None:
        return redirect(_with_next("people:sign_in", next_page))
    address, secret = found
    form = CodeForm(request.POST if request.POST.get("do") == "check" else None)
    form.fields["code"].widget.attrs["autofocus"] = True
    note = ""
    if request.POST.get("do") == "resend":
        note = _resend(address)
    elif form.is_bound and form.is_valid():
        now = timezone.now()
        try:
            account = use_code(
                address=address, code=form.cleaned_data["code"], page=secret + browser_of(request), now=now
            )
        except (WrongCode, CodeDead) as error:
            form.add_error("code", error.sentence)
        else:
            open_session(request, account, how="code", now=now, strong=False)
            request.session.pop(ADDRESS, None)
            return redirect(after_sign_in(next_page))
    page = {
        "form": form,
        "next": next_page,
        "note": note,
        "address": address.value,
        "by_sms": address.channel == Channel.SMS,
        "pending": signing.dumps([address.channel, address.value, secret], salt=SALT),
    }
    return render(request, "people/code.html", page)


def _resend(address: Address) -> str:
    try:
        asked = request_code(address=address, now=timezone.now())
    except TooManyCodes as error:
        return error.sentence
    if asked.sent:
        return _("Un nouveau code est parti. L’ancien ne sert plus.")
    return _("Un code est parti il y a moins d’une minute. Attendez un instant.")


def _page_of(request: HttpRequest) -> tuple[Address, str] | None:
    """Where the code went, from the session; or from the page's signed field, when a double click outran the session.
    With the secret of that page, or of the one about to be shown."""
    kept, secret = request.session.get(ADDRESS), secrets.token_urlsafe(16)
    try:
        *signed, of_page = signing.loads(request.POST.get("pending", ""), salt=SALT, max_age=600)
    except signing.BadSignature:
        signed = None
    if signed is not None and kept in (None, signed):
        kept, secret = signed, of_page
    return (Address(Channel(kept[0]), kept[1]), secret) if kept else None


def _with_next(name: str, next_page: str) -> str:
    return reverse(name) + (f"?{urlencode({'next': next_page})}" if next_page else "")


@login_not_required
@require_POST
def sign_out(request: HttpRequest) -> HttpResponse:
    logout(request)
    return redirect("/")


@login_not_required
@never_cache
@sensitive_post_parameters()
@require_http_methods(["GET", "POST"])
def accept_invitation(request: HttpRequest, uid: str, token: str) -> HttpResponse:
    """The link of the mail. The token moves to the session at once, so that the address bar does not keep it."""
    account = _invited_account(uid)
    if token != "choisir":  # noqa: S105  a word of the address
        if account is None or not default_token_generator.check_token(account, token):
            return render(request, "people/invitation_dead.html", status=404)
        request.session[INVITED] = token
        return redirect("people:invitation", uid, "choisir")
    if account is None or not default_token_generator.check_token(account, request.session.get(INVITED, "")):
        return render(request, "people/invitation_dead.html", status=404)
    form = NewPasswordForm(request.POST or None, account=account)
    if request.method == "POST" and form.is_valid():
        set_password(account=account, password=form.cleaned_data["password"], now=timezone.now())
        request.session.pop(INVITED, None)
        return HttpResponseRedirect(reverse("people:sign_in") + "#professionnels")
    return render(request, "people/invitation.html", {"form": form, "account": account})


def _invited_account(uid: str) -> Account | None:
    try:
        key = urlsafe_base64_decode(uid).decode()
        return Account.objects.filter(pk=key, is_active=True).first()
    except (ValueError, ValidationError):
        raise Http404 from None
