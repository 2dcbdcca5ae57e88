"""Shapes of the messages a page may send on `/ws/salle`: anything else is refused, unknown keys included."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from typing import Any

MAX_BYTES = 64 * 1024
MAX_SOURCES = 8
MAX_UNITS = 24
_ID = re.compile(r"[A-Za-z0-9_-]{1,64}")
_LABEL = re.compile(r"[^\x00-\x1f\x7f<>]{0,80}")
_SOURCE = re.compile(r"[A-Za-z0-9_+/=:.-]{1,128}")

Message = dict[str, Any]


class BadShape(ValueError):
    """The message is not one we know; nothing of it is kept or logged."""


def read_message(text: str) -> Message:
    """The message, checked; raises BadShape."""
    try:
        message = json.loads(text)
        check_text(message)
    except (ValueError, RecursionError):
        raise BadShape from None
    if not isinstance(message, dict):
        raise BadShape
    kind = message.get("type")
    check = _CHECKS.get(kind) if isinstance(kind, str) else None
    if check is None:
        raise BadShape
    check(message)
    return message


def check_text(value: Any) -> None:
    """JSON can write half a character (`\\ud800`) that nothing can store or send on. Raises UnicodeEncodeError."""
    json.dumps(value, ensure_ascii=False).encode()


def _keys(value: Any, *, needs: set[str], may: frozenset[str] = frozenset()) -> None:
    if not isinstance(value, dict) or not needs <= value.keys() <= needs | may:
        raise BadShape


def _word(value: Any, shape: re.Pattern[str] = _ID) -> None:
    if not isinstance(value, str) or not shape.fullmatch(value):
        raise BadShape


def _text(value: Any, longest: int) -> None:
    if not isinstance(value, str) or not 1 <= len(value) <= longest:
        raise BadShape


def _flag(value: Any) -> None:
    if not isinstance(value, bool):
        raise BadShape


def _number(value: Any, highest: int) -> None:
    if isinstance(value, bool) or not isinstance(value, int) or not 0 <= value <= highest:
        raise BadShape


def _hello(message: Message) -> None:
    _keys(message, needs={"type", "token", "tab"}, may=frozenset({"since"}))
    _text(message["token"], 2048)
    _word(message["tab"])
    _number(message.get("since", 0), 2**53)


def _signal(message: Message) -> None:
    _keys(message, needs={"type", "to", "data"})
    _word(message["to"])
    data = message["data"]
    _keys(data, needs={"conn"}, may=frozenset({"description", "candidate", "renew", "second"}))
    _word(data["conn"])
    if len(data.keys() & {"description", "candidate", "renew"}) != 1:
        raise BadShape
    if "description" in data:
        _description(data)
    elif "second" in data:
        raise BadShape
    elif "candidate" in data:
        _candidate(data["candidate"])
    elif data["renew"] is not True:
        raise BadShape


def _description(data: Message) -> None:
    _keys(data["description"], needs={"type", "sdp"})
    if data["description"]["type"] not in ("offer", "answer"):
        raise BadShape
    _text(data["description"]["sdp"], MAX_BYTES)
    if not data["description"]["sdp"].startswith("v=0"):
        raise BadShape
    if data.get("second", ""):
        _word(data["second"], _SOURCE)
    elif data.get("second", "") != "":
        raise BadShape


def _candidate(candidate: Any) -> None:
    _keys(candidate, needs={"candidate"}, may=frozenset({"sdpMid", "sdpMLineIndex", "usernameFragment"}))
    if not isinstance(candidate["candidate"], str) or len(candidate["candidate"]) > 1024:
        raise BadShape
    for name in ("sdpMid", "usernameFragment"):
        if candidate.get(name) is not None:
            _text(candidate[name], 256)
    if candidate.get("sdpMLineIndex") is not None:
        _number(candidate["sdpMLineIndex"], 64)


def _state(message: Message) -> None:
    flags = {"mic", "camera", "full_audio"}
    _keys(message, needs={"type"}, may=frozenset(flags | {"second", "sources", "units", "lit"}))
    for name in flags & message.keys():
        _flag(message[name])
    _word(message.get("second", ""), _LABEL)
    sources = message.get("sources", [])
    if not isinstance(sources, list) or len(sources) > MAX_SOURCES:
        raise BadShape
    for source in sources:
        _keys(source, needs={"id", "label"})
        _word(source["id"], _SOURCE)
        _word(source["label"], _LABEL)
    _units(message)


def _units(message: Message) -> None:
    """The numbered devices beside the patient, and which one is lit (0: none)."""
    units = message.get("units", [])
    if not isinstance(units, list) or len(units) > MAX_UNITS:
        raise BadShape
    for unit in units:
        _keys(unit, needs={"number", "kind", "label"})
        _number(unit["number"], 99)
        _word(unit["kind"])
        _word(unit["label"], _LABEL)
    _number(message.get("lit", 0), 99)


def _request(message: Message) -> None:
    _keys(message, needs={"type", "to", "what", "on"}, may=frozenset({"source"}))
    _word(message["to"])
    if message["what"] not in ("second", "full_audio", "device"):
        raise BadShape
    _flag(message["on"])
    if "source" in message:
        _word(message["source"], _SOURCE)


def _bare(message: Message) -> None:
    _keys(message, needs={"type"})


_CHECKS: dict[str, Callable[[Message], None]] = {
    "hello": _hello,
    "signal": _signal,
    "state": _state,
    "request": _request,
    "ping": _bare,
    "bye": _bare,
}
