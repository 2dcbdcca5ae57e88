"""The key file: JSON, outside the database, replaced whole and never half.

`keys`: oldest first, the last one encrypts, all of them decrypt. `coming`: a key that every process must know before any
writes with it. `since`: when the last key began to encrypt. `retired`: names (digests) of keys that are gone.
"""

from __future__ import annotations

import base64
import fcntl
import hashlib
import json
import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path

from toubib.ground.private import write_private

KEY_SIZE = 32


class NoKeyFile(Exception):
    """The key file is missing or holds no keys: nothing encrypted can be read, and nothing may be written."""


class KeysBusy(Exception):
    """Another command changes the keys."""


@dataclass(frozen=True, slots=True)
class KeyFile:
    keys: tuple[bytes, ...]
    coming: bytes | None = None
    since: datetime | None = None
    retired: tuple[str, ...] = ()

    @property
    def known(self) -> tuple[bytes, ...]:
        """All that decrypts."""
        return self.keys if self.coming is None else (*self.keys, self.coming)

    def with_coming(self) -> KeyFile:
        return self if self.coming else replace(self, coming=secrets.token_bytes(KEY_SIZE))

    def promoted(self, *, now: datetime) -> KeyFile:
        return replace(self, keys=self.known, coming=None, since=now)

    def with_last_alone(self) -> KeyFile:
        gone = tuple(key_name(key).hex() for key in self.keys[:-1])
        return replace(self, keys=self.keys[-1:], retired=(*self.retired, *gone))


def key_name(key: bytes) -> bytes:
    return hashlib.sha256(b"toubib key name" + key).digest()[:8]


def read_key_file(path: Path) -> KeyFile:
    """Raises NoKeyFile; OSError where the file cannot be read."""
    try:
        held = json.loads(path.read_text(encoding="utf-8"))
        keys = tuple(_key(text) for text in held["keys"])
        coming = _key(held["coming"]) if held.get("coming") else None
        since = datetime.fromisoformat(held["since"]) if held.get("since") else None
        retired = tuple(str(name) for name in held.get("retired", []))
    except (ValueError, TypeError, KeyError, AttributeError):
        raise NoKeyFile(f"{path} is not a key file: `toubib migrate` makes it, nobody fills it in") from None
    if not keys or any(len(key) != KEY_SIZE for key in (*keys, *([coming] if coming else []))):
        raise NoKeyFile(f"{path}: no key, or one that is not 32 bytes long")
    return KeyFile(keys=keys, coming=coming, since=since, retired=retired)


def read_keys(path: Path) -> list[bytes]:
    return list(read_key_file(path).keys)


def make_key_file(path: Path) -> None:
    """A key file with one fresh key, readable by its owner alone; an existing file is left as it is."""
    path.parent.mkdir(parents=True, exist_ok=True)
    write_private(path, json.dumps({"keys": [_text(secrets.token_bytes(KEY_SIZE))]}))


def replace_key_file(path: Path, held: KeyFile) -> None:
    """Write beside, then rename; owner and permissions stay. It is on the disk when this returns."""
    path = path.resolve()  # a link stays a link
    before = path.stat()
    beside = path.with_name(path.name + ".new")
    beside.unlink(missing_ok=True)
    handle = os.open(beside, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600)
    with os.fdopen(handle, "w", encoding="utf-8") as file:
        file.write(_written(held) + "\n")
        file.flush()
        if (before.st_uid, before.st_gid) != (os.geteuid(), os.getegid()):
            os.fchown(file.fileno(), before.st_uid, before.st_gid)
        os.fchmod(file.fileno(), before.st_mode & 0o777)
        os.fsync(file.fileno())
    beside.replace(path)
    folder = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)


def keep_retired(path: Path, keys: tuple[bytes, ...]) -> Path:
    """Add keys to the file of retired ones, beside `path`: earlier backups need them. Repeating adds nothing."""
    kept = path.with_name(path.name + ".retired")
    if not kept.exists():
        write_private(kept, _written(KeyFile(keys=keys)))
    held = read_key_file(kept).keys
    replace_key_file(kept, KeyFile(keys=(*held, *(key for key in keys if key not in held))))
    return kept


@contextmanager
def only_one(path: Path) -> Iterator[None]:
    """One command at a time changes the keys; a killed one lets go. Raises KeysBusy, NoKeyFile."""
    if not path.exists():
        raise NoKeyFile(f"{path} is missing; `toubib migrate` makes it for a new database only")
    handle = os.open(path.resolve().parent, os.O_RDONLY)  # the folder: the file itself is replaced
    try:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise KeysBusy(f"{path}: another `toubib keys rotate` is at work") from None
        yield
    finally:
        os.close(handle)


def _key(text: str) -> bytes:
    return base64.b64decode(text, validate=True)


def _text(key: bytes) -> str:
    return base64.b64encode(key).decode()


def _written(held: KeyFile) -> str:
    said: dict[str, object] = {"keys": [_text(key) for key in held.keys]}
    if held.coming:
        said["coming"] = _text(held.coming)
    if held.since:
        said["since"] = held.since.isoformat()
    if held.retired:
        said["retired"] = list(held.retired)
    return json.dumps(said)
