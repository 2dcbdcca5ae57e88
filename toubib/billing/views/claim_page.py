"""What the doctor's block and the director's page share: a line in words, what lacks, what may be answered."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest
from django.utils.translation import gettext as _

from toubib.billing.enums import ClaimState
from toubib.billing.facts import ASKED, CORRECTABLE, answers_of
from toubib.billing.forms import said_from
from toubib.billing.models import ClaimLine
from toubib.billing.reasons import MINOR_SECRECY, VIDEO_NOT_MEASURED
from toubib.billing.settle import VIDEO_CONFIRMED, WAIVED, amount_of
from toubib.rulebook.facts import all_facts
from toubib.waiting.questions import ASK_INSTEAD, Question

LOOKS = {
    ClaimState.HELD: "may",
    ClaimState.READY: "yes",
    ClaimState.SENT: "yes",
    ClaimState.NOTHING: "yes",
    ClaimState.REPLACED: "may",
}


@dataclass(frozen=True, slots=True)
class Lack:
    """A fact that lacks; `question` None: nobody answers it here, `hint` says where."""

    label: str
    question: Question | None
    hint: str = ""


def lacks_of(line: ClaimLine) -> list[Lack]:
    if line.state != ClaimState.HELD:
        return []
    found = []
    if VIDEO_NOT_MEASURED.code in line.said.get("holds", []):
        found.append(Lack(_("si la vidéo a marché"), ASKED[VIDEO_CONFIRMED]))
    facts, asked = all_facts(), set()
    for name in line.said.get("missing", []):
        question = ASKED.get(ASK_INSTEAD.get(name, name))
        if question is not None and question.fact in asked:
            continue
        if question is not None:
            asked.add(question.fact)
        hint = "" if question else _("Complétez la fiche du médecin : la ligne suit.")
        found.append(Lack(facts[name].label, question, hint))
    return found


def shown(line: ClaimLine | None) -> dict[str, Any]:
    """The context of `billing/_claim.html`."""
    if line is None:
        return {"line": None}
    answers = answers_of(encounter=line.encounter)
    return {
        "line": line,
        "look": LOOKS[ClaimState(line.state)],
        "lacks": lacks_of(line),
        "is_secret": MINOR_SECRECY.code in line.said.get("holds", []),
        "amounts": {name: amount_of(getattr(line, f"{name}_cents")) for name in NAMES},
        "total": amount_of(line.total_cents),
        "said": [row for row in answers.values() if row.value is not None],
        "correctable": [(ASKED[name], _typed(answers[name].value if name in answers else None)) for name in CORRECTABLE],
        "may_waive": line.state in {ClaimState.HELD, ClaimState.READY},
        "is_waived": bool(answers.get(WAIVED) and answers[WAIVED].value),
    }  # fmt: skip


NAMES = ("tariff", "overrun", "amo", "amc", "public", "plan", "patient", "due_now")


def _typed(value: Any) -> str:
    return "" if value is None else "yes" if value else "no"


def said_in(request: HttpRequest) -> dict[str, tuple[Any, str]]:
    """Answers, or that nothing is asked for this act."""
    said = said_from(request.POST, among=ASKED)
    if request.POST.get(WAIVED) in {"yes", "no"}:
        said[WAIVED] = (request.POST[WAIVED] == "yes", _("Renoncer à facturer cet acte ?"))
    return said
