"""What lets a person into a room: a signed pass of 15 minutes, and the addresses of the relays for an hour (a test: two)."""

from __future__ import annotations

import base64
import hashlib
import hmac
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from django.conf import settings
from django.core import signing

SALT = "toubib.consultation.room"
PASS_LIFETIME = timedelta(minutes=15)
RELAY_LIFETIME = timedelta(hours=1)
TEST_LIFETIME = timedelta(minutes=2)
PROFESSIONAL, PATIENT = "professional", "patient"


class BadPass(Exception):
    """The pass is forged, damaged or past its time; the page asks for a new one."""


@dataclass(frozen=True, slots=True)
class RoomPass:
    """Who may enter which room, as the signalling reads it; `side` is `professional` or `patient`."""

    room_id: str
    participant_id: str
    role: str
    name: str
    rpps: str
    side: str
    expires_at: datetime


def make_room_token(
    *, room_id: object, participant_id: object, role: str, name: str, rpps: str, side: str, now: datetime
) -> str:
    """A pass for 15 minutes: signed, not encrypted, so only what the others in the room see anyway."""
    expires = int((now + PASS_LIFETIME).timestamp())
    payload = [str(room_id), str(participant_id), role, name, rpps, side, expires]
    return signing.Signer(salt=SALT).sign_object(payload, compress=False)


def read_room_token(*, token: str, now: datetime) -> RoomPass:
    """The pass inside the token. Raises BadPass when it is not ours or no longer valid."""
    try:
        payload = signing.Signer(salt=SALT).unsign_object(token)
    except (signing.BadSignature, ValueError) as error:
        raise BadPass("not signed by this server") from error
    if not isinstance(payload, list) or len(payload) != 7:
        raise BadPass("of another version")
    room_id, participant_id, role, name, rpps, side, expires = payload
    expires_at = datetime.fromtimestamp(expires, UTC)
    if now >= expires_at:
        raise BadPass("past its time")
    return RoomPass(room_id, participant_id, role, name, rpps, side, expires_at)


def ice_config(
    *, participant_id: object, side: str, now: datetime, lifetime: timedelta = RELAY_LIFETIME
) -> dict[str, Any]:
    """RTCConfiguration for one participant: STUN, TURN with credentials of one hour (coturn's REST form).

    Where a relay is set the professional's side uses it alone, so that nobody learns a doctor's home address.
    """
    if not settings.TURN_URLS:
        servers = [{"urls": list(settings.STUN_URLS)}] if settings.STUN_URLS else []
        return {"iceServers": servers, "iceTransportPolicy": "all"}
    username = f"{int((now + lifetime).timestamp())}:{participant_id}"
    turn = {
        "urls": list(settings.TURN_URLS),
        "username": username,
        "credential": relay_password(username=username, secret=settings.TURN_SECRET),
    }
    if side == PROFESSIONAL:
        return {"iceServers": [turn], "iceTransportPolicy": "relay"}
    stun = [{"urls": list(settings.STUN_URLS)}] if settings.STUN_URLS else []
    return {"iceServers": [*stun, turn], "iceTransportPolicy": "all"}


def relay_password(*, username: str, secret: str) -> str:
    """Coturn's `use-auth-secret`: base64 of HMAC-SHA1 of the user name."""
    digest = hmac.new(secret.encode(), username.encode(), hashlib.sha1).digest()
    return base64.b64encode(digest).decode()
