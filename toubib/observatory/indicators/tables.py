"""The tables by quarter and area beside the stable face: acts and amounts, télé-expertise, activity, specialties; small cells hidden."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from typing import Any

from toubib.observatory.counting.count import CHANNELS, OTHER
from toubib.observatory.indicators.areas import FRANCE, UNKNOWN, Areas
from toubib.observatory.indicators.quarters import Cover, name_of
from toubib.observatory.indicators.suppression import (
    Cell,
    Line,
    hidden_areas,
    hidden_cells,
    hidden_shares,
    is_small,
)
from toubib.observatory.indicators.volumes import whole

Rows = list[dict[str, Any]]
PARTS = (*CHANNELS, OTHER)
TOTAL = "total"
EUROS = ("reimbursed", "paid")


def acts_rows(rows: Iterable[Mapping[str, Any]], cover: Cover, areas: Areas) -> Rows:
    """Of (quarter, place, channel): the téléconsultations of each channel where the patient lives, and the amounts of all."""
    counts = {part: _by_quarter(rows, areas, "acts", part) for part in PARTS}
    euros = {name: _by_quarter(rows, areas, name) for name in EUROS}
    lone = {part: lone_quarters(counts[part], cover) for part in PARTS}
    totals = {q: {FRANCE: sum(counts[part][q][FRANCE] for part in PARTS)} for q in cover.quarters}
    lone[TOTAL] = lone_quarters(totals, cover)
    told = []
    for quarter in cover.quarters:
        cells = {(area, part): counts[part][quarter][area] for part in PARTS for area in (*areas, UNKNOWN)}
        cells |= {(area, TOTAL): sum(cells[area, part] for part in PARTS) for area in (*areas, UNKNOWN)}
        secret = {cell for cell, number in cells.items() if is_small(number)}
        secret |= {(FRANCE, part) for part, quarters in lone.items() if quarter in quarters}
        hidden = hidden_cells(cells, lines_of(areas), secret)
        for area in areas:
            row: dict[str, Any] = {"quarter": name_of(quarter), "area": area}
            for part in (TOTAL, *PARTS):
                is_told = (area, part) not in hidden and cover.holds(quarter)
                row[part] = cells[area, part] if is_told else None
            is_told = row[TOTAL] is not None
            told.append(
                row | {name: whole(euros[name][quarter][area]) if is_told else None for name in EUROS}
            )
    return told


def lines_of(areas: Areas) -> list[Line]:
    """What sums to what: France of its regions, a region of its départements, by part; an area's total of its parts."""
    found: list[Line] = []
    for part in (TOTAL, *PARTS):
        found.append(((FRANCE, part), tuple((one, part) for one in (*areas.regions, UNKNOWN))))
        found += [((region, part), tuple((one, part) for one in own)) for region, own in areas.parts.items()]
    for area in (*areas, UNKNOWN):
        parts: tuple[Cell, ...] = tuple((area, part) for part in PARTS)
        found.append(((area, TOTAL), parts))
    return found


def lone_quarters(counts: Mapping[int, Mapping[str, float]], cover: Cover) -> frozenset[int]:
    """Quarters of France that the year's total would give back if they alone were hidden, with what protects them."""
    found: set[int] = set()
    for year in {quarter // 4 for quarter in cover.quarters}:
        own = {str(q): int(counts[q][FRANCE]) for q in cover.quarters if q // 4 == year}
        found |= {int(name) for name in hidden_shares(own)}
    return frozenset(found)


def expertise_rows(rows: Iterable[Mapping[str, Any]], cover: Cover, areas: Areas) -> Rows:
    counts = _by_quarter(rows, areas, "acts")
    euros = {name: _by_quarter(rows, areas, name) for name in EUROS}
    lone, told = lone_quarters(counts, cover), []
    for quarter in cover.quarters:
        own = {area: int(number) for area, number in counts[quarter].items()}
        secret = {area for area, number in own.items() if is_small(number)}
        secret |= {FRANCE} if quarter in lone else set()
        hidden = hidden_areas(own, areas, secret.__contains__)
        for area in areas:
            known = area not in hidden and cover.holds(quarter)
            row = {"quarter": name_of(quarter), "area": area, "acts": own[area] if known else None}
            told.append(row | {name: whole(euros[name][quarter][area]) if known else None for name in EUROS})
    return told


def activity_rows(rows: Iterable[Mapping[str, Any]], cover: Cover, areas: Areas) -> Rows:
    """Of (quarter, place, teleconsultations, in_person) of GPs: the share of téléconsultation at the main place."""
    rows = list(rows)
    remote, in_person = (_by_quarter(rows, areas, name) for name in ("teleconsultations", "in_person"))
    told = []
    for quarter in cover.quarters:
        acts = {area: int(number) for area, number in remote[quarter].items()}
        rest = {area: int(number) for area, number in in_person[quarter].items()}
        secret = {area for area in acts if is_small(acts[area]) or is_small(rest[area])}
        hidden = hidden_areas(acts, areas, secret.__contains__)
        for area in areas:
            known = area not in hidden and cover.holds(quarter)
            row = {"quarter": name_of(quarter), "area": area}
            told.append(row | _share(acts[area], rest[area], known=known))
    return told


def hours_rows(rows: Iterable[Mapping[str, Any]], cover: Cover, areas: Areas) -> Rows:
    """Of acts whose hour is known, those out of hours, where the patient lives."""
    rows = list(rows)
    known, outside = (_by_quarter(rows, areas, name) for name in ("with_hour", "out_of_hours"))
    told = []
    for quarter in cover.quarters:
        all_of, acts = dict(known[quarter]), dict(outside[quarter])
        hidden_all = hidden_areas(all_of, areas)
        secret = {area for area in acts if is_small(acts[area]) or is_small(all_of[area] - acts[area])}
        hidden = hidden_areas(acts, areas, secret.__contains__)
        for area in areas:
            with_hour = None if area in hidden_all else all_of[area]
            number = None if area in hidden | hidden_all else acts[area]
            share = number / with_hour if number is not None and with_hour else None
            row: dict[str, Any] = {"quarter": name_of(quarter), "area": area, "acts": number}
            told.append(row | {"with_hour": with_hour, "share": share})
    return told


def specialty_rows(rows: Iterable[Mapping[str, Any]], cover: Cover, names: Iterable[str]) -> Rows:
    """Of (quarter, specialty, teleconsultations, in_person) of liberal doctors: France."""
    counts: dict[tuple[int, str], tuple[int, int]] = defaultdict(lambda: (0, 0))
    for row in rows:
        acts, rest = counts[row["quarter"], row["specialty"]]
        counts[row["quarter"], row["specialty"]] = (acts + row["teleconsultations"], rest + row["in_person"])
    names, told = list(names), []
    remote = {(quarter, name): counts[quarter, name][0] for quarter in cover.quarters for name in names}
    hidden = _hidden_specialties(remote)
    for quarter in cover.quarters:
        for name in names:
            is_told = (quarter, name) not in hidden and not is_small(counts[quarter, name][1])
            known = is_told and cover.holds(quarter)
            row = {"quarter": name_of(quarter), "specialty": name}
            told.append(row | _share(*counts[quarter, name], known=known))
    return told


def _hidden_specialties(acts: Mapping[tuple[int, str], int]) -> frozenset[tuple[int, str]]:
    """Quarters tell the sum of the specialties, `share_by_specialty` that of a year's quarters."""
    by_quarter, by_year = defaultdict(list), defaultdict(list)
    for quarter, name in acts:
        by_quarter[quarter].append((quarter, name))
        by_year[quarter // 4, name].append((quarter, name))
    hidden, lines = (
        {cell for cell, number in acts.items() if is_small(number)},
        [*by_quarter.values(), *by_year.values()],
    )
    while more := next((cell for line in lines if (cell := _protector(acts, hidden, line))), None):
        hidden.add(more)
    return frozenset(hidden)


def _protector(
    acts: Mapping[tuple[int, str], int], hidden: set[tuple[int, str]], line: list[tuple[int, str]]
) -> tuple[int, str] | None:
    """The next smallest of a line whose sum would give back its hidden cells: a lone one, or those that are all 1."""
    own = hidden.intersection(line)
    if not own or (len(own) > 1 and sum(acts[cell] for cell in own) > len(own)):
        return None
    return min(
        ((acts[cell], cell) for cell in line if cell not in own and acts[cell] > 0), default=(0, None)
    )[1]


def _share(acts: int, in_person: int, *, known: bool) -> dict[str, Any]:
    """Null where nothing in person is known: the claims hold télésanté alone."""
    if not known:
        return {"teleconsultations": None, "activity": None, "share": None}
    whole = acts + in_person if in_person else None
    return {"teleconsultations": acts, "activity": whole, "share": acts / whole if whole else None}


def _by_quarter(
    rows: Iterable[Mapping[str, Any]], areas: Areas, value: str, channel: str | None = None
) -> dict[int, dict[str, int]]:
    """Quarter → area → sum; every area stands, and every quarter asked for."""
    found: dict[int, dict[int, int]] = defaultdict(lambda: defaultdict(int))
    for row in rows:
        if channel in (None, row.get("channel")):
            found[row["quarter"]][row["place"]] += row[value]
    nothing = areas.sums({})
    sums = {quarter: areas.sums(counts) for quarter, counts in found.items()}
    return defaultdict(lambda: nothing, sums)
