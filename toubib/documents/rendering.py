"""From contents to a PDF: Typst templates, fed with JSON alone, so that no text of anyone is ever markup.

PDF/A-3a and PDF/UA-1 with the FHIR document attached; PDF/A-1b for the body of a CDA, which asks for PDF/A-1.
"""

from __future__ import annotations

import json
import re
import threading
from pathlib import Path

import typst

from toubib.documents.contents import Content, Header, Rendered, Report
from toubib.documents.fhir import bundle_of
from toubib.documents.view import View, view_of

HERE = Path(__file__).resolve().parent
PAPER = HERE / "paper"
MISSING = re.compile(r'the text `"(.+?)"` could not be displayed')
SHOWN_INSTEAD = "▯"
TRIES = 4
_local = threading.local()


def render(*, header: Header, content: Content) -> Rendered:
    """The unsigned files of one document. Raises TypstError: a fault of ours, never of a text."""
    view = view_of(header=header, content=content)
    fhir = bundle_of(header=header, content=content)
    pdf = _compiled(view, standards=["a-3a", "ua-1"], fhir=fhir)
    is_report = isinstance(content, Report)
    return Rendered(pdf=pdf, pdf_a1=_compiled(view, standards=["a-1b"]) if is_report else None, fhir=fhir)


def _compiled(view: View, *, standards: list[str], fhir: dict[str, object] | None = None) -> bytes:
    """A character that no font of ours has shows as an empty box: a document never fails for an emoji."""
    inputs = {
        "data": json.dumps(view, ensure_ascii=False),
        "fhir": json.dumps(fhir, ensure_ascii=False) if fhir else "",
        "archive": "a1" if "a-1b" in standards else "",
    }
    for _ in range(TRIES):
        try:
            made = _compiler().compile(
                input=str(PAPER / f"{view['template']}.typ"), sys_inputs=inputs, pdf_standards=standards
            )
        except typst.TypstError as error:
            missing = set("".join(MISSING.findall(f"{error.message}\n{error.diagnostic}")))
            if not missing:
                raise
            inputs["data"] = "".join(SHOWN_INSTEAD if c in missing else c for c in inputs["data"])
        else:
            return made
    raise typst.TypstError("characters without a glyph remain")


def _compiler() -> typst.Compiler:
    """One a thread, kept: it holds the fonts and the parsed templates."""
    if not hasattr(_local, "compiler"):
        fonts = typst.Fonts(
            include_system_fonts=False, include_embedded_fonts=True, font_paths=[str(HERE / "fonts")]
        )
        _local.compiler = typst.Compiler(root=str(PAPER), font_paths=fonts)
    return _local.compiler
