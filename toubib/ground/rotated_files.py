"""The files on disk, as a holder of sealed values (rotation.py)."""

from __future__ import annotations

import os
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from uuid import UUID

from django.conf import settings
from django.db import transaction

from toubib.ground.crypto import HEAD, CannotDecrypt, key_ring
from toubib.ground.files import file_place
from toubib.ground.models import StoredFile
from toubib.ground.rotation import Tally, Tell

YOUNG = 3600.0  # seconds: a file without a row may still get it; an older one is a remnant that nothing reads
SETTLING = 5.0  # seconds in which an act that stored a file ends, its row is there then or never
ASKED_AT_ONCE = 500


class FileHolder:
    name = "files"

    def count(self) -> Counter[bytes]:
        head = key_ring().head
        found: Counter[bytes] = Counter()
        old = []
        for path in _files():
            seen = _head(path)
            if seen == head:
                found[head] += 1
            elif seen is not None:
                old.append((path, seen))
        found.update(seen for path, seen in _in_use(old))
        return found

    def renew(self, *, tell: Tell) -> Tally:
        done, head = Tally(), key_ring().head
        for stray in settings.FILES_DIR.glob("*/*.new"):  # of a run that was killed
            stray.unlink(missing_ok=True)
        old = [(path, seen) for path in _files() if (seen := _head(path)) not in (None, head)]
        for path, _seen in _in_use(old):  # type: ignore[arg-type]
            began = time.monotonic()
            self._renew(path, done)
            tell(self.name, done.renewed)
            time.sleep(time.monotonic() - began)
        return done

    def _renew(self, path: Path, done: Tally) -> None:
        stored = StoredFile.objects.filter(pk=UUID(hex=path.name)).first()
        if stored is None:  # its row is not there yet, or no more
            done.busy += _is_young(path, SETTLING)
            return
        ring, place = key_ring(), file_place(stored)
        try:
            sealed = ring.encrypt(ring.decrypt(path.read_bytes(), place=place), place=place)
        except FileNotFoundError:
            return
        except CannotDecrypt as error:
            done.unreadable.append(f"{path.name}: {error}")
            return
        beside = path.with_suffix(".new")
        with beside.open("wb") as file:
            file.write(sealed)
            file.flush()
            os.fsync(file.fileno())
        with transaction.atomic():
            # Whoever drops the file waits for us here, or was first: nothing that was erased comes back.
            if list(StoredFile.objects.select_for_update().filter(pk=stored.pk).values_list("pk")):
                beside.replace(path)
                done.renewed += 1
            else:
                beside.unlink()


def _files() -> Iterator[Path]:
    for path in settings.FILES_DIR.glob("*/*"):
        if len(path.name) == 32 and path.is_file():
            yield path


def _head(path: Path) -> bytes | None:
    try:
        with path.open("rb") as file:
            return file.read(HEAD)
    except FileNotFoundError:
        return None


def _in_use(files: list[tuple[Path, bytes]]) -> Iterator[tuple[Path, bytes]]:
    """Those that a row names, and the young ones."""
    for start in range(0, len(files), ASKED_AT_ONCE):
        part = files[start : start + ASKED_AT_ONCE]
        ids = [UUID(hex=path.name) for path, _ in part]
        rows = set(StoredFile.objects.filter(pk__in=ids).values_list("pk", flat=True))
        for (path, seen), pk in zip(part, ids, strict=True):
            if pk in rows or _is_young(path):
                yield path, seen


def _is_young(path: Path, age: float = YOUNG) -> bool:
    try:
        return time.time() - path.stat().st_mtime < age
    except FileNotFoundError:
        return False
