"""Invented communes of the demo's district, and their SAMU."""

from __future__ import annotations

from datetime import date
from typing import Any

from toubib.territory.models import Commune, Samu


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
