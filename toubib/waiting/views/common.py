"""The ticket of this session, and what every step of the path shares."""

from __future__ import annotations

import base64
import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import wraps
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from toubib.ground.actors import Actor
from toubib.ground.crypto import CannotDecrypt, key_ring
from toubib.ground.prepared import read_one
from toubib.people.enums import Role
from toubib.people.models import Account
from toubib.people.web import live_roles
from toubib.rulebook.days import value_at
from toubib.ui.steps import build_steps
from toubib.waiting.enums import LIVE_STATES, TicketState
from toubib.waiting.exits import exit_of
from toubib.waiting.models import Ticket
from toubib.waiting.operations import MoveRefused
from toubib.waiting.perms import may_hold_ticket
from toubib.waiting.queries import live_ticket_of, missing_steps
from toubib.waiting.queries.path import STEPS

TICKET = "ticket"
EARLIER_YES = "waiting.earlier_yes"
STOPPED_BY = "waiting.stopped_by"
ADDRESS = "waiting.address"
PLACE = "session:earlier_yes"
NAMES = {
    "lieu": "place",
    "pour-qui": "for_whom",
    "motif": "reason",
    "medecin-traitant": "medecin_traitant",
    "identite": "identity",
    "sante": "health",
    "consentements": "consents",
    "test": "test",
}
LABELS = (
    _("Sécurité"),
    _("Lieu"),
    _("Motif"),
    _("Identité"),
    _("Santé"),
    _("Accords"),
    _("Test"),
    _("La file"),
)
BAR = {
    "signes": 0,
    "lieu": 1,
    "pour-qui": 1,
    "motif": 2,
    "medecin-traitant": 2,
    "identite": 3,
    "prix": 3,
    "sante": 4,
    "consentements": 5,
    "test": 6,
    "pret": 7,
}
View = Callable[..., HttpResponse]


@dataclass(frozen=True, slots=True)
class Visit:
    """One request on the path: the ticket, who acts, when."""

    ticket: Ticket
    by: Actor
    now: datetime
    account: Account | None


def patient_account(request: HttpRequest) -> Account | None:
    """The signed-in account when it may act as a patient."""
    if isinstance(request.user, Account) and Role.PATIENT in live_roles(request):
        return request.user
    return None


def actor(request: HttpRequest) -> Actor:
    """Before any account the actor is a patient without a name."""
    account = patient_account(request)
    return Actor(account.id if account else None, Role.PATIENT.value)


def find_ticket(request: HttpRequest, *, look: bool = False) -> Ticket | None:
    """The ticket this session names, if it may hold it. `look`: else the one the account has under way."""
    account = patient_account(request)
    account_id = account.id if account else None
    kept = request.session.get(TICKET)
    if kept:
        rows = Ticket.objects.select_related("pool", "place_commune", "patient")
        ticket = read_one(rows, pk=UUID(kept))
        if ticket is not None and may_hold_ticket(ticket=ticket, account_id=account_id):
            return ticket
        del request.session[TICKET]
    if account is None or not look:
        return None
    ticket = live_ticket_of(account_id=account.id)
    if ticket is not None:
        request.session[TICKET] = str(ticket.id)
    return ticket


def room_of(ticket: Ticket) -> HttpResponseRedirect:
    return redirect(reverse("web:waiting_room", args=[ticket.id]))


def draft_life(now: datetime) -> timedelta:
    return timedelta(minutes=value_at(id="waiting.draft_minutes", now=now))


def is_too_old(ticket: Ticket, *, now: datetime) -> bool:
    """The worker ends it within a minute; the page does not wait for that."""
    waits = ticket.state == TicketState.TRIAGED and now - ticket.touched_at > draft_life(now)
    return waits or ticket.state == TicketState.EXPIRED


def is_stopped(request: HttpRequest, ticket: Ticket) -> bool:
    """A sign was said « yes » again since: the path waits for a « no »."""
    return request.session.get("waiting.stopped") == str(ticket.id)


def earlier_yes(request: HttpRequest) -> list[str]:
    """Signs said « yes » in this session; encrypted there as any clinical word."""
    return _unseal(request, EARLIER_YES)


def keep_earlier_yes(request: HttpRequest, keys: list[str]) -> None:
    _seal(request, EARLIER_YES, [*dict.fromkeys([*earlier_yes(request), *keys])])


def stopped_by(request: HttpRequest) -> list[str]:
    """Those of the last answer with a « yes »: what the page of whom to call names."""
    return _unseal(request, STOPPED_BY)


def keep_stopped_by(request: HttpRequest, keys: list[str]) -> None:
    _seal(request, STOPPED_BY, keys)


def _seal(request: HttpRequest, name: str, keys: list[str]) -> None:
    sealed = key_ring().encrypt(json.dumps(keys).encode(), place=PLACE)
    request.session[name] = base64.b64encode(sealed).decode()


def _unseal(request: HttpRequest, name: str) -> list[str]:
    kept = request.session.get(name)
    if not kept:
        return []
    try:
        return list(json.loads(key_ring().decrypt(base64.b64decode(kept), place=PLACE)))
    except CannotDecrypt:
        return []


def next_step(request: HttpRequest, ticket: Ticket) -> HttpResponseRedirect:
    """To the first step that is missing, or to the door of the line. The price is shown once, before health; it is no
    step that one must take: who knows nothing of it goes on."""
    missing = missing_steps(ticket=ticket)
    if missing[:1] == ["sante"] and "prix" not in ticket.draft.get("done", []):
        return redirect("waiting:price")
    return redirect(f"waiting:{NAMES[missing[0]]}" if missing else "waiting:ready")


def step_page(step: str) -> Callable[[View], View]:
    """Guard of one step: the visit's ticket is being prepared and has reached this step."""

    def wrap(view: View) -> View:
        @login_not_required
        @never_cache
        @require_http_methods(["GET", "HEAD", "POST"])
        @wraps(view)
        def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
            now = timezone.now()
            ticket = find_ticket(request, look=True)
            elsewhere = _not_here(request, ticket, step, now=now)
            if elsewhere is not None or ticket is None:
                return elsewhere or redirect("waiting:signs")
            visit = Visit(ticket, actor(request), now, patient_account(request))
            try:
                return view(request, visit, *args, **kwargs)
            except MoveRefused as refusal:  # the ticket left this state while the form was open
                messages.warning(request, str(refusal))
                return redirect("waiting:path")

        return guarded

    return wrap


def _not_here(
    request: HttpRequest, ticket: Ticket | None, step: str, *, now: datetime
) -> HttpResponse | None:
    """Where someone without a ticket at this step goes; None: they may stay."""
    if ticket is None:
        return redirect("waiting:signs")
    if is_too_old(ticket, now=now):
        return expired(request, ticket)
    if ticket.state in LIVE_STATES:
        return room_of(ticket)
    if ticket.state != TicketState.TRIAGED or is_stopped(request, ticket):
        return redirect("waiting:signs")
    missing = missing_steps(ticket=ticket)
    if step in STEPS and step in missing and step != missing[0]:
        return next_step(request, ticket)
    return None


def expired(request: HttpRequest, ticket: Ticket) -> HttpResponse:
    """Said once: the next visit begins anew."""
    request.session.pop(TICKET, None)
    if ticket.state == TicketState.TRIAGED:
        ticket.state = TicketState.EXPIRED
    return render(request, "waiting/expired.html", {"exit": exit_of(ticket=ticket)})


def path_context(step: str, *, back: str = "", **more: Any) -> dict[str, Any]:
    """`back`: the name of an address of ours, the step before when left out."""
    if not back and step in STEPS and STEPS.index(step):
        back = f"waiting:{NAMES[STEPS[STEPS.index(step) - 1]]}"
    return {
        "steps": build_steps(labels=[str(label) for label in LABELS], current=BAR[step]),
        "back_to": reverse(back or "waiting:signs"),
        **more,
    }


def parse_id(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None
