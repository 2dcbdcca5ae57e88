"""Does an act count towards the share of remote acts that a doctor may reach in a calendar year?

Avenant 9 (2021), then convention 2024, article 87.7. Excluded acts stay in the denominator: no text says otherwise.
"""

from __future__ import annotations

from typing import Any

from toubib.rulebook.engine.tree import Bool, Condition, Gate, Leaf, Way, all_of, any_of
from toubib.rulebook.law import Law
from toubib.rulebook.policies import Overlay
from toubib.rulebook.rules.decision import Decision, after_the_law_known

NO_PAID_ACT = ("tele_advice",)
REMOTE = ("teleconsultation", "tele_expertise")


def cap(act: Any, law: Law, overlay: Overlay) -> Decision:
    """Outcome: COUNTED or NOT_COUNTED; figure `in_denominator`, a bool."""
    expertise = law.is_true("cap.numerator.includes_teleexpertise")
    kinds = ["teleconsultation", "tele_expertise"] if expertise else ["teleconsultation"]
    expertises = act.act_kind == "tele_expertise"
    own_mt = law.is_true("cap.numerator.includes_own_mt_patients")
    not_remote = ~act.act_kind.isin(REMOTE)
    conditions = [
        Condition("CAP.NO_CAP_YET", law.is_true("cap.in_force")),
        Condition("", act.act_kind.isin(kinds)),  # its codes are among the remarks
        Condition("CAP.NOT_CONVENTIONED", act.funding == "amo"),
        Condition("CAP.NOT_A_DOCTOR", act.practitioner_profession == "doctor"),
        Condition("CAP.SUSPENDED_WINTER_2022", not law.is_true("cap.suspension.winter_2022_23")),
        Condition("CAP.EXC_OWN_MT_PATIENT", any_of(own_mt, ~act.is_medecin_traitant)),
        *overlay.exclusions(act),
    ]
    counted = "CAP.COUNTED" if not expertise else "CAP.COUNTED_2021"
    tree = Gate(tuple(conditions), Leaf("COUNTED", (counted,)), Leaf("NOT_COUNTED"))
    remarks = [
        Way("CAP.NOT_REMOTE", not_remote),
        Way("CAP.FUNDED_AS_CONVENTIONED", (act.funding == "amo") & (act.practitioner_sector == "none")),
        *after_the_law_known(law),
    ]
    if not expertise and law.is_true("cap.in_force"):
        remarks.append(Way("CAP.EXC_TELEEXPERTISE", expertises))
    return Decision(tree, tuple(remarks), {"in_denominator": _in_denominator(act, law, overlay)})


def _in_denominator(act: Any, law: Law, overlay: Overlay) -> Bool:
    """The doctor's conventioned activity: all of it, or in the other reading without the own patients' acts.

    Where a policy says so, the remote acts that it takes out of the numerator leave here too.
    """
    mode = law.get("cap.denominator_mode")
    return all_of(
        act.funding == "amo",
        act.practitioner_profession == "doctor",
        ~act.act_kind.isin(NO_PAID_ACT),
        ~act.is_medecin_traitant if mode == "NON_MT_ACTIVITY_ONLY" else True,
        *(
            []
            if not overlay.excluded_acts_leave_denominator
            else [any_of(~act.act_kind.isin(REMOTE), one.when) for one in overlay.exclusions(act)]
        ),
    )
