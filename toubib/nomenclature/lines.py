"""Reads a file of a published list line by line, and refuses what is not in its layout, naming file, line and field."""

from __future__ import annotations

import codecs
import gzip
import hashlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import IO, TypeVar, cast

Meaning = TypeVar("Meaning")
CHUNK = 1 << 16


class BadList(ValueError):
    """A file is not what its publisher's layout says; str() is `FILE:LINE: FIELD: message`."""

    def __init__(self, path: Path, line: int, field: str, message: str) -> None:
        super().__init__(f"{path}:{line}: {field or '-'}: {message}")


@dataclass(slots=True)
class Line:
    """One line, cut; each reader takes a field by name and refuses what does not fit it."""

    path: Path
    number: int
    cells: Mapping[str, str]

    def refuse(self, field: str, message: str) -> BadList:
        return BadList(self.path, self.number, field, message)

    def text(self, field: str, most: int = 0, *, may_be_empty: bool = False) -> str:
        value = self.cells[field].strip()
        if not value and not may_be_empty:
            raise self.refuse(field, "empty")
        if most and len(value) > most:
            raise self.refuse(field, f"longer than {most} letters")
        return value

    def digits(self, field: str, length: int) -> str:
        value = self.cells[field].strip()
        if len(value) != length or not (value.isascii() and value.isdigit()):
            raise self.refuse(field, f"{value[:20]!r} is not {length} digits")
        return value

    def day(self, field: str) -> date | None:
        value = self.cells[field].strip()
        if not value:
            return None
        try:
            return datetime.strptime(value, "%d/%m/%Y").date()
        except ValueError:
            raise self.refuse(field, f"{value[:20]!r} is not a day (dd/mm/yyyy)") from None

    def one_of(self, field: str, meanings: Mapping[str, Meaning]) -> Meaning:
        value = self.cells[field].strip()
        if value not in meanings:
            raise self.refuse(field, f"{value[:60]!r} is none of {', '.join(map(repr, meanings))}")
        return meanings[value]


def read_lines(path: Path, fields: Sequence[str], *, mark: str = "\t") -> Iterator[Line]:
    """The lines that are not blank. The file is UTF-8 or, failing that, Windows-1252; one more, empty, cell is let pass."""
    encoding = "utf-8-sig" if _is_utf8(path) else "cp1252"
    found = 0
    with opened(path) as stream:
        for number, raw in enumerate(stream, start=1):
            try:
                text = raw.decode(encoding if number == 1 else encoding.removesuffix("-sig")).rstrip("\r\n")
            except UnicodeDecodeError:
                raise BadList(path, number, "", "neither UTF-8 nor Windows-1252") from None
            if not text.strip():
                continue
            if "\x00" in text:
                raise BadList(path, number, "", "a null character")
            cells = text.split(mark)
            if len(cells) == len(fields) + 1 and not cells[-1].strip():
                cells.pop()
            if len(cells) != len(fields):
                raise BadList(path, number, "", f"{len(cells)} columns, {len(fields)} expected")
            found += 1
            yield Line(path, number, dict(zip(fields, cells, strict=True)))
    if not found:
        raise BadList(path, 0, "", "no line")


def opened(path: Path) -> IO[bytes]:
    """The bytes of a file, unpacked where its name ends in .gz. A file that is not there is refused as a bad list."""
    try:
        return cast("IO[bytes]", gzip.open(path, "rb") if path.suffix == ".gz" else path.open("rb"))
    except OSError as error:
        raise BadList(path, 0, "", f"cannot be read: {error.strerror}") from None


def digest_of(paths: Sequence[Path], *, salt: str) -> str:
    """One fingerprint for several files; `salt`: the version of what reads them, so that a new reader reads again."""
    seal = hashlib.sha256(salt.encode())
    for path in paths:
        seal.update(path.name.encode())
        with opened(path) as stream:
            while chunk := stream.read(CHUNK):
                seal.update(chunk)
    return seal.hexdigest()


def _is_utf8(path: Path) -> bool:
    decoder = codecs.getincrementaldecoder("utf-8")()
    with opened(path) as stream:
        try:
            while chunk := stream.read(CHUNK):
                decoder.decode(chunk)
            decoder.decode(b"", final=True)
        except UnicodeDecodeError:
            return False
    return True
