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
from toubib.people.models import Account, GrantRequest
from toubib.people.operations import (
    LastAdministrator,
    MayNotConfirm,
    MayNotManage,
    close_account,
    confirm_grant,
    create_account,
    create_professional,
    factors_of,
    grant_role,
    refuse_grant,
    reopen_account,
    reset_factors,
    revoke_role,
    send_invitation,
)
from toubib.people.operations.grants import NEEDS_PRACTITIONER
from toubib.people.queries import find_accounts, open_grant_requests
from toubib.people.web import current_actor, role_required

A_PAGE = 50


@role_required(Role.ADMINISTRATOR)
@never_cache
@require_safe
def accounts(request: HttpRequest) -> HttpResponse:
    text = request.GET.get("q", "")[:100].replace("\x00", "")
    page = Paginator(find_accounts(text=text), A_PAGE).get_page(request.GET.get("page"))
    query = f"&{urlencode({'q': text})}" if text else ""
    waiting = open_grant_requests().count()
    shown = {"page_obj": page, "q": text, "query": query, "waiting": waiting}
    return render(request, "people/accounts.html", shown)


@role_required(Role.ADMINISTRATOR, Role.MEDICAL_DIRECTOR)
@never_cache
@require_http_methods(["GET", "POST"])
def grants(request: HttpRequest) -> HttpResponse:
    """Roles that wait for a second person."""
    if request.method == "POST":
        _decide(request)
        return redirect("people:grants")
    rows = list(open_grant_requests())
    names = dict(
        Account.objects.filter(pk__in={row.asked_by for row in rows}).values_list("pk", "display_name")
    )
    me = request.user.pk
    shown = [(row, names.get(row.asked_by, ""), me not in (row.asked_by, row.account_id)) for row in rows]
    return render(request, "people/grants.html", {"rows": shown})


def _decide(request: HttpRequest) -> None:
    do, asked = request.POST.get("do", ""), request.POST.get("request", "")
    acts = {
        "confirm": (confirm_grant, _("Le rôle est donné.")),
        "refuse": (refuse_grant, _("Le rôle est refusé.")),
    }
    if do not in acts:
        raise Http404
    act, said = acts[do]
    try:
        act(request_id=UUID(asked), by=current_actor(request), now=timezone.now())
    except (ValueError, GrantRequest.DoesNotExist):
        messages.info(request, _("Cette demande n’attend plus."))
    except MayNotConfirm as error:
        messages.error(request, str(error.sentence))
    else:
        messages.success(request, said)


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
        awaited = account.grant_requests.exists()
        said = _BY_TWO if awaited else _("L’invitation part à %(email)s.") % {"email": account.email}
        messages.success(request, _("Le compte est créé. %(next)s") % {"next": said})
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
        "awaited": one.grant_requests.filter(closed_at__isnull=True),
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


_BY_TWO = gettext_lazy("Une deuxième personne doit confirmer ce rôle. Elle est prévenue par e-mail.")


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
            if grant_role(account=one, role=Role(role), by=by, now=now) is None:
                messages.info(request, str(_BY_TWO))
                return
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
