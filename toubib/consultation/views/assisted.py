"""Gestures asked of the place where the patient is, in the doctor's room: who is there, what is asked, what was made."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django import forms
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from toubib.assistance.enums import LIVE_GESTURES
from toubib.assistance.models import Gesture
from toubib.assistance.operations import GestureRefused, ask_gesture, withdraw_gesture
from toubib.assistance.queries import (
    describe_helper,
    gestures_of,
    kind_of_gesture,
    pathways_on,
    presences_of,
)
from toubib.consultation.models import Room
from toubib.consultation.views.common import keep_message, own_room, wants_fragment
from toubib.consultation.views.file import ticket_of
from toubib.people.enums import Role
from toubib.people.web import current_actor, role_required
from toubib.record.enums import EncounterState
from toubib.rulebook.days import day_of
from toubib.ui.posting import part_of_page
from toubib.waiting.models import Ticket

ASKING = (EncounterState.ARRIVED, EncounterState.IN_PROGRESS)


class GestureForm(forms.Form):
    key = forms.ChoiceField(
        label=gettext_lazy("Geste à demander sur place"),
        error_messages={
            "required": gettext_lazy("Choisissez un geste."),
            "invalid_choice": gettext_lazy("Choisissez un geste de la liste."),
        },
    )
    words = forms.CharField(label=gettext_lazy("Précisez (côté, position…)"), required=False, max_length=300)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        found = pathways_on(on=day_of(timezone.now()))
        groups = [(_(name), [(kind.key, kind.title) for kind in kinds]) for name, kinds in found]
        self.fields["key"].choices = [("", _("Choisissez")), *groups]  # type: ignore[attr-defined]


def assisted_context(found: Room, ticket: Ticket | None) -> dict[str, Any]:
    """The place, who is beside the patient, the gestures of this visit; nothing at home."""
    place = ticket.place_of_care if ticket is not None else None
    if place is None or ticket is None:
        return {"place_of_care": None}
    helpers = [one for one in presences_of(ticket_id=ticket.pk) if one.ended_at is None]
    return {
        "place_of_care": place,
        "helpers": [(one, describe_helper(one)) for one in helpers],
        "gestures": [
            (one, kind_of_gesture(one).title, one.state in LIVE_GESTURES)
            for one in gestures_of(encounter_id=found.encounter_id)
        ],
        "may_ask_gesture": found.encounter.state in ASKING,
        "gesture_form": GestureForm(auto_id="gesture_%s"),
    }


def _answer(request: HttpRequest, found: Room, **more: Any) -> HttpResponse:
    if not wants_fragment(request) and "gesture_form" not in more:
        return redirect("consultation:room", room=found.id)
    context = {
        "room": found,
        "topic": f"account:{request.user.pk}",
        **assisted_context(found, ticket_of(found)),
    }
    return render(request, "consultation/_assisted.html", {**context, **more})


@part_of_page
@role_required(Role.PRACTITIONER)
@never_cache
@require_GET
def gestures(request: HttpRequest, room: UUID) -> HttpResponse:
    """The fragment that news of the place renews."""
    found = own_room(request, room)
    return _answer(request, found, renewed=True)


@role_required(Role.PRACTITIONER)
@never_cache
@require_POST
def ask(request: HttpRequest, room: UUID) -> HttpResponse:
    found = own_room(request, room)
    ticket, form = ticket_of(found), GestureForm(request.POST, auto_id="gesture_%s")
    if ticket is None:
        raise Http404
    if not form.is_valid():
        return _answer(request, found, gesture_form=form)
    try:
        ask_gesture(
            encounter=found.encounter,
            ticket_id=ticket.pk,
            place=ticket.place_of_care,
            key=form.cleaned_data["key"],
            words=form.cleaned_data["words"],
            by=current_actor(request),
            now=timezone.now(),
        )
    except GestureRefused as refusal:
        if not wants_fragment(request):
            keep_message(request, refusal)
            return redirect("consultation:room", room=found.id)
        form.add_error("key", str(refusal))
        return _answer(request, found, gesture_form=form)
    return _answer(request, found)


@role_required(Role.PRACTITIONER)
@never_cache
@require_POST
def stop(request: HttpRequest, room: UUID, gesture: UUID) -> HttpResponse:
    """The doctor needs it no more."""
    found = own_room(request, room)
    row = Gesture.objects.filter(pk=gesture, encounter_id=found.encounter_id).first()
    if row is None:
        raise Http404
    withdraw_gesture(gesture_id=row.pk, by=current_actor(request), now=timezone.now())
    return _answer(request, found)
