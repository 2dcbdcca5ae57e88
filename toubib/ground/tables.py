"""Reads a published table (CSV, JSON or XLSX) row by row under our own names, whatever the publisher's spelling that year.

Headers are compared without accents, case and punctuation, and looked for in the first lines, below titles and notes.
What is not in the layout is refused with file, line and field. A CSV is read as a stream, so its size does not matter.
"""

from __future__ import annotations

import csv
import gzip
import hashlib
import json
import re
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import IO, Any, TypeVar, cast

from django.db import connection

Meaning = TypeVar("Meaning")
MARKS = "|;\t,"
HEADER_WITHIN = 40  # lines
LONGEST_CELL = 1 << 20
PIECE = 1 << 16
NOT_WORD = re.compile(r"[^a-z0-9]+")
LIGATURES = str.maketrans({"œ": "oe", "æ": "ae", "ß": "ss"})
DAYS = ("%Y-%m-%d", "%d/%m/%Y", "%Y%m%d")


class BadTable(ValueError):
    """A file is not what its publisher's layout says; str() is `FILE:LINE: FIELD: message`."""

    def __init__(self, path: Path, line: int, field: str, message: str) -> None:
        super().__init__(f"{path}:{line}: {field or '-'}: {message}")
        self.line, self.field, self.message = line, field, message


def plain(text: str) -> str:
    """Lower case, no accent, and one space where a hyphen, an apostrophe or any other mark was."""
    bare = unicodedata.normalize("NFKD", text.casefold().translate(LIGATURES))
    kept = "".join(one for one in bare if not unicodedata.combining(one))
    return NOT_WORD.sub(" ", kept).strip()


@dataclass(frozen=True, slots=True)
class Column:
    """A column by our name; `headers`: how publishers spell it. Without `optional`, a file that lacks it is refused."""

    name: str
    headers: tuple[str, ...]
    optional: bool = False

    def place_in(self, header: Mapping[str, int]) -> int | None:
        return next((header[plain(one)] for one in self.headers if plain(one) in header), None)


@dataclass(slots=True)
class Row:
    """One row; each reader takes a field by our name and refuses what does not fit it. A column that is absent is empty."""

    path: Path
    number: int
    places: Mapping[str, int]
    cells: Sequence[str]

    def refuse(self, field: str, message: str) -> BadTable:
        return BadTable(self.path, self.number, field, message)

    def has(self, field: str) -> bool:
        return field in self.places

    def get(self, field: str) -> str:
        place = self.places.get(field)
        return self.cells[place].strip() if place is not None and place < len(self.cells) else ""

    def text(self, field: str, most: int = 0) -> str:
        value = self.get(field)
        if not value:
            raise self.refuse(field, "empty")
        if most and len(value) > most:
            raise self.refuse(field, f"longer than {most} letters")
        return value

    def number_of(self, field: str) -> float | None:
        value = self.get(field).replace("\u202f", "").replace("\xa0", "").replace(" ", "").replace(",", ".")
        if not value:
            return None
        try:
            found = float(value)
        except ValueError:
            raise self.refuse(field, f"{value[:20]!r} is not a number") from None
        if found != found or found in (float("inf"), float("-inf")):
            raise self.refuse(field, f"{value[:20]!r} is not a number")
        return found

    def day(self, field: str) -> date | None:
        value = self.get(field)
        if not value:
            return None
        for layout in DAYS:
            try:
                return datetime.strptime(value[:10], layout).date()
            except ValueError:
                continue
        raise self.refuse(field, f"{value[:20]!r} is not a day")

    def one_of(self, field: str, meanings: Mapping[str, Meaning]) -> Meaning:
        value = self.text(field)
        if value not in meanings:
            raise self.refuse(field, f"{value[:60]!r} is none of {', '.join(map(repr, meanings))}")
        return meanings[value]


def read_table(path: Path, columns: Sequence[Column], *, sheet: str = "") -> Iterator[Row]:
    """The rows below the header that are not blank. `sheet`: what the name of the sheet of an XLSX begins with."""
    try:
        found = False
        for row in _rows(path, columns, sheet):
            found = True
            yield row
    except OSError as error:
        raise BadTable(path, 0, "", f"cannot be read: {error.strerror or 'not a whole file'}") from None
    except (EOFError, csv.Error) as error:
        raise BadTable(path, 0, "", f"cannot be read: {error}") from None
    if not found:
        raise BadTable(path, 0, "", "no row")


def _rows(path: Path, columns: Sequence[Column], sheet: str) -> Iterator[Row]:
    kind = path.name.removesuffix(".gz").rpartition(".")[2].casefold()
    if kind == "xlsx":
        yield from _below_header(path, columns, _sheet(path, sheet))
    elif kind in {"json", "geojson"}:
        yield from _of_json(path, columns)
    else:
        yield from _below_header(path, columns, _of_csv(path, columns))


def _below_header(
    path: Path, columns: Sequence[Column], lines: Iterator[tuple[int, Sequence[str]]]
) -> Iterator[Row]:
    """The best header among the first lines names what lacks where none is whole."""
    places: dict[str, int] | None = None
    best: tuple[int, int, list[str]] = (-1, 1, [one.name for one in columns if not one.optional])
    for count, (number, cells) in enumerate(lines):
        if places is None:
            found, lacking = _places(columns, cells)
            if not lacking:
                places = found
            elif len(found) > best[0]:
                best = (len(found), number, lacking)
            if count >= HEADER_WITHIN:
                break
        elif any(cells):
            yield Row(path, number, places, cells)
    if places is None:
        raise BadTable(path, best[1], best[2][0], _lacks(columns, best[2]))


def _lacks(columns: Sequence[Column], names: Sequence[str]) -> str:
    """All that lacks at once: a layout that drifts seldom drifts in one column."""
    return f"no such column: {'; nor '.join(_spelled(columns, one) for one in names)}"


def _spelled(columns: Sequence[Column], name: str) -> str:
    return " or ".join(repr(one) for column in columns if column.name == name for one in column.headers[:3])


def _places(columns: Sequence[Column], cells: Sequence[str]) -> tuple[dict[str, int], list[str]]:
    header: dict[str, int] = {}
    for number, cell in enumerate(cells):
        header.setdefault(plain(cell), number)
    found = {one.name: place for one in columns if (place := one.place_in(header)) is not None}
    return found, [one.name for one in columns if not one.optional and one.name not in found]


def opened(path: Path) -> IO[bytes]:
    """The bytes of a file, unpacked where its name ends in .gz."""
    return cast("IO[bytes]", gzip.open(path, "rb") if path.suffix == ".gz" else path.open("rb"))


def decoded(path: Path) -> Iterator[str]:
    """Line by line: UTF-8, or Windows-1252 for a line that is not; a null character is refused."""
    with opened(path) as stream:
        for number, raw in enumerate(stream, start=1):
            if len(raw) > LONGEST_CELL:
                raise BadTable(path, number, "", "a line of over a million bytes")
            if b"\x00" in raw:
                raise BadTable(path, number, "", "a null character: not a text file")
            try:
                yield raw.decode("utf-8-sig" if number == 1 else "utf-8")
            except UnicodeDecodeError:
                yield raw.decode("cp1252", errors="replace")


def _of_csv(path: Path, columns: Sequence[Column]) -> Iterator[tuple[int, Sequence[str]]]:
    mark, skipped = _find_mark(path, columns)
    lines = decoded(path)
    for _line in range(skipped):
        next(lines)
    bare = mark == "|"  # the publishers of that mark quote nothing
    reader = csv.reader(lines, delimiter=mark, quoting=csv.QUOTE_NONE if bare else csv.QUOTE_MINIMAL)
    for cells in reader:
        yield reader.line_num + skipped, cells


def _find_mark(path: Path, columns: Sequence[Column]) -> tuple[str, int]:
    """What parts the cells, and the line of the header: those under which the most columns are found."""
    best = (0, ";", 0)
    for number, line in enumerate(decoded(path)):
        for mark in MARKS:
            cells = next(csv.reader([line], delimiter=mark), [])
            found = len(_places(columns, cells)[0])
            best = max(best, (found, mark, number), key=lambda one: one[0])
        if number >= HEADER_WITHIN:
            break
    return best[1], best[2]


def _of_json(path: Path, columns: Sequence[Column]) -> Iterator[Row]:
    """An array of objects; a list becomes its values, parted by spaces."""
    try:
        with opened(path) as stream:
            things = json.load(stream)
    except ValueError as error:
        raise BadTable(path, getattr(error, "lineno", 1), "", "not JSON") from None
    if not isinstance(things, list) or not all(isinstance(one, dict) for one in things):
        raise BadTable(path, 1, "", "not an array of objects")
    header: list[str] = list(dict.fromkeys(key for one in things for key in one))
    places, lacking = _places(columns, header)
    if lacking:
        raise BadTable(path, 1, lacking[0], _lacks(columns, lacking))
    for number, thing in enumerate(things, start=1):
        yield Row(path, number, places, [_said(thing.get(key)) for key in header])


def _said(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, list):
        return " ".join(map(str, value))
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value)


def _sheet(path: Path, begins: str) -> Iterator[tuple[int, Sequence[str]]]:
    from zipfile import BadZipFile

    from openpyxl import load_workbook
    from openpyxl.utils.exceptions import InvalidFileException

    try:
        book = load_workbook(path, read_only=True, data_only=True)
    except (BadZipFile, InvalidFileException, KeyError, ValueError):
        raise BadTable(path, 0, "", "not an XLSX workbook") from None
    try:
        names = [name for name in book.sheetnames if plain(name).startswith(plain(begins))]
        if not names:
            raise BadTable(path, 0, "", f"no sheet {begins!r}: {', '.join(book.sheetnames)[:100]}")
        for number, cells in enumerate(book[names[-1]].iter_rows(values_only=True), start=1):
            yield number, [_said(cell) for cell in cells]
    finally:
        book.close()


def sheets_of(path: Path) -> list[str]:
    """The sheets of an XLSX; none for another kind of file. Raises BadTable."""
    if path.suffix.casefold() != ".xlsx":
        return []
    from zipfile import BadZipFile

    from openpyxl import load_workbook

    try:
        book = load_workbook(path, read_only=True)
    except OSError as error:
        raise BadTable(path, 0, "", f"cannot be read: {error.strerror}") from None
    except (BadZipFile, KeyError, ValueError):
        raise BadTable(path, 0, "", "not an XLSX workbook") from None
    names: list[str] = book.sheetnames
    book.close()
    return names


def digest_of(path: Path, *, salt: str) -> str:
    """The fingerprint of a file; `salt`: the version of what reads it and what was asked, so that a change reads again."""
    seal = hashlib.sha256(salt.encode())
    try:
        with opened(path) as stream:
            while piece := stream.read(PIECE):
                seal.update(piece)
    except (OSError, EOFError) as error:
        raise BadTable(path, 0, "", f"cannot be read: {getattr(error, 'strerror', None) or error}") from None
    return seal.hexdigest()


def in_pieces(things: Sequence[Meaning], size: int = 900) -> Iterator[Sequence[Meaning]]:
    """For `IN (…)`: SQLite takes some thousand values at a time."""
    for start in range(0, len(things), size):
        yield things[start : start + size]


def write_rows(
    model: Any, rows: Sequence[Any], *, unique: Sequence[str] = (), change: Sequence[str] = ()
) -> None:
    """Add rows in bulk; where `unique` is taken, change those fields instead. Call inside a transaction."""
    more: dict[str, Any] = (
        {"update_conflicts": True, "unique_fields": list(unique), "update_fields": list(change)}
        if unique
        else {}
    )
    size = 1000 if connection.vendor == "postgresql" else None
    model.objects.bulk_create(rows, batch_size=size, **more)
