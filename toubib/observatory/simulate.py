"""What reforms would do to the cap: acts and activities of a year, the law, each policy alone, and all together.

`law` judges each act under the law of its own date; a policy is laid over every act of the year.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date
from functools import lru_cache, partial
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import ibis

from toubib.observatory.activity import NAME as ACTIVITY
from toubib.observatory.activity import read_activity
from toubib.observatory.payments import PARTS, newly_payable, payment_sums
from toubib.observatory.signatures import (
    ALIKE,
    ID,
    MAYBE,
    SIGNATURES,
    TALLY,
    columns_read,
    condense,
    gather,
    tally_up,
)
from toubib.rulebook.engine.bulk import Days, judge_many, questions_of
from toubib.rulebook.engine.tables import connect, read_table
from toubib.rulebook.facts import all_facts
from toubib.rulebook.policies import Overlay, Policy, matches
from toubib.rulebook.policies.when import facts_of
from toubib.rulebook.rules.cap import REMOTE
from toubib.rulebook.rules.cap_status import WITHOUT_OWN_PATIENTS, Rates, cap_status, rates_of

GROUPS = {"ABOVE": "above", "NEAR": "near", "BELOW": "below", "UNDETERMINED": "undetermined"}
EXCLUDING = ("CAP.EXC_", "CAP.SUSPENDED_")
EXCLUDING_PARTS = ("exclude", "exempt", "suspend")
NEVER_COUNTED = ("CAP.NO_CAP_YET", "CAP.NOT_REMOTE", "CAP.NOT_CONVENTIONED", "CAP.NOT_A_DOCTOR")
CAP_ONLY = "cap."
LAW = "law"
PAID = "paid"
DOCTOR = "doctor"
SEEN = "seen"
OF_A_CASE = (
    "counted",
    "unknown",
    "left",
    "may_leave",
    "by_law",
    "kept",
    "open",
    "perhaps_exempt",
)  # nought where no policy does such things
SPECIALTIES = all_facts()["practitioner_specialty"].values


@dataclass(frozen=True)
class Case:
    """One row of the answer; `key` names its columns."""

    name: str
    key: str
    overlay: Overlay

    def codes(self, *kinds: str) -> set[str]:
        return {clause.code for clause in self.overlay.clauses(*kinds)}

    def takes_out(self, act: Any, *kinds: str) -> Any:
        """A boolean column, null where it is not known: does a part of the policy name the act?"""
        found = (matches(act, clause.when) for clause in self.overlay.clauses(*kinds))
        return _any(ibis.literal(one) if isinstance(one, bool) else one for one in found)

    def columns_of(self, *kinds: str) -> list[str]:
        """What `takes_out` looks at."""
        facts = {fact for clause in self.overlay.clauses(*kinds) for fact in facts_of(clause.when)}
        return [column for fact in sorted(facts) for column in all_facts()[fact].columns]

    @property
    def leaves(self) -> bool:
        """Does it take acts out of the lower side of the share too?"""
        return self.overlay.excluded_acts_leave_denominator

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
    which are of no year; the activities that name no year or no practitioner; and where the policies together say two
    things of one parameter, which they are."""

    year: int
    policies: dict[str, dict[str, Any]] = field(default_factory=dict)
    unknown_acts: dict[str, int] = field(default_factory=dict)
    sources: list[str] = field(default_factory=list)
    undated_acts: int = 0
    nameless_activities: int = 0
    disputes: list[str] = field(default_factory=list)


def simulate(*, acts: Path, activity: Path, year: int, policies: Iterable[Policy]) -> Simulation:
    """Raises BadTable."""
    connection = connect()
    nameless = read_activity(connection, activity, year)
    table = read_table(acts, connection)
    rows = acts_in(table, year)
    cases = _cases(tuple(policies))
    judge(connection, rows, cases, year)
    found = Simulation(year, sources=_sources(cases), disputes=cases[-1].overlay.disputes())
    found.nameless_activities = nameless
    found.undated_acts = int(table.act_date.isnull().sum().execute() or 0)
    for case in cases:
        found.policies[case.name] = {**groups_of(connection, case, year), **_acts(connection, case)}
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


def acts_in(table: Any, year: int) -> Any:
    first, after = ibis.date(f"{year}-01-01"), ibis.date(f"{year + 1}-01-01")
    return table.filter((table.act_date >= first) & (table.act_date < after))


def with_activity(connection: Any, rows: Any) -> Any:
    """The activity's specialty rules, and who is in it is a doctor."""
    activity = connection.table(ACTIVITY)
    known = activity.select(
        known_id=activity.practitioner_id, known_specialty=activity.practitioner_specialty
    )
    joined = rows.left_join(known, rows.practitioner_id == known.known_id)
    own = {name: joined[name] for name in rows.columns}
    own["practitioner_specialty"] = ibis.coalesce(joined.known_specialty, joined.practitioner_specialty)
    doctor = ibis.cases((joined.known_id.notnull(), DOCTOR))
    own["practitioner_profession"] = ibis.coalesce(joined.practitioner_profession, doctor)
    return joined.select(**own)


def judge(connection: Any, rows: Any, cases: list[Case], year: int, also: tuple[str, ...] = ()) -> None:
    """The table TALLY: for each practitioner and case, the acts counted, left out, and by which code; and of the cases
    that may pay more, the table PAID, one row. `also`: columns to keep in SIGNATURES."""
    days = Days(date(year, 1, 1), date(year, 12, 31), undated=False)
    more = ["is_medecin_traitant", "act_kind"] if any(case.leaves for case in cases) else []
    for case in cases:
        more += case.columns_of(*(EXCLUDING_PARTS if case.leaves else ("exempt",)))
    keep = tuple(dict.fromkeys(("practitioner_specialty", "practitioner_profession", *more, *also)))
    overlays = {case.key: case.overlay for case in cases}
    known = partial(with_activity, connection)
    condense(connection, rows, (*columns_read(overlays, ("cap",), days), *keep), days, known)
    flags = judge_many(connection.table(SIGNATURES), overlays, ("cap",), keep=(ID, *keep), days=days)
    law, profession = cases[0], flags.practitioner_profession
    marks: dict[str, Any] = {
        **{f"of_{name}": flags.practitioner_specialty == name for name in SPECIALTIES},
        MAYBE: profession.isnull() | surely(profession == DOCTOR),
    }
    for case in cases:
        marks |= _marks(flags, case, law, year)
    tally_up(connection, flags, marks)
    judge_payments(connection, known(rows), [case for case in cases if case.may_pay_more], law, days)


def judge_payments(connection: Any, rows: Any, paying: list[Case], law: Case, days: Days) -> None:
    """Prices hang on the day, the age and the sums, but few of them: acts that all questions see alike are judged once."""
    if not paying:
        return
    overlays = {case.key: case.overlay for case in (law, *paying)}
    decisions = ("reimbursement", "price")
    gather(connection, rows, questions_of(overlays, decisions, days, "outcomes"), days)
    alike = connection.table(ALIKE)
    flags = judge_many(alike, overlays, decisions, "outcomes", keep=(ID,), days=days)
    flags = flags.join(alike.select(ID, "acts"), ID)
    sums: dict[str, Any] = {}
    for case in paying:
        sums |= payment_sums(flags, case.key, law.key)
    connection.create_table(PAID, flags.aggregate(**sums), temp=True, overwrite=True)


def _marks(flags: Any, case: Case, law: Case, year: int) -> dict[str, Any]:
    key, own = case.key, case.codes(*EXCLUDING_PARTS)
    outcome = flags[f"{key}|cap"]
    says = {name.split("|")[-1]: flags[name] for name in flags.columns if name.startswith(f"{key}|cap|says|")}
    outside = _any(says.get(code) for code in NEVER_COUNTED)
    codes = [code for code in says if code in own or code.startswith(EXCLUDING)]
    left_out = (outcome == "NOT_COUNTED") & ~outside
    excluded = left_out & _any(says[code] for code in codes)
    return {
        f"{key}_counted": outcome == "COUNTED",
        f"{key}_uncounted": outcome == "NOT_COUNTED",
        f"{key}_unknown": outcome == "UNDETERMINED",
        f"{key}_excluded": excluded,
        **(_departures(flags, case, law, year) if case.leaves else {}),
        **(_exemptions(flags, case, law) if case.codes("exempt") else {}),
        **{f"{key}_by_{code}": left_out & says[code] for code in codes},
    }


def _exemptions(flags: Any, case: Case, law: Case) -> dict[str, Any]:
    """Of the acts that the law counts, or may count: those that a declared situation takes out, surely or perhaps."""
    outcome, exempts = flags[f"{law.key}|cap"], case.takes_out(flags, "exempt")
    counts, may_count = outcome == "COUNTED", outcome != "NOT_COUNTED"
    return {
        f"{case.key}_by_law": counts,
        f"{case.key}_kept": counts & ~exempts.fill_null(True),
        f"{case.key}_open": may_count & ~surely(exempts),
        f"{case.key}_perhaps_exempt": may_count & exempts.fill_null(True),
    }


def _departures(flags: Any, case: Case, law: Case, year: int) -> dict[str, Any]:
    """Acts of the doctor's activity that a policy takes out of it, surely, and perhaps though they surely do not count;
    the own patients' go with `own_mt_acts` already."""
    before, after = (flags[f"{one.key}|cap_in_denominator"] for one in (law, case))
    gone = surely(before) & ~after.fill_null(True)
    named = case.takes_out(flags, *EXCLUDING_PARTS).fill_null(True) & flags.act_kind.isin(REMOTE).fill_null(
        True
    )
    perhaps = named & before.fill_null(True) & ~surely(after) & (flags[f"{case.key}|cap"] == "NOT_COUNTED")
    if rates_of(year, case.overlay).reading == WITHOUT_OWN_PATIENTS:
        own = flags.is_medecin_traitant
        gone, perhaps = gone & ~own.fill_null(True), perhaps & ~surely(own)
    return {f"{case.key}_left": gone, f"{case.key}_may_leave": perhaps & ~gone}


def surely(column: Any) -> Any:
    return column.fill_null(False)


def _any(found: Iterable[Any]) -> Any:
    total = ibis.literal(False)
    for column in found:
        if column is not None:
            total = total | column
    return total


def look_at(connection: Any, case: Case) -> None:
    """Makes the view SEEN: what a case says of each practitioner's acts, under names that are the same for all cases."""
    tally = connection.table(TALLY)
    own = ", ".join(
        f'"{case.key}_{name}" AS "{name}"' if f"{case.key}_{name}" in tally.columns else f'0 AS "{name}"'
        for name in OF_A_CASE
    )
    connection.raw_sql(
        f"CREATE OR REPLACE TEMP VIEW {SEEN} AS SELECT practitioner_id, maybe_doctor, {own}, "  # noqa: S608
        f"{', '.join(f'of_{name}' for name in SPECIALTIES)} FROM {TALLY}"
    )


def doctors_of(activity: str) -> Any:
    """Each doctor, known or possible, of the acts or of the activities of the year, with what SEEN says of their acts."""
    numbers = (*OF_A_CASE, *(f"of_{name}" for name in SPECIALTIES))
    kinds = {"practitioner_id": "string", "maybe_doctor": "boolean", **dict.fromkeys(numbers, "int64")}
    seen = ibis.table(kinds, name=SEEN)
    seen = seen.filter(seen.practitioner_id.notnull())
    declared = {"practitioner_id": "string", "practitioner_specialty": "string"}
    acts = ibis.table(declared | dict.fromkeys(("conventioned_acts", "own_mt_acts"), "int64"), name=activity)
    own = {name: seen[name] for name in (*OF_A_CASE, "maybe_doctor")}
    both = seen.select(own_id=seen.practitioner_id, own_specialty=_most_frequent(seen), **own)
    both = both.outer_join(acts, both.own_id == acts.practitioner_id)
    return both.filter(both.maybe_doctor.fill_null(True))


@lru_cache(maxsize=256)
def _sql_of_groups(rates: Rates, activity: str) -> str:
    """Written once for all cases of the same rates: Ibis takes longer to write it than DuckDB to answer."""
    both = doctors_of(activity)
    outcome = both.select(outcome=_standing(both, rates))
    return str(ibis.to_sql(outcome.group_by("outcome").aggregate(n=outcome.count()), dialect="duckdb"))


@lru_cache(maxsize=256)
def _sql_of_room(rates: Rates) -> str:
    both = doctors_of(ACTIVITY)
    left = cap_status(_doctor(both, both.counted, both.left), rates, rates.reading)["remaining_acts"]
    ours = both.select(left=left, outcome=_standing(both, rates)).filter(
        ibis._.outcome.isin(["BELOW", "NEAR"])
    )
    return str(ibis.to_sql(ours.aggregate(n=ours.left.sum()), dialect="duckdb"))


def groups_of(connection: Any, case: Case, year: int, activity: str = ACTIVITY) -> dict[str, int]:
    """The five groups of doctors. `activity`: the table of their activities."""
    look_at(connection, case)
    sql = _sql_of_groups(rates_of(year, case.overlay), activity)
    found = dict(connection.con.execute(sql).fetchall())
    return {
        "practitioners": sum(found.values()),
        "undetermined": found.get("UNDETERMINED", 0),
        "exempt": found.get("EXEMPT", 0),
        "above": found.get("ABOVE", 0),
        "near": found.get("NEAR", 0),
        "below": found.get("BELOW", 0),
    }


def room_of(connection: Any, case: Case, year: int) -> int:
    """How many remote acts the doctors who are surely below or near could still do, their other activity unchanged."""
    look_at(connection, case)
    sql = _sql_of_room(rates_of(year, case.overlay))
    return int(connection.con.execute(sql).fetchall()[0][0] or 0)


def _standing(both: Any, rates: Rates) -> Any:
    """The group that holds whichever way the acts of unknown outcome turn out: the share is least where none of them
    counts, greatest where all do."""
    least = _status(both, rates, both.counted, both.left)
    most = _status(both, rates, both.counted + both.unknown, both.left + both.may_leave)
    exempt = surely((both.by_law > 0) & (both.open == 0))
    perhaps = surely((both.kept == 0) & (both.perhaps_exempt > 0))
    return ibis.cases(
        (exempt, "EXEMPT"), (perhaps, "UNDETERMINED"), (least == most, least), else_="UNDETERMINED"
    )


def _status(both: Any, rates: Rates, counted: Any, left: Any) -> Any:
    doctor = _doctor(both, counted, left)
    idle = surely((doctor.counted == 0) & (_activity(doctor, rates.reading) == 0))  # nought of nought
    return ibis.cases((idle, "BELOW"), else_=cap_status(doctor, rates, rates.reading)["outcome"])


def _doctor(both: Any, counted: Any, left: Any) -> SimpleNamespace:
    return SimpleNamespace(
        practitioner_specialty=ibis.coalesce(both.practitioner_specialty, both.own_specialty),
        counted=counted.fill_null(0).cast("int64"),
        conventioned_acts=(both.conventioned_acts - left.fill_null(0)).cast("int64"),
        own_mt_acts=both.own_mt_acts,
    )


def _most_frequent(tally: Any) -> Any:
    """The specialty that most of a practitioner's acts name; none where two are named as often."""
    numbers = {name: tally[f"of_{name}"] for name in SPECIALTIES}
    most = ibis.greatest(*numbers.values())
    first = sum((number == most).cast("int8") for number in numbers.values())
    named = ibis.cases(*((number == most, name) for name, number in numbers.items()))
    return ibis.cases(((most > 0) & (first == 1), named))


def _activity(doctor: Any, reading: str) -> Any:
    apart = reading == WITHOUT_OWN_PATIENTS
    return doctor.conventioned_acts - doctor.own_mt_acts if apart else doctor.conventioned_acts


def _acts(connection: Any, case: Case) -> dict[str, Any]:
    found = counts_of(connection, case)
    return found | {"newly_payable": payments_of(connection, case)} if case.may_pay_more else found


def counts_of(connection: Any, case: Case) -> dict[str, Any]:
    """Acts counted, not counted, and taken out by which code."""
    key = case.key
    prefix = f"{key}_by_"
    codes = [
        name
        for name in connection.table(TALLY).columns
        if name.startswith(prefix) and name != f"{key}_by_law"
    ]
    by_code = {name.removeprefix(prefix): _number(connection, f'sum("{name}")') for name in codes}
    return {
        "counted_acts": _number(connection, f"sum({key}_counted)"),
        "uncounted_acts": _number(connection, f"sum({key}_uncounted)"),
        "excluded": _number(connection, f"sum({key}_excluded)"),
        "excluded_by": {code: number for code, number in sorted(by_code.items()) if number},
    }


def payments_of(connection: Any, case: Case) -> dict[str, Any]:
    return newly_payable({part: _number(connection, f"{case.key}_{part}", PAID) for part in PARTS})


def _number(connection: Any, sql: str, table: str = TALLY) -> int:
    found = connection.con.execute(f"SELECT {sql} FROM {table}").fetchall()[0][0]  # noqa: S608  our own names
    return int(found or 0)
