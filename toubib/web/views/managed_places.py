"""Places for whoever answers for them, the medical director: why one may not open, what was seen, hours, devices, help."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from toubib.directory.checklist import Item, checklist_on
from toubib.directory.enums import Verdict
from toubib.directory.models import Place, PlaceEvidence
from toubib.directory.operations import (
    BadPlace,
    CannotOpen,
    close_place,
    open_place,
    say_devices,
    say_evidence,
    say_help,
    say_hours,
)
from toubib.directory.queries import all_places, evidence_of, get_place, last_evidence, may_open, opening_of
from toubib.people.enums import Role
from toubib.people.forms import Form
from toubib.people.web import current_actor, role_required
from toubib.web.audit import account_names
from toubib.web.place_forms import DevicesForm, EvidenceForm, HelpForm, HoursForm

manager_only = role_required(Role.MEDICAL_DIRECTOR)
FORMS: dict[str, type[Form]] = {
    "evidence": EvidenceForm,
    "hours": HoursForm,
    "help": HelpForm,
    "devices": DevicesForm,
}
DONE = {
    "evidence": gettext_lazy("Le constat est enregistré."),
    "hours": gettext_lazy("Les heures sont enregistrées."),
    "help": gettext_lazy("L’aide et l’accès sont enregistrés."),
    "devices": gettext_lazy("Les appareils sont enregistrés."),
    "open": gettext_lazy("Le lieu est ouvert."),
    "close": gettext_lazy("Le lieu est fermé."),
}


@dataclass(frozen=True, slots=True)
class Check:
    """An item of the checklist as it stands for a place. `is_asked`: without it the place may not open."""

    item: Item
    is_asked: bool
    seen: PlaceEvidence | None
    who: str

    @property
    def look(self) -> str:
        if self.seen is None:
            return "no" if self.is_asked else "may"
        return "yes" if self.seen.verdict == Verdict.MET else "no" if self.is_asked else "may"


@manager_only
@never_cache
@require_safe
def managed(request: HttpRequest) -> HttpResponse:
    today = timezone.localdate()
    rows = []
    for place in all_places():
        refusals = sum(one.kind == "refusal" for one in may_open(place=place, on=today))
        rows.append((place, _in_service(place), refusals))
    return render(request, "web/staff/places.html", {"rows": rows, "tab": "places"})


@manager_only
@never_cache
@require_http_methods(["GET", "POST"])
def one(request: HttpRequest, place_id: UUID) -> HttpResponse:
    place = get_place(place_id=place_id)
    if place is None:
        raise Http404
    if request.method != "POST":
        return _show(request, place, {})
    do = request.POST.get("do", "")
    if do in FORMS:
        form = FORMS[do](request.POST)
        if not form.is_valid() or not _said(request, place, do, form):
            return _show(request, place, {do: form})
    elif do in ("open", "close"):
        if not _turned(request, place, do):
            return redirect("web:managed_place", place.id)
    else:
        return redirect("web:managed_place", place.id)
    messages.success(request, str(DONE[do]))
    return redirect("web:managed_place", place.id)


def _said(request: HttpRequest, place: Place, do: str, form: Form) -> bool:
    """False where the operation refuses; its sentence is then beside the field."""
    acts: dict[str, Callable[..., object]] = {
        "evidence": say_evidence,
        "hours": say_hours,
        "help": say_help,
        "devices": say_devices,
    }
    try:
        acts[do](place=place, by=current_actor(request), now=timezone.now(), **form.cleaned_data)
    except BadPlace as refusal:
        form.add_error(refusal.field if refusal.field in form.fields else None, str(refusal.sentence))
        return False
    return True


def _turned(request: HttpRequest, place: Place, do: str) -> bool:
    by, now, today = current_actor(request), timezone.now(), timezone.localdate()
    if do == "close":
        close_place(place=place, on=today, by=by, now=now)
        return True
    try:
        open_place(place=place, on=today, by=by, now=now)
    except CannotOpen:
        messages.error(request, _("Ce lieu ne peut pas ouvrir : voyez pourquoi ci-dessous."))
        return False
    return True


def _show(request: HttpRequest, place: Place, bound: dict[str, Form]) -> HttpResponse:
    today, now = timezone.localdate(), timezone.now()
    reasons = may_open(place=place, on=today)
    history = evidence_of(place=place)
    names = account_names({row.said_by for row in history if row.said_by})
    checklist = checklist_on(on=today)
    seen = last_evidence(place=place, on=today)
    asked = {item.id for item in checklist.asked_of(place.kind)} if checklist else set()
    checks = [
        Check(item, item.id in asked, row, names.get(row.said_by, "") if row and row.said_by else "")
        for item in (checklist.items if checklist else ())
        for row in [seen.get(item.id)]
    ]
    page: dict[str, Any] = {
        "place": place,
        "in_service": _in_service(place),
        "opening": opening_of(place=place, now=now),
        "refusals": [reason for reason in reasons if reason.kind == "refusal"],
        "warnings": [reason for reason in reasons if reason.kind != "refusal"],
        "checklist": checklist,
        "checks": checks,
        "history": [(row, names.get(row.said_by, "") if row.said_by else "") for row in history],
        "evidence": bound.get("evidence"),
        "evidence_item": bound["evidence"]["item"].value() if "evidence" in bound else "",
        "blank": EvidenceForm(initial={"seen_on": today, "verdict": Verdict.MET}),
        "hours": bound.get("hours") or HoursForm(initial={"hours": place.hours}),
        "help": bound.get("help") or HelpForm(initial=_help_known(place)),
        "devices": bound.get("devices") or DevicesForm(initial={"devices": place.devices}),
        "tab": "places",
    }
    return render(request, "web/staff/place.html", page)


def _help_known(place: Place) -> dict[str, Any]:
    return {"assistance": place.assistance, "access": place.access, "way_in": place.way_in}


def _in_service(place: Place) -> bool:
    today = timezone.localdate()
    began = place.opened_on is not None and place.opened_on <= today
    return began and (place.closed_on is None or place.closed_on > today)
