"""Warning signs before anything else, the way back, pausing and stopping."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from toubib.ui.steps import build_steps
from toubib.waiting import catalogue
from toubib.waiting.enums import LIVE_STATES, TicketState
from toubib.waiting.forms import SignsForm
from toubib.waiting.models import Ticket
from toubib.waiting.operations import answer_signs, repeat_signs, stop_preparing
from toubib.waiting.queries import admission_to, pool_for
from toubib.waiting.views.common import (
    LABELS,
    TICKET,
    actor,
    draft_life,
    earlier_yes,
    expired,
    find_ticket,
    is_stopped,
    is_too_old,
    keep_earlier_yes,
    keep_stopped_by,
    next_step,
    room_of,
    stopped_by,
)

GENERAL = "medecine-generale"
STOPPED = "waiting.stopped"


@login_not_required
@never_cache
@require_safe
def path(request: HttpRequest) -> HttpResponse:
    """The one door: goes to where this person was, or to the first question."""
    had = TICKET in request.session
    ticket = find_ticket(request, look=True)
    if ticket is None:
        return redirect("waiting:signs")
    if is_too_old(ticket, now=timezone.now()):
        return expired(request, ticket)
    if ticket.state in LIVE_STATES:
        return room_of(ticket)
    if ticket.state != TicketState.TRIAGED or is_stopped(request, ticket):
        return redirect("waiting:signs")
    if not had:
        messages.info(request, _("Vous reprenez votre demande là où vous l’aviez laissée."))
    return next_step(request, ticket)


def _closed(request: HttpRequest) -> HttpResponse | None:
    """The page of a line that takes nobody now."""
    pool = pool_for(key=GENERAL)
    if pool is None:
        return render(request, "waiting/closed.html", {"why": _("La file n’est pas encore ouverte ici.")})
    admission = admission_to(pool=pool, now=timezone.now())
    if admission.open:
        return None
    return render(
        request, "waiting/closed.html", {"why": admission.reason, "next_opening": admission.next_opening}
    )


@login_not_required
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def signs(request: HttpRequest) -> HttpResponse:
    """All « no » goes on; one « yes » leads to whom to call, be the line shut or other questions blank."""
    ticket = _ticket_under_way(request)
    said_no = ticket is not None and not is_stopped(request, ticket)
    form = SignsForm(request.POST if request.method == "POST" else None, said_no=said_no)
    fits = form.is_bound and form.is_valid()
    yes = [key for key, said in form.answers().items() if said] if fits else []
    if ticket is not None and ticket.state in LIVE_STATES:  # from an old page: the place is not touched here
        return _stop(request, yes) if yes else room_of(ticket)
    shut = None if yes else _closed(request)
    if shut is not None:
        return shut
    if fits:
        return _take_answers(request, form, ticket)
    return render(request, "waiting/signs.html", _page(form))


def _page(form: SignsForm) -> dict[str, Any]:
    steps = build_steps(labels=[str(label) for label in LABELS], current=0)
    wrong = next(iter(form.errors), "")
    return {
        "form": form,
        "catalogue": catalogue.signs(),
        "steps": steps,
        "groups": form.groups(),
        "first_error": f"id_{wrong}_0",
    }


def _ticket_under_way(request: HttpRequest) -> Ticket | None:
    ticket = find_ticket(request, look=True)
    if ticket is None or ticket.state in LIVE_STATES:
        return ticket
    alive = ticket.state == TicketState.TRIAGED and not is_too_old(ticket, now=timezone.now())
    if not alive:
        request.session.pop(TICKET, None)
    return ticket if alive else None


def _take_answers(request: HttpRequest, form: SignsForm, ticket: Ticket | None) -> HttpResponse:
    now, answers = timezone.now(), form.answers()
    said = [key for key, yes in answers.items() if yes]
    if said and set(said) <= set(earlier_yes(request)):  # the same yes sent again: one person is counted once
        if ticket is not None:
            request.session[STOPPED] = str(ticket.id)
        return _stop(request, said)
    if ticket is not None and not any(answers.values()):
        repeat_signs(ticket_id=ticket.id, yes=earlier_yes(request), by=actor(request), now=now)
        request.session.pop(STOPPED, None)
        return next_step(request, ticket)
    answered = answer_signs(
        answers=answers,
        earlier_yes=earlier_yes(request),
        language=(get_language() or "fr")[:2],
        by=actor(request),
        now=now,
    )
    if isinstance(answered, Ticket):
        request.session[TICKET] = str(answered.id)
        if answered.patient_id is not None:
            messages.info(
                request,
                _(
                    "Nous avons gardé vos réponses. Relisez-les, puis entrez : votre place compte à partir de là."
                ),
            )
        return next_step(request, answered)
    keep_earlier_yes(request, [sign.key for sign in answered])
    if ticket is not None:
        request.session[STOPPED] = str(ticket.id)
    return _stop(request, said)


def _stop(request: HttpRequest, said: list[str]) -> HttpResponse:
    """To the page of whom to call, which has an address of its own: reloading, another language, another theme, back
    and forward keep it."""
    keep_stopped_by(request, said)
    return redirect("waiting:call_now")


@login_not_required
@never_cache
@require_safe
def call_now(request: HttpRequest) -> HttpResponse:
    """Whom to call for the signs said « yes » last; whoever said none answers the questions."""
    found = catalogue.signs().named(stopped_by(request))
    if not found:
        return redirect("waiting:signs")
    return render(request, "waiting/stop.html", {"signs": found, "numbers": _numbers(found)})


def _numbers(found: list[catalogue.Sign]) -> list[catalogue.Number]:
    """Those of the signs said, the most urgent first, and the SMS for deaf people."""
    known = catalogue.signs()
    wanted = {number.key: number for sign in found for number in sign.call}
    if "15" in wanted:
        wanted = {"15": wanted["15"], **wanted}
    wanted.setdefault("114", known.number("114"))
    return list(wanted.values())


@login_not_required
@never_cache
@require_safe
def pause(request: HttpRequest) -> HttpResponse:
    """How to take it up later, or stop."""
    ticket = find_ticket(request, look=True)
    if ticket is None or ticket.state != TicketState.TRIAGED:
        return redirect("waiting:path")
    until = ticket.touched_at + draft_life(timezone.now())
    return render(request, "waiting/pause.html", {"until": until, "known": ticket.account_id is not None})


@login_not_required
@require_POST
def stop(request: HttpRequest) -> HttpResponse:
    """Give up before the line: nothing is owed. A second click comes to the same page."""
    ticket = find_ticket(request, look=True)
    if ticket is not None and ticket.state in LIVE_STATES:
        return room_of(ticket)
    if ticket is not None and ticket.state == TicketState.TRIAGED:
        stop_preparing(ticket_id=ticket.id, by=actor(request), now=timezone.now())
    request.session.pop(TICKET, None)
    messages.success(request, _("Vous avez arrêté. Rien n’est dû."))
    return redirect("/")
