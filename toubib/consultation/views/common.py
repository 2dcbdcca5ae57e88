"""What the views of the desk share: whose room, what to say, fragments or whole pages."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect

from toubib.consultation.models import Room
from toubib.consultation.perms import room_of_doctor
from toubib.people.web import current_account


def own_room(request: HttpRequest, room_id: UUID) -> Room:
    """The room of this doctor. Another doctor's does not exist: 404."""
    room = room_of_doctor(room_id=room_id, account=current_account(request))
    if room is None:
        raise Http404
    return room


def tell(request: HttpRequest, sentence: str) -> None:
    messages.success(request, sentence)


def keep_message(request: HttpRequest, error: Exception) -> None:
    """An operation's refusal is a sentence for the user."""
    messages.warning(request, str(error))


def wants_fragment(request: HttpRequest) -> bool:
    """Asked by htmx or live.js: a part of the page, since a whole one would cut the call."""
    return "HX-Request" in request.headers or "Toubib-Fragment" in request.headers


def go(request: HttpRequest, url: str) -> HttpResponse:
    """To another page, also from a fragment."""
    if wants_fragment(request):
        return HttpResponse(headers={"HX-Redirect": url})
    return redirect(url)
