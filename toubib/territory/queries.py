"""Which commune, which SAMU, which zone on which day, what is near."""

from __future__ import annotations

import unicodedata
from datetime import date
from functools import lru_cache
from uuid import UUID

from django.db.models import Q

from toubib.territory.models import Commune, Zone


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
    """The commune and its neighbours: what dispatch calls near, of where the patient is. Says nothing of reimbursement,
    which asks `same_territory` of the home. Until the operator's own list of the places issue.

    Kept in the process: neighbours change only when communes are loaded anew, which restarts the server.
    """
    neighbours = Commune.neighbours.through.objects.filter(from_commune_id=commune_id)
    return frozenset({commune_id, *neighbours.values_list("to_commune_id", flat=True)})


def zone_of(*, commune_id: UUID, on: date) -> str | None:
    """ZIP, ZAC, ZV or none on a day; None where no arrêté that we hold speaks of that day."""
    lasts = Q(ends_on__isnull=True) | Q(ends_on__gt=on)
    rows = Zone.objects.filter(lasts, commune_id=commune_id, starts_on__lte=on).order_by("-starts_on")
    return rows.values_list("kind", flat=True).first()


def same_territory(*, home: Commune, practice: Commune) -> bool:
    """The operator's definition of nearness for reimbursement: the same département or one that touches it, as the
    neighbours of our communes tell. The places issue brings the operator's own list."""
    return practice.departement in _departements_around(home.departement)


@lru_cache(maxsize=256)
def _departements_around(departement: str) -> frozenset[str]:
    """Kept in the process, as `around`."""
    touching = Commune.objects.filter(neighbours__departement=departement).values_list(
        "departement", flat=True
    )
    return frozenset({departement, *touching})
