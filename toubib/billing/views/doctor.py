"""« Facturation » in the doctor's room: where the line stands, and the facts that only the doctor knows."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from toubib.billing.operations import NotAnswered, answer_facts
from toubib.billing.queries import current_line, trace_read
from toubib.billing.views.claim_page import said_in, shown
from toubib.ground.actors import Actor
from toubib.people.enums import Role
from toubib.people.web import current_account, current_actor, role_required
from toubib.record.models import Encounter
from toubib.record.perms import is_doctor_of
from toubib.record.queries import READABLE, get_encounter
from toubib.ui.posting import part_of_page


def _own(request: HttpRequest, encounter_id: UUID) -> Encounter:
    encounter = get_encounter(encounter_id=encounter_id)
    if encounter is None or not is_doctor_of(account_id=current_account(request).id, encounter=encounter):
        raise Http404
    if encounter.state not in READABLE:
        raise Http404
    return encounter


def claim_context(encounter: Encounter) -> dict[str, Any]:
    """For the room's page: empty until signed."""
    if encounter.state not in READABLE:
        return {}
    return {"bill_encounter": encounter, **shown(current_line(encounter=encounter))}


@part_of_page
@role_required(Role.PRACTITIONER)
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def claim(request: HttpRequest, encounter: UUID) -> HttpResponse:
    """The block alone; POST: answers, then the room again."""
    row, by = _own(request, encounter), current_actor(request)
    if request.method == "POST":
        _answer(request, row, by)
        room = getattr(row, "room", None)
        return redirect("consultation:room", room=room.id) if room else redirect("consultation:desk")
    context = claim_context(row)
    if context["line"] is not None:
        trace_read(line=context["line"], by=by, now=timezone.now())
    return render(request, "billing/_claim.html", context)


def _answer(request: HttpRequest, row: Encounter, by: Actor) -> None:
    said = said_in(request)
    if not said:
        return
    try:
        answer_facts(encounter_id=row.pk, said=said, by=by, now=timezone.now())
    except NotAnswered as refusal:
        messages.warning(request, str(refusal))
        return
    messages.success(request, _("C’est noté. La facturation suit."))
