"""Encryption at rest: AES-256-GCM (NIST SP 800-38D), keys in a file outside the database.

Stored form: one version byte, eight bytes naming the key, a 12-byte nonce, the ciphertext with its tag.
The place of the value (table and column, or the file's id) is authenticated with it, so a value moved
elsewhere does not open.
"""

from __future__ import annotations

import base64
import hashlib
import json
import secrets
from functools import lru_cache
from pathlib import Path

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from django.conf import settings

from toubib.ground.private import write_private

VERSION = b"\x01"


class CannotDecrypt(Exception):
    """The key is unknown, or the value was altered or moved."""


class NoKeyFile(Exception):
    """The key file is missing or holds no keys: nothing encrypted can be read, and nothing may be written."""


class KeyRing:
    """Keys by their name; the last one in the file encrypts, all of them decrypt."""

    def __init__(self, keys: list[bytes]) -> None:
        if not keys:
            raise ValueError("the key file holds no key")
        self._ciphers = {_name(key): AESGCM(key) for key in keys}
        self._active = _name(keys[-1])

    def encrypt(self, plain: bytes, *, place: str) -> bytes:
        nonce = secrets.token_bytes(12)
        sealed = self._ciphers[self._active].encrypt(nonce, plain, place.encode())
        return VERSION + self._active + nonce + sealed

    def decrypt(self, stored: bytes, *, place: str) -> bytes:
        """Raises CannotDecrypt."""
        name, nonce, sealed = stored[1:9], stored[9:21], stored[21:]
        cipher = self._ciphers.get(name)
        if stored[:1] != VERSION or cipher is None:
            raise CannotDecrypt(f"no key {name.hex()} for a value of {place}")
        try:
            return cipher.decrypt(nonce, sealed, place.encode())
        except InvalidTag:
            raise CannotDecrypt(f"a value of {place} was altered or moved") from None


def _name(key: bytes) -> bytes:
    return hashlib.sha256(b"toubib key name" + key).digest()[:8]


def read_keys(path: Path) -> list[bytes]:
    """The file is JSON: {"keys": [base64 of 32 bytes, …]}, oldest first. Raises NoKeyFile."""
    try:
        listed = json.loads(path.read_text(encoding="utf-8"))["keys"]
        keys = [base64.b64decode(key, validate=True) for key in listed]
    except (ValueError, TypeError, KeyError):
        raise NoKeyFile(f"{path} is not a key file: `toubib migrate` makes it, nobody fills it in") from None
    if not keys or any(len(key) != 32 for key in keys):
        raise NoKeyFile(f"{path}: no key, or one that is not 32 bytes long")
    return keys


def make_key_file(path: Path) -> None:
    """A key file with one fresh key, readable by its owner alone; an existing file is left as it is."""
    path.parent.mkdir(parents=True, exist_ok=True)
    write_private(path, json.dumps({"keys": [base64.b64encode(secrets.token_bytes(32)).decode()]}))


@lru_cache(maxsize=1)
def key_ring() -> KeyRing:
    """The ring of the key file. Only a demo makes one here; elsewhere a lost key file must not pass unseen.

    Raises NoKeyFile.
    """
    path = settings.ENCRYPTION_KEYS_FILE
    if not path.exists():
        if not settings.DEMO:
            raise NoKeyFile(f"{path} is missing; `toubib migrate` makes it for a new database only")
        make_key_file(path)
    return KeyRing(read_keys(path))
