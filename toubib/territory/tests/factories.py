"""Invented communes of the demo's district, and their SAMU."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

from toubib.territory.models import Commune, Samu, TerritoryImport

NOW = datetime(2026, 11, 22, 9, 0, tzinfo=UTC)


def make_samu(**over: Any) -> Samu:
    facts = {"name": "SAMU d’essai", "direct_number": "+33565000015", "verified_on": date(2026, 1, 5), **over}
    return Samu.objects.get_or_create(name=facts["name"], defaults=facts)[0]


def make_commune(**over: Any) -> Commune:
    facts: dict[str, Any] = {
        "code_insee": "12202",
        "name": "Villeneuve-d’essai",
        "postal_codes": ["12000"],
        "departement": "12",
        "lat": 44.35,
        "lon": 2.57,
        **over,
    }
    if "samu" not in facts:
        facts["samu"] = make_samu()
    return Commune.objects.get_or_create(code_insee=facts["code_insee"], defaults=facts)[0]


def make_import(**over: Any) -> TerritoryImport:
    facts = {
        "kind": "communes",
        "source": "essai",
        "files_on": date(2026, 1, 1),
        "imported_at": NOW,
        "digest": "0",
    }
    return TerritoryImport.objects.create(**{**facts, **over})
