"""Which machine asks, what it may open, and the end of what a wiped session left in its browser."""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import wraps
from typing import Any
from uuid import UUID

from django.contrib.auth import logout
from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone

from toubib.ground.actors import Actor
from toubib.kiosk.models import KioskSession, Machine
from toubib.kiosk.operations import follow_ticket, touch_session
from toubib.kiosk.queries import live_session, machine_of_key
from toubib.people.models import Account
from toubib.ui.context import KIOSK_COOKIE
from toubib.waiting.models import Ticket

SESSION = "kiosk.session"
TICKET = "ticket"  # the name under which the path keeps its request (waiting.views.common)
View = Callable[..., HttpResponse]
GetResponse = Callable[[HttpRequest], HttpResponse]
# What a machine may open: its own pages and tools, then, within a session, the patient's side.
TOOLS = re.compile(
    r"/(borne(/.*)?|static/.*|langue|theme|healthz|readyz|regle-de-la-file|vos-donnees|accessibilite)"
)
PATIENT = re.compile(
    r"/(consulter|attente|salle|consultation|connexion|relais|invite|verifier)(/.*)?|/deconnexion"
    r"|/mon-espace/documents/.*|/file-en-direct|/sse"
)


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
        return _kept(request, get_response) if key else get_response(request)

    return middleware


def _kept(request: HttpRequest, get_response: GetResponse) -> HttpResponse:
    machine = kiosk_of(request)
    session = _live(request, machine)
    if session is None and SESSION in request.session:  # wiped since, or the machine is no kiosk any more
        logout(request)
    request.kiosk_session = session  # type: ignore[attr-defined]
    if machine is None:
        return get_response(request)
    if not TOOLS.fullmatch(request.path) and not (PATIENT.fullmatch(request.path) and session is not None):
        if PATIENT.fullmatch(request.path) or request.path == "/":
            return redirect("kiosk:idle")
        raise Http404
    answer = get_response(request)
    if session is not None:
        _follow(request, session)
    return answer


def _live(request: HttpRequest, machine: Machine | None) -> KioskSession | None:
    kept = request.session.get(SESSION)
    session = live_session(machine=machine) if machine is not None and kept else None
    return session if session is not None and str(session.id) == kept else None


def _follow(request: HttpRequest, session: KioskSession) -> None:
    """After the answer: where the request stands now is where the session stands."""
    now, kept = timezone.now(), request.session.get(TICKET)
    ticket = Ticket.objects.filter(pk=UUID(kept)).first() if kept else session.ticket
    if ticket is None:
        touch_session(session=session, now=now)
        return
    follow_ticket(session_id=session.id, ticket=ticket, by=kiosk_actor(request), now=now)
