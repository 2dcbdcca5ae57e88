"""Who is asking: the guard of pages, for the views of every app."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.middleware.csrf import get_token
from django.utils import timezone

from toubib.ground.actors import Actor
from toubib.people.enums import PROFESSIONAL_ROLES, Role
from toubib.people.models import Account
from toubib.people.perms import actor_of
from toubib.people.queries import roles_of

SECOND_FACTOR = "second_factor"
View = Callable[..., HttpResponse]


def live_roles(request: HttpRequest) -> frozenset[Role]:
    """Roles this session may use: a professional's count only after the second factor."""
    if not isinstance(request.user, Account):
        return frozenset()
    roles = roles_of(account=request.user, now=timezone.now())
    return roles if request.session.get(SECOND_FACTOR) is True else roles - PROFESSIONAL_ROLES


def role_required(*wanted: Role) -> Callable[[View], View]:
    """Open the view to these roles; 404 for any other, since a page that is not yours does not exist.

    Login comes first (the middleware sends there). The first of `wanted` that the account holds is the role it acts
    in: see `current_actor`.
    """

    def guard(view: View) -> View:
        @wraps(view)
        def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
            held = live_roles(request)
            acting = next((role for role in wanted if role in held), None)
            if acting is None:
                raise Http404
            request.acting_role = acting  # type: ignore[attr-defined]
            return view(request, *args, **kwargs)

        guarded.roles_required = frozenset(wanted)  # type: ignore[attr-defined]
        return guarded

    return guard


def current_account(request: HttpRequest) -> Account:
    """The signed-in account; 404 where there is none (a view open to all)."""
    if not isinstance(request.user, Account):
        raise Http404
    return request.user


def browser_of(request: HttpRequest) -> str:
    """A secret of this browser, the same before and after a session: that of its forms."""
    get_token(request)
    return str(request.META["CSRF_COOKIE"])


def address_of(request: HttpRequest) -> str:
    """The network address that asks: as nginx names it (it overwrites the header), or the socket's own."""
    named = request.META.get("HTTP_X_FORWARDED_FOR", "") if settings.HTTPS else ""
    return named.split(",")[-1].strip() or request.META.get("REMOTE_ADDR", "")


def current_actor(request: HttpRequest) -> Actor:
    """The account in the role that `role_required` found; as a patient on pages for any account."""
    return actor_of(account=current_account(request), role=getattr(request, "acting_role", Role.PATIENT))
