"""What the reform page shows: many combinations of policies over one year, with what they free, for whom, and how sure it is.

The stable face is `simulate`; this is the public document beside it, small cells hidden.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from itertools import combinations
from pathlib import Path
from typing import Any

from toubib.observatory.activity import NAME as ACTIVITY
from toubib.observatory.activity import read_activity
from toubib.observatory.choices import ALONE, COMBINED, PAYING
from toubib.observatory.indicators.suppression import hidden_shares, is_small
from toubib.observatory.payments import ASSUMPTION
from toubib.observatory.signatures import CELLS, ID, SIGNATURES, TALLY
from toubib.observatory.simulate import (
    LAW,
    Case,
    acts_in,
    counts_of,
    groups_of,
    judge,
    judge_payments,
    payments_of,
    room_of,
    with_activity,
)
from toubib.rulebook.engine.bulk import Days
from toubib.rulebook.engine.tables import connect, read_table
from toubib.rulebook.law import Law
from toubib.rulebook.policies import BadPolicy, Overlay, Policy, find_policy

AT_ONCE = 12  # cases judged in one pass: planning grows with them
MEANINGFUL = 0.2  # of the nation's claims: doctors are whole at every scale, their acts are not
HELPERS = ("pharmacist", "nurse", "orthoptist", "midwife", "psychologist", "other_professional")
FREED = {
    "zone": "patient_zone",
    "assisted": "assisted_by",
    "c2s": "c2s",
    "has_medecin_traitant": "has_medecin_traitant",
}
SCENARIOS = ("declared", "only_these_acts", "activity_less_10", "activity_more_10")
GROUPS = ("undetermined", "exempt", "above", "near", "below")
STEP, LEAST_ROUNDED = 5, 15  # doctors


def days_of_year(year: int) -> Days:
    return Days(date(year, 1, 1), date(year, 12, 31), undated=False)


def subsets(names: Iterable[str]) -> list[tuple[str, ...]]:
    """Every choice of at least one, in the order of the names."""
    own = tuple(names)
    return [chosen for size in range(1, len(own) + 1) for chosen in combinations(own, size)]


def reforms(
    *,
    acts: Path,
    activity: Path,
    year: int,
    about: Mapping[str, Any],
    on: date,
    levers: Iterable[str] = COMBINED,
    alone: Iterable[str] = ALONE,
    paying: Iterable[str] = PAYING,
) -> dict[str, Any]:
    """`about`: source, synthetic, scale (None of real claims) and what was assumed. Raises BadTable; BadPolicy, also of a
    paying policy that touches no payment."""
    known = {policy.id: policy for policy in map(find_policy, (*levers, *alone, *paying))}
    levers, alone, paying = ([find_policy(name).id for name in one] for one in (levers, alone, paying))
    _check_paying(known[name] for name in paying)
    connection = connect()
    read_activity(connection, activity, year)
    rows = acts_in(read_table(acts, connection), year)
    wanted = [*subsets(levers), *((name,) for name in alone)]
    found: dict[str, Any] = {}
    for start in range(0, len(wanted), AT_ONCE):
        cases = [
            _case(known, (), 0),
            *(_case(known, names, i) for i, names in enumerate(wanted[start : start + AT_ONCE], 1)),
        ]
        judge(connection, rows, cases, year, tuple(FREED.values()))
        found |= {
            case.name: _told(connection, case, cases[0], year) for case in cases if case.name not in found
        }
    pay_cases = [_case(known, (), 0), *(_case(known, names, i) for i, names in enumerate(subsets(paying), 1))]
    judge_payments(
        connection, with_activity(connection, rows), pay_cases[1:], pay_cases[0], days_of_year(year)
    )
    return {
        "schema": 1,
        **about,
        "computed_on": on.isoformat(),
        "year": year,
        "meaningful": about.get("scale") is None or about["scale"] >= MEANINGFUL,
        "combined": levers,
        "alone": alone,
        "paying": paying,
        "policies": {name: _policy(policy) for name, policy in known.items()},
        "tariffs": _tariffs(year),
        "cases": found,
        "payments": {
            case.name: {**payments_of(connection, case), "assumption": None} for case in pay_cases[1:]
        },
        "assumption": ASSUMPTION,
    }


def _check_paying(policies: Iterable[Policy]) -> None:
    for policy in policies:
        if not Case(policy.id, "", Overlay((policy,))).may_pay_more:
            raise BadPolicy(f"{policy.id}: touches neither reimbursement nor tariffs: it is no paying policy")


def _case(known: Mapping[str, Policy], names: tuple[str, ...], number: int) -> Case:
    return Case("+".join(names) or LAW, f"k{number}", Overlay(tuple(known[name] for name in names)))


def _policy(policy: Policy) -> dict[str, str]:
    return {"label": policy.label, "source": policy.source, "summary": policy.summary}


def _tariffs(year: int) -> dict[str, str]:
    """Of the year's last day, in euros."""
    law = Law(date(year, 12, 31), {})
    return {code: str(law.get(f"tariff.{code}")) for code in ("TCG", "G")}


def _told(connection: Any, case: Case, law: Case, year: int) -> dict[str, Any]:
    acts = counts_of(connection, case)
    groups = {name: groups_of(connection, case, year, _activity(connection, name)) for name in SCENARIOS}
    return {
        **_hidden(groups["declared"]),
        "counted_acts": acts["counted_acts"],
        "uncounted_acts": acts["uncounted_acts"],
        "unknown_acts": _unknown(connection, case),
        "excluded": acts["excluded"],
        "excluded_by": _shown(acts["excluded_by"]),
        "freed": _freed(connection, case, law),
        "room": room_of(connection, case, year),
        "sensitivity": {name: _hidden(own) for name, own in groups.items()},
    }


def _hidden(groups: Mapping[str, int]) -> dict[str, int | None]:
    """Small groups, and what protects them, are null; so is the sum of doctors where it is small, or where a lone group would be had
    from it. The others are rounded: two cases that differ by a few doctors tell no such few."""
    told = _shown({name: groups[name] for name in GROUPS})
    is_lone = list(told.values()).count(None) == 1
    everybody = None if is_lone or is_small(groups["practitioners"]) else groups["practitioners"]
    return {name: _rounded(number) for name, number in {"practitioners": everybody, **told}.items()}


def _rounded(number: int | None) -> int | None:
    """To the nearest 5, never into what is small; 0 stays."""
    return max(LEAST_ROUNDED, (number + STEP // 2) // STEP * STEP) if number else number


def _shown(cells: Mapping[str, int]) -> dict[str, int | None]:
    hidden = hidden_shares(cells)
    return {name: None if name in hidden else number for name, number in cells.items()}


def _unknown(connection: Any, case: Case) -> int:
    return int(connection.con.execute(f"SELECT sum({case.key}_unknown) FROM {TALLY}").fetchall()[0][0] or 0)  # noqa: S608


def _freed(connection: Any, case: Case, law: Case) -> dict[str, Any]:
    """Acts that the law counts and the policy does not, by what is known of the patient and the help."""
    where = f'm."{law.key}_counted" = 1 AND m."{case.key}_uncounted" = 1'
    found: dict[str, Any] = {"acts": _sum(connection, where), "by": {}}
    for name, column in FREED.items():
        value = (
            f"CASE WHEN s.{column} IN {HELPERS!r} THEN 'professional' ELSE s.{column} END"
            if name == "assisted"
            else f"s.{column}"
        )
        sql = (
            f"SELECT CAST({value} AS VARCHAR) AS cell, CAST(sum(s.acts) AS BIGINT) FROM {SIGNATURES} s JOIN marks m USING ({ID}) "  # noqa: S608
            f"WHERE {where} GROUP BY 1 ORDER BY 1"
        )
        own = {cell or "unknown": int(number) for cell, number in connection.con.execute(sql).fetchall()}
        found["by"][name] = _shown(own)
    return found


def _sum(connection: Any, where: str) -> int:
    sql = f"SELECT sum(s.acts) FROM {SIGNATURES} s JOIN marks m USING ({ID}) WHERE {where}"  # noqa: S608
    return int(connection.con.execute(sql).fetchall()[0][0] or 0)


def _activity(connection: Any, scenario: str) -> str:
    """The name of a table of activities: as declared; or where none is, the acts of this table; or a tenth less or more."""
    if scenario == "declared":
        return ACTIVITY
    seen = f"(SELECT practitioner_id AS who, sum(n) AS seen FROM {CELLS} GROUP BY 1)"  # noqa: S608
    value = {
        "only_these_acts": "coalesce(a.conventioned_acts, s.seen)",
        "activity_less_10": "a.conventioned_acts * 9 // 10",
        "activity_more_10": "a.conventioned_acts * 11 // 10",
    }[scenario]
    connection.raw_sql(
        f"CREATE OR REPLACE TEMP TABLE {scenario} AS SELECT coalesce(a.practitioner_id, s.who) AS practitioner_id, "  # noqa: S608
        f"a.practitioner_specialty, a.year, CAST({value} AS BIGINT) AS conventioned_acts, a.own_mt_acts "
        f"FROM {ACTIVITY} a FULL JOIN {seen} s ON s.who = a.practitioner_id"
    )
    return scenario
