"""What a patient may read of the decisions kept with a visit: the price, the reimbursement, the leave; never a cap."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_lazy as _

from toubib.record.models import Encounter, EncounterDecision
from toubib.record.queries import decisions_of

FOR_THE_PATIENT = ("reimbursement", "price", "sick_leave")
WORDS = {
    "YES": _("L’assurance maladie devrait rembourser"),
    "NO": _("L’assurance maladie ne rembourserait pas"),
    "UNDETERMINED": _("La règle ne se prononce pas encore"),
    "NOT_APPLICABLE": _("Sans objet"),
}
LOOKS = {"YES": "yes", "NO": "no"}


def prices_of(*, encounter: Encounter) -> list[dict[str, Any]]:
    """The last one first; the first one, of the signature, stays."""
    return [_shown(row) for row in reversed(decisions_of(encounter=encounter))]


def _shown(row: EncounterDecision) -> dict[str, Any]:
    outcome = row.estimate["reimbursement"]
    return {
        "row": row,
        "price": row.estimate["price"],
        "sure": row.estimate["price"]["outcome"] == "FIXED",
        "if_yes": row.estimate["if_yes"],
        "if_no": row.estimate["if_no"],
        "words": WORDS.get(outcome, outcome),
        "look": LOOKS.get(outcome, "may"),
        "reasons": [
            one
            for name in FOR_THE_PATIENT
            for one in row.decision[name]["reasons"]
            if one["code"] not in {"SL.NOT_ASKED"}
        ],
    }


def plain_of(*, encounter: Encounter) -> list[dict[str, Any]]:
    """The same as plain values, for the copy of one's data."""
    return [
        {
            "at": row.decided_at,
            "law_version": row.law_version,
            "estimate": row.estimate,
            **{name: row.decision[name] for name in FOR_THE_PATIENT},
        }
        for row in decisions_of(encounter=encounter)
    ]
