"""Totals of lines by day and by doctor, in cents: settled lines alone, those that wait or owe nothing counted apart."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.db.models import Count, F, Q, QuerySet, Sum
from django.db.models.functions import Coalesce

from toubib.billing.enums import ClaimState
from toubib.billing.models import SHARES, ClaimLine
from toubib.billing.settle import amount_of

SETTLED = Q(state__in=[ClaimState.READY, ClaimState.SENT])


@dataclass(frozen=True, slots=True)
class Totals:
    """`key`: the day, or the doctor's RPPS; `name`: what people call it."""

    key: Any
    name: str
    acts: int
    held: int
    nothing: int
    cents: dict[str, int]

    @property
    def total(self) -> str:
        return amount_of(sum(self.cents.values()))

    @property
    def amo(self) -> str:
        return amount_of(self.cents["amo_cents"])

    @property
    def amc(self) -> str:
        return amount_of(self.cents["amc_cents"])

    @property
    def public(self) -> str:
        return amount_of(self.cents["public_cents"])

    @property
    def plan(self) -> str:
        return amount_of(self.cents["plan_cents"])

    @property
    def patient(self) -> str:
        return amount_of(self.cents["patient_cents"])


def _sums() -> dict[str, Any]:
    return {
        "acts": Count("id", filter=SETTLED),
        "held": Count("id", filter=Q(state=ClaimState.HELD)),
        "nothing": Count("id", filter=Q(state=ClaimState.NOTHING)),
        **{f"sum_{name}": Coalesce(Sum(name, filter=SETTLED), 0) for name in SHARES},
    }


def totals_by_day(rows: QuerySet[ClaimLine]) -> list[Totals]:
    """Newest day first."""
    found = rows.order_by().values(key=F("act_on")).annotate(**_sums()).order_by("-key")
    return [_totals(dict(one), name="") for one in found]


def totals_by_doctor(rows: QuerySet[ClaimLine]) -> list[Totals]:
    who = {"key": F("practitioner__rpps")}
    names = ("practitioner__title", "practitioner__given_name", "practitioner__family_name")
    found = rows.order_by().values(*names, **who).annotate(**_sums())
    made = [_totals(one, name=" ".join(str(one[name]) for name in names)) for one in found]
    return sorted(made, key=lambda one: one.name.casefold())


def totals_of(parts: Iterable[Totals]) -> Totals:
    """The sum of the parts."""
    parts = list(parts)
    cents = {name: sum(one.cents[name] for one in parts) for name in SHARES}
    acts, held, nothing = (sum(getattr(one, name) for one in parts) for name in ("acts", "held", "nothing"))
    return Totals(None, "", acts, held, nothing, cents)


def _totals(row: dict[str, Any], *, name: str) -> Totals:
    cents = {share: int(row[f"sum_{share}"]) for share in SHARES}
    return Totals(row["key"], name, row["acts"], row["held"], row["nothing"], cents)
