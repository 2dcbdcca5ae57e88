"""« Ce que vous paierez »: what only the patient knows, asked once, and the price with its reasons.

It stops nobody: every question may be left, and nothing of it is read by the line.
"""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render

from toubib.rulebook.facts import all_facts
from toubib.waiting.forms_price import PriceForm
from toubib.waiting.models import Ticket
from toubib.waiting.operations import attest_on_path
from toubib.waiting.queries.facts import NOT_YET_KNOWN, said_of
from toubib.waiting.queries.price import Estimate, estimate_for
from toubib.waiting.questions import ASK_INSTEAD, QUESTIONS
from toubib.waiting.views.common import Visit, next_step, path_context, step_page


@step_page("prix")
def price(request: HttpRequest, visit: Visit) -> HttpResponse:
    ticket = visit.ticket
    if ticket.patient_id is None:
        return next_step(request, ticket)
    said = {fact: row.value for fact, row in said_of(ticket=ticket).items()}
    form = PriceForm(request.POST if request.method == "POST" else None, ticket=ticket, said=said)
    if request.method == "POST" and form.is_valid():
        ticket = attest_on_path(ticket_id=ticket.id, said=form.said(), by=visit.by, now=visit.now)
        return redirect("waiting:price") if request.POST.get("do") == "count" else next_step(request, ticket)
    more = {"form": form, **price_context(ticket, visit)}
    back = "waiting:identity" if visit.account is None else "waiting:medecin_traitant"
    return render(request, "waiting/price.html", path_context("prix", back=back, **more))


def price_context(ticket: Ticket, visit: Visit) -> dict[str, Any]:
    estimate = estimate_for(ticket=ticket, now=visit.now)
    return {"estimate": estimate, "lacks": lacking(estimate)}


def lacking(estimate: Estimate) -> list[tuple[str, str]]:
    """What would settle it: the fact in words, and why we do not know it."""
    facts = all_facts()
    return [(facts[name].label, _why(name)) for name in estimate.missing]


def _why(name: str) -> str:
    if name in NOT_YET_KNOWN:
        return str(NOT_YET_KNOWN[name])
    if name in QUESTIONS and QUESTIONS[name].patient:
        return "asked"
    return "asked_home" if name in ASK_INSTEAD else ""
