"""May a sick leave be prescribed in this act, and for how many days?

L. 6316-1 CSP, L. 162-4-1 and L. 162-4-4 CSS: three days from afar since 2024, but by the médecin traitant or the
referring midwife, or to prolong for who could not be seen; none by a doctor mainly abroad since March 2025; ceilings
and a written motive since September 2026.
"""

from __future__ import annotations

from typing import Any

import ibis

from toubib.rulebook.engine.tree import (
    Bool,
    Condition,
    Gate,
    Leaf,
    Select,
    Tree,
    Way,
    all_of,
    any_of,
    as_column,
    negate,
    possibly,
    surely,
)
from toubib.rulebook.law import Law
from toubib.rulebook.rules.decision import Decision, after_the_law_known

ON_SITE = ("in_person", "home_visit")
WITHOUT_PATIENT = ("tele_advice", "tele_expertise", "remote_monitoring", "remote_assistance")


def sick_leave(act: Any, law: Law) -> Decision:
    """Outcome: YES, NO or NOT_ASKED; figure `max_days`: the longest that this act may give, null where none binds."""
    branches = tuple(
        ((kind,), Gate(_conditions(act, law, kind), _granted(act, law), Leaf("NO")))
        for kind in ("initial", "prolongation")
    )
    tree = Select(act.leave_kind, branches, Leaf("NOT_ASKED", ("SL.NOT_ASKED",)))
    asked = act.leave_kind.isin(["initial", "prolongation"])
    remarks = (*_remarks(act, law, asked), *after_the_law_known(law))
    return Decision(tree, remarks, {"max_days": _max_days(act, law, asked)})


def _granted(act: Any, law: Law) -> Tree:
    """Yes; from afar, the notice says that it was."""
    yes = Leaf("YES", ("SL.OK",))
    if not law.is_true("sickleave.tele.flag_on_form"):
        return yes
    return Select(act.act_kind, ((ON_SITE, yes),), Leaf("YES", ("SL.OK", "SL.FLAG_TELECONSULTATION")))


def _conditions(act: Any, law: Law, kind: str) -> tuple[Condition, ...]:
    on_site = act.act_kind.isin(ON_SITE)
    prescribers = ["doctor", *_if(law, "sickleave.midwife", "midwife")]
    prescribers += _if(law, "sickleave.dental_surgeon", "dental_surgeon")
    live = act.modality.isin(["video", "phone"])
    conditions = [
        Condition("SL.NOT_A_PRESCRIBER", act.practitioner_profession.isin(prescribers)),
        Condition("SL.NO_CONSULTATION", ~act.act_kind.isin(WITHOUT_PATIENT) & (on_site | live)),
    ]
    if law.is_true("cls.anonymous_is_advice"):
        conditions.append(Condition("SL.NOT_IDENTIFIED", on_site | act.identified))
    if law.is_true("sickleave.tele.doctor_abroad_forbidden"):
        conditions.append(Condition("SL.DOCTOR_ABROAD", on_site | _in_france(act, law)))
    conditions += _short(act, law, kind)
    ceiling = law.number(_ceiling(kind))
    if ceiling is not None:
        reason = law.is_true("sickleave.over_ceiling_reason_allowed") and act.leave_over_ceiling_reason
        conditions.append(Condition("SL.OVER_LEGAL_CEILING", any_of(act.leave_days <= ceiling, reason)))
    if law.is_true("sickleave.reason_required"):
        conditions.append(Condition("SL.MOTIVE_REQUIRED", act.leave_motive_given))
    return tuple(conditions)


def _in_france(act: Any, law: Law) -> Bool:
    """The codes that ISO 3166 gives to territories of the Republic are France: none of them is abroad."""
    overseas = (*law.names("sickleave.tele.france.overseas"), *law.names("sickleave.tele.france.pacific"))
    return act.practitioner_country.isin(("FR", *overseas))


def _if(law: Law, id: str, name: str) -> list[str]:
    return [name] if law.is_true(id) else []


def _ceiling(kind: str) -> str:
    return "sickleave.max_first_days" if kind == "initial" else "sickleave.max_prolongation_days"


def _short(act: Any, law: Law, kind: str) -> list[Condition]:
    """From afar: at most so many days, this leave and the running one together, but for who is excepted."""
    most = law.number("sickleave.tele.max_days")
    if most is None:
        return []
    days, running = act.leave_days, act.leave_running_days
    within: Bool = days <= most
    excepted = any_of(act.act_kind.isin(ON_SITE), *(way.when for way in _exceptions(act, law, kind)))
    shown = [Way("SL.OVER_3_DAYS", negate(any_of(excepted, within)))]
    if kind == "prolongation":  # each part alone too: one of them may be unknown
        within = within & (running < most) & (days + running <= most)
        shown.append(Way("SL.RUNNING_LEAVE_OVER_3_DAYS", negate(any_of(excepted, within))))
    ways = tuple(_exceptions(act, law, kind))
    when = any_of(act.act_kind.isin(ON_SITE), within)
    return [Condition("SL.OVER_3_DAYS", when, ways, tuple(shown))]


def _exceptions(act: Any, law: Law, kind: str) -> list[Way]:
    known = law.is_true("sickleave.tele.exception.mt_or_midwife")
    replaced = law.is_true("sickleave.tele.exception.replacement_of_mt")
    impossible = kind == "prolongation" and law.is_true("sickleave.tele.exception.impossible_in_person")
    found = (
        Way("SL.EXC_MT", known and act.is_medecin_traitant),
        Way(
            "SL.EXC_MIDWIFE", known and act.is_referring_midwife & (act.practitioner_profession == "midwife")
        ),
        Way("SL.EXC_REPLACEMENT", replaced and act.replaces_mt),
        Way("SL.EXC_IMPOSSIBLE_IN_PERSON", impossible and act.leave_justified),
    )
    return [way for way in found if way.when is not False]


def _remarks(act: Any, law: Law, asked: Any) -> tuple[Way, ...]:
    remote = ~act.act_kind.isin(ON_SITE)
    found: list[tuple[str, Bool]] = [
        ("SL.SUBSCRIPTION_OFFER", asked & (act.funding == "subscription")),
        ("SL.FIRST_BUT_RUNNING", (act.leave_kind == "initial") & (act.leave_running_days > 0)),
    ]
    if law.number("sickleave.tele.max_days") is not None:
        unclear = asked & remote & act.replaces_mt & ~act.is_medecin_traitant
        found.append(("SL.REPLACEMENT_UNCLEAR", unclear))
    return tuple(Way(code, when) for code, when in found)


def _max_days(act: Any, law: Law, asked: Any) -> Any:
    """The smallest of the limits that bind; null where none does, or where it is not known which do.

    From the smallest on: each limit answers where it surely binds, and where it may or may not nobody can tell.
    """
    nothing = ibis.null("int64")
    cases: list[tuple[Any, Any]] = []
    for binds, limit in _limits(act, law, asked):
        if binds is not False:
            cases += [(as_column(surely(binds)), limit), (as_column(possibly(binds)), nothing)]
    return ibis.cases(*cases, else_=nothing) if cases else nothing


def _limits(act: Any, law: Law, asked: Any) -> list[tuple[Bool, Any]]:
    """Where each limit binds, and its days, the smallest first."""
    none: Bool = False
    if law.is_true("sickleave.tele.doctor_abroad_forbidden"):
        none = all_of(asked, ~act.act_kind.isin(ON_SITE), negate(_in_france(act, law)))
    most, running = law.number("sickleave.tele.max_days"), act.leave_running_days
    found: list[tuple[Bool, Any]] = []
    for kind in ("initial", "prolongation"):
        of_kind, ceiling = act.leave_kind == kind, law.number(_ceiling(kind))
        short: Bool = False
        if most is not None:
            excepted = any_of(act.act_kind.isin(ON_SITE), *(way.when for way in _exceptions(act, law, kind)))
            short = all_of(of_kind, negate(excepted))
        left = ibis.literal(int(most or 0), "int64")
        if kind == "prolongation" and most is not None:
            none = any_of(none, all_of(short, running >= int(most)))
            left = left - running
        if ceiling is None:
            found.append((short, left))
            continue
        # Above 0 only where a policy puts the short limit over the ceiling
        room = int(most or 0) - int(ceiling)
        smaller = True if room <= 0 else running >= room if kind == "prolongation" else False
        reason = law.is_true("sickleave.over_ceiling_reason_allowed") and act.leave_over_ceiling_reason
        bound = all_of(of_kind, negate(reason))
        found += [(all_of(short, smaller), left), (bound, ibis.literal(int(ceiling), "int64")), (short, left)]
    return [(none, ibis.literal(0, "int64")), *found]
