"""What was prescribed in a signed visit, as text, for the patient's page and the copy of one's data."""

from __future__ import annotations

from dataclasses import dataclass

from toubib.documents.enums import DocumentKind
from toubib.documents.queries import documents_of
from toubib.record.models import Encounter
from toubib.record.queries import Sheet, sheets_of


@dataclass(frozen=True, slots=True)
class Prescribed:
    """`cancelled`: each document made of this sheet is."""

    sheet: Sheet
    cancelled: bool


def prescribed_of(*, encounter: Encounter) -> list[Prescribed]:
    """Signed sheets alone. Who may read the note of this visit may read them: ask that first."""
    sheets = [one for one in sheets_of(encounter=encounter) if one.row.signed_at is not None]
    if not sheets:
        return []
    standing: dict[str, list[bool]] = {}
    for one in documents_of(encounter=encounter):
        if one.kind == DocumentKind.ORDONNANCE:
            standing.setdefault(one.sheet, []).append(not one.is_cancelled)
    return [Prescribed(one, not any(standing.get(one.row.sheet, [True]))) for one in sheets]
