"""What is wrong with a claims folder, in one line, `FILE:LINE: FIELD: message`."""

from __future__ import annotations

import errno
from pathlib import Path

from toubib.rulebook.lines import printable


class BadClaims(ValueError):
    """Claims that cannot be read; str() is the line. Where the whole folder is meant, LINE is 1."""

    def __init__(self, path: Path, line: int, field: str, message: str) -> None:
        super().__init__(f"{path}:{line}: {printable(field)}: {printable(message)}")


class DiskFull(OSError):
    """No room to write; nothing half-written is left."""


def is_disk_full(error: BaseException) -> bool:
    """Do DuckDB or the system say that there is no room?"""
    if isinstance(error, OSError) and error.errno in (errno.ENOSPC, errno.EDQUOT, errno.EFBIG):
        return True
    told = str(error)
    return any(
        one in told for one in ("No space left", "max_temp_directory_size", "Disk quota", "File too large")
    )
