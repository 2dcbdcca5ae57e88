"""« Suites à donner », for the medical director: reports that did not arrive, patients who found no médecin traitant."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from toubib.exchange.models import Delivery
from toubib.exchange.operations import follow_delivery
from toubib.exchange.queries import news_of, unanswered_deliveries
from toubib.ground.journal import entry_of, trace_many
from toubib.people.enums import Role
from toubib.people.models import Account
from toubib.people.web import current_actor, role_required
from toubib.record.models import Encounter, PatientTask
from toubib.record.operations import follow_task
from toubib.record.queries import stuck_tasks
from toubib.web import quality as reads
from toubib.web.staff_forms import OutcomeForm

A_PAGE = 25
DELIVERY, TASK = "envoi", "tache"
director_only = role_required(Role.MEDICAL_DIRECTOR)


@director_only
@never_cache
@require_safe
def unanswered(request: HttpRequest) -> HttpResponse:
    kind = TASK if request.GET.get("quoi") == TASK else DELIVERY
    done = request.GET.get("faits") == "1"
    page = Paginator(_rows(kind, done=done), A_PAGE).get_page(request.GET.get("page"))
    _trace(request, kind, page)
    context = {
        "page_obj": page,
        "rows": [_row(kind, one) for one in page],
        "kind": kind,
        "done": done,
        "query": f"&quoi={kind}" + ("&faits=1" if done else ""),
        "counts": {DELIVERY: _rows(DELIVERY).count(), TASK: _rows(TASK).count()},
        "tab": "unanswered",
    }
    return render(request, "web/staff/unanswered.html", context)


@director_only
@never_cache
@require_http_methods(["GET", "POST"])
def one_delivery(request: HttpRequest, delivery: UUID) -> HttpResponse:
    return _one(request, DELIVERY, delivery)


@director_only
@never_cache
@require_http_methods(["GET", "POST"])
def one_task(request: HttpRequest, task: UUID) -> HttpResponse:
    return _one(request, TASK, task)


def _one(request: HttpRequest, kind: str, row_id: UUID) -> HttpResponse:
    both = (_rows(kind, done=done).filter(pk=row_id).first() for done in (False, True))
    row = next((one for one in both if one is not None), None)
    if row is None:
        raise Http404
    form = OutcomeForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        _follow(request, kind, row.id, outcome=form.cleaned_data["outcome"])
        messages.success(request, _("C’est noté. Cette ligne n’est plus sur la liste."))
        return redirect("web:direction_unanswered")
    _trace(request, kind, [row])
    names = reads.names_of({row.followed_by} if row.followed_by else set())
    context = {
        "row": _row(kind, row),
        "kind": kind,
        "form": form,
        "who": names.get(row.followed_by, "") if row.followed_by else "",
        "reach": _reach(row) if kind == TASK else None,
        "tab": "unanswered",
    }
    return render(request, "web/staff/unanswered_one.html", context, status=422 if form.errors else 200)


def _follow(request: HttpRequest, kind: str, row_id: UUID, *, outcome: str) -> None:
    by, now = current_actor(request), timezone.now()
    if kind == DELIVERY:
        follow_delivery(delivery_id=row_id, outcome=outcome, by=by, now=now)
    else:
        follow_task(task_id=row_id, outcome=outcome, by=by, now=now)


def _rows(kind: str, *, done: bool = False) -> QuerySet[Any]:
    if kind == TASK:
        return stuck_tasks(followed=done)
    return unanswered_deliveries(now=timezone.now(), followed=done)


def _encounter(row: Delivery | PatientTask) -> Encounter:
    return row.document.encounter if isinstance(row, Delivery) else row.encounter


def _row(kind: str, row: Any) -> dict[str, Any]:
    encounter = _encounter(row)
    news = news_of(row) if kind == DELIVERY else None
    return {"one": row, "encounter": encounter, "patient": encounter.patient, "news": news}


def _reach(task: PatientTask) -> Account | None:
    """Who is called about it: nobody under a minor's secrecy, whose account may be a parent's."""
    if task.encounter.minor_secrecy or task.account is None:
        return None
    return Account.objects.filter(pk=task.account, is_active=True).first()


def _trace(request: HttpRequest, kind: str, shown: Iterable[Any]) -> None:
    by, now = current_actor(request), timezone.now()
    what = "delivery" if kind == DELIVERY else "task"
    action = f"web.{what}.read"
    trace_many(
        entry_of(
            by=by, action=action, now=now, patient=_encounter(row).patient_id, subject=what, subject_id=row.id
        )
        for row in shown
    )
