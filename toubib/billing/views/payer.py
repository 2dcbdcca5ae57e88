"""« Qui paie ? »: a contract in the place of the Assurance maladie, if the patient has one and chooses it."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _

from toubib.billing.operations import NotCovered, choose_payer
from toubib.billing.queries.plans import chosen_cover, covers_for
from toubib.ground.journal import trace
from toubib.waiting.views.common import Visit, next_step, parse_id, path_context, step_page


@step_page("prix")
def payer(request: HttpRequest, visit: Visit) -> HttpResponse:
    """Stops nobody: without a contract the Assurance maladie pays as usual."""
    ticket = visit.ticket
    if ticket.patient_id is None or visit.account is None:
        return next_step(request, ticket)
    if request.method == "POST":
        typed = request.POST.get("payer", "")
        try:
            choose_payer(ticket=ticket, cover_id=parse_id(typed), by=visit.by, now=visit.now)
        except NotCovered as refusal:
            messages.warning(request, str(refusal))
            return redirect("billing:payer")
        messages.success(request, _("C’est noté. Le prix en tient compte."))
        return redirect("waiting:price")
    covers = covers_for(patient_id=ticket.patient_id, on=timezone.localdate(visit.now))
    for one in covers:
        trace(
            by=visit.by,
            action="billing.cover.read",
            now=visit.now,
            patient=ticket.patient_id,
            subject="cover",
            subject_id=one.cover.pk,
        )
    more = {"covers": covers, "chosen": chosen_cover(ticket=ticket)}
    return render(request, "billing/payer.html", path_context("prix", back="waiting:price", **more))
