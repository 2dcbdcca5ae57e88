"""The compliance officer: who read what, whether the journal is whole, complaints, processing, rights."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import chain as chain_rows
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from toubib.ground.journal import entry_of, trace, trace_many
from toubib.ground.sheets import write_sheet
from toubib.people.enums import Role
from toubib.people.web import current_actor, role_required
from toubib.rights.queries import erasure_requests, open_holds
from toubib.web import audit
from toubib.web.quality import complaints
from toubib.web.staff_forms import SearchForm, WhoForm

A_PAGE = 50
MOST_EXPORTED = 20_000
compliance_only = role_required(Role.COMPLIANCE)


@compliance_only
@never_cache
@require_safe
def journal(request: HttpRequest) -> HttpResponse:
    form = SearchForm(request.GET)
    form.is_valid()
    search = form.search()
    page = Paginator(audit.entries(search=search), A_PAGE).get_page(request.GET.get("page"))
    context = {
        "rows": audit.rows_of(page=page),
        "page_obj": page,
        "search": search,
        "form": form,
        "who_form": WhoForm(),
        "query": _query(search),
        "names": _names(search),
        "chain": audit.chain_state(now=timezone.now()),
        "tab": "journal",
    }
    _trace_reading(request, "journal", search)
    return render(request, "web/staff/journal.html", context)


@compliance_only
@never_cache
@require_http_methods(["GET", "POST"])
def find(request: HttpRequest) -> HttpResponse:
    """A name is posted, never put in an address; the answer's links carry ids."""
    if request.method != "POST":
        return redirect("web:compliance")
    form = WhoForm(request.POST)
    patients, accounts = audit.find_people(text=form.cleaned_data["who"]) if form.is_valid() else ([], [])
    by, now = current_actor(request), timezone.now()
    trace_many(
        entry_of(
            by=by, action="web.patient.find", now=now, patient=one.id, subject="patient", subject_id=one.id
        )
        for one in patients
    )
    context = {"who_form": form, "patients": patients, "accounts": accounts, "tab": "journal"}
    return render(request, "web/staff/find.html", context)


@compliance_only
@never_cache
@require_safe
def journal_csv(request: HttpRequest) -> HttpResponse:
    form = SearchForm(request.GET)
    form.is_valid()
    search = form.search()
    _trace_reading(request, "export", search)
    head = ["seq", "at", "account", "role", "action", "patient", "subject", "subject_id", "reason", "hash"]
    rows = audit.entries(search=search)[:MOST_EXPORTED].iterator(chunk_size=2000)
    lines = (
        [
            e.seq,
            e.at.isoformat(),
            e.account,
            e.role,
            e.action,
            e.patient,
            e.subject,
            e.subject_id,
            e.reason,
            e.hash,
        ]
        for e in rows
    )
    return _csv("journal", head, lines)


@compliance_only
@never_cache
@require_http_methods(["GET", "POST"])
def chain(request: HttpRequest) -> HttpResponse:
    now = timezone.now()
    faults = audit.check_chain(now=now) if request.method == "POST" else None
    if faults is not None:
        trace(
            by=current_actor(request),
            action="web.journal.verify",
            now=now,
            subject="journal",
            reason=f"{len(faults)} faults",
        )
    context = {
        "chain": audit.chain_state(now=now),
        "faults": faults,
        "most": audit.MOST_FAULTS,
        "tab": "chain",
    }
    return render(request, "web/staff/chain.html", context)


@compliance_only
@never_cache
@require_safe
def complaint_list(request: HttpRequest) -> HttpResponse:
    page = Paginator(complaints(), A_PAGE).get_page(request.GET.get("page"))
    _trace_each(request, "complaint", ((row.id, row.encounter.patient_id) for row in page))
    return render(request, "web/staff/complaints_read.html", {"page_obj": page, "tab": "complaints"})


@compliance_only
@never_cache
@require_safe
def complaints_csv(request: HttpRequest) -> HttpResponse:
    rows = list(complaints()[:MOST_EXPORTED])
    _trace_each(request, "complaint", ((row.id, row.encounter.patient_id) for row in rows))
    head = ["id", "said_at", "patient", "practitioner_rpps", "text", "answered_at", "answer"]
    lines = (
        [
            r.id,
            r.said_at.isoformat(),
            r.encounter.patient_id,
            r.encounter.practitioner.rpps,
            r.text,
            r.answered_at.isoformat() if r.answered_at else "",
            r.answer or "",
        ]
        for r in rows
    )
    return _csv("reclamations", head, lines)


@compliance_only
@never_cache
@require_safe
def processing(request: HttpRequest) -> HttpResponse:
    return render(
        request, "web/staff/processing.html", {"rows": list(audit.processing_record()), "tab": "processing"}
    )


@compliance_only
@never_cache
@require_safe
def processing_csv(request: HttpRequest) -> HttpResponse:
    head = ["part", "model", "table", "what", "personal", "health", "kept", "erased"]
    lines = (
        [r.part, r.model, r.name, r.why, r.personal, r.health, r.kept, r.erased]
        for r in audit.processing_record()
    )
    return _csv("traitements", head, lines)


@compliance_only
@never_cache
@require_safe
def rights(request: HttpRequest) -> HttpResponse:
    page = Paginator(audit.withdrawn_consents(), A_PAGE).get_page(request.GET.get("page"))
    _trace_each(request, "consent", ((row.id, row.patient_id) for row in page))
    context = {
        "page_obj": page,
        "erasures": list(erasure_requests()[:A_PAGE]),
        "holds": open_holds(),
        "tab": "rights",
    }
    return render(request, "web/staff/rights.html", context)


@compliance_only
@never_cache
@require_safe
def rights_csv(request: HttpRequest) -> HttpResponse:
    rows = list(audit.withdrawn_consents()[:MOST_EXPORTED])
    _trace_each(request, "consent", ((row.id, row.patient_id) for row in rows))
    head = ["consent", "patient", "scope", "given", "said_at", "withdrawn_at"]
    lines = (
        [
            r.id,
            r.patient_id,
            r.scope,
            r.given,
            r.said_at.isoformat(),
            r.withdrawn_at.isoformat() if r.withdrawn_at else "",
        ]
        for r in rows
    )
    return _csv("accords-retires", head, lines)


def _query(search: audit.Search) -> str:
    """The search as « &x=y », for the links to other pages and to the export."""
    named = {
        "patient": search.patient,
        "account": search.account,
        "area": search.area,
        "since": f"{search.since:%d/%m/%Y}" if search.since else "",
        "until": f"{search.until:%d/%m/%Y}" if search.until else "",
    }
    kept = {name: str(value) for name, value in named.items() if value}
    return f"&{urlencode(kept)}" if kept else ""


def _names(search: audit.Search) -> dict[str, str]:
    """Whom the search is about, in words, even where the journal holds nothing of them."""
    found = audit.names_of_search(search=search)
    unknown = _("personne inconnue")
    return {
        "patient": found[0] or (unknown if search.patient else ""),
        "account": found[1] or (unknown if search.account else ""),
    }


def _trace_reading(request: HttpRequest, what: str, search: audit.Search) -> None:
    """Reading the journal stands in the journal: about whom, if about someone."""
    about = str(search.account) if search.account else ""
    trace(
        by=current_actor(request),
        action=f"web.{what}.read",
        now=timezone.now(),
        patient=search.patient,
        subject="account" if about else "journal",
        subject_id=about,
    )


def _trace_each(request: HttpRequest, what: str, shown: Iterable[tuple[UUID, UUID]]) -> None:
    by, now = current_actor(request), timezone.now()
    trace_many(
        entry_of(by=by, action=f"web.{what}.read", now=now, patient=patient, subject=what, subject_id=id)
        for id, patient in shown
    )


def _csv(name: str, head: list[str], lines: Iterable[list[Any]]) -> HttpResponse:
    answer = HttpResponse(content_type="text/csv; charset=utf-8")
    answer["Content-Disposition"] = f'attachment; filename="{name}-{timezone.localdate():%Y-%m-%d}.csv"'
    write_sheet(answer, chain_rows([head], lines))
    return answer
