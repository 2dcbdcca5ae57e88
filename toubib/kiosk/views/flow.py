"""What the path asks on a machine alone: a number for the code (K3), who is in the room (K5), the measures (K6).

The place is that of the machine: nobody types it. The self-test stands for the test of the device.
"""

from __future__ import annotations

from datetime import datetime
from functools import wraps
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from toubib.ground.enums import Channel
from toubib.kiosk.detours import MEASURED
from toubib.kiosk.enums import Presence, SessionState
from toubib.kiosk.forms import PhoneForm, RoomForm
from toubib.kiosk.models import KioskSession
from toubib.kiosk.operations import SessionMoveRefused, move_session, place_ticket, say_presence
from toubib.kiosk.queries import checks_of
from toubib.kiosk.queries.devices import device_rows
from toubib.kiosk.steps import kiosk_steps
from toubib.kiosk.web import View, kiosk_actor, kiosk_required, session_of
from toubib.people.identity import Address, BadInput, parse_address
from toubib.people.operations import TooManyCodes, request_code
from toubib.people.web import live_roles
from toubib.ui.formats import say_phone
from toubib.waiting.enums import TicketState
from toubib.waiting.models import Ticket
from toubib.waiting.operations import MoveRefused, finish_step
from toubib.waiting.views.common import ADDRESS, find_ticket, patient_account


def within_session(view: View) -> View:
    """A page of a session whose request is being prepared; elsewhere, the path says where one is."""

    @never_cache
    @require_http_methods(["GET", "HEAD", "POST"])
    @kiosk_required
    @wraps(view)
    def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        session, ticket = session_of(request), find_ticket(request, look=True)
        if session is None:
            return redirect("kiosk:idle")
        if ticket is None or ticket.state != TicketState.TRIAGED:
            return redirect("waiting:path")
        try:
            return view(request, session, ticket, *args, **kwargs)
        except MoveRefused:
            return redirect("waiting:path")

    return guarded


@sensitive_post_parameters("phone")
@within_session
def phone(request: HttpRequest, session: KioskSession, ticket: Ticket) -> HttpResponse:
    """K3: the number that gets the code, and the message when the turn comes. The place goes with it, untyped."""
    account = patient_account(request)
    known = ticket.callback_phone or (account.phone if account else "") or ""
    form = PhoneForm(request.POST or None, initial={"phone": say_phone(known) if known else ""})
    now = timezone.now()
    if request.method == "POST" and form.is_valid():
        number = form.cleaned_data["phone"]
        by = kiosk_actor(request)
        place_ticket(session=session, ticket=ticket, phone=number, by=by, now=now)
        if account is not None:
            return redirect("waiting:path")
        if _send_code(request, form, number, now=now):
            return redirect("waiting:identity_code")
    page = {"form": form, "machine": session.machine, "steps": kiosk_steps("phone")}
    return render(request, "kiosk/phone.html", page, status=422 if form.errors else 200)


def _send_code(request: HttpRequest, form: PhoneForm, number: str, *, now: datetime) -> bool:
    """Whether a code left, or left a moment ago. A number that gets no SMS goes by e-mail, at the step of identity."""
    try:
        address: Address = parse_address(number)
        request_code(address=address, now=now)
    except BadInput as error:
        form.add_error("phone", str(error.sentence))
    except TooManyCodes as error:
        form.add_error("phone", error.sentence)
    else:
        request.session[ADDRESS] = [Channel.SMS.value, address.value]
        return True
    return False


@within_session
def room(request: HttpRequest, session: KioskSession, ticket: Ticket) -> HttpResponse:
    """K5: who is there; agreeing to a relative or to the assistant is taken back here, or in the call."""
    form = RoomForm(request.POST or None, initial={"presence": session.presence})
    hints = {
        Presence.RELATIVE: _("Le médecin le saura. Vous pouvez lui demander de sortir à tout moment."),
        Presence.ASSISTANT: _("Il aide avec les appareils, et garde le secret. Vous pouvez changer d’avis à tout moment."),
    }  # fmt: skip
    form.fields["presence"].choice_hints = hints  # type: ignore[attr-defined]
    if request.method == "POST" and form.is_valid():
        now, by = timezone.now(), kiosk_actor(request)
        presence = Presence(form.cleaned_data["presence"])
        say_presence(session_id=session.id, presence=presence, by=by, now=now)
        _keep_test(session, ticket, request, now=now)
        _keep_agreement(ticket, presence, request, now=now)
        return redirect("waiting:path")
    page = {"form": form, "machine": session.machine, "steps": kiosk_steps("room")}
    return render(request, "kiosk/room.html", page, status=422 if form.errors else 200)


def _keep_test(session: KioskSession, ticket: Ticket, request: HttpRequest, *, now: datetime) -> None:
    """The machine tried itself: nobody tests a camera that is not theirs."""
    if "test" in ticket.draft.get("done", []):
        return
    checks = checks_of(machine=session.machine)
    rows = [
        {"step": name, "status": "ok" if result == "ok" else "broken", "detail": "borne"}
        for name, result in checks.items()
        if name in {"camera", "microphone", "network"}
    ]
    answers: dict[str, object] = {"steps": rows} if rows else {"skipped": True}
    finish_step(ticket_id=ticket.id, step="test", answers=answers, by=kiosk_actor(request), now=now)


def _keep_agreement(ticket: Ticket, presence: Presence, request: HttpRequest, *, now: datetime) -> None:
    """Changed once the agreements were given: the doctor reads the last word."""
    said = ticket.draft.get("consentements")
    if said:
        answers = {**said, "third_person": presence != Presence.ALONE}
        finish_step(
            ticket_id=ticket.id, step="consentements", answers=answers, by=kiosk_actor(request), now=now
        )


@within_session
def measures(request: HttpRequest, session: KioskSession, ticket: Ticket) -> HttpResponse:
    """K6: the devices of the place, one after the other; each may be passed over."""
    if not live_roles(request) or ticket.patient_id is None:
        return redirect("waiting:path")
    now, by = timezone.now(), kiosk_actor(request)
    if request.method == "POST":
        request.session[MEASURED] = str(ticket.id)
        _move(session, SessionState.IDENTIFIED, request)
        return redirect("waiting:path")
    if request.method == "GET":
        move_session(session_id=session.id, to=SessionState.MEASURING, by=by, now=now)
    page = {
        "ticket": ticket,
        "has_devices": bool(device_rows(ticket=ticket, now=now)),
        "steps": kiosk_steps("measures"),
    }
    return render(request, "kiosk/measures.html", page)


def _move(session: KioskSession, to: SessionState, request: HttpRequest) -> None:
    try:
        move_session(session_id=session.id, to=to, by=kiosk_actor(request), now=timezone.now())
    except SessionMoveRefused:
        return
