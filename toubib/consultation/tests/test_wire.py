import copy
import json

import pytest

from toubib.consultation.wire import BadShape, read_message

OFFER = {"type": "offer", "sdp": "v=0\r\n"}
GOOD = [
    {"type": "hello", "token": "t", "tab": "a-b"},
    {"type": "hello", "token": "t", "tab": "a-b", "since": 12},
    {"type": "ping"},
    {"type": "bye"},
    {"type": "signal", "to": "odile", "data": {"conn": "c1", "description": OFFER}},
    {
        "type": "signal",
        "to": "odile",
        "data": {"conn": "c1", "description": OFFER, "second": "{a}".strip("{}")},
    },
    {"type": "signal", "to": "odile", "data": {"conn": "c1", "description": OFFER, "second": ""}},
    {"type": "signal", "to": "odile", "data": {"conn": "c1", "renew": True}},
    {
        "type": "signal",
        "to": "odile",
        "data": {
            "conn": "c1",
            "candidate": {"candidate": "", "sdpMid": None, "sdpMLineIndex": 0, "usernameFragment": "x"},
        },
    },
    {"type": "state", "mic": True, "camera": False, "full_audio": False, "second": "Otoscope", "sources": []},
    {"type": "state", "sources": [{"id": "a1", "label": "Caméra é"}]},
    {"type": "request", "to": "odile", "what": "second", "on": True, "source": "a1"},
    {"type": "request", "to": "odile", "what": "full_audio", "on": False},
]
BAD = [
    "",
    "nul",
    "null",
    "[]",
    "1",
    '"ping"',
    "{}",
    '{"type": []}',
    '{"type": {"a": 1}}',
    "[" * 60000,
    '{"type": "welcome"}',
    '{"type": "ping", "more": 1}',
    '{"type": "hello", "token": "t"}',
    '{"type": "hello", "token": "", "tab": "a"}',
    '{"type": "hello", "token": "t", "tab": "a b"}',
    '{"type": "hello", "token": "t", "tab": "a", "since": -1}',
    '{"type": "hello", "token": "t", "tab": "a", "since": true}',
    '{"type": "hello", "token": "t", "tab": "a", "since": 1.5}',
    '{"type": "signal", "to": "odile", "data": {}}',
    '{"type": "signal", "to": "odile", "data": null}',
    '{"type": "signal", "to": "odile", "data": {"conn": "c"}}',
    '{"type": "signal", "to": "odile", "data": {"conn": "c", "renew": 1}}',
    '{"type": "signal", "to": "odile", "data": {"conn": "c", "renew": true, "second": "a"}}',
    '{"type": "signal", "to": "odile", "data": {"conn": "c", "description": {"type": "rollback", "sdp": "v=0"}}}',
    '{"type": "signal", "to": "odile", "data": {"conn": "c", "description": {"type": "offer", "sdp": "x"}}}',
    '{"type": "signal", "to": "odile", "data": {"conn": "c", "description": {"type": [], "sdp": "v=0"}}}',
    '{"type": "signal", "to": "odile", "data": {"conn": "c", "candidate": {"candidate": 1}}}',
    '{"type": "signal", "to": "odile", "data": {"conn": "c", "candidate": {"candidate": "", "sdpMLineIndex": 65}}}',
    '{"type": "state", "mic": "yes"}',
    '{"type": "state", "second": "<b>"}',
    '{"type": "state", "second": null}',
    '{"type": "state", "sources": [{"id": "a"}]}',
    '{"type": "request", "to": "odile", "what": "record", "on": true}',
    json.dumps({"type": "state", "sources": [{"id": "a", "label": "b"}] * 9}),
    json.dumps({"type": "state", "second": "x" * 81}),
    json.dumps({"type": "signal", "to": "x" * 65, "data": {"conn": "c", "renew": True}}),
]


@pytest.mark.parametrize("message", GOOD, ids=str)
def test_message_is_read_when_it_is_one_of_ours(message):
    assert read_message(json.dumps(message)) == message


@pytest.mark.parametrize("text", BAD, ids=lambda text: text[:60])
def test_message_is_refused_when_of_another_shape(text):
    with pytest.raises(BadShape):
        read_message(text)


@pytest.mark.parametrize("message", GOOD, ids=str)
def test_message_is_refused_with_anything_more_or_of_another_type(message):
    for key in message:
        for odd in (None, [], {}, 1.5, {"a": [1]}, "\x00"):
            changed = {**copy.deepcopy(message), key: odd}
            if changed == message or (key, odd) in [("sources", []), ("token", "\x00")]:
                continue
            with pytest.raises(BadShape):
                read_message(json.dumps(changed))
    with pytest.raises(BadShape):
        read_message(json.dumps({**message, "extra": 1}))


def halves_of(value):
    """The message with half a character put at each text of it, keys included."""
    if isinstance(value, str):
        yield "\ud800"
        yield value + "\udfff"
    elif isinstance(value, list):
        for index, one in enumerate(value):
            for half in halves_of(one):
                yield [*value[:index], half, *value[index + 1 :]]
    elif isinstance(value, dict):
        for key, one in value.items():
            for half in halves_of(one):
                yield {**value, key: half}
        yield {**value, "\ud800": 1}


@pytest.mark.parametrize("message", GOOD, ids=str)
def test_message_is_refused_with_half_a_character_anywhere(message):
    for changed in halves_of(message):
        with pytest.raises(BadShape):
            read_message(json.dumps(changed))


def test_message_is_read_with_a_whole_character_written_in_halves():
    smile = '{"type": "state", "second": "\\ud83d\\ude00"}'
    assert read_message(smile) == {"type": "state", "second": "\N{GRINNING FACE}"}
