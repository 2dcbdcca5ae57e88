"""The sick leave beside the call: written, judged by the rule book, and after the signature its receipt."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from toubib.consultation.forms_leave import LeaveForm, ReceiptForm
from toubib.consultation.models import Room
from toubib.consultation.operations import (
    give_up_leave,
    plan_leave,
    shorten_leave,
    verdict_on_leave,
)
from toubib.consultation.views.common import keep_message, own_room, tell, wants_fragment
from toubib.ground.hub import publish
from toubib.people.enums import Role
from toubib.people.web import current_actor, role_required
from toubib.record.enums import UNSIGNED_STATES
from toubib.record.leaves import Notice, lacks_of_notice, notice_of
from toubib.record.models import Encounter
from toubib.record.operations import MoveRefused, ReceiptRefused, enter_receipt
from toubib.record.queries import leave_of
from toubib.waiting.models import Ticket
from toubib.waiting.operations import MoveRefused as LineMoveRefused


def leave_context(encounter: Encounter) -> dict[str, Any]:
    """The notice, what it lacks, what the law says of it and what is possible instead."""
    row, now = leave_of(encounter=encounter), timezone.now()
    unsigned = encounter.state in UNSIGNED_STATES
    common = {"leave_unsigned": unsigned, "receipt_form": ReceiptForm(auto_id="id_receipt_%s")}
    if row is None:
        first = {"first_day": timezone.localdate(now), "exits": "hours"}
        return {**common, "leave_row": None, "leave_form": LeaveForm(initial=first, auto_id="id_leave_%s")}
    notice = notice_of(row.content)
    context = {**common, "leave_row": row, "notice": notice, "notice_words": notice.words_of()}
    if not unsigned:
        return context
    act_day = timezone.localdate(encounter.started_at or now)
    return {
        **context,
        "leave_form": LeaveForm(initial=notice.as_kept(), auto_id="id_leave_%s"),
        "leave_lacks": list(lacks_of_notice(notice, act_day=act_day).values()),
        "leave_verdict": _verdict(encounter),
    }


def _verdict(encounter: Encounter) -> dict[str, Any]:
    said = verdict_on_leave(encounter=encounter, now=timezone.now())
    refusals = [one for one in said["reasons"] if one["kind"] == "refusal"]
    return {"outcome": said["outcome"], "max_days": said.get("max_days"), "refusals": refusals}


def _answer(request: HttpRequest, found: Room, **more: Any) -> HttpResponse:
    publish(f"account:{current_actor(request).account_id}", "law")
    if not wants_fragment(request):
        return redirect("consultation:room", room=found.id)
    encounter = Encounter.objects.select_related("patient", "practitioner").get(pk=found.encounter_id)
    context = {"room": found, "encounter": encounter, **leave_context(encounter), **more}
    return render(request, "consultation/_leave.html", context)


@role_required(Role.PRACTITIONER)
@never_cache
@require_POST
def leave(request: HttpRequest, room: UUID) -> HttpResponse:
    """Write the notice; or, by `do`: « drop » it, or « shorten » it to what the law allows."""
    found = own_room(request, room)
    by, now, act = current_actor(request), timezone.now(), request.POST.get("do", "")
    more: dict[str, Any] = {"leave_open": True, "leave_said": _("Enregistré.")}
    try:
        if act == "drop":
            give_up_leave(encounter=found.encounter, by=by, now=now)
            more = {"leave_said": _("Aucun arrêt.")}
        elif act == "shorten":
            shorten_leave(encounter=found.encounter, by=by, now=now)
        else:
            notice = _typed(request)
            if isinstance(notice, LeaveForm):
                return _answer(request, found, leave_form=notice, leave_open=True)
            plan_leave(encounter=found.encounter, notice=notice, by=by, now=now)
    except (MoveRefused, LineMoveRefused, Ticket.DoesNotExist) as error:
        more = {"leave_refusal": str(error)}
        if not wants_fragment(request):
            keep_message(request, error)
    return _answer(request, found, **more)


def _typed(request: HttpRequest) -> Notice | LeaveForm:
    form = LeaveForm(request.POST, auto_id="id_leave_%s")
    return form.notice() if form.is_valid() else form


@role_required(Role.PRACTITIONER)
@never_cache
@require_POST
def receipt(request: HttpRequest, room: UUID) -> HttpResponse:
    """The number that the online service of the Cnam gave: the patient sees the leave from then on."""
    found = own_room(request, room)
    if leave_of(encounter=found.encounter) is None:
        keep_message(request, ReceiptRefused(_("Aucun arrêt n’est écrit.")))
        return redirect("consultation:room", room=room)
    form = ReceiptForm(request.POST, auto_id="id_receipt_%s")
    if form.is_valid():
        try:
            enter_receipt(
                encounter_id=found.encounter_id,
                number=form.cleaned_data["number"],
                by=current_actor(request),
                now=timezone.now(),
            )
            tell(request, _("Accusé de réception enregistré. Le patient voit son arrêt."))
            return redirect("consultation:room", room=room)
        except ReceiptRefused as error:
            form.add_error("number", str(error))
    keep_message(request, ReceiptRefused(" ".join(str(one) for one in form.errors.get("number", []))))
    return redirect("consultation:room", room=room)
