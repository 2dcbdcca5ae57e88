"""Who waits: the read-only list of the desk. One fragment, few queries, little work per row: it is asked for often."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.template.loader import render_to_string
from django.utils import timezone
from django.utils.html import escape
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods

from toubib.consultation.forms import TierForm
from toubib.consultation.views.common import keep_message, tell
from toubib.people.enums import Role
from toubib.people.models import ProfessionalAccount
from toubib.people.web import current_account, current_actor, role_required
from toubib.waiting.catalogue import reasons
from toubib.waiting.enums import IN_LINE_STATES, TicketState
from toubib.waiting.models import Duty, Ticket
from toubib.waiting.operations import MoveRefused, set_tier
from toubib.waiting.queries import WaitingRow, current_duty, waiting_rows

SHOWN = 50


def line_context(*, duty: Duty | None, now: datetime) -> dict[str, Any]:
    """The rows and the count, in four queries at most: lines of the duty, rows, count, names behind a priority."""
    if duty is None:
        return {"on_duty": False}
    pools = list(duty.pools.values_list("id", flat=True))
    rows, count = waiting_rows(pool_ids=pools, limit=SHOWN)
    return {"on_duty": True, "rows": _say_rows(rows, now=now), "count": count, "more": count - len(rows)}


def _say_rows(rows: list[WaitingRow], *, now: datetime) -> list[dict[str, Any]]:
    """Rows in words, the words looked up once for all."""
    labels = {reason.key: escape(reason.label) for reason in reasons()}
    names = _names({row.tier_set_by for row in rows if row.tier and row.tier_set_by})
    words = {"year": _("an"), "years": _("ans"), "other": _("Autre raison"), "minutes": _("min")}
    return [
        {
            "id": row.ticket_id,
            "name": row.short_name,
            "rank": row.rank,
            "age": _age(row.age, words),
            "reason": labels.get(row.reason_key, words["other"]),
            "minutes": f"{max(0, int((now - row.arrived_at).total_seconds()) // 60)}\u00a0{words['minutes']}",
            "tier": names.get(row.tier_set_by, "?") if row.tier else "",
            "away": row.state == TicketState.AWAY,
            "offered": row.state == TicketState.OFFERED,
            "yes": row.earlier_yes,
        }
        for row in rows
    ]


def _age(age: int | None, words: dict[str, str]) -> str:
    return "" if age is None else f"{age}\u00a0{words['year'] if age == 1 else words['years']}"


def _names(ids: set[UUID]) -> dict[UUID | None, str]:
    """Names of the professionals who set a priority; no query when none did."""
    if not ids:
        return {}
    found = ProfessionalAccount.objects.filter(account_id__in=ids).select_related("practitioner")
    return {one.account_id: f"{one.practitioner.title} {one.practitioner.family_name}" for one in found}


@role_required(Role.PRACTITIONER)
@never_cache
@require_GET
def waiting_list(request: HttpRequest) -> HttpResponse:
    """The fragment that the desk renews at each change of the line."""
    duty = current_duty(account_id=current_account(request).id)
    context = line_context(duty=duty, now=timezone.now())
    return HttpResponse(render_to_string("consultation/_line.html", context))


@role_required(Role.PRACTITIONER)
@never_cache
@require_http_methods(["GET", "POST"])
def priority(request: HttpRequest, ticket: UUID) -> HttpResponse:
    """A named professional puts this patient first, with a reason, or takes that back."""
    row = _ticket_on_my_lines(request, ticket)
    back = _back_of(request)
    clearing = request.method == "POST" and "clear" in request.POST
    form = TierForm(request.POST if request.method == "POST" and not clearing else None)
    if request.method == "POST" and (clearing or form.is_valid()):
        reason = "" if clearing else form.cleaned_data["reason"]
        try:
            set_tier(
                ticket_id=row.id,
                tier=0 if clearing else 1,
                reason=reason,
                by=current_actor(request),
                now=timezone.now(),
            )
        except MoveRefused as error:
            keep_message(request, error)
        else:
            tell(request, _("La priorité est retirée.") if clearing else _("La priorité est enregistrée."))
        return redirect(back)
    context = {"form": form, "ticket": row, "name": row.patient.full_name if row.patient else "", "back": back}
    return render(request, "consultation/priority.html", context)


def _ticket_on_my_lines(request: HttpRequest, ticket_id: UUID) -> Ticket:
    duty = current_duty(account_id=current_account(request).id)
    if duty is None:
        raise Http404
    rows = Ticket.objects.select_related("patient").filter(pool__in=duty.pools.all(), state__in=IN_LINE_STATES)
    ticket = rows.filter(pk=ticket_id).first()
    if ticket is None:
        raise Http404
    return ticket


def _back_of(request: HttpRequest) -> str:
    """Where the list stood: the desk, or the room that one must not leave."""
    wanted = request.POST.get("back") or request.GET.get("back") or ""
    return wanted if wanted.startswith("/cabinet") and "\\" not in wanted else "/cabinet"


