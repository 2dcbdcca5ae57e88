"""Encryption at rest: AES-256-GCM (NIST SP 800-38D), keys in a file outside the database (keyfile.py).

Stored form: one version byte, eight bytes naming the key, a 12-byte nonce, the ciphertext with its tag.
The place of the value (table and column, or the file's id) is authenticated with it, so a value moved
elsewhere does not open.
"""

from __future__ import annotations

import logging
import secrets
import threading
import time
from collections.abc import Sequence
from pathlib import Path

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from django.conf import settings

from toubib.ground.keyfile import KeyFile, NoKeyFile, key_name, make_key_file, read_key_file

VERSION = b"\x01"
HEAD = len(VERSION) + 8  # what tells the key of a value
LOOK_EVERY = 1.0  # seconds: a running process knows a new key no later than this, at its next use

log = logging.getLogger(__name__)


class CannotDecrypt(Exception):
    """The key is unknown, or the value was altered or moved."""


class UnknownKey(CannotDecrypt):
    """Sealed with a key that we do not hold, or not sealed at all."""


class KeyRing:
    """Keys by their name; the last one encrypts, all of them and the coming one decrypt."""

    def __init__(self, keys: Sequence[bytes], coming: bytes | None = None) -> None:
        if not keys:
            raise ValueError("the key file holds no key")
        self._ciphers = {key_name(key): AESGCM(key) for key in [*keys, *([coming] if coming else [])]}
        self._active = key_name(keys[-1])

    @property
    def head(self) -> bytes:
        """How every value begins that is sealed now."""
        return VERSION + self._active

    @property
    def heads(self) -> frozenset[bytes]:
        """How the values begin that we can open."""
        return frozenset(VERSION + name for name in self._ciphers)

    def encrypt(self, plain: bytes, *, place: str) -> bytes:
        nonce = secrets.token_bytes(12)
        sealed = self._ciphers[self._active].encrypt(nonce, plain, place.encode())
        return self.head + nonce + sealed

    def decrypt(self, stored: bytes, *, place: str) -> bytes:
        """Raises CannotDecrypt."""
        name, nonce, sealed = stored[1:9], stored[9:21], stored[21:]
        cipher = self._ciphers.get(name)
        if stored[:1] != VERSION or cipher is None:
            raise UnknownKey(f"no key {name.hex()} for a value of {place}")
        try:
            return cipher.decrypt(nonce, sealed, place.encode())
        except (InvalidTag, ValueError):
            raise CannotDecrypt(f"a value of {place} was altered or moved") from None


class _FileRing(KeyRing):
    """The ring of the key file: an unknown key sends us to the file once more, since it holds each key before its use."""

    def __init__(self, held: KeyFile) -> None:
        super().__init__(held.keys, held.coming)
        self.gone = held.retired

    def decrypt(self, stored: bytes, *, place: str) -> bytes:
        try:
            return super().decrypt(stored, place=place)
        except UnknownKey:
            again = _watch.look()
            if again is self:
                raise
            return KeyRing.decrypt(again, stored, place=place)


class _Watch:
    """Holds the ring, and looks each second whether the file was replaced. A file that went bad changes nothing for a
    process that runs: it keeps what it holds and says so."""

    def __init__(self) -> None:
        self._guard = threading.Lock()
        self.forget()

    def forget(self) -> None:
        self._ring: _FileRing | None = None
        self._seen: tuple[int, ...] = ()
        self._next = 0.0

    def ring(self) -> _FileRing:
        ring = self._ring
        if ring is not None and time.monotonic() < self._next:
            return ring
        return self.look()

    def look(self) -> _FileRing:
        with self._guard:
            path: Path = settings.ENCRYPTION_KEYS_FILE
            self._next = time.monotonic() + LOOK_EVERY
            if self._ring is None:
                _make_in_demo(path)
                self._seen = _signature(path)
                self._ring = _FileRing(read_key_file(path))
            else:
                self._ring = self._replaced(path, self._ring)
            return self._ring

    def _replaced(self, path: Path, ring: _FileRing) -> _FileRing:
        try:
            seen = _signature(path)
            if seen == self._seen:
                return ring
            self._seen = seen
            new = _FileRing(read_key_file(path))
        except (OSError, NoKeyFile) as error:
            log.error("the key file went bad, the keys of this process stay: %s", error)
            return ring
        if ring.head not in new.heads and ring.head[1:].hex() not in new.gone:
            log.error("%s lacks the key in use, the keys of this process stay", path)
            return ring
        return new


def _signature(path: Path) -> tuple[int, ...]:
    seen = path.stat()
    return (seen.st_dev, seen.st_ino, seen.st_size, seen.st_mtime_ns)


def _make_in_demo(path: Path) -> None:
    """Only a demo makes a key file here; elsewhere a lost one must not pass unseen. Raises NoKeyFile."""
    if path.exists():
        return
    if not settings.DEMO:
        raise NoKeyFile(f"{path} is missing; `toubib migrate` makes it for a new database only")
    make_key_file(path)


_watch = _Watch()
forget_keys = _watch.forget  # for tests that change the file's place


def key_ring() -> KeyRing:
    """The ring of the key file, as it stood a second ago or later. Raises NoKeyFile."""
    return _watch.ring()
