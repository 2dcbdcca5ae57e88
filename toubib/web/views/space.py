"""« Mon espace »: each role goes to its page; the patient's own page."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET

from toubib.consultation.models import Room
from toubib.consultation.queries import unsigned_rooms
from toubib.consultation.views.rights import BEGUN_UNSIGNED
from toubib.documents.queries import documents_for_account
from toubib.ground.actors import Actor
from toubib.ground.journal import entry_of, trace_many
from toubib.people.enums import LinkKind, Role
from toubib.people.models import Account
from toubib.people.queries import links_of, professional_of
from toubib.people.web import SECOND_FACTOR, current_account, live_roles
from toubib.record.queries import encounters_for_account
from toubib.waiting.queries import live_ticket_of
from toubib.web.choosing import whom_of
from toubib.web.line import phase_of
from toubib.web.own_data import consents_for
from toubib.web.views.papers import trace_documents

PAGES = (
    (Role.PRACTITIONER, "/cabinet"),
    (Role.ASSISTANT, "/comptoir"),
    (Role.MEDICAL_DIRECTOR, "/direction"),
    (Role.COMPLIANCE, "/conformite"),
    (Role.ADMINISTRATOR, "/administration/comptes"),
)
PER_PAGE = 10
LATEST = 3


@never_cache
@require_GET
def space(request: HttpRequest) -> HttpResponse:
    account, now, roles = current_account(request), timezone.now(), live_roles(request)
    home = next((address for role, address in PAGES if role in roles), None)
    if home:
        return redirect(home)
    if Role.PATIENT not in roles:
        shown = {"account": account, "owed": _owed(request), "roles": sorted(roles)}
        return render(request, "web/space_plain.html", shown)
    return render(request, "web/space.html", _patient_space(account, now=now))


def _owed(request: HttpRequest) -> list[Room]:
    """Consultations that a doctor, whose role was taken since, has still to sign."""
    professional = professional_of(account=current_account(request))
    if professional is None or request.session.get(SECOND_FACTOR) is not True:
        return []
    rooms = unsigned_rooms(practitioner_id=professional.practitioner_id)
    return [room for room in rooms if room.encounter.state in BEGUN_UNSIGNED]


def _patient_space(account: Account, *, now: datetime) -> dict[str, Any]:
    ticket = live_ticket_of(account_id=account.id)
    links = links_of(account=account, now=now)
    visits = list(encounters_for_account(account_id=account.id, now=now)[: LATEST + 1])
    papers = list(documents_for_account(account_id=account.id, now=now)[: LATEST + 1])
    _trace_list(account, visits[:LATEST], now=now)
    trace_documents(papers[:LATEST], by=Actor(account.id, Role.PATIENT), now=now)
    return {
        "account": account,
        "ticket": ticket,
        "ticket_phase": phase_of(ticket) if ticket else "",
        "own": next((link.patient for link in links if link.kind == LinkKind.SELF), None),
        "others": [link for link in links if link.kind != LinkKind.SELF],
        "visits": visits[:LATEST],
        "more_visits": len(visits) > LATEST,
        "consents": consents_for(account=account, now=now, limit=LATEST + 1),
        "documents": papers[:LATEST],
        "more_documents": len(papers) > LATEST,
    }


def _trace_list(account: Account, visits: list[Any], *, now: datetime) -> None:
    by = Actor(account.id, Role.PATIENT)
    trace_many(
        entry_of(
            by=by,
            action="record.encounter.list",
            now=now,
            patient=visit.patient_id,
            subject="encounter",
            subject_id=visit.id,
        )
        for visit in visits
    )


@never_cache
@require_GET
def visits(request: HttpRequest) -> HttpResponse:
    """All visits of oneself and of those one acts for, ten a page."""
    account, now = current_account(request), timezone.now()
    if Role.PATIENT not in live_roles(request):
        raise Http404
    whom = whom_of(request, account=account, now=now)
    rows = encounters_for_account(account_id=account.id, now=now)
    if whom.patient_id is not None:
        rows = rows.filter(patient=whom.patient_id)
    page = Paginator(rows, PER_PAGE).get_page(request.GET.get("page"))
    _trace_list(account, list(page.object_list), now=now)
    return render(request, "web/visits.html", {"page_obj": page, "whom": whom, "query": whom.query})
