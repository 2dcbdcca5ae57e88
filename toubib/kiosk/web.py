"""Which machine asks, what it may open, and the end of what a wiped session left in its browser."""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import wraps
from typing import Any
from uuid import UUID

from django.conf import settings
from django.contrib.auth import logout
from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone

from toubib.ground.actors import Actor
from toubib.kiosk.detours import detour
from toubib.kiosk.enums import WipeReason
from toubib.kiosk.models import KioskSession, Machine
from toubib.kiosk.operations import follow_ticket, touch_session, wipe_session
from toubib.kiosk.queries import live_session, machine_of_key
from toubib.people.models import Account
from toubib.rulebook.days import value_at
from toubib.ui.context import KIOSK_COOKIE, THEME_COOKIE
from toubib.ui.views import not_found
from toubib.waiting.enums import TicketState
from toubib.waiting.models import Ticket

SESSION = "kiosk.session"
TICKET = "ticket"  # the name under which the path keeps its request (waiting.views.common)
View = Callable[..., HttpResponse]
GetResponse = Callable[[HttpRequest], HttpResponse]
# What a machine may open: its own pages and tools, then, within a session, the patient's side.
TOOLS = re.compile(
    r"/(borne(/.*)?|static/.*|langue|theme|healthz|readyz|regle-de-la-file|vos-donnees|accessibilite)"
)
DEMO = "/demo/messages"  # where the demo shows the code that an SMS would carry
PATIENT = re.compile(r"/(consulter|attente|salle|consultation)(/.*)?|/connexion(/code)?|/relais/test")


def kiosk_of(request: HttpRequest) -> Machine | None:
    """The enrolled machine that asks; None for any other browser."""
    machine: Machine | None = getattr(request, "kiosk", None)
    return machine


def session_of(request: HttpRequest) -> KioskSession | None:
    """The live session of this browser on its machine."""
    session: KioskSession | None = getattr(request, "kiosk_session", None)
    return session


def kiosk_actor(request: HttpRequest) -> Actor:
    """The person at the machine: their account once they signed in, nobody before."""
    return Actor(request.user.id if isinstance(request.user, Account) else None, "patient")


def kiosk_required(view: View) -> View:
    """A page of the machine itself, without a sign-in; 404 from any other browser."""

    @login_not_required
    @wraps(view)
    def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if kiosk_of(request) is None:
            raise Http404
        return view(request, *args, **kwargs)

    return guarded


def keep_to_the_kiosk(get_response: GetResponse) -> GetResponse:
    """Middleware: names the machine that asks, keeps it to what it may open, and follows the request under way."""

    def middleware(request: HttpRequest) -> HttpResponse:
        key = request.COOKIES.get(KIOSK_COOKIE, "")
        request.kiosk = machine_of_key(key=key) if key else None  # type: ignore[attr-defined]
        request.kiosk_session = None  # type: ignore[attr-defined]
        if key:
            return _kept(request, get_response)
        if settings.SESSION_COOKIE_NAME in request.COOKIES and SESSION in request.session:
            logout(request)  # what was opened on a machine serves with its key alone
        return get_response(request)

    return middleware


def _kept(request: HttpRequest, get_response: GetResponse) -> HttpResponse:
    machine = kiosk_of(request)
    session = _live(request, machine)
    if session is None and SESSION in request.session:  # wiped since, or the machine is no kiosk any more
        logout(request)
    request.kiosk_session = session  # type: ignore[attr-defined]
    if machine is None:
        return get_response(request)
    _measure_idleness(request)
    is_patients = PATIENT.fullmatch(request.path) is not None
    if is_patients and session is not None:
        return _on_path(request, session, get_response)
    if is_patients or request.path == "/":
        return redirect("kiosk:idle")
    if TOOLS.fullmatch(request.path) or (settings.DEMO and request.path == DEMO):
        return get_response(request)
    return not_found(request)


def _measure_idleness(request: HttpRequest) -> None:
    """For the frame of each page: seconds without a touch before the wipe, of warning before that, of silence in a call."""
    now = timezone.now()
    request.kiosk_idle = value_at(id="kiosk.idle_seconds", now=now)  # type: ignore[attr-defined]
    request.kiosk_warning = value_at(id="kiosk.warning_seconds", now=now)  # type: ignore[attr-defined]
    request.kiosk_lost = value_at(id="kiosk.lost_seconds", now=now)  # type: ignore[attr-defined]


def _on_path(request: HttpRequest, session: KioskSession, get_response: GetResponse) -> HttpResponse:
    goal = detour(request=request, session=session)
    if goal:
        return redirect(goal)
    answer = get_response(request)
    ticket = _follow(request, session)
    went_out = request.method == "POST" and request.path.endswith("/sortir")
    if went_out and ticket is not None and ticket.state == TicketState.AWAY:
        wipe_session(
            session_id=session.id, reason=WipeReason.AWAY, by=kiosk_actor(request), now=timezone.now()
        )
        logout(request)
        return forget(redirect(f"{reverse('kiosk:idle')}?sorti=1"))
    return answer


def _live(request: HttpRequest, machine: Machine | None) -> KioskSession | None:
    kept = request.session.get(SESSION)
    session = live_session(machine=machine) if machine is not None and kept else None
    return session if session is not None and str(session.id) == kept else None


def _follow(request: HttpRequest, session: KioskSession) -> Ticket | None:
    """After the answer: where the request stands now is where the session stands."""
    now, kept = timezone.now(), request.session.get(TICKET)
    ticket = Ticket.objects.filter(pk=UUID(kept)).first() if kept else session.ticket
    if ticket is None:
        touch_session(session=session, now=now)
        return None
    follow_ticket(session_id=session.id, ticket=ticket, by=kiosk_actor(request), now=now)
    return ticket


CLEARED = '"cache", "storage"'  # not "cookies": the key of the machine is one (docs/decisions/0019-kiosk.md)


def forget(answer: HttpResponse) -> HttpResponse:
    """Tell the browser to drop cache, storage, and every cookie but the machine's own."""
    answer["Clear-Site-Data"] = CLEARED
    answer["Cache-Control"] = "no-store"
    names = (
        settings.SESSION_COOKIE_NAME,
        settings.CSRF_COOKIE_NAME,
        settings.LANGUAGE_COOKIE_NAME,
        THEME_COOKIE,
    )
    for name in (*names, "messages"):
        answer.delete_cookie(name, samesite="Lax")
    return answer
