"""Acts read from a stream: one JSON object, or many as JSON Lines, in bounded memory."""

from __future__ import annotations

import json
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


def read_acts(stream: IO[bytes]) -> Iterator[tuple[int, dict[str, Any]]]:
    """(line number, object) of each act; raises BadLine. An object over several lines is taken if it stands alone."""
    number = 0
    while True:
        number += 1
        raw = _read(stream, number)
        if not raw:
            return
        line = _decode(raw, number)
        if not line.strip():
            continue
        try:
            yield number, parse(line)
        except json.JSONDecodeError as error:
            if number > 1 or not line.lstrip().startswith("{"):
                raise _bad(error, number) from None
            yield 1, _parse_alone(raw, stream)
            return
        except BadFact as error:
            raise BadLine(number, error.field, error.message) from None


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


def _parse_alone(start: bytes, stream: IO[bytes]) -> dict[str, Any]:
    raw = start + stream.read(LONGEST)
    if len(raw) > LONGEST:
        raise BadLine(1, "-", f"an object of more than {LONGEST} bytes is no act")
    try:
        return parse(_decode(raw, 1))
    except json.JSONDecodeError as error:
        raise _bad(error, error.lineno) from None
    except BadFact as error:
        raise BadLine(1, error.field, error.message) from None


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
