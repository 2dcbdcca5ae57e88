"""« Facturation » of the medical director: the lines of acts, totals, files for the billing system, contracts."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from toubib.billing.forms import CoverForm, ExportForm, PlanForm, SearchForm
from toubib.billing.models import ClaimLine, Cover, ExportBatch
from toubib.billing.operations import (
    NotAnswered,
    NotCovered,
    NothingToSend,
    add_cover,
    add_plan,
    answer_facts,
    end_cover,
    export_claims,
)
from toubib.billing.queries import (
    batches,
    find_claims,
    get_batch,
    line_of,
    open_plans,
    totals_by_day,
    totals_by_doctor,
    totals_of,
    trace_batch_read,
    trace_covers_read,
    trace_read,
    versions_of,
)
from toubib.billing.views.claim_page import said_in, shown
from toubib.ground.files import read_file
from toubib.ground.journal import trace
from toubib.ground.models import StoredFile
from toubib.people.enums import Role
from toubib.people.web import current_actor, role_required

A_PAGE, DAYS = 25, 31
director_only = role_required(Role.MEDICAL_DIRECTOR)


@director_only
@never_cache
@require_safe
def claims(request: HttpRequest) -> HttpResponse:
    """Lines without a name: what an act cost, not whose it was. Totals follow the filters."""
    return _list(request)


def _list(request: HttpRequest, *, export_form: ExportForm | None = None, status: int = 200) -> HttpResponse:
    typed = request.GET if request.method != "POST" else {}
    form = SearchForm(typed, doctors=_doctors())
    rows = find_claims(form.search())
    by_doctor = totals_by_doctor(rows)
    by = current_actor(request)
    trace(by=by, action="billing.claims.read", now=timezone.now(), subject="claims")
    days = totals_by_day(rows)
    context = {
        "form": form,
        "page_obj": Paginator(rows, A_PAGE).get_page(typed.get("page")),
        "query": "&" + urlencode({name: typed[name] for name in form.fields if typed.get(name)}),
        "days": days[:DAYS],
        "listed": totals_of(days[:DAYS]),
        "other_days": max(0, len(days) - DAYS),
        "doctors": by_doctor,
        "whole": totals_of(by_doctor),
        "export_form": export_form or ExportForm(),
        "batches": batches(),
        "tab": "billing",
    }
    return render(request, "billing/claims.html", context, status=status)


def _doctors() -> list[tuple[str, str]]:
    names = ("title", "given_name", "family_name")
    found = ClaimLine.objects.order_by().values_list(
        "practitioner__rpps", *(f"practitioner__{name}" for name in names)
    )
    return sorted(
        ((rpps, " ".join(words)) for rpps, *words in found.distinct()), key=lambda one: one[1].casefold()
    )


@director_only
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def claim(request: HttpRequest, claim: UUID) -> HttpResponse:
    """One act: what lacks, who pays, its versions. The name of a minor who asked for secrecy is not shown."""
    line = line_of(claim_id=claim)
    if line is None:
        raise Http404
    versions = versions_of(encounter_id=line.encounter_id)
    if request.method == "POST":
        return _answer(request, line)
    trace_read(line=line, by=current_actor(request), now=timezone.now())
    last = versions[-1]
    context = {**shown(last), "versions": versions, "patient": line.encounter.patient, "tab": "billing"}
    return render(request, "billing/claim.html", context)


def _answer(request: HttpRequest, line: ClaimLine) -> HttpResponse:
    said, now = said_in(request), timezone.now()
    if said:
        try:
            done = answer_facts(encounter_id=line.encounter_id, said=said, by=current_actor(request), now=now)
        except NotAnswered as refusal:
            messages.warning(request, str(refusal))
        else:
            line = done or line
            messages.success(request, _("C’est noté. La ligne est recalculée."))
    return redirect("billing:claim", claim=line.pk)


@director_only
@never_cache
@require_POST
def export(request: HttpRequest) -> HttpResponse:
    form = ExportForm(request.POST)
    if not form.is_valid():
        return _list(request, export_form=form, status=422)
    try:
        made = export_claims(
            first=form.cleaned_data["first"],
            last=form.cleaned_data["last"],
            by=current_actor(request),
            now=timezone.now(),
        )
    except NothingToSend as why:
        messages.warning(request, str(why))
    else:
        messages.success(
            request, _("Le fichier est prêt : %(count)s lignes.") % {"count": made.entries_count}
        )
    return redirect("billing:claims")


@director_only
@never_cache
@require_safe
def batch_csv(request: HttpRequest, batch: UUID) -> HttpResponse:
    row = _batch(batch)
    return _download(request, row, row.csv_file, "csv")


@director_only
@never_cache
@require_safe
def batch_json(request: HttpRequest, batch: UUID) -> HttpResponse:
    row = _batch(batch)
    return _download(request, row, row.json_file, "json")


def _batch(batch_id: UUID) -> ExportBatch:
    row = get_batch(batch_id=batch_id)
    if row is None:
        raise Http404
    return row


def _download(request: HttpRequest, row: ExportBatch, stored: StoredFile, ending: str) -> HttpResponse:
    """The bytes of the first day, whatever changed since."""
    trace_batch_read(batch=row, by=current_actor(request), now=timezone.now())
    answer = HttpResponse(read_file(stored), content_type=f"{stored.media_type}; charset=utf-8")
    name = f"facturation-{row.first_on}-{row.last_on}-{row.pk.hex[-6:]}.{ending}"
    answer["Content-Disposition"] = f'attachment; filename="{name}"'
    return answer


@director_only
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def plans(request: HttpRequest) -> HttpResponse:
    """Contracts, and whom they cover; two forms, `do` says which."""
    do = request.POST.get("do") if request.method == "POST" else None
    plan_form = PlanForm(request.POST if do == "plan" else None)
    cover_form = CoverForm(request.POST if do == "cover" else None)
    form = {"plan": plan_form, "cover": cover_form}.get(do or "")
    if form is not None and form.is_valid() and _keep(request, do, form.cleaned_data):
        return redirect("billing:plans")
    now = timezone.now()
    found = open_plans(on=timezone.localdate(now))
    trace_covers_read(plans=found, by=current_actor(request), now=now)
    context = {
        "plan_form": plan_form,
        "cover_form": cover_form,
        "plans": found,
        "tab": "billing",
    }
    return render(request, "billing/plans.html", context, status=422 if form is not None else 200)


def _keep(request: HttpRequest, do: str | None, typed: dict[str, Any]) -> bool:
    by, now = current_actor(request), timezone.now()
    try:
        if do == "plan":
            add_plan(**typed, by=by, now=now)
        else:
            add_cover(
                plan_id=typed["plan"].pk,
                patient=typed["patient"],
                number=typed["number"],
                starts_on=typed["starts_on"],
                by=by,
                now=now,
            )
    except NotCovered as refusal:
        messages.warning(request, str(refusal))
        return False
    messages.success(request, _("C’est noté."))
    return True


@director_only
@never_cache
@require_POST
def end(request: HttpRequest, cover: UUID) -> HttpResponse:
    if not Cover.objects.filter(pk=cover).exists():
        raise Http404
    end_cover(cover_id=cover, by=current_actor(request), now=timezone.now())
    messages.success(request, _("Ce contrat ne paie plus à partir d’aujourd’hui."))
    return redirect("billing:plans")
