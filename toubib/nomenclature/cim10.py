"""The CIM-10-FR of the ATIH: six columns, `|` and no header (LIBCIM10MULTI.TXT) or CSV with one."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from pathlib import Path

from toubib.nomenclature.lines import BadList, Line, opened, read_lines
from toubib.nomenclature.models import Diagnosis

VERSION = "cim10 1"
FIELDS = ("code", "type", "ssr", "psy", "short", "long")
# The ATIH's restrictions of use in hospitals, here only an order: codes of use, headings, then causes and sites.
RANKS = {"0": 0, "1": 1, "4": 1, "3": 2, "2": 3}


def gather_diagnoses(path: Path) -> list[Diagnosis]:
    """Reads and checks a file. Raises BadList at the first line that does not fit."""
    found: dict[str, Diagnosis] = {}
    for line in _csv_lines(path) if _has_header(path) else read_lines(path, FIELDS, mark="|"):
        code = line.text("code", 8).replace(".", "")
        if not (code[:1].isalpha() and code[1:3].isdigit() and code.isascii()):
            raise line.refuse("code", f"{code!r} is not a code of the CIM-10")
        if code in found:
            raise line.refuse("code", f"{code} stands there twice")
        label = line.text("long", 600)
        found[code] = Diagnosis(code=code.upper(), label=label, rank=line.one_of("type", RANKS))
    return list(found.values())


def _has_header(path: Path) -> bool:
    with opened(path) as stream:
        return stream.readline().removeprefix(b"\xef\xbb\xbf").strip() == ",".join(FIELDS).encode()


def _csv_lines(path: Path) -> Iterator[Line]:
    with opened(path) as stream:
        rows = csv.reader(io.TextIOWrapper(stream, "utf-8-sig", newline=""))
        try:
            for cells in rows:
                if rows.line_num == 1 or not cells:
                    continue
                if len(cells) != len(FIELDS):
                    raise BadList(path, rows.line_num, "", f"{len(cells)} columns, {len(FIELDS)} expected")
                yield Line(path, rows.line_num, dict(zip(FIELDS, cells, strict=True)))
        except UnicodeDecodeError:
            raise BadList(path, rows.line_num + 1, "", "not UTF-8") from None
