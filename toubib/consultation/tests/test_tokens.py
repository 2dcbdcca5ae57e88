import base64
import hashlib
import hmac
from datetime import UTC, datetime, timedelta

import pytest

from toubib.consultation.tokens import BadPass, RoomPass, ice_config, make_room_token, read_room_token

NOW = datetime(2026, 11, 21, 14, 0, tzinfo=UTC)
ODILE = {
    "room_id": "room-1",
    "participant_id": "odile",
    "role": "patient",
    "name": "Odile Ferrand",
    "rpps": "",
    "side": "patient",
}


def test_pass_holds_for_fifteen_minutes_and_not_longer():
    token = make_room_token(**ODILE, now=NOW)

    expected = RoomPass(**ODILE, expires_at=NOW + timedelta(minutes=15))
    assert read_room_token(token=token, now=NOW + timedelta(minutes=14, seconds=59)) == expected
    with pytest.raises(BadPass):
        read_room_token(token=token, now=NOW + timedelta(minutes=15))


@pytest.mark.parametrize("forged", ["", "x", "a:b", "é:é", "W10:" + "A" * 43])
def test_pass_is_refused_when_not_ours(forged):
    with pytest.raises(BadPass):
        read_room_token(token=forged, now=NOW)


def test_pass_is_refused_when_one_letter_changed():
    token = make_room_token(**ODILE, now=NOW)
    for index in range(0, len(token), 7):
        changed = token[:index] + ("A" if token[index] != "A" else "B") + token[index + 1 :]
        with pytest.raises(BadPass):
            read_room_token(token=changed, now=NOW)


def test_ice_is_direct_when_nothing_is_set(settings):
    settings.TURN_URLS, settings.STUN_URLS = [], []
    assert ice_config(participant_id="odile", side="patient", now=NOW) == {
        "iceServers": [],
        "iceTransportPolicy": "all",
    }


def test_ice_lets_the_professional_out_by_the_relay_alone(settings):
    settings.TURN_URLS, settings.STUN_URLS = ["turn:relay.test:3478"], ["stun:stun.test:3478"]
    settings.TURN_SECRET = "secret-of-the-relay"

    def turn(participant: str) -> dict[str, object]:
        username = f"{int((NOW + timedelta(hours=1)).timestamp())}:{participant}"
        digest = hmac.new(b"secret-of-the-relay", username.encode(), hashlib.sha1).digest()
        credential = base64.b64encode(digest).decode()
        return {"urls": ["turn:relay.test:3478"], "username": username, "credential": credential}

    assert ice_config(participant_id="salome", side="professional", now=NOW) == {
        "iceServers": [turn("salome")],
        "iceTransportPolicy": "relay",
    }
    assert ice_config(participant_id="odile", side="patient", now=NOW) == {
        "iceServers": [{"urls": ["stun:stun.test:3478"]}, turn("odile")],
        "iceTransportPolicy": "all",
    }
