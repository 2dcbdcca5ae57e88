"""Agreements, the device test, and the door of the line."""

from __future__ import annotations

import json
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _

from toubib.record.queries import latest_summary, trace_read
from toubib.record.told import told_of
from toubib.waiting import catalogue
from toubib.waiting.enums import LIVE_STATES
from toubib.waiting.forms import WITH_DOCTOR, ConsentsForm
from toubib.waiting.models import Ticket
from toubib.waiting.operations import CannotEnter, answer_price, finish_step, join_line
from toubib.waiting.queries import (
    admission_to,
    doctors_on_duty,
    live_ticket_of,
    missing_steps,
    outside_ages,
    pool_for,
    wait_at_the_end,
)
from toubib.waiting.views.common import NAMES, Visit, draft_life, next_step, path_context, room_of, step_page
from toubib.waiting.views.price import price_context
from toubib.waiting.views.shown import open_shown, seal_shown

LONGEST_RESULT = 16 * 1024
STATUSES = frozenset({"ok", "refused", "none", "broken", "skipped", "hear"})


@step_page("consentements")
def consents(request: HttpRequest, visit: Visit) -> HttpResponse:
    ticket = visit.ticket
    said = ticket.draft.get("consentements") or {}
    kiosk = getattr(request, "kiosk_session", None)
    form = ConsentsForm(
        request.POST or None,
        has_mt=ticket.medecin_traitant in WITH_DOCTOR,
        accompanied=kiosk.presence != "alone" if kiosk is not None and kiosk.presence else None,
        initial=said,
    )
    if request.method == "POST" and form.is_valid():
        ticket = finish_step(
            ticket_id=ticket.id, step="consentements", answers=form.answers(), by=visit.by, now=visit.now
        )
        return next_step(request, ticket)
    return render(request, "waiting/consents.html", path_context("consentements", form=form, kiosk=kiosk))


@step_page("test")
def device_test(request: HttpRequest, visit: Visit) -> HttpResponse:
    """Results come by `test_result` while the page runs; without them the step counts as skipped."""
    kept = visit.ticket.draft.get("test") or {}
    if request.method == "POST":
        answers = (
            kept if kept.get("steps") and request.POST.get("do") != "skip" else {**kept, "skipped": True}
        )
        ticket = finish_step(
            ticket_id=visit.ticket.id, step="test", answers=answers, by=visit.by, now=visit.now
        )
        return next_step(request, ticket)
    more: dict[str, Any] = {
        "ice_url": reverse("web:test_relays"),
        "result_url": reverse("waiting:test_result"),
        "phone": visit.ticket.callback_phone,
    }
    return render(request, "waiting/test.html", path_context("test", **more))


@step_page("test")
def test_result(request: HttpRequest, visit: Visit) -> HttpResponse:
    """{"steps": [{"step", "status", "detail"}]} from the page's script; kept with the ticket."""
    steps = _read_steps(request.body) if request.method == "POST" else None
    if steps is None:
        return HttpResponse(status=400)
    finish_step(ticket_id=visit.ticket.id, step="test", answers={"steps": steps}, by=visit.by, now=visit.now)
    return HttpResponse(status=204)


test_result.__test__ = False  # type: ignore[attr-defined]  # the name is not that of a test


def _read_steps(body: bytes) -> list[dict[str, str]] | None:
    """None when the shape is not that of the device test."""
    if len(body) > LONGEST_RESULT:
        return None
    try:
        rows = json.loads(body)["steps"]
        found = [{name: str(row[name])[:200] for name in ("step", "status", "detail")} for row in rows[:20]]
    except (ValueError, TypeError, KeyError, RecursionError):
        return None
    return found if found and all(row["status"] in STATUSES for row in found) else None


@step_page("pret")
def ready(request: HttpRequest, visit: Visit) -> HttpResponse:
    """All is said: what was answered, the place to be had, and the door; or why it is shut, and the ways from here."""
    missing = missing_steps(ticket=visit.ticket)
    if missing:
        if request.method == "POST":
            messages.warning(request, _("Il manque une étape."))
        return next_step(request, visit.ticket)
    refusal = ""
    if request.method == "POST":
        try:
            ticket = join_line(ticket_id=visit.ticket.id, by=visit.by, now=visit.now)
            _answer_price(request, ticket, visit)
            return room_of(ticket)
        except CannotEnter as why:
            refusal = str(why)
            if why.step:
                messages.warning(request, refusal)
                return redirect(f"waiting:{NAMES[why.step]}")
    line = _line(visit)
    more: dict[str, Any] = {
        "minutes": int(draft_life(visit.now).total_seconds()) // 60,
        "shut": refusal or line["closed"],
    }
    more |= price_context(visit.ticket, visit)
    more["shown"] = seal_shown(estimate=more["estimate"], ticket_id=visit.ticket.id, now=visit.now)
    page = path_context("pret", back="waiting:test", **more, **_said(visit), **line, mine=_other_of(visit))
    return render(request, "waiting/ready.html", page)


def _answer_price(request: HttpRequest, ticket: Ticket, visit: Visit) -> None:
    """In line already: whether the price was agreed to changes nothing there."""
    found = open_shown(sealed=request.POST.get("shown", ""), ticket_id=ticket.id, now=visit.now)
    if found is not None:
        shown, at = found
        agreed = request.POST.get("price") == "agreed"
        answer_price(ticket=ticket, shown=shown, agreed=agreed, shown_at=at, by=visit.by, now=visit.now)


def _said(visit: Visit) -> dict[str, Any]:
    ticket = visit.ticket
    return {
        "ticket": ticket,
        "reason": catalogue.reason(ticket.reason_key),
        "place": ticket.place_commune,
        "told": _told(visit),
    }


def _told(visit: Visit) -> list[tuple[str, str]]:
    """What this account said of the patient's health; the reading is journaled."""
    patient_id = visit.ticket.patient_id
    known = latest_summary(patient_id=patient_id, told_by=visit.by.account_id) if patient_id else None
    if known is None or patient_id is None:
        return []
    trace_read(what="summary", patient_id=patient_id, subject_id=known.id, by=visit.by, now=visit.now)
    return told_of(known.content)


def _other_of(visit: Visit) -> Ticket | None:
    """Another request of this account's, already in line: one goes there rather than in twice."""
    other = live_ticket_of(account_id=visit.account.id) if visit.account else None
    return other if other and other.id != visit.ticket.id and other.state in LIVE_STATES else None


def _line(visit: Visit) -> dict[str, Any]:
    """The place this person would have, and the wait told with it."""
    reason = catalogue.reason(visit.ticket.reason_key)
    pool = pool_for(key=reason.pool) if reason else None
    if pool is None:
        return {"closed": _("Ce motif n’a pas de file ici.")}
    admission = admission_to(pool=pool, now=visit.now)
    why_not = outside_ages(pool=pool, age=visit.ticket.patient_age) or admission.reason
    if why_not:
        return {"closed": why_not}
    want, spoken = (visit.ticket.language, visit.ticket.patient_age), _spoken(pool.id)
    ahead, wait = wait_at_the_end(pool_id=pool.id, want=want, now=visit.now)
    return {
        "closed": "",
        "rank": ahead + 1,
        "wait": wait,
        "nobody_speaks": bool(spoken) and visit.ticket.language not in spoken,
    }


def _spoken(pool_id: UUID) -> set[str]:
    return {code for duty in doctors_on_duty(pool_id=pool_id) for code in duty.languages}
