"""A guest by link: says a name, knocks once, waits at the door. Guests have no account; their session is the key."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods

from toubib.consultation.enums import InviteState
from toubib.consultation.models import Invite
from toubib.consultation.operations import InviteDead, use_invite
from toubib.consultation.queries import answers_to_guests, get_invite, invite_by_token, seat_of_guest
from toubib.consultation.web import GUEST_INVITE, read_uuid
from toubib.waiting.enums import ENDED_STATES
from toubib.waiting.models import Ticket
from toubib.web.forms import GuestNameForm

MOST_TOKEN = 100


@login_not_required
@never_cache
@require_http_methods(["GET", "POST"])
def invitation(request: HttpRequest, token: str) -> HttpResponse:
    """The link: it serves once, then this session alone holds the place at the door."""
    invite = invite_by_token(token=token) if len(token) <= MOST_TOKEN else None
    if invite is None:
        raise Http404
    if request.session.get(GUEST_INVITE) == str(invite.id):
        return redirect("web:guest_door")
    now = timezone.now()
    why = _why_dead(invite, now=now)
    if why:
        return _dead(request, why)
    form = GuestNameForm(request.POST if request.method == "POST" else None)
    if form.is_bound and form.is_valid():
        try:
            use_invite(token=token, name=form.cleaned_data["name"], now=now)
        except InviteDead:
            return _dead(request, "used")
        request.session[GUEST_INVITE] = str(invite.id)
        return redirect("web:guest_door")
    context = {"invite": invite, "form": form}
    return render(request, "web/invitation.html", context, status=422 if form.is_bound else 200)


def _why_dead(invite: Invite, *, now: datetime) -> str:
    if _is_over(invite):
        return "over"
    if invite.used_at is not None or invite.state != InviteState.SENT:
        return "used"
    return "expired" if invite.is_too_old(now=now) else ""


def _is_over(invite: Invite) -> bool:
    state = Ticket.objects.filter(pk=invite.ticket_id).values_list("state", flat=True).first()
    return state is None or state in ENDED_STATES


def _dead(request: HttpRequest, why: str) -> HttpResponse:
    return render(request, "web/guest_dead.html", {"why": why}, status=410)


def _my_invite(request: HttpRequest) -> Invite:
    invite_id = read_uuid(request.session.get(GUEST_INVITE))
    invite = get_invite(invite_id=invite_id) if invite_id else None
    if invite is None:
        raise Http404
    return invite


def _at_the_door(invite: Invite) -> dict[str, Any]:
    """`state`: waiting, refused, over, removed, or open with the `room`."""
    if _is_over(invite):
        return {"state": "over", "invite": invite}
    seat = seat_of_guest(invite_id=invite.id)
    if seat is not None:
        opened = seat.room.opened_at is not None and seat.room.closed_at is None
        return {"state": "open" if opened else "admitted", "invite": invite, "room": seat.room_id}
    if invite.state == InviteState.ADMITTED or answers_to_guests(invites=[invite]).get(invite.id) is False:
        return {"state": "removed", "invite": invite}
    return {"state": "refused" if invite.state == InviteState.REFUSED else "waiting", "invite": invite}


@login_not_required
@never_cache
@require_GET
def door(request: HttpRequest) -> HttpResponse:
    context = _at_the_door(_my_invite(request))
    if context["state"] == "open":
        return redirect("web:call", context["room"])
    return render(request, "web/guest_door.html", context)


@login_not_required
@never_cache
@require_GET
def door_state(request: HttpRequest) -> HttpResponse:
    """Asked every three seconds by the page."""
    context = _at_the_door(_my_invite(request))
    if context["state"] == "open":
        room: UUID = context["room"]
        answer = HttpResponse(status=204)
        answer["HX-Redirect"] = reverse("web:call", args=[room])
        return answer
    return render(request, "web/_door.html", context)
