"""The administrator's accounts: no health data here."""

from __future__ import annotations

from urllib.parse import urlencode
from uuid import UUID

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from toubib.directory.operations import BadRpps, PractitionerFacts
from toubib.people.enums import Role
from toubib.people.forms import ProfessionalForm, RoleForm, StaffForm
from toubib.people.identity import BadInput
from toubib.people.models import Account
from toubib.people.operations import (
    LastAdministrator,
    MayNotManage,
    close_account,
    create_account,
    create_professional,
    factors_of,
    grant_role,
    reopen_account,
    reset_factors,
    revoke_role,
    send_invitation,
)
from toubib.people.operations.accounts import NEEDS_PRACTITIONER
from toubib.people.queries import find_accounts
from toubib.people.web import current_actor, role_required

A_PAGE = 50


@role_required(Role.ADMINISTRATOR)
@never_cache
@require_safe
def accounts(request: HttpRequest) -> HttpResponse:
    text = request.GET.get("q", "")[:100].replace("\x00", "")
    page = Paginator(find_accounts(text=text), A_PAGE).get_page(request.GET.get("page"))
    query = f"&{urlencode({'q': text})}" if text else ""
    return render(request, "people/accounts.html", {"page_obj": page, "q": text, "query": query})


@role_required(Role.ADMINISTRATOR)
@never_cache
@require_http_methods(["GET", "POST"])
def new_account(request: HttpRequest) -> HttpResponse:
    """Staff by name and roles, or a professional by RPPS."""
    door = request.POST.get("door", "")
    staff = StaffForm(request.POST if door == "staff" else None, prefix="staff")
    pro = ProfessionalForm(request.POST if door == "pro" else None, prefix="pro")
    account = (
        _create_staff(request, staff)
        if door == "staff"
        else _create_pro(request, pro)
        if door == "pro"
        else None
    )
    if account is not None:
        messages.success(
            request, _("Le compte est créé. L’invitation part à %(email)s.") % {"email": account.email}
        )
        return redirect("people:account", account.pk)
    return render(request, "people/account_new.html", {"staff_form": staff, "pro_form": pro})


def _create_staff(request: HttpRequest, form: StaffForm) -> Account | None:
    if not form.is_valid():
        return None
    typed = form.cleaned_data
    try:
        return create_account(
            email=typed["email"],
            name=typed["name"],
            roles=frozenset(Role(one) for one in typed["roles"]),
            by=current_actor(request),
            now=timezone.now(),
        )
    except BadInput as error:
        form.refuse(error)
        return None


def _create_pro(request: HttpRequest, form: ProfessionalForm) -> Account | None:
    if not form.is_valid():
        return None
    typed = dict(form.cleaned_data)
    email, role = typed.pop("email"), Role(typed.pop("role"))
    try:
        made = create_professional(
            email=email,
            facts=PractitionerFacts(**typed),
            role=role,
            by=current_actor(request),
            now=timezone.now(),
        )
    except BadRpps as error:
        form.add_error("rpps", str(error.sentence))
    except BadInput as error:
        form.refuse(error)
    else:
        return made.account
    return None


@role_required(Role.ADMINISTRATOR)
@never_cache
@require_http_methods(["GET", "POST"])
def account(request: HttpRequest, account_id: UUID) -> HttpResponse:
    one = find_accounts().filter(pk=account_id).first()
    if one is None:
        raise Http404
    if request.method == "POST":
        _act(request, one)
        return redirect("people:account", one.pk)
    held = {grant.role for grant in one.open_grants}  # type: ignore[attr-defined]
    role_form = RoleForm()
    apart = frozenset() if hasattr(one, "professional") else NEEDS_PRACTITIONER
    offered = [pair for pair in role_form.fields["role"].choices if pair[0] not in held | apart]  # type: ignore[attr-defined]
    role_form.fields["role"].choices = offered  # type: ignore[attr-defined]
    page = {
        "account": one,
        "role_form": role_form,
        "factors": factors_of(account=one),
        "own": one.pk == request.user.pk,
    }
    return render(request, "people/account.html", page)


_DONE = {
    "invite": gettext_lazy("L’invitation est partie."),
    "grant": gettext_lazy("Le rôle est donné."),
    "revoke": gettext_lazy("Le rôle est retiré."),
    "close": gettext_lazy("Le compte est fermé. Ses sessions s’arrêtent."),
    "reopen": gettext_lazy("Le compte est rouvert."),
    "reset": gettext_lazy("Le deuxième facteur est effacé. La prochaine connexion en règle un autre."),
}


def _act(request: HttpRequest, one: Account) -> None:
    do, role, by, now = (
        request.POST.get("do", ""),
        request.POST.get("role", ""),
        current_actor(request),
        timezone.now(),
    )
    if do not in _DONE or (do in ("grant", "revoke") and role not in Role.values):
        raise Http404
    try:
        if do == "invite":
            send_invitation(account=one, by=by, now=now)
        elif do == "grant":
            grant_role(account=one, role=Role(role), by=by, now=now)
        elif do == "revoke":
            revoke_role(account=one, role=Role(role), by=by, now=now)
        elif do == "close":
            close_account(account=one, by=by, now=now)
        elif do == "reopen":
            reopen_account(account=one, by=by, now=now)
        else:
            reset_factors(account=one, by=by, now=now)
    except (BadInput, MayNotManage, LastAdministrator) as error:
        messages.error(request, str(error.sentence))
    else:
        messages.success(request, str(_DONE[do]))
