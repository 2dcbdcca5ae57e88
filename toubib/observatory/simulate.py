"""What reforms would do to the cap: acts and activities of a year, the law, each policy alone, and all together.

`law` judges each act under the law of its own date; a policy is laid over every act of the year.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

import ibis

from toubib.rulebook.engine.bulk import Days, judge_many
from toubib.rulebook.engine.tables import BadTable, connect, read_table
from toubib.rulebook.facts import Fact, all_facts, columns
from toubib.rulebook.policies import Overlay, Policy
from toubib.rulebook.rules.cap_status import WITHOUT_OWN_PATIENTS, cap_status, rates_of

GROUPS = {"ABOVE": "above", "NEAR": "near", "BELOW": "below", "UNDETERMINED": "undetermined"}
EXCLUDING = ("CAP.EXC_", "CAP.SUSPENDED_")
NEVER_COUNTED = ("CAP.NO_CAP_YET", "CAP.NOT_REMOTE", "CAP.NOT_CONVENTIONED", "CAP.NOT_A_DOCTOR")
CAP_ONLY = "cap."
MOST_ACTS = 10**9
LAW = "law"
DOCTOR = "doctor"


@dataclass(frozen=True)
class Case:
    """One row of the answer; `key` names its columns."""

    name: str
    key: str
    overlay: Overlay

    def codes(self, *kinds: str) -> set[str]:
        return {clause.code for clause in self.overlay.clauses(*kinds)}

    @property
    def may_pay_more(self) -> bool:
        """Does it touch reimbursement or tariffs?"""
        return any(
            policy.open or any(not id.startswith(CAP_ONLY) for id, _ in policy.parameters)
            for policy in self.overlay.policies
        )


@dataclass
class Simulation:
    """The answer in the form of the stable face; the acts whose status is not known, by case; the acts without a date,
    which are of no year; and where the policies together say two things of one parameter, which they are."""

    year: int
    policies: dict[str, dict[str, Any]] = field(default_factory=dict)
    unknown_acts: dict[str, int] = field(default_factory=dict)
    sources: list[str] = field(default_factory=list)
    undated_acts: int = 0
    disputes: list[str] = field(default_factory=list)


def activity_facts() -> dict[str, Fact]:
    """The columns of a table of activities."""
    return {
        "practitioner_id": all_facts()["practitioner_id"],
        "practitioner_specialty": all_facts()["practitioner_specialty"],
        "year": Fact("year", "int", "l’année", least=2000, most=2100),
        "conventioned_acts": Fact("conventioned_acts", "int", "l’activité conventionnée", most=MOST_ACTS),
        "own_mt_acts": Fact("own_mt_acts", "int", "les actes sur ses propres patients", most=MOST_ACTS),
    }


def simulate(*, acts: Path, activity: Path, year: int, policies: Iterable[Policy]) -> Simulation:
    """Raises BadTable."""
    connection = connect()
    doctors = _activity_of(connection, activity, year)
    table = read_table(acts, connection)
    rows = _acts_of(connection, table, doctors, year)
    cases = _cases(tuple(policies))
    _judge(connection, rows, cases, year)
    found = Simulation(year, sources=_sources(cases), disputes=cases[-1].overlay.disputes())
    found.undated_acts = int(table.act_date.isnull().sum().execute() or 0)
    for case in cases:
        found.policies[case.name] = {**_groups(connection, case, year), **_acts(connection, case, cases[0])}
        found.unknown_acts[case.name] = _number(connection, f"sum({case.key}_unknown)")
    return found


def _cases(policies: tuple[Policy, ...]) -> list[Case]:
    cases = [Case(LAW, "k0", Overlay())]
    cases += [Case(policy.id, f"k{i}", Overlay((policy,))) for i, policy in enumerate(policies, 1)]
    if len(policies) > 1:
        cases.append(Case("+".join(policy.id for policy in policies), f"k{len(cases)}", Overlay(policies)))
    return cases


def _sources(cases: list[Case]) -> list[str]:
    policies = {policy.id: policy for case in cases for policy in case.overlay.policies}
    return [f"{policy.id}: {policy.label} ({policy.source})" for policy in policies.values()]


def _activity_of(connection: Any, path: Path, year: int) -> str:
    """The table of the year's activities, one row a practitioner."""
    table = read_table(path, connection, activity_facts())
    asked = table.filter((table.year == year) & table.practitioner_id.notnull())
    connection.create_table("activity", asked.select(*activity_facts()), temp=True)
    twice = connection.con.execute(
        "SELECT practitioner_id FROM activity GROUP BY 1 HAVING count(*) > 1 ORDER BY 1 LIMIT 1"
    ).fetchall()
    if twice:
        raise BadTable(path, 1, "practitioner_id", f"{twice[0][0][:60]} stands twice for {year}")
    return "activity"


def _acts_of(connection: Any, table: Any, doctors: str, year: int) -> Any:
    """The year's acts; the activity's specialty rules, and who is in it is a doctor."""
    activity = connection.table(doctors)
    first, after = ibis.date(f"{year}-01-01"), ibis.date(f"{year + 1}-01-01")
    here = table.filter((table.act_date >= first) & (table.act_date < after))
    known = activity.select(
        known_id=activity.practitioner_id, known_specialty=activity.practitioner_specialty
    )
    joined = here.left_join(known, here.practitioner_id == known.known_id)
    own = {name: joined[name] for name in columns()}
    own["practitioner_specialty"] = ibis.coalesce(joined.known_specialty, joined.practitioner_specialty)
    doctor = ibis.cases((joined.known_id.notnull(), DOCTOR))
    own["practitioner_profession"] = ibis.coalesce(joined.practitioner_profession, doctor)
    return joined.select(**own)


def _judge(connection: Any, rows: Any, cases: list[Case], year: int) -> None:
    """The table `tally`: for each practitioner and case, the acts counted, left out, and by which code."""
    paying = [case for case in cases if case.may_pay_more]
    judged = {case.key: case.overlay for case in cases}
    decisions = ("cap", "reimbursement", "price") if paying else ("cap",)
    days = Days(date(year, 1, 1), date(year, 12, 31), undated=False)
    leave = any(case.overlay.excluded_acts_leave_denominator for case in cases)
    more = ["is_medecin_traitant"] if leave else []
    keep = ("practitioner_id", "practitioner_specialty", "practitioner_profession", *more)
    flags = judge_many(rows, judged, decisions, keep=keep, days=days)
    law = cases[0]
    profession = flags.practitioner_profession
    sums: dict[str, Any] = {
        "practitioner_specialty": flags.practitioner_specialty.max(),
        "maybe_doctor": (profession.isnull() | surely(profession == DOCTOR)).any(),
    }
    for case in cases:
        sums |= _sums(flags, case, law, year)
    for case in paying:
        sums |= _payments(flags, case, law)
    tally = flags.group_by("practitioner_id").aggregate(**sums)
    connection.create_table("tally", tally, temp=True)


def _sums(flags: Any, case: Case, law: Case, year: int) -> dict[str, Any]:
    key, own = case.key, case.codes("exclude", "exempt", "suspend")
    outcome = flags[f"{key}|cap"]
    says = {name.split("|")[-1]: flags[name] for name in flags.columns if name.startswith(f"{key}|cap|says|")}
    outside = _any(says.get(code) for code in NEVER_COUNTED)
    codes = [code for code in says if code in own or code.startswith(EXCLUDING)]
    left_out = (outcome == "NOT_COUNTED") & ~outside
    excluded = left_out & _any(says[code] for code in codes)
    exempted = left_out & _any(says[code] for code in codes if code in case.codes("exempt"))
    by_law = flags[f"{law.key}|cap"] == "COUNTED"
    return {
        f"{key}_counted": _count(outcome == "COUNTED"),
        f"{key}_uncounted": _count(outcome == "NOT_COUNTED"),
        f"{key}_unknown": _count(outcome == "UNDETERMINED"),
        f"{key}_excluded": _count(excluded),
        f"{key}_by_law": _count(by_law),
        f"{key}_exempted": _count(exempted & by_law),
        f"{key}_left": _count(_leaves(flags, case, law, year)),
        **{f"{key}_by_{code}": _count(left_out & says[code]) for code in codes},
    }


def _leaves(flags: Any, case: Case, law: Case, year: int) -> Any:
    """Acts of the doctor's activity that a policy takes out of it; the own patients' go with `own_mt_acts` already."""
    if not case.overlay.excluded_acts_leave_denominator:
        return flags.practitioner_id.isnull() & flags.practitioner_id.notnull()
    before, after = (flags[f"{one.key}|cap_in_denominator"] for one in (law, case))
    gone = surely(before) & ~after.fill_null(True)
    apart = rates_of(year, case.overlay).reading == WITHOUT_OWN_PATIENTS
    return gone & ~surely(flags.is_medecin_traitant) if apart else gone


def _payments(flags: Any, case: Case, law: Case) -> dict[str, Any]:
    """Acts that it makes payable, and what the AMO would pay beyond the law."""
    now, then = (flags[f"{one.key}|reimbursement"] for one in (law, case))
    before, after = (
        ibis.ifelse(flags[f"{one.key}|price"] == "FIXED", flags[f"{one.key}|price_amo"], ibis.null("int64"))
        for one in (law, case)
    )
    payable = (then == "YES") & (now != "YES")
    already = (then == "YES") & (now == "YES")
    more = ibis.cases((payable, after), (already, after - before))
    return {
        f"{case.key}_payable": _count((then == "YES") & (now == "NO")),
        f"{case.key}_cost": more.sum().fill_null(0),
        f"{case.key}_unpriced": _count((payable | already) & more.isnull()),
    }


def surely(column: Any) -> Any:
    return column.fill_null(False)


def _any(found: Iterable[Any]) -> Any:
    total = ibis.literal(False)
    for column in found:
        if column is not None:
            total = total | column
    return total


def _count(where: Any) -> Any:
    return surely(where).cast("int32").sum().fill_null(0)


def _groups(connection: Any, case: Case, year: int) -> dict[str, int]:
    """The five groups of doctors, known or possible: of the acts or of the activities of the year."""
    tally, activity = connection.table("tally"), connection.table("activity")
    tally = tally.filter(tally.practitioner_id.notnull())
    both = tally.select(
        own_id=tally.practitioner_id,
        own_specialty=tally.practitioner_specialty,
        counted=tally[f"{case.key}_counted"],
        left=tally[f"{case.key}_left"],
        exempted=tally[f"{case.key}_exempted"],
        by_law=tally[f"{case.key}_by_law"],
        maybe_doctor=tally.maybe_doctor,
    ).outer_join(activity, ibis._.own_id == activity.practitioner_id)
    both = both.filter(both.maybe_doctor.fill_null(True))
    doctor = both.select(
        practitioner_specialty=ibis.coalesce(both.practitioner_specialty, both.own_specialty),
        counted=both.counted.fill_null(0).cast("int64"),
        conventioned_acts=(both.conventioned_acts - both.left.fill_null(0)).cast("int64"),
        own_mt_acts=both.own_mt_acts,
        exempt=surely((both.by_law > 0) & (both.exempted == both.by_law)),
    )
    rates = rates_of(year, case.overlay)
    status = cap_status(doctor, rates, rates.reading)["outcome"]
    idle = surely((doctor.counted == 0) & (_activity(doctor, rates.reading) == 0))  # nought of nought
    outcome = doctor.select(outcome=ibis.cases((doctor.exempt, "EXEMPT"), (idle, "BELOW"), else_=status))
    sql = ibis.to_sql(outcome.group_by("outcome").aggregate(n=outcome.count()), dialect="duckdb")
    found = dict(connection.con.execute(sql).fetchall())
    return {
        "practitioners": sum(found.values()),
        "undetermined": found.get("UNDETERMINED", 0),
        "exempt": found.get("EXEMPT", 0),
        "above": found.get("ABOVE", 0),
        "near": found.get("NEAR", 0),
        "below": found.get("BELOW", 0),
    }


def _activity(doctor: Any, reading: str) -> Any:
    apart = reading == WITHOUT_OWN_PATIENTS
    return doctor.conventioned_acts - doctor.own_mt_acts if apart else doctor.conventioned_acts


def _acts(connection: Any, case: Case, law: Case) -> dict[str, Any]:
    key = case.key
    prefix = f"{key}_by_"
    codes = [
        name
        for name in connection.table("tally").columns
        if name.startswith(prefix) and name != f"{key}_by_law"
    ]
    by_code = {name.removeprefix(prefix): _number(connection, f'sum("{name}")') for name in codes}
    found: dict[str, Any] = {
        "counted_acts": _number(connection, f"sum({key}_counted)"),
        "uncounted_acts": _number(connection, f"sum({key}_uncounted)"),
        "excluded": _number(connection, f"sum({key}_excluded)"),
        "excluded_by": {code: number for code, number in sorted(by_code.items()) if number},
    }
    if case.may_pay_more:
        cost = _number(connection, f"sum({key}_cost)")
        sign = "-" if cost < 0 else ""
        found["newly_payable"] = {
            "acts": _number(connection, f"sum({key}_payable)"),
            "amo_cost": f"{sign}{abs(cost) // 100}.{abs(cost) % 100:02d}",
            "unpriced": _number(connection, f"sum({key}_unpriced)"),
        }
    return found


def _number(connection: Any, sql: str) -> int:
    found = connection.con.execute(f"SELECT {sql} FROM tally").fetchall()[0][0]  # noqa: S608  our own names
    return int(found or 0)
