"""What was prepared for who assists: their lines and totals, apart from every doctor's."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from django.db.models import Count, Sum

from toubib.billing.enums import AssistanceState, ClaimState
from toubib.billing.models import AssistanceLine, ClaimLine
from toubib.billing.settle import amount_of


@dataclass(frozen=True, slots=True)
class CodeTotal:
    """One code over a period: how many, for how much."""

    code: str
    count: int
    cents: int

    @property
    def amount(self) -> str:
        return amount_of(self.cents)


def lines_of(*, helper_id: UUID, first: date, last: date) -> list[AssistanceLine]:
    """Their lines of those days that stand, by day."""
    rows = AssistanceLine.objects.select_related(
        "encounter__practitioner", "encounter__patient", "practitioner", "presence__place"
    )
    rows = rows.filter(helper_id=helper_id, act_on__range=(first, last))
    return list(rows.exclude(state=AssistanceState.DROPPED).order_by("act_on", "made_at", "id"))


def totals_of_helper(*, helper_id: UUID, first: date, last: date) -> list[CodeTotal]:
    """By code, of the lines that stand."""
    rows = AssistanceLine.objects.filter(helper_id=helper_id, act_on__range=(first, last))
    found = (
        rows.exclude(state=AssistanceState.DROPPED)
        .order_by()
        .values("code")
        .annotate(count=Count("id"), cents=Sum("tariff_cents"))
    )
    return sorted(
        (CodeTotal(one["code"], one["count"], one["cents"]) for one in found), key=lambda one: one.code
    )


def settled_of(*, lines: Iterable[AssistanceLine]) -> dict[UUID, bool]:
    """By encounter, whether the caisse pays the whole of the doctor's act to the doctor: what the counter tells, and no more."""
    ids = [one.encounter_id for one in lines]
    rows = ClaimLine.objects.filter(encounter__in=ids, state__in=[ClaimState.READY, ClaimState.SENT])
    found = rows.order_by("version").values_list("encounter_id", "third_party", "due_now_cents")
    return {encounter_id: third_party and not due for encounter_id, third_party, due in found}
