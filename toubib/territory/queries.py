"""Which commune, which SAMU."""

from __future__ import annotations

import unicodedata
from functools import lru_cache
from uuid import UUID

from toubib.territory.models import Commune


def find_communes(*, text: str, limit: int = 10) -> list[Commune]:
    """Communes whose name or postal code begins with the text; accents, case and hyphens do not count."""
    wanted = _plain(text)
    if len(wanted) < 2:
        return []
    rows = Commune.objects.select_related("samu").order_by("name")
    return [row for row in rows if _matches(row, wanted)][:limit]


def first_communes(*, limit: int) -> list[Commune]:
    """The first ones by code: in the demo, the invented town and its neighbours."""
    return list(Commune.objects.order_by("code_insee")[:limit])


def _matches(commune: Commune, wanted: str) -> bool:
    return _plain(commune.name).startswith(wanted) or any(
        str(c).startswith(wanted) for c in commune.postal_codes
    )


def _plain(text: str) -> str:
    bare = unicodedata.normalize("NFKD", text.casefold())
    return (
        "".join(c for c in bare if not unicodedata.combining(c)).replace("-", " ").replace("’", "'").strip()
    )


@lru_cache(maxsize=4096)
def around(*, commune_id: UUID) -> frozenset[UUID]:
    """The commune and its neighbours: « the same territory » until the operator's own list of the places issue.

    Kept in the process: neighbours change only when communes are loaded anew, which restarts the server.
    """
    neighbours = Commune.neighbours.through.objects.filter(from_commune_id=commune_id)
    return frozenset({commune_id, *neighbours.values_list("to_commune_id", flat=True)})
