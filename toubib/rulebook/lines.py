"""Acts read from a stream: one JSON object, or many, each on a line or indented over several, in bounded memory."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import IO, Any

from toubib.rulebook.facts import BadFact, show

LONGEST = 1_048_576  # bytes of one act
MOST_DIGITS = 20  # of a whole number; Python reads no more than some thousands


class BadLine(ValueError):
    """Input that is no act: `line`, `field` (- where there is none) and a sentence."""

    def __init__(self, line: int, field: str, message: str) -> None:
        super().__init__(f"{line}: {printable(field)}: {printable(message)}")


def printable(text: str) -> str:
    """On one line of a terminal."""
    return "".join(c if c.isprintable() else "?" for c in " ".join(text.split()))


class Act(dict[str, Any]):
    """The facts of one act, and the text they stand in: `line` is its first line, `text` empty where it has no other."""

    line = 1
    text = ""

    def line_of(self, field: str) -> int:
        """Of the (last) place where a fact is named; of the act, where it is not."""
        return _line_of(field, self.text, self.line)


def read_acts(stream: IO[bytes]) -> Iterator[tuple[int, Act]]:
    """(line number, object) of each act; raises BadLine.

    An object stands on one line, or from a line « { » to a line « } »; the first may be written otherwise over several
    lines if it stands alone.
    """
    number = 0
    while True:
        number += 1
        raw = _read(stream, number)
        if not raw:
            return
        line = _decode(raw, number)
        if line.strip() == "{":
            raw += _rest(stream, number, len(raw))
            yield number, _parse_long(raw, number)
            number += raw.rstrip(b"\n").count(b"\n")
        elif line.strip() == "[":
            raise BadLine(
                number, "-", "a list is not read: write the acts one after the other, without [ and ]"
            )
        elif line.strip():
            act = _parse_line(line, number)
            yield number, _parse_long(raw + stream.read(LONGEST), 1) if act is None else act
            if act is None:
                return


def _parse_line(line: str, number: int) -> Act | None:
    """None: the first line begins an object that goes on."""
    try:
        found = Act(parse(line))
    except json.JSONDecodeError as error:
        if number > 1 or not line.lstrip().startswith("{"):
            raise _bad(error, number) from None
        return None
    except BadFact as error:
        raise BadLine(number, error.field, error.message) from None
    found.line = number
    return found


def _rest(stream: IO[bytes], number: int, size: int) -> bytes:
    """Up to the line that closes an object begun on a line of its own, of this size."""
    found = []
    while True:
        more = _read(stream, number)
        found.append(more)
        size += len(more)
        number += 1
        if size > LONGEST:
            raise BadLine(number, "-", f"an object of more than {LONGEST} bytes is no act")
        if not more or more.rstrip() == b"}":
            return b"".join(found)


def _parse_long(raw: bytes, number: int) -> Act:
    """Of an object over several lines, the first of which has this number."""
    if len(raw) > LONGEST:
        raise BadLine(number, "-", f"an object of more than {LONGEST} bytes is no act")
    text = _decode(raw, number)
    try:
        found = Act(parse(text))
    except json.JSONDecodeError as error:
        raise _bad(error, number + error.lineno - 1) from None
    except BadFact as error:
        raise BadLine(_line_of(error.field, text, number), error.field, error.message) from None
    found.line, found.text = number, text
    return found


def _line_of(field: str, text: str, number: int) -> int:
    places = [found.start() for found in re.finditer(rf'"{re.escape(field)}"\s*:', text)]
    return number + text.count("\n", 0, places[-1]) if places else number


def parse(text: str) -> dict[str, Any]:
    """An object of facts. Raises BadFact, json.JSONDecodeError."""
    try:
        found = json.loads(text, object_pairs_hook=_unique, parse_constant=_no_number, parse_int=whole)
    except RecursionError:
        raise BadFact("-", "an object nested this deep is no act") from None
    if not isinstance(found, dict):
        raise BadFact("-", f"an object of facts is expected, not {show(found)}")
    return found


def whole(digits: str) -> int | float:
    """A number too long to be one of an act is near enough as a float: its fact refuses it by name."""
    return int(digits) if len(digits) <= MOST_DIGITS else float(digits)


def _read(stream: IO[bytes], number: int) -> bytes:
    try:
        line = stream.readline(LONGEST + 1)
    except OSError as error:
        raise BadLine(number, "-", f"cannot be read: {error.strerror}") from None
    if len(line) > LONGEST:
        raise BadLine(number, "-", f"a line of more than {LONGEST} bytes is no act")
    return line


def _decode(raw: bytes, number: int) -> str:
    """`number`: of its first line."""
    try:
        return raw.decode("utf-8-sig" if number == 1 else "utf-8")
    except UnicodeDecodeError as error:
        line = number + raw.count(b"\n", 0, error.start)
        raise BadLine(line, "-", "this is not text in UTF-8") from None


def _bad(error: json.JSONDecodeError, line: int) -> BadLine:
    return BadLine(line, "-", f"this is not JSON: {error.msg} (column {error.colno})")


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        names = [name for name, _ in pairs]
        twice = next(name for name in names if names.count(name) > 1)
        raise BadFact(twice[:60], "given twice")
    return found


def _no_number(text: str) -> Any:
    raise BadFact("-", f"{text} is not a number")
