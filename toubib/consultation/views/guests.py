"""Third and fourth persons: invited by link, admitted by the doctor once the patient agreed, taken out again."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from toubib.consultation.enums import ParticipantRole
from toubib.consultation.forms import InviteForm
from toubib.consultation.models import Invite, Participant, Room
from toubib.consultation.operations import (
    MAX_IN_ROOM,
    CannotAdmit,
    InviteDead,
    NotInRoom,
    admit_guest,
    has_agreed,
    invite_guest,
    refuse_guest,
    remove_participant,
)
from toubib.consultation.queries import PATIENT_SIDE, guests_at_the_door, people_in
from toubib.consultation.views.common import own_room, wants_fragment
from toubib.consultation.views.file import ticket_of
from toubib.people.enums import Role
from toubib.people.web import current_actor, role_required
from toubib.ui.posting import part_of_page

STAYING = (*PATIENT_SIDE, ParticipantRole.PRACTITIONER)


def guests_context(found: Room) -> dict[str, Any]:
    """People in the room, and guests at the door with the patient's answer."""
    people = people_in(room_id=found.id)
    return {
        "room": found,
        "people": [(person, person.role not in STAYING) for person in people],
        "door": [
            (invite, has_agreed(invite_id=invite.id)) for invite in guests_at_the_door(room_id=found.id)
        ],
        "room_is_full": len(people) >= MAX_IN_ROOM,
        "invite_form": InviteForm(),
    }


def _answer(request: HttpRequest, found: Room, **more: Any) -> HttpResponse:
    """The fragment for the script, the page for the rest."""
    if not wants_fragment(request) and not more:
        return redirect("consultation:room", room=found.id)
    return render(request, "consultation/_guests.html", {**guests_context(found), **more})


@part_of_page
@role_required(Role.PRACTITIONER)
@never_cache
@require_GET
def guests(request: HttpRequest, room: UUID) -> HttpResponse:
    """The fragment that news of the door renews."""
    return render(request, "consultation/_guests.html", guests_context(own_room(request, room)))


@role_required(Role.PRACTITIONER)
@never_cache
@require_POST
def invite(request: HttpRequest, room: UUID) -> HttpResponse:
    """A link for one guest, shown once: only its digest is kept."""
    found = own_room(request, room)
    form, ticket = InviteForm(request.POST), ticket_of(found)
    if not form.is_valid():
        return _answer(request, found, invite_form=form)
    if ticket is None:
        return _answer(request, found, refusal=_("Cette visite est terminée."))
    role = ParticipantRole(form.cleaned_data["role"])
    try:
        made, token = invite_guest(
            ticket_id=ticket.id, role=role, by=current_actor(request), now=timezone.now()
        )
    except InviteDead as error:
        return _answer(request, found, refusal=str(error))
    link = f"{settings.PUBLIC_URL}/invite/{token}"
    return _answer(request, found, link=link, link_role=made.get_role_display(), link_until=made.expires_at)


def _own_invite(found: Room, invite_id: UUID) -> Invite:
    made = Invite.objects.filter(pk=invite_id, room=found).first()
    if made is None:
        raise Http404
    return made


@role_required(Role.PRACTITIONER)
@never_cache
@require_POST
def admit(request: HttpRequest, room: UUID, invite: UUID) -> HttpResponse:
    found = own_room(request, room)
    made = _own_invite(found, invite)
    try:
        admit_guest(invite_id=made.id, by=current_actor(request), now=timezone.now())
    except CannotAdmit as error:
        return _answer(request, found, refusal=str(error))
    return _answer(request, found)


@role_required(Role.PRACTITIONER)
@never_cache
@require_POST
def refuse(request: HttpRequest, room: UUID, invite: UUID) -> HttpResponse:
    found = own_room(request, room)
    refuse_guest(invite_id=_own_invite(found, invite).id, by=current_actor(request), now=timezone.now())
    return _answer(request, found)


@role_required(Role.PRACTITIONER)
@never_cache
@require_POST
def remove(request: HttpRequest, room: UUID, participant: UUID) -> HttpResponse:
    """Take a guest out of the room."""
    found = own_room(request, room)
    if not Participant.objects.filter(pk=participant, room=found).exists():
        raise Http404
    try:
        remove_participant(participant_id=participant, by=current_actor(request), now=timezone.now())
    except NotInRoom as error:
        return _answer(request, found, refusal=str(error))
    return _answer(request, found)
