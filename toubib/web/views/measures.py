"""What is measured beside the patient, at a kiosk or at home; and which devices a place has."""

from __future__ import annotations

import json
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from toubib.consultation.web import read_uuid
from toubib.directory.enums import Device
from toubib.directory.models import Place
from toubib.ground.actors import Actor
from toubib.kiosk.guides import MEASURING
from toubib.kiosk.models import DeviceUnit
from toubib.kiosk.operations import (
    BadUnit,
    ReadingRefused,
    Told,
    put_unit,
    take_reading,
    take_unit_away,
    typed_values,
)
from toubib.kiosk.queries.devices import units_of
from toubib.kiosk.web import kiosk_actor, session_of
from toubib.people.enums import Role
from toubib.people.models import Account
from toubib.people.queries import link_between
from toubib.people.web import current_actor, role_required
from toubib.record.enums import MeasuredBy
from toubib.record.models import Reading
from toubib.record.queries import trace_read
from toubib.record.readings import Sent, values_of, words_of
from toubib.waiting.enums import ENDED_STATES
from toubib.waiting.models import Ticket
from toubib.waiting.views.common import find_ticket
from toubib.web.unit_forms import UnitForm

LONGEST = 60


def _asked(request: HttpRequest, ticket_id: UUID) -> tuple[Ticket, Actor]:
    """The request that is under way here: of this machine's session, of this browser, or of this account. 404 else."""
    session = session_of(request)
    if session is not None and session.ticket_id == ticket_id and session.ticket is not None:
        return _live(session.ticket), kiosk_actor(request)
    kept = find_ticket(request)
    account = request.user if isinstance(request.user, Account) else None
    if kept is not None and kept.id == ticket_id and kept.account_id is None:
        return _live(kept), Actor(None, Role.PATIENT)
    ticket = Ticket.objects.filter(pk=ticket_id, account_id=account.id).first() if account else None
    if account is None or ticket is None or ticket.patient_id is None:
        raise Http404
    if link_between(account=account, patient_id=ticket.patient_id, now=timezone.now()) is None:
        raise Http404
    return _live(ticket), Actor(account.id, Role.PATIENT)


def _live(ticket: Ticket) -> Ticket:
    if ticket.state in ENDED_STATES:
        raise Http404
    return ticket


@login_not_required
@never_cache
@require_GET
def measures(request: HttpRequest, ticket: UUID) -> HttpResponse:
    """The devices, one after the other; what was measured already is shown."""
    row, by = _asked(request, ticket)
    if row.patient_id is None:
        return redirect("waiting:path")
    trace_read(what="reading", patient_id=row.patient_id, subject_id=row.id, by=by, now=timezone.now())
    return render(request, "web/measures.html", {"ticket": row})


@login_not_required
@never_cache
@require_POST
def take(request: HttpRequest, ticket: UUID) -> HttpResponse:
    """One reading: from a device, or typed. To the script in JSON; the form leads back."""
    row, by = _asked(request, ticket)
    try:
        reading = take_reading(
            ticket=row, told=_told(request), who=MeasuredBy.PATIENT, by=by, now=timezone.now()
        )
    except Reading.DoesNotExist:
        raise Http404 from None
    except ReadingRefused as error:
        if _by_script(request):
            return JsonResponse({"error": error.code, "sentence": str(error)}, status=422)
        messages.warning(request, str(error))
        return _back(request, row)
    if not _by_script(request):
        return _back(request, row)
    values = values_of(reading.content)
    return JsonResponse(
        {
            "words": words_of(values),
            "plausible": all(one.plausible for one in values),
            "typed": reading.content["typed"],
        }
    )


def _by_script(request: HttpRequest) -> bool:
    return "application/json" in request.headers.get("Accept", "")


def _back(request: HttpRequest, ticket: Ticket) -> HttpResponse:
    to = request.POST.get("next", "")
    safe = url_has_allowed_host_and_scheme(
        to, allowed_hosts={request.get_host()}, require_https=request.is_secure()
    )
    return redirect(to) if safe else redirect("web:measures", ticket.id)


def _told(request: HttpRequest) -> Told:
    """Raises ReadingRefused: what no page of ours sends."""
    said = request.POST
    client_id, kind = read_uuid(said.get("client_id")), said.get("kind", "")
    if client_id is None or kind not in {one.value for one in MEASURING}:
        raise ReadingRefused("unreadable", _("L’appareil a envoyé ce que nous ne savons pas lire."))
    device = Device(kind)
    typed = said.get("typed") == "1"
    values = (
        typed_values(
            kind=device, typed={name[2:]: str(text) for name, text in said.items() if name.startswith("m_")}
        )
        if typed
        else _sent(said.get("values", ""))
    )
    battery = said.get("battery", "")
    return Told(
        client_id=client_id,
        kind=device,
        values=tuple(values),
        unit_id=read_uuid(said.get("unit")),
        typed=typed,
        serial=said.get("serial", "")[:LONGEST],
        maker=said.get("maker", "")[:LONGEST],
        model=said.get("model", "")[:LONGEST],
        at=said.get("at", "")[:19],
        battery=min(int(battery[:9]), 100) if battery.isascii() and battery.isdecimal() else None,
        virtual=said.get("virtual") == "1",
        faults=tuple(one for one in _list(said.get("faults", "[]")) if isinstance(one, str))[:8],
    )


def _list(text: str) -> list[Any]:
    try:
        found = json.loads(text[:4096])
        json.dumps(found, ensure_ascii=False).encode()  # half of a character alone is no text
    except (ValueError, RecursionError):
        found = None
    if not isinstance(found, list):
        raise ReadingRefused("unreadable", _("L’appareil a envoyé ce que nous ne savons pas lire."))
    return found[:8]


def _sent(text: str) -> list[Sent]:
    rows = [one for one in _list(text) if isinstance(one, dict)]
    return [Sent(*(str(one.get(name, ""))[:16] for name in ("code", "value", "ucum"))) for one in rows]


# The devices of a place, for who looks after it


@never_cache
@require_http_methods(["GET", "POST"])
@role_required(Role.ADMINISTRATOR, Role.MEDICAL_DIRECTOR)
def units(request: HttpRequest, place: UUID) -> HttpResponse:
    """Which device has which number and serial."""
    row = Place.objects.select_related("commune").filter(pk=place).first()
    if row is None:
        raise Http404
    form, now = UnitForm(request.POST or None), timezone.now()
    if request.method == "POST" and form.is_valid():
        try:
            put_unit(place=row, **form.facts(), by=current_actor(request), now=now)
        except BadUnit as error:
            form.add_error("number", str(error))
        else:
            messages.success(request, _("L’appareil est noté."))
            return redirect("web:units", row.id)
    page = {"place": row, "units": units_of(place_id=row.id, now=now), "form": form}
    return render(request, "web/staff/units.html", page, status=422 if form.errors else 200)


@require_POST
@role_required(Role.ADMINISTRATOR, Role.MEDICAL_DIRECTOR)
def take_away(request: HttpRequest, unit: UUID) -> HttpResponse:
    row = DeviceUnit.objects.filter(pk=unit).first()
    if row is None:
        raise Http404
    take_unit_away(unit=row, by=current_actor(request), now=timezone.now())
    messages.success(request, _("L’appareil est retiré."))
    return redirect("web:units", row.place_id)
