"""What the patient's side reads of the price after a visit: what was agreed, what is decided, and why they differ."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from toubib.billing.enums import ClaimState
from toubib.billing.models import ClaimLine, FactAnswer, PriceShown
from toubib.billing.queries.claims import current_line
from toubib.billing.settle import amount_of
from toubib.record.models import Encounter

SHOWN = ("tariff", "amo", "amc", "public", "patient")


@dataclass(frozen=True, slots=True)
class Bill:
    """`amounts` None: not settled. `before`: what was shown before the line, None where nothing was."""

    line: ClaimLine
    state: str
    amounts: dict[str, str] | None
    due_now: str
    plan: str
    before: PriceShown | None
    differs: bool
    new_reasons: list[dict[str, str]] = field(default_factory=list)

    @property
    def reasons(self) -> list[dict[str, str]]:
        return list(self.line.said["reasons"])

    @property
    def before_amounts(self) -> dict[str, Any] | None:
        """The one set of amounts that was shown; None where two were."""
        price = self.before.estimate["price"] if self.before else {}
        return price if price.get("outcome") == "FIXED" else None

    @property
    def supposed(self) -> list[str]:
        return list(self.before.estimate.get("supposed", [])) if self.before else []


def shown_before(*, encounter: Encounter) -> PriceShown | None:
    rows = PriceShown.objects.filter(ticket__encounter=encounter)
    return rows.order_by("-answered_at", "-id").first()


def bill_of(*, encounter: Encounter) -> Bill | None:
    """None until the worker has settled the line."""
    line = current_line(encounter=encounter)
    if line is None:
        return None
    settled = line.state in {ClaimState.READY, ClaimState.SENT} and line.total_cents > 0
    state = "settled" if settled else "held" if line.state == ClaimState.HELD else "nothing"
    before = shown_before(encounter=encounter)
    amounts = _amounts(line) if settled else None
    differs = before is not None and state != "held" and _differs(before.estimate, line if settled else None)
    known = set(before.estimate.get("codes", [])) if before else set()
    return Bill(
        line=line,
        state=state,
        amounts=amounts,
        due_now=_due_now(line),
        plan=amount_of(line.plan_cents) if line.plan_cents else "",
        before=before,
        differs=differs,
        new_reasons=[one for one in line.said["reasons"] if one["code"] not in known] if differs else [],
    )


def _due_now(line: ClaimLine) -> str:
    """Nothing of what is held: nobody knows yet what is owed."""
    return amount_of(0 if line.state == ClaimState.HELD else line.due_now_cents)


def _amounts(line: ClaimLine) -> dict[str, str]:
    return {
        "tariff": amount_of(line.tariff_cents),
        "amo": amount_of(line.amo_cents),
        "amc": amount_of(line.amc_cents),
        "public": amount_of(line.public_cents),
        "patient": amount_of(line.patient_cents),
    }


def _differs(estimate: dict[str, Any], line: ClaimLine | None) -> bool:
    """Whether what is decided is none of what was shown. The price before counts what a contract pays with the patient."""
    if line is None:
        return True
    amounts = {**_amounts(line), "patient": amount_of(line.patient_cents + line.plan_cents)}
    price = estimate["price"]
    shown = [price] if price.get("outcome") == "FIXED" else [estimate["if_yes"], estimate["if_no"]]
    return not any(all(one.get(name) == amounts[name] for name in SHOWN) for one in shown)


def plain_bill(*, encounter: Encounter) -> dict[str, Any]:
    """The price of a visit as plain values, for the copy of one's data: what was shown, each version, what was said."""
    shown = PriceShown.objects.filter(ticket__encounter=encounter).order_by("answered_at", "id")
    lines = ClaimLine.objects.filter(encounter=encounter).order_by("version")
    said = FactAnswer.objects.filter(encounter=encounter).order_by("said_at", "id")
    return {
        "shown": [{"at": row.shown_at, "agreed": row.agreed, "price": row.estimate} for row in shown],
        "lines": [
            {
                "version": row.version,
                "state": row.state,
                "paid_by": row.funding,
                "code": row.code,
                **_amounts(row),
                "plan": amount_of(row.plan_cents),
                "due_now": _due_now(row),
                "reasons": [one["text_patient"] for one in row.said["reasons"]],
                "law_version": row.law_version,
                "at": row.made_at,
            }
            for row in lines
        ],
        "said": [
            {"at": row.said_at, "role": row.role, "question": row.words, "answer": row.value} for row in said
        ],
    }
