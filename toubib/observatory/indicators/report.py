"""All indicators of a claims folder, in the form of the stable face."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import duckdb

from toubib.observatory.claims.engine import connect_engine, scratch_folder
from toubib.observatory.claims.faults import BadClaims, DiskFull, is_disk_full
from toubib.observatory.claims.layouts import read_yaml
from toubib.observatory.claims.reading import Claims, open_claims
from toubib.observatory.counting.count import count_acts, keep_acts
from toubib.observatory.counting.rules import CLOSED_YEAR, RULES
from toubib.observatory.indicators import volumes
from toubib.observatory.indicators.adoption import (
    Adoption,
    adoption,
    adoption_rows,
    by_professional,
    national_rate,
    target_table,
)
from toubib.observatory.indicators.ald import ald_patients, ald_rows
from toubib.observatory.indicators.areas import all_areas
from toubib.observatory.indicators.professionals import (
    directory,
    kinds,
    persons_of_numbers,
    quarter_table,
)
from toubib.observatory.indicators.quarters import Cover, cover_of, lines_by_month, quarter_of

TARGET = 0.35  # of liberal GPs, national: quality indicators programme of the financing act (REPSS Maladie 2025, sheet 2-7-5)
NEEDED = ("ER_PRS_F", "ER_ETE_F", "IR_BEN_R", "IR_IMB_R", "DA_PRA_R")


def indicators(
    *,
    claims: Path,
    engine: str = "duckdb",
    rules: frozenset[str] = frozenset(RULES),
    months: int = CLOSED_YEAR,
) -> dict[str, Any]:
    """Raises BadClaims, DiskFull, NoEngine."""
    with scratch_folder() as scratch:
        try:
            connection = connect_engine(engine, Path(scratch))
            found = open_claims(claims, connection, NEEDED)
            acts = keep_acts(count_acts(found, rules, months), connection, Path(scratch) / "acts.parquet")
            return _report(found, acts, rules)
        except duckdb.Error as error:
            if is_disk_full(error):
                raise DiskFull("no room left for the work files") from None
            raise BadClaims(claims, 1, "-", str(error).split("\n")[0][:200]) from None


def _report(claims: Claims, acts: Any, rules: frozenset[str]) -> dict[str, Any]:
    cover = cover_of(lines_by_month(acts), claims.years)
    counts = volumes.volumes(acts)
    visits, expertise = volumes.counted(counts), volumes.counted(counts, family="TE")
    found: dict[str, Any] = {
        "source": _source(claims),
        "synthetic": claims.synthetic,
        "counting_rules": [name for name in RULES if name in rules],
        "acts_by_year": volumes.acts_by_year(visits),
        "share_by_channel": volumes.share_by_channel(visits),
        "gp_adoption": [],
        "ald_patients": [],
        "share_by_specialty": volumes.share_by_specialty(visits),
        "tele_expertise_by_year": volumes.acts_by_year(expertise),
        "euros_by_year": volumes.amounts_by_year(visits),
        "removed": {"acts_by_year": volumes.removed_by_year(counts, rules)},
        "variants": {},
        "published": read_yaml("published.yaml"),
    }
    return found | _by_area(claims, acts, rules, cover, found) if cover else found


def _by_area(
    claims: Claims, acts: Any, rules: frozenset[str], cover: Cover, found: dict[str, Any]
) -> dict[str, Any]:
    areas = all_areas()
    rows = directory(claims, rules).cache()
    quarters = quarter_table(rows, cover)
    used = by_professional(acts).cache()
    own = {name: adoption(used, rows, quarters, kind, rules) for name, kind in kinds().items()}
    active = adoption(used, rows, quarters, kinds()["gp"], rules, _billed(claims, rows))
    told = {name: adoption_rows(one, cover, areas) for name, one in own.items()}
    ald = ald_patients(claims, acts, rules)
    removed = {"gp_adoption": own["gp"].removed, "ald_patients": ald.removed}
    return {
        "gp_adoption": told["gp"],
        "ald_patients": ald_rows(ald, cover, areas),
        "target": {"rate": TARGET, "departements": target_table(told["gp"], TARGET, areas)},
        "removed": found["removed"] | removed,
        "variants": {
            "specialists": national_rate(told["specialist"]),
            "salaried_gps": national_rate(told["salaried_gp"]),
            "gps_with_a_billed_act": national_rate(_rows(active, cover)),
        },
    }


def _rows(found: Adoption, cover: Cover) -> list[dict[str, Any]]:
    return adoption_rows(found, cover, all_areas())


def _billed(claims: Claims, rows: Any) -> Any:
    """(quarter, person) of whoever billed any act, of any code; of synthetic claims, from the table of activities too."""
    lines = claims.tables["ER_PRS_F"]
    found = lines.select(
        quarter=quarter_of(lines.EXE_SOI_DTD), number=lines.PFS_EXE_NUM.substr(0, 8)
    ).distinct()
    activities = claims.folder / "X_ACTIVITE_PS_TRIM"
    if activities.is_dir():
        more = claims.connection.read_parquet(str(activities / "*.parquet"))
        more = more.filter(more.CONSULTATIONS + more.VISITES > 0)
        quarter = (more.ANNEE * 4 + more.TRIMESTRE - 1).cast("int32")
        found = found.union(more.select(quarter=quarter, number=more.PFS_PFS_NUM), distinct=True)
    return found.join(persons_of_numbers(rows), "number").select("quarter", "person").distinct()


def _source(claims: Claims) -> str:
    """What the generator wrote of itself, or the folder's name."""
    told = claims.folder / "X_SOURCE.json"
    if told.is_file():
        try:
            return str(json.loads(told.read_text(encoding="utf-8"))["source"])
        except (ValueError, KeyError):
            raise BadClaims(told, 1, "source", "cannot be read") from None
    return f"claims in the layout of the SNDS, folder {claims.folder.name}"
