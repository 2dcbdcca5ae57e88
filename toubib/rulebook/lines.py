"""Acts read from a stream: one JSON object, or many as JSON Lines, in bounded memory."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import IO, Any

from toubib.rulebook.facts import BadFact, show

LONGEST = 1_048_576  # characters of one act


class BadLine(ValueError):
    """Input that is no act: `line`, `field` (- where there is none) and a sentence."""

    def __init__(self, line: int, field: str, message: str) -> None:
        super().__init__(f"{line}: {field}: {message}")


def read_acts(stream: IO[str]) -> Iterator[tuple[int, dict[str, Any]]]:
    """(line number, object) of each act; raises BadLine. An object over several lines is taken if it stands alone."""
    number = 0
    while True:
        number += 1
        line = _line(stream, number)
        if not line:
            return
        if not line.strip():
            continue
        try:
            yield number, _parse(line)
        except json.JSONDecodeError as error:
            if number > 1 or not line.lstrip().startswith("{"):
                raise _bad(error, number) from None
            yield 1, _parse_alone(line, stream)
            return
        except BadFact as error:
            raise BadLine(number, error.field, error.message) from None


def _line(stream: IO[str], number: int) -> str:
    try:
        line = stream.readline(LONGEST + 1)
    except UnicodeDecodeError:
        raise BadLine(number, "-", "this is not text in UTF-8") from None
    if len(line) > LONGEST:
        raise BadLine(number, "-", f"a line of more than {LONGEST} characters is no act")
    return line


def _parse_alone(start: str, stream: IO[str]) -> dict[str, Any]:
    try:
        text = start + stream.read(LONGEST)
        if len(text) > LONGEST:
            raise BadLine(1, "-", f"an object of more than {LONGEST} characters is no act")
        return _parse(text)
    except UnicodeDecodeError:
        raise BadLine(1, "-", "this is not text in UTF-8") from None
    except json.JSONDecodeError as error:
        raise _bad(error, error.lineno) from None
    except BadFact as error:
        raise BadLine(1, error.field, error.message) from None


def _bad(error: json.JSONDecodeError, line: int) -> BadLine:
    return BadLine(line, "-", f"this is not JSON: {error.msg} (column {error.colno})")


def _parse(text: str) -> dict[str, Any]:
    try:
        found = json.loads(text, object_pairs_hook=_unique, parse_constant=_no_number)
    except RecursionError:
        raise BadFact("-", "an object nested this deep is no act") from None
    if not isinstance(found, dict):
        raise BadFact("-", f"an object of facts is expected, not {show(found)}")
    return found


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        names = [name for name, _ in pairs]
        twice = next(name for name in names if names.count(name) > 1)
        raise BadFact(twice[:60], "given twice")
    return found


def _no_number(text: str) -> Any:
    raise BadFact("-", f"{text} is not a number")
