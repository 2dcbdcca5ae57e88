"""K10 and K12: the documents, printed here or sent to the phone; then nothing remains."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

import segno
from csp.decorators import csp_update
from django.conf import settings
from django.contrib.auth import logout
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode
from django.views.decorators.cache import never_cache
from django.views.decorators.clickjacking import xframe_options_sameorigin
from django.views.decorators.http import require_POST, require_safe

from toubib.consultation.queries import papers_are_due
from toubib.documents.models import Document
from toubib.documents.queries import documents_for_account, get_document, pdf_of, trace_read
from toubib.ground.actors import Actor
from toubib.kiosk.enums import Check, CheckResult, SessionState, WipeReason
from toubib.kiosk.models import KioskSession
from toubib.kiosk.operations import wipe_session
from toubib.kiosk.queries import checks_of, state_for
from toubib.kiosk.web import forget, kiosk_actor, kiosk_of, kiosk_required, session_of
from toubib.people.web import current_account
from toubib.record.enums import UNSIGNED_STATES
from toubib.ui.posting import part_of_page
from toubib.waiting.models import Ticket

# What a person may say of why; the rest is the server's to say.
SAID = {WipeReason.PATIENT, WipeReason.IDLE, WipeReason.AWAY, WipeReason.LOST}


@require_POST
@kiosk_required
def wipe(request: HttpRequest) -> HttpResponse:
    """The session is over, whatever it was; the browser is told to forget all but the key of the machine."""
    session, machine = session_of(request), kiosk_of(request)
    if session is not None and machine is not None:
        said = request.POST.get("reason", "")
        reason = WipeReason(said) if said in SAID else WipeReason.PATIENT
        ticket = session.ticket  # as it stands now: the doctor may have ended it since the last page
        if reason == WipeReason.PATIENT and ticket and state_for(ticket=ticket) == SessionState.LEAVING:
            reason = WipeReason.DONE
        wipe_session(session_id=session.id, reason=reason, by=kiosk_actor(request), now=timezone.now())
    logout(request)
    return forget(redirect("kiosk:idle"))


def _ended(request: HttpRequest) -> tuple[KioskSession, Ticket, Actor]:
    """The session whose consultation took place here; 404 otherwise."""
    session = session_of(request)
    ticket = session.ticket if session is not None else None
    account = current_account(request)
    if session is None or ticket is None or ticket.encounter is None or ticket.account_id != account.id:
        raise Http404
    return session, ticket, Actor(account.id, "patient")


@never_cache
@require_safe
@kiosk_required
def leaving(request: HttpRequest) -> HttpResponse:
    """K10: what the doctor signed, to take away."""
    if session_of(request) is None:
        return redirect("kiosk:idle")
    _session, ticket, by = _ended(request)
    return render(request, "kiosk/leaving.html", _page(request, ticket, by, now=timezone.now()))


@part_of_page
@never_cache
@require_safe
@kiosk_required
def papers(request: HttpRequest) -> HttpResponse:
    """The live part: the doctor signs, the documents come."""
    _session, ticket, by = _ended(request)
    return render(request, "kiosk/_papers.html", _page(request, ticket, by, now=timezone.now()))


def _page(request: HttpRequest, ticket: Ticket, by: Actor, *, now: datetime) -> dict[str, Any]:
    encounter, machine = ticket.encounter, kiosk_of(request)
    assert encounter is not None and machine is not None and by.account_id is not None
    found = documents_for_account(account_id=by.account_id, now=now, encounter_id=encounter.id)
    next_page = urlencode({"next": reverse("web:visit", args=[encounter.id])})
    link = f"{settings.PUBLIC_URL}{reverse('people:sign_in')}?{next_page}"
    printer = checks_of(machine=machine).get(Check.PRINTER)
    return {
        "encounter": encounter,
        "documents": [one for one in found if not one.is_cancelled],
        "writing": encounter.state in UNSIGNED_STATES,
        "papers_due": papers_are_due(encounter_id=encounter.id),
        "prints": printer == CheckResult.OK,
        "printer_empty": printer == CheckResult.EMPTY,
        "qr": segno.make(link, micro=False).svg_data_uri(scale=5, border=4, light="#fff"),
        "link": link,
        "machine": machine,
    }


@never_cache
@require_safe
@xframe_options_sameorigin
@csp_update({"frame-ancestors": ["'self'"]})
@kiosk_required
def paper(request: HttpRequest, document_id: UUID) -> HttpResponse:
    """The sealed file, for a frame of the page that prints it; of this session's consultation alone."""
    _session, ticket, by = _ended(request)
    document = get_document(document_id=document_id)
    mine = document is not None and document.encounter_id == ticket.encounter_id and document.for_patient
    if document is None or not mine or document.is_cancelled:
        raise Http404
    return _file(document, by)


def _file(document: Document, by: Actor) -> HttpResponse:
    trace_read(document=document, by=by, now=timezone.now())
    answer = HttpResponse(pdf_of(document=document), content_type="application/pdf")
    answer["Content-Disposition"] = "inline"
    answer["Cache-Control"] = "no-store"
    return answer
