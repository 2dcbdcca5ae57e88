"""From contents to a PDF: Typst templates, fed with JSON alone, so that no text of anyone is ever markup.

PDF/A-3a and PDF/UA-1 with the FHIR document attached; PDF/A-1b for the body of a CDA, which asks for PDF/A-1.
"""

from __future__ import annotations

import json
import re
import threading
import unicodedata
from functools import lru_cache
from pathlib import Path
from typing import Any, Literal

import typst

from toubib.documents.contents import Content, Header, Rendered, Report
from toubib.documents.fhir import bundle_of
from toubib.documents.view import view_of

HERE = Path(__file__).resolve().parent
PAPER = HERE / "paper"
MISSING = re.compile(r'the text `"(.+?)"` could not be displayed')
ESCAPED = re.compile(r"\\u\{([0-9a-f]+)\}")
UNPLAIN = re.compile(r"[^\n -~\u00a0]")
SHOWN_INSTEAD = "▯"
TRIES = 4
Standard = Literal["a-3a", "ua-1", "a-1b"]
_local = threading.local()


def render(*, header: Header, content: Content) -> Rendered:
    """The unsigned files of one document. Raises TypstError: a fault of ours, never of a text."""
    view = view_of(header=header, content=content)
    fhir = bundle_of(header=header, content=content)
    data = json.dumps(_printable(view), ensure_ascii=False)
    pdf = _compiled(view["template"], data, standards=["a-3a", "ua-1"], fhir=fhir)
    is_sent = isinstance(content, Report) and header.medecin_traitant is not None
    return Rendered(pdf=pdf, pdf_a1=_archived(view["template"], data) if is_sent else None, fhir=fhir)


def _archived(template: str, data: str) -> bytes:
    return _compiled(template, data, standards=["a-1b"])


def _compiled(
    template: str, data: str, *, standards: list[Standard], fhir: dict[str, object] | None = None
) -> bytes:
    """A character that no font of ours has shows as an empty box: a document never fails for an emoji."""
    inputs = {
        "data": data,
        "fhir": json.dumps(fhir, ensure_ascii=False) if fhir else "",
        "archive": "a1" if "a-1b" in standards else "",
    }
    for _ in range(TRIES):
        try:
            made = _compiler().compile(
                input=str(PAPER / f"{template}.typ"), sys_inputs=inputs, pdf_standards=[*standards]
            )
        except typst.TypstError as error:
            missing = _missing(f"{error.message}\n{error.diagnostic}")
            if not missing:
                raise
            inputs["data"] = "".join(SHOWN_INSTEAD if c in missing else c for c in inputs["data"])
        else:
            return bytes(made)  # type: ignore[arg-type]
    raise RuntimeError("characters without a glyph remain")


def _printable(value: Any) -> Any:
    """Composed letters; no control nor invisible sign; every space one of two."""
    if isinstance(value, dict):
        return {key: _printable(one) for key, one in value.items()}
    if isinstance(value, list):
        return [_printable(one) for one in value]
    if not isinstance(value, str) or (value.isascii() and value.isprintable()):
        return value
    return UNPLAIN.sub(lambda found: _printed(found[0]), unicodedata.normalize("NFC", value))


@lru_cache(maxsize=4096)
def _printed(c: str) -> str:
    if c in " \n\u00a0" or (c.isascii() and c.isprintable()):
        return c
    if c == "\t" or unicodedata.category(c) == "Zs":
        return "\u00a0" if c == "\u202f" else " "
    kind = unicodedata.category(c)
    if kind == "Cf":
        return ""
    return SHOWN_INSTEAD if kind.startswith("C") else c


def _missing(said: str) -> set[str]:
    """The characters that Typst names, some of them as `\\u{301}`; never one of JSON's own."""
    named = "".join(MISSING.findall(said))
    plain = ESCAPED.sub(lambda found: chr(int(found[1], 16)), named)
    return {c for c in plain if not c.isascii()}


def _compiler() -> typst.Compiler:
    """One a thread, kept: it holds the fonts and the parsed templates."""
    if not hasattr(_local, "compiler"):
        fonts = typst.Fonts(
            include_system_fonts=False, include_embedded_fonts=True, font_paths=[str(HERE / "fonts")]
        )
        _local.compiler = typst.Compiler(root=str(PAPER), font_paths=fonts)
    return _local.compiler
