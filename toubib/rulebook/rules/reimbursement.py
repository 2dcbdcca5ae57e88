"""Does the Assurance maladie obligatoire (AMO) pay a téléconsultation by a doctor, or a télé-expertise?

Convention médicale 2024, articles 87 to 90, and the avenants 6, 8 and 9 before it. All conditions are asked, and all
that fail are said. Three of them are the heart: the pathway (médecin traitant), the territory, the follow-up.
"""

from __future__ import annotations

from typing import Any

from toubib.rulebook.engine.tree import Bool, Condition, Gate, Leaf, Select, Tree, Way, all_of, any_of
from toubib.rulebook.law import Law
from toubib.rulebook.policies import Overlay
from toubib.rulebook.rules.decision import Decision, after_the_law_known

REMOTE, EXPERTISE = ("teleconsultation",), ("tele_expertise",)
NOT_APPLICABLE = Leaf("NOT_APPLICABLE", ("REIMB.NOT_MODELLED",))


def reimbursement(act: Any, law: Law, overlay: Overlay) -> Decision:
    """Outcome: YES, NO or NOT_APPLICABLE."""
    remote = _by_doctor(act, _conditions(act, law, overlay))
    tree = Select(act.act_kind, ((REMOTE, remote), (EXPERTISE, _paid(_expertise(act, law)))), NOT_APPLICABLE)
    remarks = (*_remarks(act, law), *after_the_law_known(law))
    return Decision(tree, remarks, one_or_another="REIMB.ONE_OR_ANOTHER")


def of_teleconsultation(act: Any, law: Law, overlay: Overlay, *, but: tuple[str, ...] = ()) -> Tree:
    """The tree of a téléconsultation alone, NOT_APPLICABLE for every other act; `but`: refusals that are not asked."""
    conditions = tuple(one for one in _conditions(act, law, overlay) if one.code not in but)
    return Select(act.act_kind, ((REMOTE, _by_doctor(act, conditions)),), NOT_APPLICABLE)


def of_expertise(act: Any, law: Law) -> Tree:
    """The tree of a télé-expertise alone."""
    return Select(act.act_kind, ((EXPERTISE, _paid(_expertise(act, law))),), NOT_APPLICABLE)


def _paid(conditions: tuple[Condition, ...]) -> Gate:
    return Gate(conditions, Leaf("YES", ("REIMB.OK",)), Leaf("NO"))


def _by_doctor(act: Any, conditions: tuple[Condition, ...]) -> Tree:
    return Select(act.practitioner_profession, ((("doctor",), _paid(conditions)),), NOT_APPLICABLE)


def _conditions(act: Any, law: Law, overlay: Overlay) -> tuple[Condition, ...]:
    return (
        *_funding(act, law),
        *_quality(act, law),
        *_company(act, law),
        _pathway(act, law, overlay),
        _territory(act, law, overlay),
        *_follow_up(act, law),
    )


def _funding(act: Any, law: Law) -> list[Condition]:
    return [
        Condition("REIMB.BEFORE_2018", law.is_true("reimb.start")),
        Condition("REIMB.FUNDED_BY_SUBSCRIPTION", act.funding != "subscription"),
        Condition("REIMB.FUNDED_PRIVATELY", ~act.funding.isin(["private", "insurer"])),
        Condition(
            "SUB.CAP_REACHED",
            (act.funding != "subscription") | (act.plan_acts_used < act.plan_acts_cap),
        ),
    ]


def _quality(act: Any, law: Law) -> list[Condition]:
    conditions = []
    if law.is_true("reimb.video_required"):
        conditions.append(Condition("REIMB.NOT_VIDEO", act.modality == "video", (phone_in_covid(act, law),)))
    if law.is_true("reimb.secure_connection_required"):
        conditions.append(Condition("REIMB.CHANNEL_NOT_SECURE", act.secure_channel))
    if law.is_true("reimb.consent_required"):
        conditions.append(Condition("REIMB.NO_CONSENT", act.consent))
    if law.is_true("cls.anonymous_is_advice"):
        conditions.append(Condition("REIMB.NOT_A_TELECONSULTATION", act.identified))
    if law.is_true("reimb.convention_required"):
        conditions.append(Condition("REIMB.DOCTOR_NOT_CONVENTIONED", act.practitioner_sector != "none"))
    return conditions


def phone_in_covid(act: Any, law: Law) -> Way:
    """The telephone, for those without broadband, or without a terminal and at risk: 2020 to May 2022."""
    if not law.is_true("reimb.phone_allowed_covid"):
        return Way("REIMB.PHONE_COVID", False)
    age = law.number("reimb.phone_covid.over_age")
    at_risk = act.covid | (act.patient_age > age) | act.patient_ald | act.maternity
    grounds = law.names("reimb.phone_covid.grounds")
    allowed = any_of(
        "no_broadband" in grounds and act.phone_ground == "no_broadband",
        "no_terminal" in grounds and (act.phone_ground == "no_terminal") & at_risk,
    )
    return Way("REIMB.PHONE_COVID", all_of(act.modality == "phone", allowed))


def _company(act: Any, law: Law) -> list[Condition]:
    if not law.is_true("reimb.company_agrement_required"):
        return []
    approved = (act.practitioner_employer != "company") | act.company_agrement
    return [Condition("REIMB.COMPANY_NOT_APPROVED", approved)]


def _pathway(act: Any, law: Law, overlay: Overlay) -> Condition:
    """The médecin traitant does it or refers, or an exception opens the way (L. 162-5-3 CSS)."""
    if not law.is_true("reimb.pathway_required"):
        return Condition("REIMB.OUT_OF_PATHWAY", True)
    direct = law.names("reimb.pathway.direct_access")
    residence = law.names("reimb.pathway.residence")
    age = law.number("reimb.pathway.under_age")
    ways = (
        Way("PATHWAY.MT", act.is_medecin_traitant),
        Way("PATHWAY.REFERRED", act.referred_by_mt),
        Way("PATHWAY.EXC_UNDER_16", age is not None and act.patient_age < age),
        Way("PATHWAY.EXC_DIRECT_ACCESS", bool(direct) and act.practitioner_specialty.isin(direct)),
        Way("PATHWAY.EXC_EMERGENCY", law.is_true("reimb.pathway.emergency") and act.emergency),
        Way("PATHWAY.EXC_NO_MT", law.is_true("reimb.pathway.no_mt") and ~act.has_medecin_traitant),
        Way("PATHWAY.EXC_MT_UNAVAILABLE", law.is_true("reimb.pathway.mt_unavailable") and act.mt_unavailable),
        Way("PATHWAY.EXC_RESIDENCE", bool(residence) and act.patient_residence.isin(residence)),
        Way("PATHWAY.EXC_SAS", law.is_true("reimb.pathway.sas") and act.regulated_by == "sas"),
        Way("PATHWAY.EXC_PDSA", law.is_true("reimb.pathway.pdsa") and act.regulated_by == "pdsa"),
        Way("PATHWAY.EXC_REPLACEMENT", law.is_true("reimb.pathway.replacement") and act.replaces_mt),
        Way("PATHWAY.EXC_COVID", law.is_true("reimb.covid_pathway_waiver") and act.covid),
        *overlay.ways("REIMB.OUT_OF_PATHWAY", act),
    )
    return Condition("REIMB.OUT_OF_PATHWAY", ways=ways)


def _territory(act: Any, law: Law, overlay: Overlay) -> Condition:
    """Near the patient's home, or through a territorial organisation, or waived (convention 2024, art. 87)."""
    if not law.is_true("reimb.territoriality_required"):
        return Condition("REIMB.NOT_TERRITORIAL", True)
    ways = (
        Way("TERR.NEAR", act.same_territory),
        Way("TERR.ORGANISATION", act.territorial_organisation),
        Way("TERR.MT", law.is_true("reimb.territoriality.own_mt") and act.is_medecin_traitant),
        Way("TERR.WAIVER_SAS", law.is_true("reimb.territoriality.waiver.sas") and act.regulated_by == "sas"),
        Way("TERR.WAIVER_ZONE", _zone_waiver(act, law)),
        *overlay.ways("REIMB.NOT_TERRITORIAL", act),
    )
    return Condition("REIMB.NOT_TERRITORIAL", ways=ways)


def _zone_waiver(act: Any, law: Law) -> Bool:
    """Where « no territorial organisation » is among the needs, an act through one is waived already by that way:
    the need is then always met, and is not asked."""
    zones = law.names("reimb.territoriality.waiver.zone")
    if not zones:
        return False
    needs = law.names("reimb.territoriality.waiver.zone.needs")
    asked: dict[str, Bool] = {
        "no_mt": ~act.has_medecin_traitant,
        "mt_unavailable": act.mt_unavailable,
        "no_territorial_organisation": True,
    }
    needed = any_of(*(asked[need] for need in needs)) if needs else True
    general = law.is_true("reimb.territoriality.waiver.zone.gp_only")
    return all_of(
        act.patient_zone.isin(zones),
        act.practitioner_specialty == "general_practice" if general else True,
        needed,
    )


def _follow_up(act: Any, law: Law) -> list[Condition]:
    """Until 2021 a visit in person within twelve months; since, a mix without a number, which is only a warning."""
    months = law.number("reimb.prior_in_person_visit_months")
    if months is None:
        return []
    exempt = law.names("reimb.prior_visit.exempt")
    residences = [one for one in ("prison", "ehpad", "disabled_facility") if one in exempt]
    exempted = any_of(
        "no_mt" in exempt and ~act.has_medecin_traitant,
        "mt_unavailable" in exempt and act.mt_unavailable,
        "emergency" in exempt and act.emergency,
        bool(residences) and act.patient_residence.isin(residences),
        law.is_true("reimb.covid_pathway_waiver") and act.covid,
    )
    ways = (
        Way("REIMB.SEEN_IN_12_MONTHS", act.months_since_in_person <= months),
        Way("REIMB.EXEMPT_FROM_VISIT", exempted),
    )
    return [Condition("REIMB.NO_VISIT_12_MONTHS", ways=ways)]


def _expertise(act: Any, law: Law) -> tuple[Condition, ...]:
    """Between professionals, without the patient (R. 6316-1 2° CSP; convention 2024, articles 88 and 89)."""
    most = law.number("te.max_per_patient_per_year")
    medical = law.names("cls.telemedicine.professions")
    conventioned = any_of(not law.is_true("reimb.convention_required"), act.practitioner_sector != "none")
    return (
        Condition("TE.NOT_YET_PAYABLE", law.is_true("te.payable")),
        Condition("REIMB.FUNDED_BY_SUBSCRIPTION", act.funding != "subscription"),
        Condition("REIMB.FUNDED_PRIVATELY", ~act.funding.isin(["private", "insurer"])),
        Condition("TE.NO_CONSENT", act.consent),
        Condition("REIMB.CHANNEL_NOT_SECURE", act.secure_channel),
        Condition("TE.EXPERT_NOT_MEDICAL", act.practitioner_profession.isin(medical)),
        Condition("REIMB.DOCTOR_NOT_CONVENTIONED", conventioned),
        Condition("TE.QUOTA_EXCEEDED", True if most is None else act.te_acts_this_year < most),
    )


def _remarks(act: Any, law: Law) -> tuple[Way, ...]:
    """What is said beside the outcome and never changes it."""
    remote = act.act_kind == "teleconsultation"
    expertise = act.act_kind == "tele_expertise"
    company = remote & (act.practitioner_employer == "company")
    subscribed = remote & (act.funding == "subscription")
    long_ago = act.months_since_in_person > 12
    delay = law.number("te.reply_delay_days")
    of_level_2 = law.number("te.max_per_patient_per_year.level_2")
    unseen = law.is_true("reimb.alternance_required") and remote & long_ago & (act.regulated_by != "sas")
    found: tuple[tuple[str, Bool], ...] = (
        ("REIMB.NO_ALTERNANCE", unseen),
        (
            "REIMB.COMPANY_OVERRUN_FORBIDDEN",
            law.is_true("reimb.company_overrun_forbidden") and company & (act.overrun_cents > 0),
        ),
        ("REIMB.COMPANY_BEFORE_AGREMENT", not law.is_true("reimb.company_agrement_required") and company),
        ("SUB.PRESCRIPTION_OK", subscribed & act.asks_prescription & act.modality.isin(["video", "phone"])),
        ("SUB.DISPLAY_CAP", subscribed & act.plan_acts_cap.notnull()),
        ("TE.LEVEL_UNKNOWN", of_level_2 is not None and expertise),
        ("TE.LATE_REPLY", delay is not None and expertise & (act.te_reply_days > delay)),
    )
    return tuple(Way(code, when) for code, when in found if when is not False)
