"""Small forms beside the call; each answers with its own part of the page, since a new page would cut the call."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from toubib.consultation.forms import CheckForm, OrientForm, SecondParentForm
from toubib.consultation.models import Room
from toubib.consultation.views.common import keep_message, own_room, wants_fragment
from toubib.consultation.views.file import ticket_of
from toubib.consultation.views.room import beside_context, is_minor
from toubib.ground.hub import publish
from toubib.people.enums import Role
from toubib.people.web import current_actor, role_required
from toubib.record.enums import Orientation
from toubib.record.operations import (
    MoveRefused,
    ask_minor_secrecy,
    check_at_start,
    orient_patient,
    say_second_parent,
)
from toubib.ui.formats import say_hour


def _answer(request: HttpRequest, found: Room, template: str, **more: Any) -> HttpResponse:
    if not wants_fragment(request):
        return redirect("consultation:room", room=found.id)
    found.encounter.refresh_from_db()
    ticket = ticket_of(found)
    samu = ticket.place_commune.samu if ticket and ticket.place_commune else None
    context = {"room": found, "encounter": found.encounter, "ticket": ticket, "samu": samu}
    return render(request, template, {**context, **beside_context(found.encounter), **more})


def _refused(request: HttpRequest, error: Exception) -> dict[str, str]:
    if wants_fragment(request):
        return {"refusal": str(error)}
    keep_message(request, error)
    return {}


@role_required(Role.PRACTITIONER)
@never_cache
@require_POST
def check(request: HttpRequest, room: UUID) -> HttpResponse:
    """Identity and place asked again at the start."""
    found = own_room(request, room)
    form = CheckForm(request.POST)
    form.is_valid()
    more: dict[str, Any] = {"said": _said()}
    try:
        check_at_start(
            encounter_id=found.encounter_id,
            identity=form.cleaned_data["identity"],
            place=form.cleaned_data["place"],
            by=current_actor(request),
            now=timezone.now(),
        )
        publish(f"account:{current_actor(request).account_id}", "law")
    except MoveRefused as error:
        more = _refused(request, error)
    return _answer(request, found, "consultation/_checks.html", **more)


@role_required(Role.PRACTITIONER)
@never_cache
@require_POST
def second_parent(request: HttpRequest, room: UUID) -> HttpResponse:
    """What the second parent said of an act that is not ordinary."""
    found = own_room(request, room)
    form = SecondParentForm(request.POST)
    more: dict[str, Any] = {"said": _said()}
    if form.is_valid():
        agreed = {"yes": True, "no": False}.get(form.cleaned_data["agreed"])
        try:
            say_second_parent(
                encounter_id=found.encounter_id, agreed=agreed, by=current_actor(request), now=timezone.now()
            )
        except MoveRefused as error:
            more = _refused(request, error)
    return _answer(request, found, "consultation/_second_parent.html", **more)


@role_required(Role.PRACTITIONER)
@never_cache
@require_POST
def orient(request: HttpRequest, room: UUID) -> HttpResponse:
    """Where the patient is sent, or « j’ai appelé le SAMU »; the call goes on."""
    found = own_room(request, room)
    form = OrientForm(request.POST)
    if not form.is_valid():
        return _answer(request, found, "consultation/_orient.html", orient_form=form)
    more: dict[str, Any] = {"said": _said()}
    try:
        orient_patient(
            encounter_id=found.encounter_id,
            to=Orientation(form.cleaned_data["to"]),
            note=form.cleaned_data["note"],
            days=form.cleaned_data["days"],
            by=current_actor(request),
            now=timezone.now(),
        )
    except MoveRefused as error:
        more = _refused(request, error)
    return _answer(request, found, "consultation/_orient.html", **more)


@role_required(Role.PRACTITIONER)
@never_cache
@require_POST
def secrecy(request: HttpRequest, room: UUID) -> HttpResponse:
    """The minor asks that their parents know nothing of this consultation, or takes it back; after the signature too."""
    found = own_room(request, room)
    wanted = {"yes": True, "no": False}.get(request.POST.get("secret", ""))
    more: dict[str, Any] = {}
    if wanted is not None and (not wanted or is_minor(found.encounter)):
        ask_minor_secrecy(
            encounter_id=found.encounter_id, secret=wanted, by=current_actor(request), now=timezone.now()
        )
        more = {"said": _said()}
    return _answer(request, found, "consultation/_secrecy.html", **more)


def _said() -> str:
    return _("Enregistré à %(hour)s") % {"hour": say_hour(timezone.now())}
