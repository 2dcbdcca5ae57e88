"""Places and lines: seven invented communes, an invented SAMU, two pools."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, time
from random import Random

from django.db import transaction

from toubib.directory.enums import Specialty
from toubib.territory.models import Commune, Samu
from toubib.territory.operations import join_communes
from toubib.waiting.models import Pool

# No commune bears these codes; the number is of a range that the Arcep keeps for works of fiction.
SAMU = {
    "name": "SAMU de Valbrune (inventé)",
    "direct_number": "+33536490015",
    "verified_on": date(2026, 1, 5),
}
COMMUNES = (
    ("12901", "Valbrune", "12990", 44.412, 2.655),
    ("12902", "Saint-Orens-le-Vieux", "12991", 44.447, 2.612),
    ("12903", "La Rouvière-sur-Brune", "12991", 44.389, 2.708),
    ("12904", "Montferrat-les-Bois", "12992", 44.466, 2.701),
    ("12905", "Les Clapiès", "12992", 44.371, 2.602),
    ("12906", "Pont-d’Aubrelle", "12993", 44.430, 2.758),
    ("12907", "Sainte-Mézence", "12993", 44.352, 2.671),
)


@dataclass(frozen=True, slots=True)
class World:
    """Communes in the order of COMMUNES (the town first), and the two lines."""

    communes: tuple[Commune, ...]
    general: Pool
    skin: Pool

    @property
    def town(self) -> Commune:
        return self.communes[0]


@transaction.atomic
def draw_world() -> World:
    samu, _made = Samu.objects.get_or_create(name=SAMU["name"], defaults=SAMU)
    communes = tuple(_commune(samu, *row) for row in COMMUNES)
    for other in communes[1:]:
        join_communes(one=communes[0], two=other)
    general = _pool("medecine-generale", "Médecine générale", opens_at=time(0), closes_at=time(0))
    skin = _pool(
        "dermatologie",
        "Dermatologie",
        opens_at=time(9),
        closes_at=time(18),
        specialties=[Specialty.DERMATOLOGY.value],
    )
    return World(communes, general, skin)


def _commune(samu: Samu, code: str, name: str, postal: str, lat: float, lon: float) -> Commune:
    facts = {
        "name": f"{name} (inventée)",
        "postal_codes": [postal],
        "departement": "12",
        "lat": lat,
        "lon": lon,
    }
    return Commune.objects.get_or_create(code_insee=code, defaults={**facts, "samu": samu})[0]


def _pool(key: str, name: str, **facts: object) -> Pool:
    return Pool.objects.get_or_create(key=key, defaults={"name": name, **facts})[0]


def dice(*words: object) -> Random:
    """The same draws each time for the same words."""
    return Random(" ".join(["valbrune", *map(str, words)]))  # noqa: S311  a demo, not a secret
