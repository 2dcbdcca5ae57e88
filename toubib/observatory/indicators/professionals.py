"""Professionals of DA_PRA_R by quarter: who they are, of what kind, where their main place is.

The reference table is a picture a year (DTE_ANN_TRT, its last month): a quarter takes the picture of its year, or the one before, or the
first. Without those columns there is one picture.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import ibis

from toubib.observatory.claims.layouts import channels
from toubib.observatory.claims.reading import Claims
from toubib.observatory.counting.count import CORSE_DU_SUD, HAUTE_CORSE
from toubib.observatory.indicators.quarters import Cover, first_day

DAY = r"^(19|20)[0-9]{2}(0[1-9]|1[0-2])(0[1-9]|[12][0-9]|3[01])$"
LIBERAL = "liberal"  # all liberal doctors
PLACE, OFFICE = 10**4, 10**12  # one number to sort by: own number first, then the office, then the place


@dataclass(frozen=True)
class Kind:
    """A group of professionals: by specialty, by nature of exercise; `ended`: do those count who stopped within the quarter?"""

    name: str
    specialties: tuple[int, ...]
    natures: tuple[int, ...]
    channels: tuple[str, ...]
    ended: bool = False


def kinds() -> dict[str, Kind]:
    own = channels()
    liberal, gp = tuple(own["liberal"]["natures"]), tuple(own["gp"])
    others = tuple(code for code in own["doctors"] if code not in own["gp"])
    free = ("gp_liberal", "specialist_liberal", "other")
    return {
        LIBERAL: Kind(LIBERAL, tuple(own["doctors"]), liberal, free, ended=True),
        "gp": Kind("gp", gp, liberal, free, ended=True),
        "specialist": Kind("specialist", others, liberal, free, ended=True),
        "salaried_gp": Kind(
            "salaried_gp", gp, tuple(own["salaried"]["natures"]), ("company", "centre", "other")
        ),
    }


def directory(claims: Claims, rules: frozenset[str]) -> Any:
    """A row a number, office and picture: number, person, own (is it the person's own number?), office, snap, …"""
    table = claims.tables["DA_PRA_R"]
    number = table.PFS_PFS_NUM.substr(0, 8)
    chained = table.STA_PFS_NUM.substr(0, 8).nullif("") if "main_place" in rules else ibis.null("string")
    office = table.ACT_CAB_COD.fill_null(0)
    person = number if "main_place" in rules else number + "-" + office.cast("string")
    person = ibis.coalesce(chained, person)
    return table.select(
        number=number,
        person=person,
        own=(person == number) | chained.isnull(),
        office=office,
        year=table.DTE_ANN_TRT.fill_null(0),
        month=table.DTE_MOI_FIN.fill_null(12),
        specialty=table.PFS_PRA_SPE,
        nature=table.EXC_EXC_NAT,
        place=_place(table.PFS_COD_POS),
        since=_day(table.PFS_INS_DSD),
        until=ibis.ifelse(table.EXC_FIN_MTF.nullif("").notnull(), _day(table.EXC_EFF_DSD), ibis.null("date")),
    ).distinct()


def _place(postal: Any) -> Any:
    """The département's number of a postal code."""
    two = postal.substr(0, 2)
    corse = ibis.ifelse(postal.substr(0, 3).isin(["200", "201"]), CORSE_DU_SUD, HAUTE_CORSE)
    overseas = postal.substr(0, 3).try_cast("int64")
    number = ibis.cases((two == "20", corse), (two == "97", overseas), else_=two.try_cast("int64"))
    known = number.between(1, 96) | number.isin([971, 972, 973, 974, 976])
    return ibis.ifelse(known, number, 0).fill_null(0).cast("int32")


def _day(text: Any) -> Any:
    plain = text.replace("-", "")
    iso = plain.substr(0, 4) + "-" + plain.substr(4, 2) + "-" + plain.substr(6, 2)
    return ibis.ifelse(plain.re_search(DAY), iso, ibis.null("string")).try_cast("date")


def quarter_table(rows: Any, cover: Cover) -> Any:
    """Quarter, its picture and its days, as an Ibis table."""
    pictures = rows.group_by("year").aggregate(month=rows.month.max()).to_pyarrow().to_pylist()
    last = {row["year"]: row["month"] for row in pictures}
    found = []
    for quarter in cover.quarters:
        year = max((one for one in last if one <= quarter // 4), default=min(last, default=0))
        begins, ends = first_day(quarter), first_day(quarter + 1) - timedelta(days=1)
        found.append((quarter, year, last.get(year, 12), begins, ends))
    names = ("quarter", "of_year", "of_month", "begins", "ends")
    columns = {name: [row[place] for row in found] for place, name in enumerate(names)}
    kinds_of = {"quarter": "int32", "of_year": "int64", "of_month": "int64", "begins": "date", "ends": "date"}
    return ibis.memtable(_arrow(columns, kinds_of))


def _arrow(columns: dict[str, list[Any]], kinds_of: dict[str, str]) -> Any:
    import pyarrow as pa

    types = {"int32": pa.int32(), "int64": pa.int64(), "date": pa.date32()}
    return pa.table({name: pa.array(values, types[kinds_of[name]]) for name, values in columns.items()})


def active_places(rows: Any, quarters: Any, kind: Kind) -> Any:
    """The rows of persons of the kind in exercise, by quarter: one a place."""
    ours = rows.filter(rows.specialty.isin(kind.specialties))
    both = ours.join(quarters, [ours.year == quarters.of_year, ours.month == quarters.of_month])
    active = both.nature.isin(kind.natures)
    if kind.ended:
        ended = both.nature.isin(channels()["ended"]["natures"])
        active = active | (ended & (both.until > both.begins)).fill_null(False)
    return both.filter(active.fill_null(False) & (both.since.isnull() | (both.since <= both.ends)))


def in_exercise(rows: Any, quarters: Any, kind: Kind) -> Any:
    """(quarter, person, place, places, specialty): each active person of the kind once, at the main place; `places`: how many they have."""
    both = active_places(rows, quarters, kind)
    order = (
        ibis.ifelse(both.own, 0, 1).cast("int64") * OFFICE + both.office * PLACE + both.place.cast("int64")
    )
    found = (
        both.mutate(order=order)
        .group_by("quarter", "person")
        .aggregate(first=ibis._.order.min(), places=ibis._.count(), specialty=ibis._.specialty.max())
    )
    return found.select("quarter", "person", "places", "specialty", place=(found.first % PLACE).cast("int32"))


def persons_of_numbers(rows: Any) -> Any:
    """(number, person)."""
    return rows.select("number", "person").distinct()
