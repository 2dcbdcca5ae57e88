"""What a téléconsultation or a télé-expertise costs, and who pays which part of it.

NGAP 14.9.3 and the conventions for the tariffs; R. 160-5 ff. CSS for the shares; L. 160-13 II CSS for the
participation. Always an estimate on what was said: only the caisse decides. All amounts are in cents.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import ibis
from dateutil.easter import easter

from toubib.rulebook.days import AFTER_EASTER, FIXED_HOLIDAYS
from toubib.rulebook.engine.clauses import Domains
from toubib.rulebook.engine.tree import (
    Answer,
    Bool,
    Gate,
    Leaf,
    Select,
    Tree,
    Way,
    all_of,
    answer,
    any_of,
    as_column,
    either,
    negate,
    number_where,
    surely,
    text_where,
)
from toubib.rulebook.facts import LAST_YEAR
from toubib.rulebook.law import Law
from toubib.rulebook.rules.decision import after_the_law_known

DROM = ("971", "972", "973", "974", "976")
YEARS = range(2018, LAST_YEAR + 1)  # of the public holidays that move
SPECIAL = ("TCS.psychiatry", "TCS.neurology", "TCS.gynaecology", "TCS.ophthalmology")
# Refusals with which no overrun is reckoned: a company may ask for none, a doctor outside the convention sets the price
NO_OVERRUN_OWED = ("REIMB.COMPANY_NOT_APPROVED", "REIMB.DOCTOR_NOT_CONVENTIONED")
OTHER = "TCS.other"  # of every other specialty
AMOUNTS = ("tariff", "amo", "amc", "public", "patient")


@dataclass(frozen=True)
class Price:
    """Columns of the price: `yes` and `no` are the amounts in cents of either answer on reimbursement."""

    outcome: Any
    missing: dict[str, Bool]
    code: Any
    yes: dict[str, Any]
    no: dict[str, Any]
    fixed: dict[str, Any]
    remarks: list[Way]


@dataclass(frozen=True)
class Paid:
    """The answers on reimbursement: of any act; of a téléconsultation alone; the same but for the refusals of
    NO_OVERRUN_OWED; of a télé-expertise alone."""

    any: Answer
    remote: Answer
    others: Answer
    expertise: Answer


@dataclass
class _Parts:
    """`base`: the key letter; `priced`: the same, NO_TARIFF where no convention binds the doctor's fees."""

    base: Answer
    priced: Answer
    cents: dict[str, int]
    additions: list[tuple[str, int, Answer]]
    rate: Answer
    solidarity: Answer
    covered: Answer
    exempt: Answer


def price(act: Any, law: Law, paid: Paid, domains: Domains) -> Price:
    """Amounts, what is missing of them, and what is said."""
    cents = _tariffs(law)
    parts = _Parts(
        answer(_base(act, law, cents), domains),
        answer(_base(act, law, cents, free=True), domains),
        cents,
        _additions(act, law, domains),
        answer(_rate(act, law), domains),
        answer(_of_teleconsultation(act, _yes_no(_covered(act, law)), "no"), domains),
        answer(_yes_no(_covered(act, law)), domains),
        answer(_exempt(act, law), domains),
    )
    return _assemble(act, law, paid, parts)


def _tariffs(law: Law) -> dict[str, int]:
    found = {id: law.cents(f"tariff.{id}") for id in ("TCG", "TC", *SPECIAL, OTHER)}
    if law.is_true("te.payable"):
        found |= {id: law.cents(f"tariff.{id}") for id in ("TE2", "TE2.drom")}
    return {id: value for id, value in found.items() if value is not None}


def _base(act: Any, law: Law, cents: dict[str, int], *, free: bool = False) -> Tree:
    """The key letter: by kind, specialty and sector. `free`: none binds a doctor outside the convention."""
    nothing = Leaf("NO_TARIFF")
    by_doctor = _by_specialty(act, law, cents) if "TC" in cents else nothing
    if free:
        by_doctor = Select(act.practitioner_sector, ((("none",), nothing),), by_doctor)
    expertise: Tree = nothing
    if "TE2" in cents:
        expertise = Select(act.patient_departement, ((DROM, Leaf("TE2.drom")),), Leaf("TE2"))
    return Select(
        act.act_kind,
        ((("teleconsultation",), _if_doctor(act, by_doctor)), (("tele_expertise",), expertise)),
        nothing,
    )


def _by_specialty(act: Any, law: Law, cents: dict[str, int]) -> Tree:
    """TCG, or since 2023 a TCS; that of ophthalmology is known of the optician's shop alone."""
    rest = _at_binding_tariff(act, law, OTHER) if OTHER in cents else Leaf("TC")
    branches = [(("general_practice",), _at_binding_tariff(act, law, "TCG"))]
    for id in SPECIAL:
        if id in cents:
            letter = _at_binding_tariff(act, law, id)
            if id == "TCS.ophthalmology":
                letter = Select(act.place_type, ((("optician",), letter),), rest)
            branches.append(((id.removeprefix("TCS."),), letter))
    return Select(act.practitioner_specialty, tuple(branches), rest)


def _at_binding_tariff(act: Any, law: Law, letter: str) -> Tree:
    """The letter, or TC in sector 2 with an overrun that may be asked."""
    overrun = law.is_true("reimb.company_overrun_forbidden") and act.practitioner_employer == "company"
    covered = (act.c2s | act.ame) if law.is_true("c2s.overrun_forbidden") else False
    bound = any_of(act.overrun_cents == 0, overrun, covered)
    return Select(
        act.practitioner_sector, ((("s2",), either(bound, Leaf(letter), Leaf("TC"))),), Leaf(letter)
    )


def _if_doctor(act: Any, tree: Tree, other: str = "NO_TARIFF") -> Tree:
    return Select(act.practitioner_profession, ((("doctor",), tree),), Leaf(other))


def _of_teleconsultation(act: Any, tree: Tree, other: str) -> Tree:
    return Select(act.act_kind, ((("teleconsultation",), tree),), Leaf(other))


def _yes_no(when: Bool) -> Gate:
    return either(when, Leaf("yes"), Leaf("no"))


def _additions(act: Any, law: Law, domains: Domains) -> list[tuple[str, int, Answer]]:
    """MEG (young child), MOP (old age) and MHP (outside hours, not regulated), for general practice."""
    child, old = law.number("tariff.addon.MEG.under_age"), law.number("tariff.addon.MOP.over_age")
    asked: list[tuple[str, Bool]] = []
    if child is not None:
        asked.append(("MEG", act.patient_age < child))
    if old is not None:
        asked.append(("MOP", act.patient_age > old))
    if law.cents("tariff.addon.MHP"):
        asked.append(("MHP", all_of(act.regulated_by == "none", _outside_hours(act, law))))
    found = []
    for name, when in asked:
        cents = law.cents(f"tariff.addon.{name}")
        if cents:
            tree = Select(act.practitioner_specialty, ((("general_practice",), _yes_no(when)),), Leaf("no"))
            whole = _of_teleconsultation(act, _if_doctor(act, tree, "no"), "no")
            found.append((name, cents, answer(whole, domains)))
    return found


def _outside_hours(act: Any, law: Law) -> Bool:
    minutes, day = act.act_time_minutes, act.act_date.day_of_week.index()
    morning, night, saturday = (
        _minutes(str(law.value(f"tariff.addon.MHP.{name}")))
        for name in ("morning_until", "night_from", "saturday_from")
    )
    return any_of(
        minutes < morning,
        minutes >= night,
        day == 6,
        all_of(day == 5, minutes >= saturday),
        _is_public_holiday(act.act_date),
    )


def _minutes(text: str) -> int:
    hours, minutes = text.split(":")
    return int(hours) * 60 + int(minutes)


def _is_public_holiday(day: Any) -> Bool:
    """One of the eleven days of L. 3133-1 of the Code du travail."""
    moved = [easter(year) + timedelta(days) for year in YEARS for days in AFTER_EASTER]
    return any_of(
        (day.month() * 100 + day.day()).isin(FIXED_HOLIDAYS),
        day.isin([ibis.date(one.isoformat()) for one in moved]),
    )


def _rate(act: Any, law: Law) -> Tree:
    """The share of the AMO in per cent."""
    standard, regional = law.number("amo.rate.standard"), law.number("amo.rate.alsace_moselle")
    if standard is None or regional is None:
        return Leaf("100")  # no tariff in force that day either
    usual, local = Leaf(_per_cent(standard)), Leaf(_per_cent(regional))
    full = any_of(
        law.is_true("reimb.covid_full_coverage"),
        act.patient_ald & act.ald_related,
        act.maternity,
        act.work_accident,
    )
    tree = either(full, Leaf("100"), either(act.alsace_moselle, local, usual))
    return _of_teleconsultation(act, tree, "100")


def _per_cent(rate: int | float) -> str:
    return str(round(rate * 100))


def _covered(act: Any, law: Law) -> Bool:
    """C2S or AME: the State pays what the AMO does not."""
    return any_of(
        law.is_true("c2s.copayment_public") and act.c2s, law.is_true("ame.copayment_public") and act.ame
    )


def _exempt(act: Any, law: Law) -> Tree:
    """From the participation forfaitaire."""
    age = law.number("participation.exempt_under_age")
    exempted = any_of(
        age is not None and act.patient_age < age,
        law.is_true("participation.exempt.c2s") and act.c2s,
        law.is_true("participation.exempt.ame") and act.ame,
        law.is_true("participation.exempt.maternity") and act.maternity,
        law.is_true("participation.exempt.ald") and act.patient_ald,
        law.is_true("participation.exempt.at_mp") and act.work_accident,
        not law.is_true("participation.applies_to_teleconsultation"),
    )
    return _of_teleconsultation(act, _yes_no(exempted), "yes")


@dataclass(frozen=True)
class _Participation:
    """`due` in cents, null where unknown; `missing` by fact; `open`: can any of it still be due?"""

    due: Any
    missing: dict[str, Any]
    open: Any


def _participation(act: Any, law: Law) -> _Participation:
    """What is still due of it, under the ceilings of the day and of the year."""
    amount, daily, yearly = (
        law.cents(f"participation.{name}") or 0 for name in ("amount", "daily_max", "yearly_max")
    )
    today, year = act.participation_paid_today_cents, act.participation_paid_year_cents
    over_day, over_year = surely(today >= daily), surely(year >= yearly)
    rest = ibis.least(ibis.literal(amount), daily - today, yearly - year)
    due = number_where((over_day | over_year, ibis.literal(0)), (today.notnull() & year.notnull(), rest))
    missing = {
        "participation_paid_today": today.isnull() & ~over_year,
        "participation_paid_year": year.isnull() & ~over_day,
    }
    return _Participation(due, missing, ~over_day & ~over_year)


def _assemble(act: Any, law: Law, paid: Paid, parts: _Parts) -> Price:
    share = _participation(act, law)
    company = all_of(law.is_true("reimb.company_overrun_forbidden"), act.practitioner_employer == "company")
    bound = any_of(company, all_of(law.is_true("te.overrun_forbidden"), act.act_kind == "tele_expertise"))
    owed = _overrun_owed(act, bound)
    tariff = _tariff(parts)
    yes = _amounts_if_paid(tariff, share.due, owed, parts, law)
    no = _amounts_if_not(act, tariff, owed, parts)
    missing = _missing(act, law, paid, parts, share, company, bound)
    nothing = parts.priced.is_certain("NO_TARIFF")
    asked = {fact: all_of(where, negate(nothing)) for fact, where in missing.items()}
    outcome = ibis.cases(
        (as_column(nothing), "NOT_APPLICABLE"),
        (as_column(any_of(*asked.values())), "UNDETERMINED"),
        else_="FIXED",
    )
    accepted = as_column(paid.any.is_certain("YES"))
    fixed = {name: _if_fixed(outcome, accepted, yes[name], no[name]) for name in AMOUNTS}
    code = text_where((negate(nothing), _code(parts)))
    remarks = [*_remarks(act, company, parts, share, paid.any), *_doubts(act, law, parts)]
    return Price(outcome, asked, code, yes, no, fixed, remarks)


def _amounts_if_not(act: Any, tariff: Any, owed: Any, parts: _Parts) -> dict[str, Any]:
    """The patient owes the tariff, if any binds the doctor; of an advice between professionals, nothing."""
    zero, between = ibis.literal(0), act.act_kind == "tele_expertise"
    bound = negate(parts.priced.can_be("NO_TARIFF"))
    return {
        "tariff": number_where((between, zero), (bound, tariff)),
        **dict.fromkeys(("amo", "amc", "public"), zero),
        "patient": number_where((between, zero), (bound, tariff + owed)),
    }


def _overrun_owed(act: Any, bound: Bool) -> Any:
    """In cents, null where unknown: one of a company or of a télé-expertise is never due."""
    if bound is False:
        return act.overrun_cents
    nothing = surely(act.overrun_cents == 0) | surely(bound)
    return number_where((nothing, ibis.literal(0)), (surely(~bound), act.overrun_cents))


def _if_fixed(outcome: Any, accepted: Any, yes: Any, no: Any) -> Any:
    is_fixed = outcome == "FIXED"
    return number_where((is_fixed & accepted, yes), (is_fixed, no))


def _code(parts: _Parts) -> Any:
    """The key letter where only one can be, whatever its tariff."""
    letters: dict[str, list[Bool]] = {}
    for name, can in parts.base.can.items():
        letters.setdefault(name.split(".")[0], []).append(can)
    can_be = {letter: any_of(*cans) for letter, cans in letters.items()}
    return text_where(
        *(
            (negate(any_of(*(can for other, can in can_be.items() if other != letter))), letter)
            for letter in can_be
        )
    )


def _tariff(parts: _Parts) -> Any:
    """Key letter and additions in cents, null where one of them is unknown."""
    total = _chosen(parts.base.certain, parts.cents)
    for _, cents, added in parts.additions:
        total = total + _chosen(added.certain, {"yes": cents, "no": 0})
    return total


def _chosen(certain: dict[str, Bool], values: dict[str, int]) -> Any:
    return number_where(
        *((where, ibis.literal(values[name])) for name, where in certain.items() if name in values)
    )


def _amounts_if_paid(tariff: Any, due: Any, owed: Any, parts: _Parts, law: Law) -> dict[str, Any]:
    """Each share is rounded to the cent; the participation is taken off last."""
    zero = ibis.literal(0)
    rate = _chosen(parts.rate.certain, {name: int(name) for name in parts.rate.can})
    by_state, by_other = (as_column(parts.solidarity.is_certain(name)) for name in ("yes", "no"))
    nothing = any_of(parts.exempt.is_certain("yes"), surely(due == 0))
    participation = number_where((nothing, zero), (parts.exempt.is_certain("no"), due))
    gross = (tariff * rate + 50) // 100
    rest = tariff - gross
    settled = surely(rest == 0)
    over = owed
    if law.is_true("c2s.overrun_forbidden"):
        over = number_where((by_state | surely(owed == 0), zero), (by_other, owed))
    return {
        "tariff": tariff,
        "amo": gross - participation,
        "amc": number_where((by_state | settled, zero), (by_other, rest)),
        "public": number_where((by_other | settled, zero), (by_state, rest)),
        "patient": participation + over,
    }


def _missing(
    act: Any,
    law: Law,
    paid: Paid,
    parts: _Parts,
    share: _Participation,
    company: Bool,
    bound: Bool,
) -> dict[str, Bool]:
    """Each unknown fact that moves an amount that can still be."""
    yes_or_no = all_of(paid.any.can_be("YES"), paid.any.can_be("NO"))
    seen, advised = paid.remote.can_be("YES"), paid.expertise.can_be("YES")
    below = any_of(*(can for name, can in parts.rate.can.items() if name != "100"))
    owes = parts.exempt.can_be("no")
    due = negate(surely(bound))
    overrun_open = all_of(act.overrun_cents.isnull() | surely(act.overrun_cents > 0), due)
    asked_of = any_of(not law.is_true("c2s.overrun_forbidden"), parts.covered.can_be("no"))
    bound_fees = negate(surely(act.practitioner_sector == "none"))
    counts = any_of(all_of(bound_fees, paid.others.can_be("NO")), all_of(seen, asked_of))
    groups: list[tuple[Bool, dict[str, Bool]]] = [
        (True, {fact: gap for fact, gap in parts.priced.missing.items() if fact != "patient_departement"}),
        (advised, {fact: gap for fact, gap in parts.priced.missing.items() if fact == "patient_departement"}),
        *((bound_fees, added.missing) for _, _, added in parts.additions),
        (yes_or_no, paid.any.missing),
        (seen, parts.rate.missing),
        (all_of(seen, any_of(below, overrun_open)), parts.solidarity.missing),
        (all_of(seen, share.open), parts.exempt.missing),
        (all_of(seen, owes), share.missing),
        (counts, {"overrun": all_of(act.overrun_cents.isnull(), due)}),
    ]
    if company is not False:
        employer = act.practitioner_employer.isnull()
        groups.append((counts, {"practitioner_employer": all_of(employer, overrun_open)}))
    found: dict[str, list[Bool]] = {}
    for where, gaps in groups:
        for fact, gap in gaps.items():
            found.setdefault(fact, []).append(all_of(where, gap))
    return {fact: any_of(*gaps) for fact, gaps in found.items()}


def _remarks(act: Any, company: Bool, parts: _Parts, share: _Participation, paid: Answer) -> list[Way]:
    accepted, refused = paid.is_certain("YES"), paid.is_certain("NO")
    remote = act.act_kind == "teleconsultation"
    of_doctor = all_of(accepted, remote)
    spent, due = surely(share.due == 0), surely(share.due > 0)
    regulated = remote & act.regulated_by.isin(["sas", "centre15", "pdsa"])
    found: list[tuple[str, Bool]] = [
        ("PRICE.NOT_PAID", all_of(remote, act.practitioner_sector != "none", refused)),
        ("PRICE.EXPERT_NOT_PAID", all_of(act.act_kind == "tele_expertise", refused)),
        ("PRICE.OTHER_PAYER", remote & act.funding.isin(["subscription", "insurer"])),
        ("PRICE.ESTIMATE", accepted),
        ("PRICE.FULL_RATE", all_of(of_doctor, parts.rate.is_certain("100"))),
        ("PRICE.LOCAL_SCHEME", all_of(of_doctor, parts.rate.is_certain("90"))),
        ("PRICE.SOLIDARITY", all_of(of_doctor, parts.solidarity.is_certain("yes"))),
        ("PRICE.PARTICIPATION_EXEMPT", all_of(of_doctor, any_of(parts.exempt.is_certain("yes"), spent))),
        ("PRICE.PARTICIPATION", all_of(of_doctor, parts.exempt.is_certain("no"), due)),
        ("PRICE.REGULATED_NOT_MODELLED", regulated),
        ("PRICE.OVERRUN_NOT_DUE", all_of(remote, company, act.overrun_cents > 0)),
    ]
    found += [(f"PRICE.ADDON_{name}", added.is_certain("yes")) for name, _, added in parts.additions]
    return [Way(code, when) for code, when in found if when is not False]


def _doubts(act: Any, law: Law, parts: _Parts) -> list[Way]:
    """A tariff that sources dispute or that nobody has read, and fees that no tariff binds."""
    doubted = [parts.base.is_certain(id) for id in parts.cents if law.is_doubtful(f"tariff.{id}")]
    binds = negate(parts.priced.can_be("NO_TARIFF"))
    free = all_of(
        act.act_kind == "teleconsultation",
        act.practitioner_profession == "doctor",
        act.practitioner_sector == "none",
    )
    found = [Way("PRICE.TARIFF_UNSURE", all_of(binds, any_of(*doubted)))]
    if parts.cents:
        found.append(Way("PRICE.FREE_FEES", free))
    return [way for way in (*found, *after_the_law_known(law)) if way.when is not False]
