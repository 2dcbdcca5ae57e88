"""REPSS indicator 2: distinct patients in ALD with an act of télésanté in the six months that end with the quarter, where they live."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from typing import Any

import ibis

from toubib.observatory.claims.engine import rows_of
from toubib.observatory.claims.layouts import channels
from toubib.observatory.claims.reading import Claims
from toubib.observatory.counting.rules import COUNTED, dropping
from toubib.observatory.indicators.areas import Areas
from toubib.observatory.indicators.quarters import Cover, name_of, quarter_of
from toubib.observatory.indicators.suppression import hidden_areas, shown

HALF_YEAR = 2  # quarters
LAST_OPEN = 1900  # an end of 1600 says that there is none
DAYS, PLACES = 10**5, 10**3
WHO = ("patient", "rank", "quarter")


@dataclass
class AldPatients:
    """By quarter and département's number; what each rule removed in France."""

    patients: dict[int, dict[int, int]]
    removed: dict[str, dict[str, int | None]]


def ald_patients(claims: Claims, acts: Any, rules: frozenset[str]) -> AldPatients:
    """The act is judged on its own day: an ALD that ended before does not count. The patient lives where their last act says."""
    ours = acts_in_ald(claims, acts, rules)
    return patients_by_quarter(ours, exempt_alone(acts, ours), rules)


def acts_in_ald(claims: Claims, acts: Any, rules: frozenset[str]) -> Any:
    """(patient, rank, quarter, last): those of people in ALD on the day; `last` sorts by stage, day and place."""
    if "ald_register" in rules:
        register = ald_register(claims)
        held = [
            acts.patient == register.ald_patient,
            acts.rank == register.ald_rank,
            acts.day >= register.since,
            acts.day <= register.until,
        ]
        ours = acts.semi_join(register, held)
    else:
        ours = acts.filter(acts.exempt)
    return ours.select("patient", "rank", quarter=quarter_of(ours.day), last=_last(ours))


def exempt_alone(acts: Any, ours: Any) -> Any:
    """(patient, rank, quarter) of whoever had a counted act exempt for an ALD, and none of `ours` in the quarter."""
    exempt = acts.filter(acts.exempt, acts.stage == COUNTED)
    exempt = exempt.select("patient", "rank", quarter=quarter_of(exempt.day)).distinct()
    return exempt.anti_join(ours.filter(ours["last"] >= COUNTED * DAYS * PLACES), WHO)


def patients_by_quarter(ours: Any, exempt: Any, rules: frozenset[str]) -> AldPatients:
    by_quarter = ours.group_by(*WHO).aggregate(last=ours["last"].max())
    windows = _over_half_a_year(by_quarter).group_by(*WHO).aggregate(last=ibis._.last.max())
    stage, place = (
        (windows["last"] // (DAYS * PLACES)).cast("int32"),
        (windows["last"] % PLACES).cast("int32"),
    )
    found = windows.group_by("quarter", stage=stage, place=place).aggregate(n=ibis._.count())
    told = _told(rows_of(found), rules)
    if "ald_register" in rules:
        held = by_quarter.filter(by_quarter["last"] >= COUNTED * DAYS * PLACES).select(*WHO)
        lost = _over_half_a_year(exempt).distinct().anti_join(_over_half_a_year(held), WHO)
        numbers = {
            row["quarter"]: row["n"] for row in rows_of(lost.group_by("quarter").aggregate(n=ibis._.count()))
        }
        for quarter in sorted({*told.patients, *numbers}):
            told.removed.setdefault(name_of(quarter), {})["ald_register"] = shown(numbers.get(quarter, 0))
    return told


def _over_half_a_year(rows: Any) -> Any:
    """Each once more in the quarter after."""
    return rows.union(rows.mutate(quarter=(rows.quarter + 1).cast("int32")))


def ald_register(claims: Claims) -> Any:
    """(ald_patient, ald_rank, since, until): every line of ALD, both days included."""
    table = claims.tables["IR_IMB_R"]
    ours = table.filter(table.IMB_ETM_NAT.isin(channels()["ald"]["grounds"]) & table.IMB_ALD_DTD.notnull())
    ends = ours.IMB_ALD_DTF
    is_open = ends.isnull() | (ends.year() < LAST_OPEN)
    return ours.select(
        ald_patient=ours.BEN_NIR_PSA,
        ald_rank=ours.BEN_RNG_GEM.fill_null(0).cast("int16"),
        since=ours.IMB_ALD_DTD,
        until=ibis.ifelse(is_open, ibis.date("2999-12-31"), ends),
    )


def _last(acts: Any) -> Any:
    """The act's stage, day and place as one number that sorts."""
    days = acts.day.year().cast("int64") * 400 + acts.day.day_of_year().cast("int64")
    return acts.stage.cast("int64") * DAYS * PLACES + (days % DAYS) * PLACES + acts.place.cast("int64")


def _told(rows: list[dict[str, Any]], rules: frozenset[str]) -> AldPatients:
    patients: dict[int, dict[int, int]] = defaultdict(lambda: defaultdict(int))
    removed: dict[str, dict[str, int]] = defaultdict(lambda: defaultdict(int))
    names = {stage: name for name, stage in dropping(rules).items()}
    for row in rows:
        if row["stage"] == COUNTED:
            patients[row["quarter"]][row["place"]] += row["n"]
        elif row["stage"] in names:
            removed[name_of(row["quarter"])][names[row["stage"]]] += row["n"]
    told = {
        quarter: {rule: shown(number) for rule, number in sorted(numbers.items())}
        for quarter, numbers in sorted(removed.items())
    }
    return AldPatients(patients, told)


def ald_rows(found: AldPatients, cover: Cover, areas: Areas) -> list[dict[str, Any]]:
    """The rows of the stable face: null where the claims do not cover the six months, or where the cell is small."""
    told = []
    for quarter in cover.quarters:
        counts = areas.sums(found.patients.get(quarter, {}))
        hidden = hidden_areas(counts, areas)
        for area in areas:
            known = area not in hidden and cover.holds(quarter, HALF_YEAR)
            row = {"quarter": name_of(quarter), "area": area, "patients": counts[area] if known else None}
            told.append(row)
    return told
