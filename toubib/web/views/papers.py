"""« Mes documents »: of every visit, for whom one chooses; one document with its ways to print, keep and verify."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET

from toubib.documents.models import Document
from toubib.documents.queries import documents_for_account
from toubib.ground.actors import Actor
from toubib.ground.journal import entry_of, trace_many
from toubib.ground.models import JournalEntry
from toubib.people.enums import Role
from toubib.people.web import current_account, current_actor, role_required
from toubib.web.choosing import whom_of
from toubib.web.journal_words import entries_by_link, lines_of

PER_PAGE = 20
ACCESSES_PER_PAGE = 60


@role_required(Role.PATIENT)
@never_cache
@require_GET
def documents(request: HttpRequest) -> HttpResponse:
    """All of oneself and of those one acts for, the newest first, cancelled ones as such."""
    account, now = current_account(request), timezone.now()
    whom = whom_of(request, account=account, now=now)
    rows = documents_for_account(account_id=account.id, now=now, patient_id=whom.patient_id)
    page = Paginator(rows, PER_PAGE).get_page(request.GET.get("page"))
    trace_documents(page.object_list, by=current_actor(request), now=now)
    return render(request, "web/documents.html", {"page_obj": page, "whom": whom, "query": whom.query})


def trace_documents(shown: Iterable[Document], *, by: Actor, now: datetime) -> None:
    """The list of a person's documents is a read of their record."""
    trace_many(
        entry_of(
            by=by,
            action="documents.document.list",
            now=now,
            patient=one.patient_id,
            subject="document",
            subject_id=one.id,
        )
        for one in shown
    )


@role_required(Role.PATIENT)
@never_cache
@require_GET
def document(request: HttpRequest, document_id: UUID) -> HttpResponse:
    """What it is, whether it holds, and the sealed file to open, print or keep."""
    account, now = current_account(request), timezone.now()
    row = documents_for_account(account_id=account.id, now=now).filter(pk=document_id).first()
    if row is None:
        raise Http404
    trace_documents([row], by=current_actor(request), now=now)
    return render(request, "web/document.html", {"one": row})


@role_required(Role.PATIENT)
@never_cache
@require_GET
def accesses(request: HttpRequest) -> HttpResponse:
    """Who opened a record, and when: one's own whole; of a child or a relative, the visits that one may see."""
    account, now = current_account(request), timezone.now()
    whom = whom_of(request, account=account, now=now)
    link = whom.chosen or next(iter(whom.links), None)
    rows = entries_by_link(link=link, me=account.id, now=now) if link else JournalEntry.objects.none()
    page = Paginator(rows, ACCESSES_PER_PAGE).get_page(request.GET.get("page"))
    lines = lines_of(rows=page.object_list, me=account.id)
    context = {"accesses": lines, "page_obj": page, "whom": whom, "query": whom.query, "link": link}
    return render(request, "web/accesses.html", context)
