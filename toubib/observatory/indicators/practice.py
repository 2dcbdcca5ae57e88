"""What part of their practice doctors have remote: téléconsultations beside consultations and visits in person."""

from __future__ import annotations

from collections import defaultdict
from typing import Any

import ibis

from toubib.observatory.claims.engine import rows_of
from toubib.observatory.claims.layouts import read_yaml
from toubib.observatory.claims.reading import Claims
from toubib.observatory.counting.rules import COUNTED, dropping
from toubib.observatory.indicators.kept import Counted
from toubib.observatory.indicators.professionals import (
    LIBERAL,
    active_places,
    in_exercise,
    kinds,
    persons_of_numbers,
)
from toubib.observatory.indicators.quarters import name_of
from toubib.observatory.indicators.suppression import shown

GENERAL = "general_practice"
OTHERS = "other"
CHANNELS = ("gp_liberal", "specialist_liberal")


def practice(claims: Claims, counted: Counted, used: Any, rows: Any, quarters: Any) -> list[dict[str, Any]]:
    """(quarter, place, specialty, teleconsultations, in_person) of liberal doctors in exercise, at the main place, specialty in words."""
    people = in_exercise(rows, quarters, kinds()[LIBERAL])
    persons = persons_of_numbers(rows)
    remote = used.filter(used.channel.isin(CHANNELS), used.stage == COUNTED).join(persons, "number")
    remote = remote.group_by("quarter", "person").aggregate(teleconsultations=ibis._.acts.sum())
    at_surgery = in_person_of(claims, counted).join(persons, "number")
    at_surgery = at_surgery.group_by("quarter", "person").aggregate(in_person=ibis._.acts.sum())
    both = people.left_join(remote, ["quarter", "person"]).drop("quarter_right", "person_right")
    both = both.left_join(at_surgery, ["quarter", "person"])
    found = both.group_by("quarter", "place", "specialty").aggregate(
        teleconsultations=both.teleconsultations.sum().fill_null(0),
        in_person=both.in_person.sum().fill_null(0),
    )
    words = {code: name for name, codes in read_yaml("pathway.yaml")["specialties"].items() for code in codes}
    return [row | {"specialty": words.get(row["specialty"], OTHERS)} for row in rows_of(found)]


def removed_of_practice(
    claims: Claims, counted: Counted, used: Any, rows: Any, quarters: Any, rules: frozenset[str]
) -> dict[str, dict[str, int | None]]:
    """Quarter → rule → acts of liberal GPs in exercise, remote and in person, that it took out of the two sums of France."""
    gps, names = kinds()["gp"], {stage: name for name, stage in dropping(rules).items()}
    remote = used.filter(used.without.isin(CHANNELS) | used.channel.isin(CHANNELS))
    dropped = counted.activity.filter(counted.activity.stage != COUNTED)
    acts = _alike(remote.mutate(stays=remote.channel.isin(CHANNELS))).union(
        _alike(in_person_of(claims, counted).mutate(stage=COUNTED, stays=True)),
        _alike(dropped.mutate(stays=True)),
    )
    people = in_exercise(rows, quarters, gps).select("quarter", "person")
    own = persons_of_numbers(rows).join(people, "person").select("quarter", "number", "person")
    at = active_places(rows, quarters, gps).group_by("quarter", "number").aggregate(places=ibis._.count())
    own = own.left_join(at, ["quarter", "number"]).select("quarter", "number", "places")
    both = acts.join(own, ["quarter", "number"])
    found = both.group_by("quarter", "stage", "stays").aggregate(
        n=ibis._.acts.sum(), more=(ibis._.acts * (ibis._.places.fill_null(1) - 1)).sum()
    )
    known = [*names.values(), *(name for name in ("health_centres", "main_place") if name in rules)]
    taken: dict[str, dict[str, int]] = defaultdict(lambda: dict.fromkeys(known, 0))
    for row in rows_of(found):
        quarter, is_counted = taken[name_of(row["quarter"])], row["stage"] == COUNTED
        if not is_counted:
            quarter[names[row["stage"]]] += row["n"]
        elif not row["stays"]:
            quarter["health_centres"] += row["n"]
        elif "main_place" in rules:
            quarter["main_place"] += row["more"]
    return {
        quarter: {rule: shown(number) for rule, number in sorted(numbers.items())}
        for quarter, numbers in sorted(taken.items())
    }


def _alike(acts: Any) -> Any:
    own = {"stage": "int8", "acts": "int64", "stays": "boolean"}
    return acts.select("quarter", "number", **{name: acts[name].cast(kind) for name, kind in own.items()})


def in_person_of(claims: Claims, counted: Counted) -> Any:
    """(quarter, number, acts) of the claims' own lines, and of the generator's table of activities, which stands for them."""
    table = counted.activity.filter(counted.activity.stage == COUNTED).drop("stage")
    activities = claims.folder / "X_ACTIVITE_PS_TRIM"
    if not activities.is_dir():
        return table
    more = claims.connection.read_parquet(str(activities / "*.parquet"))
    quarter = (more.ANNEE.cast("int32") * 4 + more.TRIMESTRE.cast("int32") - 1).cast("int32")
    acts = (more.CONSULTATIONS + more.VISITES).cast("int64")
    return table.union(more.select(quarter=quarter, number=more.PFS_PFS_NUM, acts=acts))


def specialty_words() -> tuple[str, ...]:
    """General practice first, others last."""
    return (*read_yaml("pathway.yaml")["specialties"], OTHERS)
