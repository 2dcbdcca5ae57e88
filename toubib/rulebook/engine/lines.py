"""Text files line by line, in bounded memory: their kind, their header, and the first line that cannot be read."""

from __future__ import annotations

import csv
import json
from collections.abc import Iterator, Mapping
from itertools import islice
from pathlib import Path
from typing import Any

from toubib.rulebook.facts import BadFact, Fact
from toubib.rulebook.lines import printable, whole

LONGEST = 1 << 20  # bytes of a line


class BadTable(ValueError):
    """A file that cannot be read; str() is one line, `FILE:LINE: FIELD: message`."""

    def __init__(self, path: Path, line: int, field: str, message: str) -> None:
        super().__init__(f"{path}:{line}: {printable(field)}: {printable(message)}")
        self.line = line
        self.field = field


def sniff(path: Path) -> str:
    """`parquet`, `json` or `csv`, by the first bytes. Raises BadTable."""
    if not path.is_file():
        raise BadTable(path, 1, "-", "no such file")
    try:
        with path.open("rb") as file:
            head = file.read(64)
    except OSError as error:
        raise BadTable(path, 1, "-", f"cannot be read: {error.strerror}") from None
    if head.startswith(b"PAR1"):
        return "parquet"
    return "json" if head.removeprefix(b"\xef\xbb\xbf").lstrip()[:1] in (b"{", b"[") else "csv"


def lines_of(path: Path) -> Iterator[str]:
    """Raises BadTable for one too long or not UTF-8."""
    with path.open("rb") as file:
        for number in range(1, 1 << 62):
            raw = file.readline(LONGEST + 1)
            if not raw:
                return
            if len(raw) > LONGEST:
                raise BadTable(path, number, "-", f"a line longer than {LONGEST} bytes")
            try:
                yield raw.decode("utf-8-sig" if number == 1 else "utf-8")
            except UnicodeDecodeError:
                raise BadTable(path, number, "-", "not UTF-8") from None


def read_header(path: Path, facts: Mapping[str, Fact]) -> list[str]:
    """The columns of a CSV file. Raises BadTable."""
    return _header(path, csv.reader(lines_of(path), strict=True), facts)


def _header(path: Path, rows: Any, facts: Mapping[str, Fact]) -> list[str]:
    try:
        names: list[str] = next(rows, [])
    except csv.Error as error:
        raise BadTable(path, 1, "-", f"no header of columns: {error}") from None
    if not names:
        raise BadTable(path, 1, "-", "a header of columns is expected")
    for name in names:
        if name not in facts:
            raise BadTable(path, 1, name[:60] or "-", "unknown column")
        if names.count(name) > 1:
            raise BadTable(path, 1, name, "the column stands twice")
    return names


def find_fault(
    path: Path, kind: str, facts: Mapping[str, Fact], *, lines: int | None = None
) -> BadTable | None:
    """The first fault of a CSV or JSON Lines file; of the latter, in its first `lines` where they are given."""
    faults = _csv_faults(path, facts) if kind == "csv" else _json_faults(path, facts, lines)
    try:
        return next(faults, None)
    except BadTable as found:
        return found


def _csv_faults(path: Path, facts: Mapping[str, Fact]) -> Iterator[BadTable]:
    rows = csv.reader(lines_of(path), strict=True)
    names = _header(path, rows, facts)
    while True:
        line = rows.line_num + 1
        try:
            row = next(rows, None)
        except csv.Error as error:
            yield BadTable(path, line, "-", str(error))
            return
        if row is None:
            return
        if row and len(row) != len(names):
            yield BadTable(path, line, "-", f"{len(row)} cells for {len(names)} columns")
        for name, cell in zip(names, row, strict=False):
            fault = _fault(facts[name], _cell(facts[name], cell))
            if fault:
                yield BadTable(path, line, name, fault)


def _cell(fact: Fact, text: str) -> Any:
    """A CSV cell as its JSON value; what cannot be one stays a text."""
    if text == "":
        return [] if fact.type == "list" else None
    if fact.type == "list":
        return text.split("|")
    if fact.type == "bool":
        return {"true": True, "false": False}.get(text, text)
    if fact.type in ("int", "money"):
        try:
            number = json.loads(text)
        except ValueError:
            return text
        return number if isinstance(number, (int, float)) and not isinstance(number, bool) else text
    return text


def _fault(fact: Fact, value: Any) -> str | None:
    try:
        fact.read(value)
    except BadFact as error:
        return error.message
    return None


def _json_faults(path: Path, facts: Mapping[str, Fact], lines: int | None) -> Iterator[BadTable]:
    for number, line in enumerate(islice(lines_of(path), lines), 1):
        if not line.strip():
            continue
        try:
            pairs = json.loads(line, object_pairs_hook=Pairs, parse_int=whole)
        except (ValueError, RecursionError) as error:
            message = error.msg if isinstance(error, json.JSONDecodeError) else "cannot be read"
            yield BadTable(path, number, "-", f"not JSON: {message}")
            return
        if not isinstance(pairs, Pairs):
            yield BadTable(path, number, "-", "an object on each line is expected")
            return
        names = [name for name, _ in pairs]
        for name, value in pairs:
            if name not in facts:
                yield BadTable(path, number, name[:60] or "-", "unknown column")
                return
            fault = "stands twice" if names.count(name) > 1 else _fault(facts[name], value)
            if fault:
                yield BadTable(path, number, name, fault)
                return


def rows_of(path: Path, kind: str, facts: Mapping[str, Fact]) -> Iterator[tuple[int, dict[str, Any]]]:
    """(line, name → value) of each row of a CSV or JSON Lines file that can be read."""
    if kind == "json":
        for number, line in enumerate(lines_of(path), 1):
            if line.strip():
                yield number, json.loads(line)
        return
    rows = csv.reader(lines_of(path), strict=True)
    names = _header(path, rows, facts)
    while True:
        number = rows.line_num + 1
        row = next(rows, None)
        if row is None:
            return
        yield number, {name: _cell(facts[name], cell) for name, cell in zip(names, row, strict=False)}


class Pairs(list[tuple[str, Any]]):
    """The keys and values of a JSON object, in order, each one that is written."""
