"""The medical director: today's lines, people to call back, complaints to answer, what was measured."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.core.paginator import Page, Paginator
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from toubib.consultation.operations import answer_complaint
from toubib.ground.journal import entry_of, trace_many
from toubib.people.enums import Role
from toubib.people.web import current_actor, role_required
from toubib.waiting import catalogue
from toubib.waiting.operations import close_follow_up
from toubib.web import quality as reads
from toubib.web.staff_forms import AnswerForm, OutcomeForm

A_PAGE = 25
A_FEW = 5
director_only = role_required(Role.MEDICAL_DIRECTOR)


@director_only
@never_cache
@require_safe
def today(request: HttpRequest) -> HttpResponse:
    now = timezone.now()
    open_ones, to_answer = reads.follow_ups(), reads.complaints(answered=False)
    few, said = list(open_ones[: A_FEW + 1]), list(to_answer[: A_FEW + 1])
    _trace(request, "follow_up", ((row.id, row.ticket.patient_id) for row in few[:A_FEW]))
    _trace(request, "complaint", ((row.id, row.encounter.patient_id) for row in said[:A_FEW]))
    page = {
        "now": now,
        "lines": reads.lines_today(now=now),
        "follow_ups": [_follow_up_row(row) for row in few[:A_FEW]],
        "more_follow_ups": len(few) > A_FEW,
        "complaints": said[:A_FEW],
        "more_complaints": len(said) > A_FEW,
        "quality": reads.measured_quality(now=now),
        "stops": reads.count_stops(now=now),
        "tab": "today",
    }
    return render(request, "web/staff/direction.html", page)


@director_only
@never_cache
@require_safe
def follow_up_list(request: HttpRequest) -> HttpResponse:
    done = request.GET.get("faits") == "1"
    page = _page(request, reads.follow_ups(done=done))
    _trace(request, "follow_up", ((row.id, row.ticket.patient_id) for row in page))
    context = {
        "page_obj": page,
        "rows": [_follow_up_row(row) for row in page],
        "done": done,
        "query": "&faits=1" if done else "",
        "tab": "follow_ups",
    }
    return render(request, "web/staff/follow_ups.html", context)


@director_only
@never_cache
@require_http_methods(["GET", "POST"])
def follow_up(request: HttpRequest, follow_up: UUID) -> HttpResponse:
    row = (reads.follow_ups() | reads.follow_ups(done=True)).filter(pk=follow_up).first()
    if row is None:
        raise Http404
    form = OutcomeForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        close_follow_up(
            follow_up_id=row.id,
            outcome=form.cleaned_data["outcome"],
            by=current_actor(request),
            now=timezone.now(),
        )
        messages.success(request, _("C’est noté. Cette personne n’est plus sur la liste."))
        return redirect("web:direction_follow_ups")
    _trace(request, "follow_up", [(row.id, row.ticket.patient_id)])
    names = reads.names_of({row.done_by} if row.done_by else set())
    context = {
        "row": _follow_up_row(row),
        "form": form,
        "who": names.get(row.done_by) if row.done_by else "",
        "tab": "follow_ups",
    }
    return render(request, "web/staff/follow_up.html", context)


@director_only
@never_cache
@require_safe
def complaint_list(request: HttpRequest) -> HttpResponse:
    done = request.GET.get("faites") == "1"
    page = _page(request, reads.complaints(answered=done))
    _trace(request, "complaint", ((row.id, row.encounter.patient_id) for row in page))
    context = {"page_obj": page, "done": done, "query": "&faites=1" if done else "", "tab": "complaints"}
    return render(request, "web/staff/complaints.html", context)


@director_only
@never_cache
@require_http_methods(["GET", "POST"])
def complaint(request: HttpRequest, complaint: UUID) -> HttpResponse:
    row = reads.complaints().filter(pk=complaint).first()
    if row is None:
        raise Http404
    form = AnswerForm(request.POST or None)
    if request.method == "POST" and row.answered_at is not None:
        return redirect("web:direction_complaint", row.id)
    if request.method == "POST" and form.is_valid():
        answer_complaint(
            complaint_id=row.id,
            answer=form.cleaned_data["answer"],
            by=current_actor(request),
            now=timezone.now(),
        )
        messages.success(request, _("Votre réponse est enregistrée. La personne la lira dans son espace."))
        return redirect("web:direction_complaint", row.id)
    _trace(request, "complaint", [(row.id, row.encounter.patient_id)])
    names = reads.names_of({one for one in (row.said_by, row.answered_by) if one})
    context = {
        "row": row,
        "form": form,
        "said_by": names.get(row.said_by, ""),
        "answered_by": names.get(row.answered_by, "") if row.answered_by else "",
        "tab": "complaints",
    }
    return render(request, "web/staff/complaint.html", context)


@director_only
@never_cache
@require_safe
def quality(request: HttpRequest) -> HttpResponse:
    now = timezone.now()
    stops = reads.stops_by_day(now=now)
    tiers = reads.tiers(now=now)
    context = {
        "quality": reads.measured_quality(now=now),
        "stops": stops,
        "stops_total": sum(day.total for day in stops),
        "tiers": tiers,
        "refusals_by_reason": reads.refusals_by_reason(now=now),
        "page_obj": _page(request, reads.refusals(now=now)),
        "tab": "quality",
    }
    _trace(request, "tier", ((row["ticket"].id, row["ticket"].patient_id) for row in tiers))
    return render(request, "web/staff/quality.html", context)


def _page(request: HttpRequest, rows: QuerySet[Any]) -> Page:
    return Paginator(rows, A_PAGE).get_page(request.GET.get("page"))


def _follow_up_row(row: Any) -> dict[str, Any]:
    """The line with its signs and its reason in words."""
    reason = catalogue.reason(row.ticket.reason_key)
    return {
        "follow_up": row,
        "ticket": row.ticket,
        "reason": reason.label if reason else "",
        "signs": [sign.question for sign in catalogue.signs().named(list(row.ticket.signs_yes))],
    }


def _trace(request: HttpRequest, what: str, shown: Iterable[tuple[UUID, UUID | None]]) -> None:
    """Each person's line that this page shows leaves a trace."""
    by, now = current_actor(request), timezone.now()
    trace_many(
        entry_of(by=by, action=f"web.{what}.read", now=now, patient=patient, subject=what, subject_id=id)
        for id, patient in shown
    )
