"""All indicators of a claims folder, as one document: README.md, « The result »."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import duckdb

from toubib.observatory.claims.engine import connect_engine, scratch_folder
from toubib.observatory.claims.faults import BadClaims, DiskFull, is_disk_full
from toubib.observatory.claims.reading import Claims, open_claims
from toubib.observatory.counting.rules import CLOSED_YEAR, RULES
from toubib.observatory.indicators import tables, volumes
from toubib.observatory.indicators.adoption import (
    adoption,
    adoption_rows,
    by_professional,
    national_rate,
    removed_beside,
    target_table,
)
from toubib.observatory.indicators.ald import ald_rows, patients_by_quarter
from toubib.observatory.indicators.areas import all_areas
from toubib.observatory.indicators.document import empty_document, list_of_quarters
from toubib.observatory.indicators.kept import Counted, count_once
from toubib.observatory.indicators.practice import (
    GENERAL,
    in_person_of,
    practice,
    removed_of_practice,
    specialty_words,
)
from toubib.observatory.indicators.professionals import (
    directory,
    kinds,
    quarter_table,
)
from toubib.observatory.indicators.quarters import Cover, cover_of, lines_by_month

TARGET = 0.35  # of liberal GPs, national: quality indicators programme of the financing act (REPSS Maladie 2025, sheet 2-7-5)
NEEDED = ("ER_PRS_F", "ER_ETE_F", "IR_BEN_R", "IR_IMB_R", "DA_PRA_R")
NO_HOUR = "Les remboursements ne portent pas l’heure des actes."
EUROS = {"reimbursed": "BSE_REM_MNT", "paid": "PRS_PAI_MNT"}
VARIANTS = ("specialist", "salaried_gp", "gp_with_a_billed_act")


def indicators(
    *,
    claims: Path,
    engine: str = "duckdb",
    rules: frozenset[str] = frozenset(RULES),
    months: int = CLOSED_YEAR,
    kept: Path | None = None,
    on: date | None = None,
) -> dict[str, Any]:
    """`kept`: the folder where counted acts stay, and are found again; `on`: the day of the computation. Raises BadClaims, DiskFull, NoEngine."""
    with scratch_folder() as scratch:
        try:
            connection = connect_engine(engine, Path(scratch))
            found = open_claims(claims, connection, NEEDED)
            counted = count_once(found, rules, months, folder=kept or Path(scratch) / "counted")
            return _report(found, counted, rules, on)
        except duckdb.Error as error:
            if is_disk_full(error):
                raise DiskFull("no room left for the work files") from None
            raise BadClaims(claims, 1, "-", str(error).split("\n")[0][:200]) from None
        except OSError as error:
            if is_disk_full(error):
                raise DiskFull("no room left for the counted acts") from None
            raise


def _report(claims: Claims, counted: Counted, rules: frozenset[str], on: date | None) -> dict[str, Any]:
    cover = cover_of(lines_by_month(counted.acts), claims.years)
    cube = volumes.cube(counted.acts)
    counts = volumes.volumes(cube)
    visits, expertise = volumes.counted(counts), volumes.counted(counts, family="TE")
    document = empty_document(claims.words, kind="claims", synthetic=claims.synthetic, rules=rules, on=on)
    found = document | {
        "acts_by_year": volumes.acts_by_year(visits),
        "share_by_channel": volumes.share_by_channel(visits),
        "share_by_specialty": volumes.share_by_specialty(visits),
        "tele_expertise_by_year": volumes.acts_by_year(expertise),
        "euros_by_year": volumes.amounts_by_year(visits),
        "removed": {
            "acts_by_year": volumes.removed_by_year(counts, rules),
            "tele_expertise_by_year": volumes.removed_by_year(counts, rules, family="TE"),
        },
        "out_of_hours": {"rows": [], "reason": NO_HOUR},
    }
    if cover is None:
        return _euros_known(found, claims)
    areas = all_areas()
    places = {
        "quarters": list_of_quarters(cover),
        "acts": tables.acts_rows(volumes.by_place(cube), cover, areas),
        "tele_expertise": tables.expertise_rows(volumes.by_place(cube, "TE"), cover, areas),
    }
    return _euros_known(found | places | _by_doctors(claims, counted, rules, cover, found), claims)


def _by_doctors(
    claims: Claims, counted: Counted, rules: frozenset[str], cover: Cover, found: dict[str, Any]
) -> dict[str, Any]:
    areas = all_areas()
    rows = directory(claims, rules).cache()
    quarters = quarter_table(rows, cover)
    used = by_professional(counted.acts).cache()
    own = {name: adoption(used, rows, quarters, kinds()[name], rules) for name in ("gp", *VARIANTS[:2])}
    billed = _billed(claims, counted)
    own[VARIANTS[2]] = adoption(used, rows, quarters, kinds()["gp"], rules, billed)
    told = {
        name: adoption_rows(one, cover, areas, own["gp"] if name == VARIANTS[2] else None)
        for name, one in own.items()
    }
    ald = patients_by_quarter(counted.in_ald, counted.exempt, rules)
    removed = {"gp_adoption": own["gp"].removed, "ald_patients": ald.removed}
    removed |= {name: own[name].removed for name in VARIANTS[:2]}
    removed[VARIANTS[2]] = removed_beside(own[VARIANTS[2]], own["gp"])
    acts = practice(claims, counted, used, rows, quarters)
    removed["activity"] = removed_of_practice(claims, counted, used, rows, quarters, rules)
    return {
        "gp_adoption": told["gp"],
        "ald_patients": ald_rows(ald, cover, areas),
        "adoption_variants": [_variant(name, row) for name in VARIANTS for row in told[name]],
        "specialties": tables.specialty_rows(acts, cover, specialty_words()),
        "activity": tables.activity_rows([row for row in acts if row["specialty"] == GENERAL], cover, areas),
        "target": {"rate": TARGET, "departements": target_table(told["gp"], TARGET, areas)},
        "removed": found["removed"] | removed,
        "variants": {
            "specialists": national_rate(told["specialist"]),
            "salaried_gps": national_rate(told["salaried_gp"]),
            "gps_with_a_billed_act": national_rate(told["gp_with_a_billed_act"]),
        },
    }


def _variant(name: str, row: dict[str, Any]) -> dict[str, Any]:
    return {
        "quarter": row["quarter"],
        "area": row["area"],
        "variant": name,
        "professionals": row["gps"],
        "with_teleconsultation": row["with_teleconsultation"],
        "rate": row["rate"],
    }


def _billed(claims: Claims, counted: Counted) -> Any:
    """(quarter, number) of whoever billed any act, of any code; of synthetic claims, from the table of activities too."""
    seen = in_person_of(claims, counted)
    seen = seen.filter(seen.acts > 0).select("quarter", "number")
    return counted.billed.union(seen).distinct().cache()


def _euros_known(found: dict[str, Any], claims: Claims) -> dict[str, Any]:
    """Amounts are null, not 0, where the claims do not hold their column."""
    absent = [name for name, column in EUROS.items() if f"ER_PRS_F.{column}" in claims.absent]
    for row in (*found["acts"], *found["tele_expertise"], *found["euros_by_year"].values()):
        row |= dict.fromkeys(absent)
    return found
