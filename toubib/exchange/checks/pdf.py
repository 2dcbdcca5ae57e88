"""Whether a PDF says that it is PDF/A-1 and holds nothing that such a file may not hold.

This reads the claim and the plain prohibitions of ISO 19005-1; it is no validator (veraPDF is one).
"""

from __future__ import annotations

import io
from collections.abc import Iterator

import pikepdf

from toubib.exchange.checks.finding import Finding


def check_pdf_a1(content: bytes, element: str) -> Iterator[Finding]:
    try:
        with pikepdf.open(io.BytesIO(content)) as pdf:
            yield from _check(pdf, element)
    except pikepdf.PdfError as error:
        yield Finding("PDF.READ", element, f"not a PDF that can be read: {error}")


def _check(pdf: pikepdf.Pdf, element: str) -> Iterator[Finding]:
    metadata = pdf.open_metadata()
    part, level = metadata.get("pdfaid:part"), metadata.get("pdfaid:conformance")
    if part != "1" or level not in {"A", "B"}:
        yield Finding("PDF.A1", element, f"claims PDF/A part {part}, level {level}, instead of 1")
    if pdf.is_encrypted:
        yield Finding("PDF.A1", element, "encrypted")
    names = pdf.Root.get("/Names", pikepdf.Dictionary())
    if "/EmbeddedFiles" in names or "/JavaScript" in names:
        yield Finding("PDF.A1", element, "holds files or programs")
    if "/OutputIntents" not in pdf.Root:
        yield Finding("PDF.A1", element, "no output intent")
    if not pdf.pages:
        yield Finding("PDF.A1", element, "no page")
