"""K1, the machine at rest: « Voir un médecin », the wait now; the first touch; and the page without network."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.contrib.auth import logout
from django.contrib.auth.decorators import login_not_required
from django.core.cache import cache
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.templatetags.static import static
from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from toubib.kiosk.enums import SessionState
from toubib.kiosk.models import Machine
from toubib.kiosk.operations import PlaceShut, open_session
from toubib.kiosk.queries import is_open, live_session, nearest_other
from toubib.kiosk.web import SESSION, kiosk_actor, kiosk_of, kiosk_required, session_of
from toubib.ui.posting import part_of_page
from toubib.waiting.queries import admission_to, pool_for, wait_at_the_end

GENERAL = "medecine-generale"
FRESH_FOR = 10  # seconds: however many machines ask, the line is read once


@login_not_required
@never_cache
@require_safe
def idle(request: HttpRequest) -> HttpResponse:
    machine = kiosk_of(request)
    if machine is None:
        return redirect("kiosk:enrol")
    if session_of(request) is not None and "demarrage" not in request.GET:
        return redirect("waiting:path")
    return render(request, "kiosk/idle.html", {**_now(request, machine), "machine": machine})


@part_of_page
@kiosk_required
@never_cache
@require_safe
def wait_now(request: HttpRequest) -> HttpResponse:
    """The live part of the page at rest."""
    machine = kiosk_of(request)
    assert machine is not None
    return render(request, "kiosk/_idle_now.html", {**_now(request, machine), "machine": machine})


def _now(request: HttpRequest, machine: Machine) -> dict[str, Any]:
    now = timezone.now()
    live = live_session(machine=machine)
    by = live.opened_by if live is not None and live.state == SessionState.OPENED else None
    return {"line": _line(request), "place_open": is_open(place=machine.place, now=now), "opened_by": by}


def _line(request: HttpRequest) -> dict[str, Any]:
    key = f"kiosk.line.{request.LANGUAGE_CODE}"  # type: ignore[attr-defined]
    found: dict[str, Any] | None = cache.get(key)
    if found is None:
        now, pool = timezone.now(), pool_for(key=GENERAL)
        found = {"open": False, "why": "", "ahead": 0, "wait": None}
        if pool is not None:
            admission = admission_to(pool=pool, now=now)
            ahead, wait = wait_at_the_end(pool_id=pool.id, want=("fr", None), now=now)
            found = {"open": admission.open, "why": admission.reason, "ahead": ahead, "wait": wait}
        cache.set(key, found, FRESH_FOR)
    return found


@require_POST
@kiosk_required
def begin(request: HttpRequest) -> HttpResponse:
    """The first touch: a session of this browser, then the warning signs; or, to go on with a request, a code."""
    machine = kiosk_of(request)
    assert machine is not None
    again = request.POST.get("do") == "again"
    if session_of(request) is None:
        logout(request)  # nothing of who was there before
        try:
            session = open_session(machine=machine, by=kiosk_actor(request), now=timezone.now())
        except PlaceShut as shut:
            messages.warning(request, str(shut))
            return redirect("kiosk:idle")
        request.session[SESSION] = str(session.id)
        request.session.set_expiry(3600)
    if again:
        return redirect(f"{reverse('people:sign_in')}?{urlencode({'next': reverse('waiting:path')})}")
    return redirect("waiting:path")


@login_not_required
@require_safe
def offline(request: HttpRequest) -> HttpResponse:
    """K13, kept by the browser of a machine for when there is no network. Nothing of anyone."""
    machine = kiosk_of(request)
    near = nearest_other(place=machine.place, now=timezone.now()) if machine else None
    return render(request, "kiosk/offline.html", {"near": near, "machine": machine})


@login_not_required
@require_safe
def worker(request: HttpRequest) -> HttpResponse:
    """The script that keeps that page, over the whole site: an address of its own since a script of /static may not."""
    kept = [static("ui/tokens.css"), static("ui/components.css"), static("kiosk/kiosk.css"), static("ui/icons.svg"),
            static("ui/fonts/atkinson-400.woff2"), static("ui/fonts/atkinson-700.woff2")]  # fmt: skip
    answer = render(
        request,
        "kiosk/worker.js",
        {"page": reverse("kiosk:offline"), "kept": kept},
        content_type="text/javascript",
    )
    answer["Service-Worker-Allowed"] = "/"
    answer["Cache-Control"] = "no-cache"
    return answer
