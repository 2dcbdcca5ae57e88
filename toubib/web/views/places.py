"""« Où téléconsulter près de chez moi » : places around a commune or a rounded position, and the page of one. For anyone.

What is typed, which may be an address, comes by POST and stands in no address of ours; a position is rounded to a
hundredth of a degree (1 km) by the page before it is sent, and again here.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from toubib.directory.enums import Access, Assistance, Device
from toubib.directory.queries import Found, OpenDay, PlaceRow, days_of, place_in_service, places_near
from toubib.ground.tables import plain
from toubib.kiosk.queries import PlaceState, state_of_place, states_of_places
from toubib.territory.models import Commune
from toubib.territory.queries import commune_of, find_in_address, first_communes
from toubib.web.place_forms import FinderForm
from toubib.web.place_list import Shown, draw_list, labels
from toubib.web.place_map import PlaceMap, draw_map
from toubib.web.views.start import LineNow, current_line

MOST_TYPED = 120
DAYS, AHEAD = 7, 60  # shown one by one; looked through for exceptions


@dataclass(frozen=True, slots=True)
class Asked:
    """Where one searches from; `commune` None: a position."""

    lat: float
    lon: float
    commune: Commune | None


@login_not_required
@csrf_exempt  # changes nothing, so it needs no cookie
@require_http_methods(["GET", "HEAD", "POST"])
def places(request: HttpRequest) -> HttpResponse:
    if request.method == "POST":
        return _search(request)
    form, now = FinderForm(request.GET or None), timezone.now()
    asked = _asked(form) if form.is_bound and form.is_valid() else None
    page: dict[str, Any] = {"form": form, "unread": form.is_bound and asked is None, **_help(asked)}
    if page["unread"] and form.is_valid():
        page["off_map"] = commune_of(code_insee=form.cleaned_data["commune"]) is not None
    if asked is not None:
        page |= _found(request, asked, form, now)
    return _show(request, page)


def _show(request: HttpRequest, page: dict[str, Any]) -> HttpResponse:
    """The only page that may ask the device where it is."""
    answer = render(request, "web/places.html", page)
    answer.toubib_features = ("geolocation",)  # type: ignore[attr-defined]
    return answer


def _search(request: HttpRequest) -> HttpResponse:
    """One commune leads to its page; several are shown to choose from; none says what to try."""
    typed = request.POST.get("ou", "")[:MOST_TYPED]
    found = find_in_address(text=typed)
    named = [one for one in found if plain(one.name) == plain(typed)]
    only = found if len(found) == 1 else named
    if len(only) == 1:
        return HttpResponseRedirect(address_of(only[0]), status=303)
    page = {
        "form": FinderForm(),
        "typed": typed,
        "communes": found,
        "searched": True,
        "empty": not typed.strip(),
        **_help(None),
    }
    return _show(request, page)


@login_not_required
@csrf_exempt
@require_POST
def communes(request: HttpRequest) -> HttpResponse:
    """The list alone, while one types."""
    typed = request.POST.get("ou", "")[:MOST_TYPED]
    page = {"communes": find_in_address(text=typed), "searched": bool(typed.strip()), **_help(None)}
    return render(request, "web/_place_communes.html", page)


@login_not_required
@require_safe
def place(request: HttpRequest, place: UUID) -> HttpResponse:
    now = timezone.now()
    row = place_in_service(place_id=place, now=now)
    if row is None:
        raise Http404
    days = _days(row, now)
    state = state_of_place(place=row.place, now=now) if row.opening.is_open else None
    page = {
        "shown": shown(row, number=0, now=now, kiosk=state),
        "place": row.place,
        "days": days[:DAYS],
        "exceptions": [one for one in days[DAYS:] if not one.is_usual],
        "line": current_line(request),
        "state": state,
        "around": address_of(row.place.commune),
    }
    return render(request, "web/place.html", page)


def address_of(commune: Commune) -> str:
    return f"{reverse('web:places')}?{urlencode({'commune': commune.code_insee})}"


def _help(asked: Asked | None) -> dict[str, Any]:
    """In the demo, where communes are invented, the first of them."""
    return {"demo_communes": first_communes(limit=7) if settings.DEMO and asked is None else []}


def _asked(form: FinderForm) -> Asked | None:
    said = form.cleaned_data
    if said["commune"]:
        commune = commune_of(code_insee=said["commune"])
        if commune is None or commune.lat is None or commune.lon is None:
            return None
        return Asked(commune.lat, commune.lon, commune)
    if said["lat"] is None or said["lon"] is None:
        return None
    return Asked(round(said["lat"], 2), round(said["lon"], 2), None)


def _found(request: HttpRequest, asked: Asked, form: FinderForm, now: datetime) -> dict[str, Any]:
    found: Found = places_near(lat=asked.lat, lon=asked.lon, now=now, wanted=form.wanted())
    drawn: PlaceMap = draw_map(lat=asked.lat, lon=asked.lon, rows=found.rows, commune=asked.commune)
    line: LineNow = current_line(request)
    kiosks = states_of_places(now=now, places=[row.place.pk for row in found.rows])
    rows = [
        shown(row, number=number, now=now, kiosk=kiosks.get(row.place.pk))
        for number, row in enumerate(found.rows, start=1)
    ]
    return {
        "asked": asked,
        "found": found,
        "rows": rows,
        "items": draw_list(rows, line=line),
        "map": drawn,
        "line": line,
        "any_open": any(one.row.opening.is_open for one in rows),
        "filters": form.count_filters(),
        "without_filters": f"{reverse('web:places')}?{urlencode(form.where())}",
    }


def shown(row: PlaceRow, *, number: int, now: datetime, kiosk: PlaceState | None = None) -> Shown:
    change = row.opening.next_change
    clock = change.tzinfo if change is not None else None
    language = get_language() or ""
    return Shown(
        row=row,
        number=number,
        change=change.replace(tzinfo=None) if change is not None else None,
        is_today=change is not None and change.date() == now.astimezone(clock).date(),
        assistance=_help_there(row, language),
        devices=labels(Device, tuple(row.place.devices), language),
        access=labels(Access, tuple(row.place.access), language),
        kiosk=kiosk,
    )


def _help_there(row: PlaceRow, language: str) -> str:
    """« personne sur place » may be read either way; nobody is there where it is shut."""
    if row.place.assistance == Assistance.NONE:
        return _("sans aide sur place")
    if row.place.assistance == Assistance.ON_SITE and row.opening.is_open is False:
        return _("aux heures d’ouverture, quelqu’un est là pour vous aider")
    return labels(Assistance, (row.place.assistance,), language)[0]


def _days(row: PlaceRow, now: datetime) -> list[OpenDay]:
    first = timezone.localdate(now)
    found = days_of(
        hours=row.place.hours, departement=row.place.commune.departement, first=first, count=AHEAD
    )
    return [one for one in found if one.day < first + timedelta(days=AHEAD)]
