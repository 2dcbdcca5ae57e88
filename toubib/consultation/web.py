"""Who asks for a room, and JSON in and out: for the views here and for the pages above."""

from __future__ import annotations

import json
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.http import HttpRequest, JsonResponse
from django.utils import timezone
from django.utils.crypto import salted_hmac

from toubib.consultation.perms import Seat, seat_in
from toubib.consultation.tokens import PATIENT, TEST_LIFETIME, ice_config
from toubib.consultation.wire import check_text
from toubib.people.models import Account
from toubib.people.operations import count_try
from toubib.people.web import SECOND_FACTOR, address_of
from toubib.rulebook.days import value_at

GUEST_INVITE = "guest_invite"  # session key: id of the invitation that a guest used
TICKET = "ticket"  # session key: id of the request for care under way, before any account
TESTS_BY_PERSON, TESTS_BY_ADDRESS = 20, 60
HOUR, MINUTE = timedelta(hours=1), timedelta(minutes=1)


class BadBody(Exception):
    """What was sent cannot be read; `status` 400 or 413, `code` for the script."""

    def __init__(self, status: int, code: str) -> None:
        super().__init__(code)
        self.status, self.code = status, code


def seat_of(request: HttpRequest, room_id: UUID) -> Seat | None:
    """The seat of this session in the room, by account or by a guest's invitation."""
    account = request.user if isinstance(request.user, Account) else None
    return seat_in(
        room_id=room_id,
        account=account,
        invite_id=read_uuid(request.session.get(GUEST_INVITE)),
        second_factor=request.session.get(SECOND_FACTOR) is True,
        now=timezone.now(),
    )


def relays_for_test(request: HttpRequest, *, now: datetime) -> dict[str, Any]:
    """Relays of two minutes for the device test, under one name for each account or request, whose quota coturn counts.

    So many an hour by account or request and by network address, and so many a minute in all: the rest of the relay
    is for calls. Raises TooManyTries.
    """
    who = request.user.pk or request.session.get(TICKET)
    limits = (
        (f"relay:{who}", TESTS_BY_PERSON, HOUR),
        (f"relay:{address_of(request)}", TESTS_BY_ADDRESS, HOUR),
        ("relay:all", value_at(id="relay.tests_per_minute", now=now), MINUTE),
    )
    for key, most, within in limits:
        count_try(key=key, now=now, most=most, within=within)
    name = salted_hmac("toubib.consultation.test", str(who), algorithm="sha256").hexdigest()[:24]
    return ice_config(participant_id=f"test-{name}", side=PATIENT, now=now, lifetime=TEST_LIFETIME)


def read_uuid(value: object) -> UUID | None:
    try:
        return UUID(value) if isinstance(value, str) else None
    except ValueError:
        return None


def refuse(status: int, code: str) -> JsonResponse:
    return JsonResponse({"error": code}, status=status)


def read_json(request: HttpRequest, *, max_bytes: int) -> dict[str, Any]:
    """The JSON object of the body. Raises BadBody."""
    if request.content_type != "application/json":
        raise BadBody(400, "content_type")
    length = request.META.get("CONTENT_LENGTH") or "0"
    if not length.isdigit() or int(length) > max_bytes:
        raise BadBody(413, "too_large")
    try:
        body = json.loads(request.body)
        check_text(body)
    except (ValueError, RecursionError):
        raise BadBody(400, "json") from None
    if not isinstance(body, dict):
        raise BadBody(400, "shape")
    return body
