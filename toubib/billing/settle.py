"""What the line of an act says, from its facts: pure, the same answer for the same facts.

Amounts are in cents. The rule book judges; here only what it does not know is added: the secret of a minor, a video
that did not work, a contract that pays, what is due at once. The ceilings of the participation forfaitaire are the
caisse's to know: they are supposed not reached, as everywhere.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import Any

from toubib.billing import reasons
from toubib.billing.enums import ClaimState, Funding
from toubib.record.enums import Attestation
from toubib.rulebook.days import value_at
from toubib.waiting.queries.price import Estimate, estimate_of

VIDEO_CONFIRMED = "video_confirmed"  # said of a video that the browsers did not measure
WAIVED = "waived"
BY_PLAN = (Funding.SUBSCRIPTION, Funding.INSURER)
ADDONS = "PRICE.ADDON_"
NEEDS = {"ald_related": ("patient_ald", "ald_related")}  # facts that must hold together


@dataclass(frozen=True, slots=True)
class Act:
    """What is known of a signed act. `answers`: what was said of it afterwards for its claim."""

    facts: Mapping[str, Any]
    answers: Mapping[str, Any]
    attestation: str
    video_measured: bool
    secret: bool
    at: datetime


@dataclass(frozen=True, slots=True)
class Amounts:
    """In cents; the shares sum to tariff and overrun."""

    tariff_cents: int = 0
    overrun_cents: int = 0
    amo_cents: int = 0
    amc_cents: int = 0
    public_cents: int = 0
    plan_cents: int = 0
    patient_cents: int = 0
    due_now_cents: int = 0


@dataclass(frozen=True, slots=True)
class Settled:
    state: ClaimState
    funding: Funding
    code: str = ""
    amounts: Amounts = field(default_factory=Amounts)
    amo_rate: int | None = None
    third_party: bool = False
    said: dict[str, Any] = field(default_factory=dict)

    @property
    def digest(self) -> str:
        """Names the content: two versions that say the same have the same."""
        amounts = {name: getattr(self.amounts, name) for name in Amounts.__slots__}
        parts = [self.state, self.funding, self.code, amounts, self.amo_rate, self.third_party, self.said]
        return hashlib.sha256(json.dumps(parts, sort_keys=True, default=str).encode()).hexdigest()


def settle(act: Act) -> Settled:
    funding = Funding(act.facts.get("funding") or Funding.AMO)
    nothing = _nothing_owed(act)
    if nothing is not None:
        return _without_amounts(ClaimState.NOTHING, funding, [nothing])
    estimate = estimate_of(facts=act.facts, before_the_call=False)
    if estimate.outcome == "NOT_APPLICABLE":
        return _without_amounts(ClaimState.NOTHING, funding, [reasons.NOT_AN_ACT])
    holds = _holds(act, estimate)
    if not estimate.sure:
        return _without_amounts(ClaimState.HELD, funding, holds, estimate)
    return _with_amounts(act, funding, estimate, holds)


def _nothing_owed(act: Act) -> reasons.Said | None:
    """No doctor came, or the line failed: an act without picture both ways is not what was promised."""
    if act.answers.get(WAIVED):
        return reasons.WAIVED
    other = act.attestation and act.attestation != Attestation.VIDEO
    refuted = act.answers.get(VIDEO_CONFIRMED) is False
    return reasons.NO_LIVE_VIDEO if other or refuted else None


def _holds(act: Act, estimate: Estimate) -> list[reasons.Said]:
    found = [reasons.MINOR_SECRECY] if act.secret else []
    if not act.video_measured and not act.answers.get(VIDEO_CONFIRMED):
        found.append(reasons.VIDEO_NOT_MEASURED)
    return found if estimate.sure else [*found, reasons.RULE_UNDETERMINED]


def _without_amounts(
    state: ClaimState, funding: Funding, why: list[reasons.Said], estimate: Estimate | None = None
) -> Settled:
    said: dict[str, Any] = {"holds": [one.code for one in why] if state == ClaimState.HELD else []}
    said["reasons"] = [one.as_kept() for one in why]
    if estimate is not None:
        said["reasons"] += estimate.reasons
        said |= {"missing": estimate.missing, "if_yes": estimate.if_yes, "if_no": estimate.if_no}
    return Settled(state, funding, said=said)


def _with_amounts(act: Act, funding: Funding, estimate: Estimate, holds: list[reasons.Said]) -> Settled:
    cents = {name: cents_of(amount) for name, amount in estimate.amounts.items()}
    paid = estimate.reimbursement == "YES"
    overrun = sum(cents.values()) - 2 * cents["tariff"]  # the shares sum to tariff and overrun
    participation = cents["patient"] - overrun if paid else 0
    third_party = paid and _is_third_party(act)
    plan = cents["patient"] if _plan_pays(funding, estimate) else 0
    patient = cents["patient"] - plan
    own = [*holds, *([reasons.PLAN_PAYS] if plan else []), *([reasons.THIRD_PARTY] if third_party else [])]
    amounts = Amounts(
        tariff_cents=cents["tariff"],
        overrun_cents=overrun,
        amo_cents=cents["amo"],
        amc_cents=cents["amc"],
        public_cents=cents["public"],
        plan_cents=plan,
        patient_cents=patient,
        due_now_cents=0
        if act.secret
        else _due_now(cents, overrun, patient, paid=paid, third_party=third_party),
    )
    rate = round(100 * (cents["amo"] + participation) / cents["tariff"]) if paid and cents["tariff"] else 0
    codes = [one["code"] for one in estimate.reasons]
    said = {
        "holds": [one.code for one in holds],
        "reasons": [*(one.as_kept() for one in own), *estimate.reasons],
        "supposed": [str(words) for words in estimate.supposed],
        "participation_cents": participation,
        "addons": sorted(code.removeprefix(ADDONS) for code in codes if code.startswith(ADDONS)),
        "reimbursement": estimate.reimbursement,
    }
    state = ClaimState.HELD if holds else ClaimState.READY
    return Settled(state, funding, estimate.code, amounts, rate, third_party, said)


def _plan_pays(funding: Funding, estimate: Estimate) -> bool:
    reached = any(one["code"] == "SUB.CAP_REACHED" for one in estimate.reasons)
    return funding in BY_PLAN and not reached


def _is_third_party(act: Act) -> bool:
    for fact in value_at(id="third_party_payment.compulsory", now=act.at):
        if all(act.facts.get(one) is True for one in NEEDS.get(fact, (fact,))):
            return True
    return False


def _due_now(cents: Mapping[str, int], overrun: int, patient: int, *, paid: bool, third_party: bool) -> int:
    """What the patient hands over at once (nothing of a secret act: it is sent to nobody). In third-party payment the participation is taken later by the caisse; else
    the patient advances all of it and is paid back."""
    if not paid:
        return patient
    return cents["amc"] + overrun if third_party else cents["tariff"] + overrun


def cents_of(amount: str | None) -> int:
    return int(Decimal(amount or "0") * 100)


def amount_of(cents: int) -> str:
    """« 25.00 », as the rule book writes it; « -25.00 » for what is taken back."""
    return f"{Decimal(cents) / 100:.2f}"
