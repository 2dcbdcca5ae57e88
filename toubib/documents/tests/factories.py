"""Documents of each kind, rendered or issued, and what an independent reader sees of a file."""

from __future__ import annotations

import io
from typing import Any
from uuid import UUID

import pikepdf
import pypdfium2
import zxingcpp
from PIL import Image

from toubib.documents.contents import Content, Header
from toubib.documents.models import Document
from toubib.documents.operations import issue_document
from toubib.documents.rendering import render
from toubib.documents.samples import CERTIFICATE, sample_contents, sample_header
from toubib.ground.actors import Actor
from toubib.people.tests.factories import NOW
from toubib.record.enums import EncounterState
from toubib.record.models import Encounter
from toubib.record.tests.factories import make_encounter

DOCUMENT_ID = UUID("0193cafe-0000-7000-8000-0000000000bb")
CONTENTS = sample_contents(now=NOW)


def make_header(**over: Any) -> Header:
    from dataclasses import replace

    return replace(sample_header(now=NOW, document_id=DOCUMENT_ID), **over)


def make_pdf(content: Content, **over: Any) -> bytes:
    return render(header=make_header(**over), content=content).pdf


def make_document(
    cast: Any, content: Content = CERTIFICATE, *, encounter: Encounter | None = None, **over: Any
) -> Document:
    """Of a signed encounter of Jeanne with Dre Vasseur."""
    encounter = encounter or make_encounter(cast.jeanne_patient, cast.vasseur, EncounterState.SIGNED)
    by = Actor(cast.vasseur.account_id, "practitioner")
    return issue_document(encounter=encounter, content=content, by=by, now=over.pop("now", NOW), **over)


def text_of(pdf: bytes) -> str:
    """All its text as pdfium reads it, lines as they stand."""
    with pypdfium2.PdfDocument(pdf) as document:
        pages = [page.get_textpage().get_text_bounded() for page in document]
    return "\n".join(pages).replace("\r\n", "\n").replace("\u00a0", " ")


def pictures_of(pdf: bytes, *, scale: float = 3) -> list[Image.Image]:
    with pypdfium2.PdfDocument(pdf) as document:
        return [page.render(scale=scale).to_pil() for page in document]


def codes_of(pdf: bytes) -> dict[str, str]:
    """What the rendered pages' codes say, by format."""
    found = {}
    for picture in pictures_of(pdf):
        for code in zxingcpp.read_barcodes(picture):
            found[code.format.name] = code.text
    return found


def claims_of(pdf: bytes) -> dict[str, str | None]:
    """What the XMP says of PDF/A and PDF/UA, the language, the title, whether it is tagged."""
    with pikepdf.open(io.BytesIO(pdf)) as document:
        with document.open_metadata() as xmp:
            read = {name: xmp.get(name) for name in ("pdfaid:part", "pdfaid:conformance", "pdfuaid:part")}
            read["title"] = xmp.get("dc:title")
        read["lang"] = str(document.Root.get("/Lang"))
        read["tagged"] = str(document.Root.get("/MarkInfo", {}).get("/Marked"))
    return read


def attachments_of(pdf: bytes) -> dict[str, bytes]:
    with pikepdf.open(io.BytesIO(pdf)) as document:
        return {name: spec.get_file().read_bytes() for name, spec in document.attachments.items()}
