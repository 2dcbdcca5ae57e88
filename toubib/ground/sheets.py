"""CSV that a spreadsheet may open: no text becomes a formula, whether it parts cells at the comma or the semicolon."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterable
from typing import Any

BREAKS = re.compile(r"[\t\r\n\v\f\x1c-\x1e\x85\u2028\u2029]+")
NUMBER = re.compile(r"-?[0-9]+([.,][0-9]+)?")
FORMULA = r"[\s\"]*[=+\-@＝＋－＠]"
BEGINS = re.compile(rf"[\t\r]|{FORMULA}")
# A French spreadsheet parts a line of ours at « ; », even within our quotes: what follows would begin a cell
PARTED = re.compile(rf";(?={FORMULA})")


# Nearly every text: none of the above, and no separator that could part it
PLAIN = re.compile(r"(?:[^\s\"=+\-@＝＋－＠;][^;\t\r\n\v\f\x1c-\x1e\x85\u2028\u2029]*)?")


def safe_cell(value: object) -> str:
    """The text on one line, an apostrophe before each formula that would begin a cell. A number stays as it is."""
    text = "" if value is None else str(value)
    if PLAIN.fullmatch(text) or NUMBER.fullmatch(text):
        return text
    apart = "'" if BEGINS.match(text) else ""
    return apart + PARTED.sub(";'", BREAKS.sub(" ", text))


def write_sheet(out: Any, rows: Iterable[Iterable[object]]) -> None:
    """Comma, CRLF, every field in quotes (RFC 4180). `out`: anything with `write`."""
    writer = csv.writer(out, quoting=csv.QUOTE_ALL)
    writer.writerows([safe_cell(value) for value in row] for row in rows)
