"""The waiting room: rank, interval, why, and what one may do meanwhile. One page a phase; the rest is news."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET

from toubib.consultation.queries import room_of_encounter
from toubib.ground.actors import Actor
from toubib.kiosk.queries.devices import device_rows
from toubib.people.enums import LinkKind, Role
from toubib.people.models import Account
from toubib.people.queries import link_between
from toubib.people.web import current_account
from toubib.record.perms import may_read_encounter
from toubib.record.queries import attachments_for, latest_summary, trace_read
from toubib.record.told import told_of
from toubib.rulebook.days import value_at
from toubib.ui.formats import say_phone
from toubib.ui.posting import part_of_page
from toubib.waiting import catalogue
from toubib.waiting.enums import ExitReason
from toubib.waiting.exits import exit_of
from toubib.waiting.models import Ticket
from toubib.waiting.queries.order import RULE_VERSION
from toubib.web.company import guests_of, kept_link
from toubib.web.forms import GoOutForm, InviteForm
from toubib.web.line import line_view, line_words, order_view, phase_of

PAGES = {
    "waiting": "web/waiting_line.html",
    "away": "web/waiting_away.html",
    "accepted": "web/waiting_accepted.html",
    "in_call": "web/waiting_in_call.html",
}
URGENT = {ExitReason.WORSENED, ExitReason.SIGN_YES}
TOPS = {
    "waiting": "web/_line_waiting.html",
    "away": "web/_line_away.html",
    "accepted": "web/_line_accepted.html",
}


def my_ticket(request: HttpRequest, ticket_id: UUID) -> tuple[Ticket, Actor]:
    """The account's own ticket, and who asks; 404 for anyone else's, and once it acts for the patient no more."""
    account = current_account(request)
    rows = Ticket.objects.select_related(
        "pool", "patient", "place_commune", "encounter__practitioner__practice_commune", "encounter__patient"
    )
    ticket = rows.filter(pk=ticket_id, account_id=account.id).first()
    if ticket is None or ticket.patient_id is None:
        raise Http404
    if link_between(account=account, patient_id=ticket.patient_id, now=timezone.now()) is None:
        raise Http404
    return ticket, Actor(account.id, Role.PATIENT)


def patient_of(ticket: Ticket) -> UUID:
    """The patient of a ticket that `my_ticket` found."""
    if ticket.patient_id is None:
        raise Http404
    return ticket.patient_id


@never_cache
@require_GET
def waiting_room(request: HttpRequest, ticket: UUID) -> HttpResponse:
    row, by = my_ticket(request, ticket)
    now, phase = timezone.now(), phase_of(row)
    if phase == "preparing":
        return redirect("/consulter")
    if phase == "ended":
        return _ended(request, row, now=now)
    trace_read(what="ticket", patient_id=patient_of(row), subject_id=row.id, by=by, now=now)
    return show_room(request, row, now=now)


def show_room(request: HttpRequest, ticket: Ticket, *, now: datetime, **forms: Any) -> HttpResponse:
    """The page of this phase; `forms`: one that was refused, shown again with what was typed."""
    phase = phase_of(ticket)
    context = {**_shared(request, ticket, phase=phase, now=now), **_of_phase(ticket, phase=phase, now=now)}
    given = {
        "phone": say_phone(ticket.callback_phone or ""),
        "notify_when": ticket.notify_when or "one_ahead",
    }
    context |= {"go_out_form": GoOutForm(initial=given), "invite_form": InviteForm(), **forms}
    context["go_out_form"].fields["notify_when"].choice_hints = _when_hints(now)
    status = 422 if forms else 200
    return render(request, PAGES[phase], context, status=status)


def _shared(request: HttpRequest, ticket: Ticket, *, phase: str, now: datetime) -> dict[str, Any]:
    people = guests_of(ticket_id=ticket.id, now=now)
    return {
        "ticket": ticket,
        "phase": phase,
        "people": people,
        "invite_link": kept_link(request, guests=people),
        "reason": catalogue.reason(ticket.reason_key),
        **_told(current_account(request), ticket, now=now),
        "measured": [row for row in device_rows(ticket=ticket, now=now) if row.values],
        "test_skipped": bool((ticket.draft.get("test") or {}).get("skipped")),
    }


def _told(account: Account, ticket: Ticket, *, now: datetime) -> dict[str, Any]:
    """What was said and sent for this patient; whoever acts for another sees their own words alone (L. 1111-5 CSP)."""
    link = link_between(account=account, patient_id=patient_of(ticket), now=now)
    summary = latest_summary(patient_id=patient_of(ticket))
    files = attachments_for(patient_id=patient_of(ticket), encounter=ticket.encounter, ticket_id=ticket.id)
    if link is None or link.kind != LinkKind.SELF:
        summary = summary if summary and summary.told_by == account.id else None
        files = [file for file in files if file.added_by == account.id]
    return {"told": told_of(summary.content) if summary else [], "attachments": files}


def _of_phase(ticket: Ticket, *, phase: str, now: datetime) -> dict[str, Any]:
    if phase in {"waiting", "away"}:
        return {
            "line": line_view(ticket=ticket, now=now),
            "why": order_view(ticket=ticket),
            "rule_version": datetime.fromisoformat(RULE_VERSION),
            "line_words": line_words(),
        }
    room = room_of_encounter(encounter_id=ticket.encounter_id) if ticket.encounter_id else None
    return {"room": room, "doctor": ticket.encounter.practitioner if ticket.encounter else None}


def _when_hints(now: datetime) -> dict[str, str]:
    minutes = value_at(id="waiting.back_minutes", now=now)
    return {
        "one_ahead": _("quelques minutes avant"),
        "my_turn": _("vous avez %(minutes)s min pour revenir") % {"minutes": minutes},
    }


def _ended(request: HttpRequest, ticket: Ticket, *, now: datetime) -> HttpResponse:
    """After a call, the visit; otherwise why it ended and whom to call."""
    account, encounter = current_account(request), ticket.encounter
    readable = encounter is not None and (
        may_read_encounter(account=account, encounter=encounter, now=now).allowed
    )
    if ticket.exit_reason == "seen":
        return redirect("web:visit", encounter.id) if encounter and readable else redirect("web:space")
    context = {
        "ticket": ticket,
        "exit": exit_of(ticket=ticket),
        "visit": encounter if readable else None,
        "urgent": ticket.exit_reason in URGENT,
        "again": ticket.exit_reason == ExitReason.WORSENED,
    }
    return render(request, "web/waiting_ended.html", context)


@never_cache
@require_GET
def state(request: HttpRequest, ticket: UUID) -> HttpResponse:
    """The top of the page, asked anew at each news; another phase moves the whole page."""
    row, _by = my_ticket(request, ticket)
    phase = phase_of(row)
    if phase == "in_call" and row.encounter_id:
        room = room_of_encounter(encounter_id=row.encounter_id)
        return _move(reverse("web:call", args=[room.id]) if room else reverse("web:space"))
    if phase != request.GET.get("phase") or phase in {"ended", "preparing"}:
        return _move(reverse("web:waiting_room", args=[row.id]))
    now = timezone.now()
    context = {"ticket": row, "phase": phase, **_of_phase(row, phase=phase, now=now)}
    return render(request, TOPS[phase], context)


def _move(address: str) -> HttpResponse:
    """Moves the page (live.js), or the browser where someone opened the address itself."""
    answer = HttpResponse(status=204)
    answer["HX-Redirect"] = address
    return answer


@part_of_page
@never_cache
@require_GET
def invites(request: HttpRequest, ticket: UUID) -> HttpResponse:
    row, _by = my_ticket(request, ticket)
    return render(
        request,
        "web/_invites.html",
        {"ticket": row, "people": guests_of(ticket_id=row.id, now=timezone.now())},
    )


def back_to(ticket_id: UUID) -> HttpResponseRedirect:
    return redirect("web:waiting_room", ticket_id)
