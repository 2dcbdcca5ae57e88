"""REPSS indicator 1: the share of liberal GPs with at least one téléconsultation in the quarter, each once, at the main place.

Variants that the sheet asks for: specialists, salaried GPs; and the other denominator, GPs with a billed act.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import ibis

from toubib.observatory.claims.engine import rows_of
from toubib.observatory.counting.rules import COUNTED, dropping
from toubib.observatory.indicators.areas import FRANCE, Areas
from toubib.observatory.indicators.professionals import (
    Kind,
    active_places,
    in_exercise,
    persons_of_numbers,
)
from toubib.observatory.indicators.quarters import Cover, name_of, quarter_of
from toubib.observatory.indicators.suppression import hidden_areas, is_small, shown

TELECONSULTATION = "TC"
MAIN_PLACE_USERS = "main_place_users"  # of the places that main_place took away, those of users
Counts = dict[int, dict[int, int]]


@dataclass
class Adoption:
    """By quarter and département's number: professionals, those with a téléconsultation; and what each rule removed in France."""

    professionals: Counts
    users: Counts
    removed: dict[str, dict[str, int | None]]


def adoption(
    used: Any, rows: Any, quarters: Any, kind: Kind, rules: frozenset[str], billed: Any = None
) -> Adoption:
    """`used`: by professional; `rows`, `quarters`: of `professionals`; `billed`: (quarter, number) to which the denominator is
    narrowed."""
    people = in_exercise(rows, quarters, kind)
    if billed is not None:
        here = active_places(rows, quarters, kind).semi_join(billed, ["quarter", "number"])
        here = here.group_by("quarter", "person").aggregate(billed_places=ibis._.count())
        whose = billed.join(persons_of_numbers(rows), "number").select("quarter", "person").distinct()
        people = people.semi_join(whose, ["quarter", "person"]).left_join(here, ["quarter", "person"])
        people = people.mutate(places=people.billed_places.fill_null(1))
        people = people.select("quarter", "person", "place", "places")
    both = people.left_join(users_of(used, rows, kind), ["quarter", "person"])
    both = both.drop("quarter_right", "person_right")
    both = both.left_join(used_places(used, rows, quarters, kind), ["quarter", "person"])
    found = both.group_by(
        "quarter", "place", reached=both.stage.fill_null(-1), without=both.without.fill_null(-1)
    ).aggregate(
        n=ibis._.count(),
        more=(ibis._.places - 1).sum(),
        more_users=(ibis._.used_places.fill_null(1) - 1).sum(),
    )
    return _told(rows_of(found), rules)


def _told(rows: list[dict[str, Any]], rules: frozenset[str]) -> Adoption:
    """Whoever a rule kept out is told by the last one that did: what moves lines to a centre comes after what drops them."""
    professionals: Counts = defaultdict(lambda: defaultdict(int))
    users: Counts = defaultdict(lambda: defaultdict(int))
    removed: dict[str, dict[str, int]] = defaultdict(lambda: defaultdict(int))
    names = {stage: name for name, stage in dropping(rules).items()}
    for row in rows:
        professionals[row["quarter"]][row["place"]] += row["n"]
        taken, furthest = removed[name_of(row["quarter"])], max(row["reached"], row["without"])
        if "main_place" in rules:
            taken["main_place"] += row["more"]
            taken[MAIN_PLACE_USERS] += row["more_users"] if row["reached"] == COUNTED else 0
        if "health_centres" in rules:
            taken["health_centres"] += row["n"] if row["reached"] != COUNTED == furthest else 0
        if row["reached"] == COUNTED:
            users[row["quarter"]][row["place"]] += row["n"]
        elif furthest in names:
            taken[names[furthest]] += row["n"]
    told = {
        quarter: {rule: shown(number) for rule, number in sorted(numbers.items())}
        for quarter, numbers in sorted(removed.items())
    }
    return Adoption(professionals, users, told)


def removed_beside(found: Adoption, among: Adoption) -> dict[str, dict[str, int | None]]:
    """What each rule removed of professionals who are among others whose numbers are told too: a small difference is secret."""
    told = {quarter: among.removed.get(quarter, {}) for quarter in found.removed}
    return {
        quarter: {
            rule: None if is_small((told[quarter].get(rule) or 0) - (number or 0)) else number
            for rule, number in numbers.items()
        }
        for quarter, numbers in found.removed.items()
    }


def by_professional(acts: Any) -> Any:
    """(quarter, number, channel, without, stage, acts): téléconsultations by the stage that they reached; `without`: the channel that they
    would be of if centres were not looked for. Acts are read once for all kinds."""
    ours = acts.filter(acts.family == TELECONSULTATION)
    keys = {"quarter": quarter_of(ours.day), "number": ours.professional, "channel": ours.channel}
    without = ours.moved_from.coalesce(ours.channel)
    return ours.group_by(**keys, without=without, stage=ours.stage).aggregate(acts=ours.acts.sum())


def users_of(used: Any, rows: Any, kind: Kind) -> Any:
    """(quarter, person, stage, without) of those who used it in the kind's channels: the furthest stage that their acts reached, and the
    same of acts that would be in those channels if centres were not looked for; null where there are none."""
    ours, others = used.channel.isin(kind.channels), used.without.isin(kind.channels)
    joined = used.filter(ours | others).join(persons_of_numbers(rows), "number")
    ours, others = joined.channel.isin(kind.channels), joined.without.isin(kind.channels)
    return joined.group_by("quarter", "person").aggregate(
        stage=joined.stage.max(where=ours).cast("int32"),
        without=joined.stage.max(where=others).cast("int32"),
    )


def used_places(used: Any, rows: Any, quarters: Any, kind: Kind) -> Any:
    """(quarter, person, used_places): at how many of their places the number has a counted act; each would be a user by itself."""
    ours = used.filter(used.channel.isin(kind.channels), used.stage == COUNTED)
    ours = ours.select("quarter", "number").distinct()
    places = active_places(rows, quarters, kind).semi_join(ours, ["quarter", "number"])
    return places.group_by("quarter", "person").aggregate(used_places=ibis._.count())


def adoption_rows(
    found: Adoption, cover: Cover, areas: Areas, among: Adoption | None = None
) -> list[dict[str, Any]]:
    """The rows of the stable face, small cells hidden; quarters that the claims do not cover have no numerator. `among`: whose rows are
    told beside and hold these professionals: a small difference from theirs is secret too."""
    told = []
    for quarter in cover.quarters:
        gps = areas.sums(found.professionals.get(quarter, {}))
        users = areas.sums(found.users.get(quarter, {}))
        all_gps = gps if among is None else areas.sums(among.professionals.get(quarter, {}))
        hidden_gps = hidden_areas(gps, areas, _is_near(all_gps, gps))
        hidden = hidden_areas(users, areas, _is_secret(gps, users))
        for area in areas:
            with_one = None if area in hidden or not cover.holds(quarter) else users[area]
            number = None if area in hidden_gps else gps[area]
            rate = with_one / number if with_one is not None and number else None
            row: dict[str, Any] = {"quarter": name_of(quarter), "area": area, "gps": number}
            told.append(row | {"with_teleconsultation": with_one, "rate": rate})
    return told


def _is_secret(gps: dict[str, int], users: dict[str, int]) -> Callable[[str], bool]:
    """Small, or so near to all that those without one are few."""
    return lambda area: is_small(users[area]) or (users[area] > 0 and is_small(gps[area] - users[area]))


def _is_near(all_gps: dict[str, int], gps: dict[str, int]) -> Callable[[str], bool]:
    return lambda area: is_small(gps[area]) or is_small(all_gps[area] - gps[area])


def target_table(rows: list[dict[str, Any]], target: float, areas: Areas) -> dict[str, dict[str, int]]:
    """Table 2 of the sheet: by quarter, how many départements reach the national target, and how many cannot be told."""
    found: dict[str, dict[str, int]] = {}
    departements = set(areas.departements)
    for row in rows:
        counts = found.setdefault(row["quarter"], {"reached": 0, "not_reached": 0, "untold": 0})
        if row["area"] in departements:
            rate = row["rate"]
            counts["untold" if rate is None else "reached" if rate >= target else "not_reached"] += 1
    return found


def national_rate(rows: list[dict[str, Any]]) -> dict[str, float | None]:
    """Table 1: quarter → the rate of France."""
    return {row["quarter"]: row["rate"] for row in rows if row["area"] == FRANCE}
