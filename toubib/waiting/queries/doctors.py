"""Doctors who practise here, for the patient who names a médecin traitant."""

from __future__ import annotations

import unicodedata

from django.db.models import QuerySet

from toubib.directory.enums import Profession
from toubib.directory.models import Practitioner

TITLES = frozenset({"dr", "dre", "docteur", "docteure", "m", "mme"})


def find_doctors_here(*, text: str, limit: int = 10) -> list[Practitioner]:
    """Active doctors of this server whose names begin with each word typed; one query. Title and accents do not count."""
    words = [word for word in _plain(text).split() if word not in TITLES]
    if not words or max(len(word) for word in words) < 2:
        return []
    return [row for row in _doctors_here() if _matches(row, words)][:limit]


def _doctors_here() -> QuerySet[Practitioner]:
    rows = Practitioner.objects.filter(
        profession=Profession.DOCTOR,
        professional__activated_at__isnull=False,
        professional__suspended_at__isnull=True,
    )
    return rows.select_related("practice_commune").order_by("family_name", "given_name", "id")


def _matches(row: Practitioner, words: list[str]) -> bool:
    names = _plain(f"{row.given_name} {row.family_name}").split()
    return all(any(name.startswith(word) for name in names) for word in words)


def _plain(text: str) -> str:
    bare = unicodedata.normalize("NFKD", text.casefold())
    return "".join(c if c.isalnum() else " " for c in bare if not unicodedata.combining(c))
