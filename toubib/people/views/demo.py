"""Demo only: enter as anyone in one click, and read the messages that leave. A server without the demo has neither."""

from __future__ import annotations

from django.contrib.auth import logout
from django.contrib.auth.decorators import login_not_required
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from toubib.ground.models import OutboundMessage
from toubib.people.queries import find_account
from toubib.people.sessions import after_sign_in, open_session, safe_next
from toubib.people.views.common import is_demo

A_PAGE = 25


@login_not_required
@require_POST
def enter(request: HttpRequest, name: str) -> HttpResponse:
    account = find_account(email=f"{name}@demo.toubib.test") if is_demo() else None
    if account is None or not account.is_active:
        raise Http404
    if request.user.is_authenticated and request.user.pk != account.pk:
        logout(request)
    open_session(request, account, how="demo", now=timezone.now(), strong=True)
    return redirect(after_sign_in(safe_next(request)))


@login_not_required
@never_cache
@require_safe
def messages(request: HttpRequest) -> HttpResponse:
    if not is_demo():
        raise Http404
    rows = OutboundMessage.objects.order_by("-created_at", "-id")
    page = Paginator(rows, A_PAGE).get_page(request.GET.get("page"))
    return render(request, "people/demo_messages.html", {"page_obj": page})
