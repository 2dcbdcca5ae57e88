"""May a sick leave be prescribed in this act, and for how many days?

L. 6316-1 CSP, L. 162-4-1 and L. 162-4-4 CSS: three days from afar since 2024, but by the médecin traitant or the
referring midwife, or to prolong for who could not be seen; none by a doctor mainly abroad since March 2025; ceilings
and a written motive since September 2026.
"""

from __future__ import annotations

from typing import Any

import ibis

from toubib.rulebook.engine.tree import Bool, Condition, Gate, Leaf, Select, Way, all_of, any_of, negate
from toubib.rulebook.law import Law
from toubib.rulebook.rules.decision import Decision

ON_SITE = ("in_person", "home_visit")
WITHOUT_PATIENT = ("tele_advice", "tele_expertise", "remote_monitoring", "remote_assistance")


def sick_leave(act: Any, law: Law) -> Decision:
    """Outcome: YES, NO or NOT_ASKED; figure `max_days`: the longest that this act may give, null where none binds."""
    branches = tuple(
        ((kind,), Gate(_conditions(act, law, kind), Leaf("YES", ("SL.OK",)), Leaf("NO")))
        for kind in ("initial", "prolongation")
    )
    tree = Select(act.leave_kind, branches, Leaf("NOT_ASKED", ("SL.NOT_ASKED",)))
    asked = act.leave_kind.isin(["initial", "prolongation"])
    return Decision(tree, _remarks(act, law, asked), {"max_days": _max_days(act, law, asked)})


def _conditions(act: Any, law: Law, kind: str) -> tuple[Condition, ...]:
    on_site = act.act_kind.isin(ON_SITE)
    prescribers = ["doctor", *_if(law, "sickleave.midwife", "midwife")]
    prescribers += _if(law, "sickleave.dental_surgeon", "dental_surgeon")
    live = act.modality.isin(["video", "phone"])
    conditions = [
        Condition("SL.NOT_A_PRESCRIBER", act.practitioner_profession.isin(prescribers)),
        Condition("SL.NO_CONSULTATION", ~act.act_kind.isin(WITHOUT_PATIENT) & (on_site | live)),
    ]
    if law.is_true("sickleave.tele.doctor_abroad_forbidden"):
        conditions.append(Condition("SL.DOCTOR_ABROAD", on_site | (act.practitioner_country == "FR")))
    conditions += _short(act, law, kind)
    ceiling = law.number(_ceiling(kind))
    if ceiling is not None:
        reason = law.is_true("sickleave.over_ceiling_reason_allowed") and act.leave_over_ceiling_reason
        conditions.append(Condition("SL.OVER_LEGAL_CEILING", any_of(act.leave_days <= ceiling, reason)))
    if law.is_true("sickleave.reason_required"):
        conditions.append(Condition("SL.MOTIVE_REQUIRED", act.leave_motive_given))
    return tuple(conditions)


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
    if kind == "prolongation":  # each part alone too: one of them may be unknown
        within = within & (running < most) & (days + running <= most)
    excepted = any_of(act.act_kind.isin(ON_SITE), *(way.when for way in _exceptions(act, law, kind)))
    shown = [Way("SL.OVER_3_DAYS", negate(any_of(excepted, days <= most)))]
    if kind == "prolongation":
        together = (running < most) & (days + running <= most)
        shown.append(Way("SL.RUNNING_LEAVE_OVER_3_DAYS", negate(any_of(excepted, together))))
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
        ("SL.NOT_IDENTIFIED", asked & ~act.identified),
    ]
    if law.number("sickleave.tele.max_days") is not None:
        unclear = asked & remote & act.replaces_mt & ~act.is_medecin_traitant
        found.append(("SL.REPLACEMENT_UNCLEAR", unclear))
    if law.is_true("sickleave.tele.flag_on_form"):
        found.append(("SL.FLAG_TELECONSULTATION", asked & remote))
    return tuple(Way(code, when) for code, when in found)


def _max_days(act: Any, law: Law, asked: Any) -> Any:
    """Null where nothing bounds the length, or where what would bound it is unknown."""
    nothing = ibis.null("int64")
    most = law.number("sickleave.tele.max_days")
    cases: list[tuple[Any, Any]] = []
    on_site = act.act_kind.isin(ON_SITE)
    if law.is_true("sickleave.tele.doctor_abroad_forbidden"):
        cases.append((asked & ~on_site & (act.practitioner_country != "FR"), ibis.literal(0, "int64")))
    for kind in ("initial", "prolongation"):
        if most is None:
            continue
        excepted = any_of(on_site, *(way.when for way in _exceptions(act, law, kind)))
        left = ibis.literal(int(most), "int64")
        if kind == "prolongation":
            running = act.leave_running_days  # not `greatest`, which in DuckDB leaves out what is null
            left = ibis.cases((running >= int(most), ibis.literal(0, "int64")), else_=left - running)
        cases.append((all_of(act.leave_kind == kind, negate(excepted)), left))
        cases.append((all_of(act.leave_kind == kind, excepted.isnull()), nothing))
    for kind in ("initial", "prolongation"):
        ceiling = law.number(_ceiling(kind))
        if ceiling is not None:
            without_reason = ~act.leave_over_ceiling_reason
            cases.append(((act.leave_kind == kind) & without_reason, ibis.literal(int(ceiling), "int64")))
    return ibis.cases(*cases, else_=nothing) if cases else nothing
