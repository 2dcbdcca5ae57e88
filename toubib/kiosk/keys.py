"""Digests of a machine's key and of an enrolment code: random and long, so one pass of SHA-256 tells nothing."""

from __future__ import annotations

import hashlib

ALPHABET = "23456789ABCDEFGHJKMNPQRSTVWXYZ"  # without what looks alike
CODE_LENGTH = 10


def digest_of_key(key: str) -> str:
    return hashlib.sha256(f"toubib.kiosk.key:{key}".encode()).hexdigest()


def digest_of_code(code: str) -> str:
    """However it was typed: spaces, hyphens, small letters."""
    typed = "".join(one for one in code.upper() if one in ALPHABET)
    return hashlib.sha256(f"toubib.kiosk.code:{typed}".encode()).hexdigest()
