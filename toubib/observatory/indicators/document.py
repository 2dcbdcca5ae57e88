"""The document that every source fills: keys that a source does not know stay empty."""

from __future__ import annotations

import csv
from datetime import date
from typing import Any

from toubib.observatory.claims.layouts import read_yaml
from toubib.observatory.counting.rules import RULES
from toubib.observatory.indicators.areas import DATA, FRANCE, all_areas
from toubib.observatory.indicators.quarters import Cover, name_of

SCHEMA = 2


def empty_document(
    source: str,
    *,
    kind: str,
    synthetic: bool,
    rules: frozenset[str],
    on: date | None,
    basis: str | None = None,
) -> dict[str, Any]:
    """The first seven keys are the stable face, in its order."""
    return {
        "source": source,
        "synthetic": synthetic,
        "counting_rules": [name for name in RULES if name in rules],
        "acts_by_year": {},
        "share_by_channel": {},
        "gp_adoption": [],
        "ald_patients": [],
        "schema": SCHEMA,
        "computed_on": on.isoformat() if on else None,
        "kind": kind,
        "basis": basis,
        "quarters": [],
        "areas": area_rows(),
        "rules": [
            {
                "name": rule.name,
                "label": rule.label,
                "what": rule.what,
                "applied": rule.name in rules,
                "drops": rule.drops is not None,
            }
            for rule in RULES.values()
        ],
        "acts": [],
        "tele_expertise": [],
        "adoption_variants": [],
        "specialties": [],
        "activity": [],
        "out_of_hours": {"rows": [], "reason": None},
        "share_by_specialty": {},
        "tele_expertise_by_year": {},
        "euros_by_year": {},
        "removed": {},
        "variants": {},
        "published": read_yaml("published.yaml"),
    }


def list_of_quarters(cover: Cover) -> list[str]:
    return [name_of(quarter) for quarter in cover.quarters]


def area_rows() -> list[dict[str, Any]]:
    names: dict[str, str] = {}
    for name in ("departements", "regions"):
        with (DATA / f"{name}.csv").open(encoding="utf-8") as file:
            names |= {
                ("R" if name == "regions" else "") + row["code"]: row["name"] for row in csv.DictReader(file)
            }
    areas = all_areas()
    found: list[dict[str, Any]] = [{"area": FRANCE, "name": "France", "level": "country", "region": None}]
    found += [{"area": one, "name": names[one], "level": "region", "region": None} for one in areas.regions]
    of = {part: region for region, parts in areas.parts.items() for part in parts}
    return found + [
        {"area": one, "name": names[one], "level": "departement", "region": of[one]}
        for one in areas.departements
    ]
