"""Identifiers: UUID version 7 (RFC 9562), ordered by time, safe in an address."""

from __future__ import annotations

import secrets
import threading
import time
import uuid

_lock = threading.Lock()
_last = 0


def new_id() -> uuid.UUID:
    """A fresh UUIDv7: 48 bits of Unix milliseconds, then 74 random bits; never less than the last of this process."""
    global _last
    millis = time.time_ns() // 1_000_000
    value = (millis & (1 << 48) - 1) << 80 | secrets.randbits(80)
    value = value & ~(0xF << 76) | 0x7 << 76
    value = value & ~(0x3 << 62) | 0x2 << 62
    with _lock:
        _last = value = max(value, _last + 1)
    return uuid.UUID(int=value)


def new_token() -> str:
    """A secret for a link: 192 random bits, URL-safe."""
    return secrets.token_urlsafe(24)
