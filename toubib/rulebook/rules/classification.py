"""Téléconseil, téléconsultation, télé-expertise or télésoin: what an act is, whatever it was declared to be.

R. 6316-1 and L. 6316-2 CSP. A téléconsultation is given by a medical professional to an identified patient in a live
exchange; what issues a prescription, a certificate or a leave must be one.
"""

from __future__ import annotations

from typing import Any

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
    negate,
)
from toubib.rulebook.law import Law
from toubib.rulebook.rules.decision import Decision, after_the_law_known
from toubib.rulebook.rules.reimbursement import phone_in_covid

BY_ITS_NAME = ("tele_expertise", "remote_monitoring", "remote_assistance", "medical_dispatch_response")
LEAVES = ("initial", "prolongation")


def classification(act: Any, law: Law) -> Decision:
    """Outcome: the kind of act, or INVALID where what is asked of it would need a téléconsultation."""
    telemedicine = law.names("cls.telemedicine.professions")
    telecare = law.names("cls.telecare.professions")
    by_profession = Select(
        act.practitioner_profession,
        (
            (telemedicine, _live(act, law, Leaf("teleconsultation", ("CLS.OK",)))),
            (telecare, _live(act, law, Leaf("telecare", ("CLS.TELECARE_PROFESSION",)), outputs=False)),
        ),
        _neither(act, law),
    )
    tree = Select(
        act.act_kind,
        (
            (("in_person", "home_visit"), Leaf("in_person", ("CLS.OK",))),
            *(((kind,), Leaf(kind, ("CLS.OK",))) for kind in BY_ITS_NAME),
            (("tele_advice",), _advice(act, law)),
        ),
        by_profession,
    )
    phone = act.act_kind.isin(["teleconsultation", "telecare"]) & (act.modality == "phone")
    unpaid = all_of(phone, negate(phone_in_covid(act, law).when))
    return Decision(tree, (Way("CLS.PHONE_NOT_PAYABLE", unpaid), *after_the_law_known(law)))


def asks_output(act: Any) -> Any:
    """Is a prescription, a certificate or a leave asked for?"""
    return act.asks_prescription | act.asks_certificate | act.leave_kind.isin(LEAVES)


def _advice(act: Any, law: Law) -> Tree:
    return _without_output(act, law, Leaf("tele_advice", ("CLS.ADVICE",)), Leaf("INVALID"))


def _neither(act: Any, law: Law) -> Tree:
    """Of a profession that gives neither; what it cannot issue is said too."""
    known = law.names("cls.telemedicine.professions")
    invalid = Leaf("INVALID", ("CLS.NEITHER_PROFESSION" if known else "CLS.NO_LAW_YET",))
    return _without_output(act, law, invalid, invalid)


def _without_output(act: Any, law: Law, leaf: Leaf, otherwise: Leaf) -> Tree:
    """`leaf` where nothing is asked that only a téléconsultation issues."""
    if not law.is_true("cls.output_requires_consultation"):
        return leaf
    nothing = Condition("CLS.OUTPUT_REQUIRES_CONSULT", when=~asks_output(act))
    return Gate((nothing,), leaf, otherwise)


def _live(act: Any, law: Law, leaf: Leaf, *, outputs: bool = True) -> Tree:
    """`leaf` where the patient is identified and the exchange live; otherwise advice. `outputs`: may it issue any?"""
    identified: Bool = any_of(act.identified, not law.is_true("cls.anonymous_is_advice"))
    live: Bool = any_of(act.modality.isin(["video", "phone"]), not law.is_true("cls.live_exchange_required"))
    then = leaf if outputs else _without_output(act, law, leaf, Leaf("INVALID"))
    conditions = (Condition("CLS.NOT_IDENTIFIED", identified), Condition("CLS.NO_LIVE_EXCHANGE", live))
    return Gate(conditions, then, _advice(act, law))
