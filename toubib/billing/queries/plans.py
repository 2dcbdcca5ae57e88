"""Contracts that pay acts, whom they cover, and how many acts they paid."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from uuid import UUID

from django.db.models import Q, QuerySet

from toubib.billing.enums import ClaimState
from toubib.billing.models import ClaimLine, Cover, Plan
from toubib.billing.settle import BY_PLAN
from toubib.waiting.models import Ticket
from toubib.waiting.queries.facts import said_of

CHOSEN = "cover"  # what a request says of who pays it: the id of a cover


@dataclass(frozen=True, slots=True)
class Covered:
    """A cover in force, and what is left of it this year."""

    cover: Cover
    used: int

    @property
    def cap(self) -> int | None:
        return self.cover.plan.acts_cap

    @property
    def is_reached(self) -> bool:
        return self.cap is not None and self.used >= self.cap


def _in_force(rows: QuerySet[Cover], *, on: date) -> QuerySet[Cover]:
    runs = Q(ends_on__isnull=True) | Q(ends_on__gt=on)
    plan_runs = Q(plan__ends_on__isnull=True) | Q(plan__ends_on__gt=on)
    return rows.filter(runs, plan_runs, starts_on__lte=on, plan__starts_on__lte=on)


def covers_for(*, patient_id: UUID, on: date) -> list[Covered]:
    """Contracts of this patient in force that day."""
    rows = _in_force(Cover.objects.filter(patient=patient_id), on=on).select_related("plan")
    return [Covered(row, acts_paid(cover=row, year=on.year)) for row in rows.order_by("plan__name")]


def acts_paid(*, cover: Cover, year: int) -> int:
    """Acts of a calendar year that the contract pays: its patient's lines of that funding."""
    rows = ClaimLine.objects.filter(
        encounter__patient=cover.patient_id, act_on__year=year, funding=cover.plan.kind, plan_cents__gt=0
    )
    return rows.exclude(state=ClaimState.REPLACED).values("encounter").distinct().count()


def open_plans(*, on: date) -> list[Plan]:
    rows = Plan.objects.filter(Q(ends_on__isnull=True) | Q(ends_on__gt=on))
    return list(rows.prefetch_related("covers__patient").order_by("name"))


def chosen_cover(*, ticket: Ticket) -> Cover | None:
    """The contract that this request chose, if any."""
    said = said_of(ticket=ticket).get(CHOSEN)
    if said is None or said.value is None:
        return None
    return Cover.objects.select_related("plan").filter(pk=said.value).first()


def contract_of(*, line: ClaimLine) -> tuple[str, str]:
    """Name and number of the contract that pays this line; empty where none does."""
    if line.funding not in BY_PLAN:
        return "", ""
    ticket = Ticket.objects.filter(encounter=line.encounter_id).first()
    cover = chosen_cover(ticket=ticket) if ticket else None
    return (cover.plan.name, cover.number) if cover else ("", "")
