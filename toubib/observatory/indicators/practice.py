"""What part of their practice doctors have remote: téléconsultations beside consultations and visits in person."""

from __future__ import annotations

from typing import Any

import ibis

from toubib.observatory.claims.engine import rows_of
from toubib.observatory.claims.layouts import read_yaml
from toubib.observatory.claims.reading import Claims
from toubib.observatory.indicators.kept import Counted
from toubib.observatory.indicators.professionals import LIBERAL, in_exercise, kinds, persons_of_numbers

GENERAL = "general_practice"
OTHERS = "other"
CHANNELS = ("gp_liberal", "specialist_liberal")


def practice(claims: Claims, counted: Counted, used: Any, rows: Any, quarters: Any) -> list[dict[str, Any]]:
    """(quarter, place, specialty, teleconsultations, in_person) of liberal doctors in exercise, at the main place, specialty in words."""
    people = in_exercise(rows, quarters, kinds()[LIBERAL])
    persons = persons_of_numbers(rows)
    remote = used.filter(used.channel.isin(CHANNELS)).join(persons, "number")
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


def in_person_of(claims: Claims, counted: Counted) -> Any:
    """(quarter, number, acts) of the claims' own lines, and of the generator's table of activities, which stands for them."""
    table = counted.activity
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
