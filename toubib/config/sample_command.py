"""`toubib record sample`: one of each document, from invented people, for whoever reviews or validates them."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

SAMPLE = """Writes one of each document from invented people: the sealed PDF, its FHIR JSON, and of the report the
PDF/A-1, the CDA, the XDM archive and the MSSanté message. The seal is that of this server. Nothing is recorded.
A file of the same name is written over."""


def add_sample(parts: Any) -> None:
    sample = parts.add_parser("sample", help="write one of each document", description=SAMPLE)
    sample.add_argument(
        "--out", type=Path, required=True, metavar="DIR", help="a folder, made where it is not there"
    )
    sample.set_defaults(run=run_sample)


def run_sample(given: argparse.Namespace) -> int:
    import django

    django.setup()
    from django.utils import timezone

    from toubib.documents.seal import NoSeal
    from toubib.exchange.sample import SampleRefused

    given.out.mkdir(parents=True, exist_ok=True)
    try:
        for name, content in sample_documents(now=timezone.localtime()):
            (given.out / name).write_bytes(content)
            sys.stdout.write(f"{given.out / name}\n")
    except (NoSeal, SampleRefused) as error:
        sys.stderr.write(f"toubib: {error}\n")
        return 1
    return 0


def sample_documents(*, now: datetime) -> Iterator[tuple[str, bytes]]:
    """Each file's name and bytes. Raises NoSeal, SampleRefused."""
    from dataclasses import replace

    from toubib.documents.codes import new_code
    from toubib.documents.rendering import render
    from toubib.documents.samples import LETTERHEAD, sample_contents, sample_header
    from toubib.documents.seal import current_seal, seal_pdf
    from toubib.exchange.sample import sample_files
    from toubib.ground.ids import new_id

    seal = current_seal()
    letterhead = replace(LETTERHEAD, trial_seal=seal.trial)
    for name, content in sample_contents(now=now).items():
        header = replace(sample_header(now=now, document_id=new_id(), code=new_code()), letterhead=letterhead)
        made = render(header=header, content=content)
        yield f"{name}.pdf", seal_pdf(made.pdf, seal=seal)
        if made.fhir is not None:
            yield f"{name}.fhir.json", json.dumps(made.fhir, ensure_ascii=False, indent=1).encode()
        if made.pdf_a1 is not None:
            yield f"{name}.a1.pdf", made.pdf_a1
            yield from sample_files(header=header, pdf_a1=made.pdf_a1, now=now).items()
