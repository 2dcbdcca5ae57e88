"""Files of a record, encrypted on disk under their id."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

from django.conf import settings
from django.db import transaction

from toubib.ground.crypto import key_ring
from toubib.ground.models import StoredFile


def store_file(*, content: bytes, media_type: str, now: datetime) -> StoredFile:
    """Write the bytes encrypted, beside and renamed, then add the row. An orphan file holds nothing readable."""
    stored = StoredFile(media_type=media_type, size=len(content), created_at=now)
    path = file_path(stored)
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_suffix(".part")
    part.write_bytes(key_ring().encrypt(content, place=file_place(stored)))
    part.replace(path)
    stored.save(force_insert=True)
    return stored


def read_file(stored: StoredFile) -> bytes:
    """Raises FileNotFoundError or CannotDecrypt."""
    return key_ring().decrypt(file_path(stored).read_bytes(), place=file_place(stored))


def drop_file(stored: StoredFile) -> None:
    """Delete the row now, the bytes once that is certain."""
    path = file_path(stored)
    stored.delete()
    transaction.on_commit(lambda: path.unlink(missing_ok=True))


def file_place(stored: StoredFile) -> str:
    return f"file:{stored.id}"


def file_path(stored: StoredFile) -> Path:
    name = stored.id.hex
    return settings.FILES_DIR / name[-2:] / name
