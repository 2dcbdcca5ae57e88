"""Encounters in any state, files of any kind."""

from __future__ import annotations

import io
from typing import Any

from PIL import Image

from toubib.ground.actors import Actor
from toubib.people.models import Patient, ProfessionalAccount
from toubib.people.tests.factories import NOW
from toubib.record.enums import AbortReason, EncounterState
from toubib.record.models import Encounter

UNSIGNED_BY_STATE = {EncounterState.SIGNED, EncounterState.AMENDED}
TEXTS = {"reason": "Fièvre", "findings": "38,6 °C, gorge rouge", "conclusion": "Angine", "advice": "Boire"}


def make_encounter(
    patient: Patient, professional: ProfessionalAccount, state: str = EncounterState.ARRIVED, **over: Any
) -> Encounter:
    facts: dict[str, Any] = {"state": state, "planned_at": NOW, **over}
    if state in UNSIGNED_BY_STATE:
        facts.setdefault("signed_at", NOW)
    if state == EncounterState.ABORTED:
        facts.setdefault("abort_reason", AbortReason.NO_DOCTOR)
    return Encounter.objects.create(patient=patient, practitioner=professional.practitioner, **facts)


def doctor(professional: ProfessionalAccount) -> Actor:
    return Actor(professional.account_id, "practitioner")


def make_picture(
    format: str = "JPEG", mode: str = "RGB", size: tuple[int, int] = (40, 20), **more: Any
) -> bytes:
    """Left half red, right half blue; transparent modes are clear on the right."""
    picture = Image.new("RGBA", size, (255, 0, 0, 255))
    picture.paste((0, 0, 255, 0 if "A" in mode else 255), (size[0] // 2, 0, *size))
    out = io.BytesIO()
    picture.convert(mode).save(out, format, **more)
    return out.getvalue()


def make_exif(*, orientation: int = 1) -> Image.Exif:
    """A camera's name, a rotation and a place."""
    exif = Image.Exif()
    exif[0x0110] = "Appareil secret"
    exif[0x0112] = orientation
    place = exif.get_ifd(0x8825)
    place[1], place[2], place[3], place[4] = "N", (48.0, 2.0, 3.0), "W", (2.0, 45.0, 1.0)
    return exif


def make_pdf(*, inside: bytes = b"") -> bytes:
    return (
        b"%PDF-1.7\n1 0 obj\n<< /Type /Catalog " + inside + b" >>\nendobj\ntrailer << /Root 1 0 R >>\n%%EOF\n"
    )
