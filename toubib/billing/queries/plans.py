"""Contracts that pay acts, whom they cover, and how many acts they paid."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from uuid import UUID

from django.db.models import Exists, OuterRef, Q, QuerySet

from toubib.billing.models import ClaimLine, Cover, Plan
from toubib.billing.settle import BY_PLAN
from toubib.ground.actors import Actor
from toubib.ground.journal import entry_of, trace, trace_many
from toubib.waiting.enums import ENDED_STATES, LIVE_STATES
from toubib.waiting.models import Ticket
from toubib.waiting.queries.facts import said_of

STILL_ASKED = timedelta(hours=2)  # a request left on the path promises nothing any more
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
    """Acts of a calendar year that the contract pays: those whose request chose a cover of this patient under it.

    A minor's secret acts are not counted, for anybody: a parent who asks for the child reads this number, and the
    contract pays nothing of an act that leaves in no file.
    """
    later = ClaimLine.objects.filter(encounter=OuterRef("encounter"), version__gt=OuterRef("version"))
    acts = ClaimLine.objects.filter(
        ~Exists(later),
        encounter__patient=cover.patient_id,
        encounter__minor_secrecy=False,
        act_on__year=year,
        funding=cover.plan.kind,
        plan_cents__gt=0,
        secret=False,
    )
    asked = Ticket.objects.filter(encounter__in=acts.values("encounter"))
    chosen = (chosen_cover(ticket=one) for one in asked)
    return sum(one is not None and one.plan_id == cover.plan_id for one in chosen)


def acts_promised(*, cover: Cover, but: Ticket, now: datetime) -> int:
    """Acts under way that chose this contract for the same person, and have no line yet: other requests on the path since
    STILL_ASKED, in line, in a call or signed. Not one whose minor asked for secrecy: the number tells nobody of it."""
    asking = ~Q(state__in=ENDED_STATES) & (Q(state__in=LIVE_STATES) | Q(touched_at__gte=now - STILL_ASKED))
    unsettled = Q(encounter__claim_due__isnull=False, encounter__minor_secrecy=False)
    rows = Ticket.objects.filter(asking | unsettled, patient=cover.patient_id).exclude(pk=but.pk)
    open_ones = (one for one in rows if not one.draft.get("minor_secrecy"))
    chosen = (chosen_cover(ticket=one) for one in open_ones)
    return sum(one is not None and one.plan_id == cover.plan_id for one in chosen)


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


def trace_covers_read(*, plans: list[Plan], by: Actor, now: datetime) -> None:
    """The page of contracts was read: each person named on it reads so, and the officer once."""
    trace(by=by, action="billing.covers.read", now=now, subject="covers")
    trace_many(
        entry_of(
            by=by,
            action="billing.cover.read",
            now=now,
            patient=one.patient_id,
            subject="cover",
            subject_id=one.pk,
        )
        for plan in plans
        for one in plan.covers.all()
    )
