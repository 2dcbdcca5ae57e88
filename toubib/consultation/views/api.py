"""What the scripts of the call ask for: a pass, measures, messages, relays for the device test."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any
from uuid import UUID

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from toubib.consultation.models import ChatMessage, Participant
from toubib.consultation.operations import Received, TooMany, enter_room, keep_measurements, post_message
from toubib.consultation.perms import Seat
from toubib.consultation.queries import messages_after, name_in_chat
from toubib.consultation.tokens import BadPass, ice_config, make_room_token, read_room_token
from toubib.consultation.web import TICKET, BadBody, read_json, read_uuid, refuse, relays_for_test, seat_of
from toubib.people.models import Account
from toubib.people.operations import TooManyTries
from toubib.record.queries import trace_read

SMALL, LARGE = 4 * 1024, 16 * 1024
MAX_PEERS = 8
SOCKET = "/ws/salle"
Json = Callable[..., HttpResponse]


def answers_json(view: Json) -> Json:
    """A body that cannot be read is answered with its code."""

    @wraps(view)
    def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        try:
            return view(request, *args, **kwargs)
        except BadBody as error:
            return refuse(error.status, error.code)

    return guarded


@login_not_required
@never_cache
@require_POST
@answers_json
def credentials(request: HttpRequest, room: UUID) -> HttpResponse:
    """A pass of 15 minutes and the relays. 404: no seat. 409 `not_open`: wait. 410 `closed`: the call is over."""
    seat = seat_of(request, room)
    if seat is None:
        return refuse(404, "not_found")
    state = _state_of(seat)
    if state is not None:
        return refuse(409 if state == "not_open" else 410, state)
    now = timezone.now()
    person = enter_room(participant=seat.participant, by=seat.by, now=now)
    token = make_room_token(
        room_id=room,
        participant_id=person.id,
        role=person.role,
        name=person.name,
        rpps=person.rpps,
        side=seat.side,
        now=now,
    )
    ice = ice_config(participant_id=person.id, side=seat.side, now=now)
    answer = {"token": token, "participant": str(person.id), "room": str(room), "ice": ice, "ws": SOCKET}
    return JsonResponse(answer)


def _state_of(seat: Seat) -> str | None:
    """Why nobody may enter now: `closed`, `not_open`; None when the room is open."""
    if seat.participant.room.closed_at is not None:
        return "closed"
    return "not_open" if seat.participant.room.opened_at is None else None


@csrf_exempt  # the signed pass in the body says who reports; a page that closes sends no header
@login_not_required
@require_POST
@answers_json
def measures(request: HttpRequest, room: UUID) -> HttpResponse:
    """Totals of one browser. They count after the room closed too, as long as the pass holds."""
    body = read_json(request, max_bytes=LARGE)
    now = timezone.now()
    token = body.get("token")
    if not isinstance(token, str):
        return refuse(400, "token")
    try:
        room_pass = read_room_token(token=token, now=now)
    except BadPass:
        return refuse(403, "token")
    if room_pass.room_id != str(room):
        return refuse(403, "token")
    received = _read_peers(body.get("peers"))
    rows = Participant.objects.select_related("room__encounter")
    person = rows.filter(pk=room_pass.participant_id, room_id=room).first()
    if person is None:
        return refuse(404, "not_found")
    return JsonResponse({"kept": keep_measurements(participant=person, received=received, now=now)})


def _read_peers(raw: object) -> list[Received]:
    if not isinstance(raw, list) or len(raw) > MAX_PEERS:
        raise BadBody(400, "peers")
    return [_read_peer(row) for row in raw]


def _read_peer(row: object) -> Received:
    if not isinstance(row, dict):
        raise BadBody(400, "peers")
    participant = read_uuid(row.get("participant"))
    seconds = [row.get("video_seconds"), row.get("audio_seconds")]
    relay = row.get("relay")
    right = all(isinstance(one, int) and not isinstance(one, bool) and one >= 0 for one in seconds)
    if participant is None or not right or not isinstance(relay, bool):
        raise BadBody(400, "peers")
    return Received(participant, seconds[0], seconds[1], relay)  # type: ignore[arg-type]


@login_not_required
@never_cache
@require_http_methods(["GET", "POST"])
@answers_json
def messages(request: HttpRequest, room: UUID) -> HttpResponse:
    """Written words: read in order after one (`?after=`), or one more said, once for each `client_id`.

    A guest reads while the room is open, the patient's side and the doctor afterwards too.
    """
    seat = seat_of(request, room)
    if seat is None or (seat.participant.invite_id is not None and _state_of(seat) == "closed"):
        return refuse(404, "not_found")
    return _say(request, seat) if request.method == "POST" else _tell(request, seat)


def _tell(request: HttpRequest, seat: Seat) -> HttpResponse:
    after = request.GET.get("after", "")
    last = read_uuid(after)
    if after and last is None:
        return refuse(400, "after")
    room = seat.participant.room
    seat_of_guest = seat.participant.invite_id is not None
    since = seat.participant.added_at if seat_of_guest else None  # not what was said before they came in
    found = messages_after(room_id=room.id, after=last, since=since)
    if found or last is None:
        trace_read(
            what="messages",
            patient_id=room.encounter.patient_id,
            subject_id=room.id,
            by=seat.by,
            now=timezone.now(),
        )
    return JsonResponse({"messages": [_line(message) for message in found]})


def _line(message: ChatMessage) -> dict[str, str]:
    return {
        "id": str(message.id),
        "client_id": str(message.client_id),
        "participant": str(message.author_id),
        "name": name_in_chat(message.author),
        "text": message.text,
        "sent_at": message.said_at.isoformat(),
    }


def _say(request: HttpRequest, seat: Seat) -> HttpResponse:
    body = read_json(request, max_bytes=LARGE)
    client_id, text = read_uuid(body.get("client_id")), body.get("text")
    if client_id is None or not isinstance(text, str):
        return refuse(400, "shape")
    state = _state_of(seat)
    if state is not None:
        return refuse(409, state)
    try:
        message = post_message(
            participant=seat.participant, client_id=client_id, text=text, by=seat.by, now=timezone.now()
        )
    except TooMany:
        return refuse(429, "too_many")
    except ValueError:
        return refuse(400, "text")
    return JsonResponse(_line(message), status=201)


@login_not_required
@never_cache
@require_GET
def ice_test(request: HttpRequest) -> HttpResponse:
    """Relays for the device test: someone signed in, or with a request for care under way; so many an hour."""
    known = isinstance(request.user, Account) or bool(request.session.get(TICKET))
    if not known:
        return refuse(404, "not_found")
    try:
        config = relays_for_test(request, now=timezone.now())
    except TooManyTries:
        return refuse(429, "too_many")
    return JsonResponse({"iceServers": config["iceServers"]})
