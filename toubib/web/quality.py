"""What the medical director looks at: today's lines, what was measured of late, who moved or refused a request."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from typing import Any
from uuid import UUID

from django.db.models import Avg, Count, Min, Prefetch, Q, QuerySet, Sum
from django.utils import timezone

from toubib.consultation.models import Complaint, Feedback
from toubib.people.models import Account
from toubib.record.enums import EncounterState
from toubib.record.models import Encounter
from toubib.record.queries import video_verdict
from toubib.waiting import catalogue
from toubib.waiting.enums import IN_LINE_STATES, DutyState, OfferState, RefusalReason, TicketState
from toubib.waiting.models import Duty, FollowUp, Offer, Pool, SignStop, Ticket

PERIOD = timedelta(days=28)
SIGNED = (EncounterState.SIGNED, EncounterState.AMENDED)


@dataclass
class Line:
    """One pool today."""

    pool: Pool
    duties: list[Duty] = field(default_factory=list)
    waiting: int = 0
    oldest: datetime | None = None
    seen: int = 0
    left: int = 0
    unserved: int = 0


def lines_today(*, now: datetime) -> list[Line]:
    """Three queries, whatever the number of pools and doctors."""
    day = timezone.make_aware(datetime.combine(timezone.localtime(now).date(), time.min))
    open_duties = Duty.objects.filter(closed_at__isnull=True).exclude(state=DutyState.OFF)
    duties = Prefetch(
        "duties", open_duties.select_related("practitioner").order_by("opened_at"), to_attr="on_duty"
    )
    pools = Pool.objects.prefetch_related(duties).order_by("name")
    in_line = Q(tickets__state__in=IN_LINE_STATES)
    today = Q(tickets__arrived_at__gte=day)
    counted = pools.annotate(
        waiting_now=Count("tickets", filter=in_line),
        oldest=Min("tickets__arrived_at", filter=in_line),
        seen_today=Count("tickets", filter=today & Q(tickets__state=TicketState.CLOSED)),
        left_today=Count("tickets", filter=today & Q(tickets__state=TicketState.LEFT)),
        unserved_today=Count("tickets", filter=today & Q(tickets__state=TicketState.UNSERVED)),
    )
    return [
        Line(
            pool,
            pool.on_duty,
            pool.waiting_now,
            pool.oldest,
            pool.seen_today,
            pool.left_today,
            pool.unserved_today,
        )
        for pool in counted
    ]


def follow_ups(*, done: bool = False) -> QuerySet[FollowUp]:
    """Tickets that nobody could serve: to call back first, then the oldest; those done, newest first."""
    rows = FollowUp.objects.select_related(
        "ticket__patient", "ticket__account", "ticket__pool", "ticket__place_commune"
    )
    if done:
        return rows.filter(done_at__isnull=False).order_by("-done_at", "-id")
    return rows.filter(done_at__isnull=True).order_by("-call_back", "created_at", "id")


def complaints(*, answered: bool | None = None) -> QuerySet[Complaint]:
    """To answer: the oldest first. Answered, or all: the newest first."""
    rows = Complaint.objects.select_related("encounter__patient", "encounter__practitioner")
    if answered is None:
        return rows.order_by("-said_at", "-id")
    rows = rows.filter(answered_at__isnull=not answered)
    return rows.order_by("-answered_at", "-id") if answered else rows.order_by("said_at", "id")


@dataclass(frozen=True, slots=True)
class Share:
    """`part` of `whole`, None when there is nothing to divide."""

    part: int
    whole: int

    @property
    def percent(self) -> int | None:
        return round(100 * self.part / self.whole) if self.whole else None

    @property
    def of_ten(self) -> int | None:
        return round(10 * self.part / self.whole) if self.whole else None


@dataclass(frozen=True, slots=True)
class Quality:
    """What was measured over the period; `told`: waits that fell inside the interval told on arrival."""

    since: datetime
    signed: int
    video: Share
    told: Share
    sooner: int
    later: int
    helped: float | None
    call_quality: float | None
    ratings: int


def measured_quality(*, now: datetime) -> Quality:
    since = now - PERIOD
    rows = Encounter.objects.filter(state__in=SIGNED, signed_at__gte=since)
    columns = ("planned_at", "started_at", "video_seconds_patient", "video_seconds_practitioner")
    verdicts = [
        video_verdict(encounter=row).measured for row in rows.only(*columns).iterator(chunk_size=2000)
    ]
    inside, sooner, later = _told_and_real(since)
    said = Feedback.objects.filter(said_at__gte=since).aggregate(
        Avg("helped"), Avg("call_quality"), Count("id")
    )
    return Quality(
        since=since,
        signed=len(verdicts),
        video=Share(sum(verdicts), len(verdicts)),
        told=Share(inside, inside + sooner + later),
        sooner=sooner,
        later=later,
        helped=said["helped__avg"],
        call_quality=said["call_quality__avg"],
        ratings=said["id__count"],
    )


def _told_and_real(since: datetime) -> tuple[int, int, int]:
    """Waits, to the nearest minute, inside, under and over what was told on arrival."""
    rows = Ticket.objects.filter(accepted_at__gte=since, arrived_at__isnull=False, told_high__isnull=False)
    inside = sooner = later = 0
    for arrived, accepted, low, high in rows.values_list(
        "arrived_at", "accepted_at", "told_low", "told_high"
    ):
        if arrived is None or accepted is None or low is None or high is None:
            continue
        minutes = round((accepted - arrived).total_seconds() / 60)
        if minutes < low:
            sooner += 1
        elif minutes > high:
            later += 1
        else:
            inside += 1
    return inside, sooner, later


@dataclass(frozen=True, slots=True)
class StopDay:
    """Paths stopped by a warning sign one day: counts only, nothing else is stored."""

    on: date
    total: int
    signs: list[tuple[str, int]]


def stops_by_day(*, now: datetime) -> list[StopDay]:
    first = timezone.localtime(now - PERIOD).date()
    questions = {sign.key: sign.question for sign in catalogue.signs().signs}
    days: dict[date, list[tuple[str, int]]] = {}
    for on, sign, number in (
        SignStop.objects.filter(on__gte=first).order_by("-on", "-count").values_list("on", "sign", "count")
    ):
        days.setdefault(on, []).append((questions.get(sign, sign), number))
    return [StopDay(on, sum(number for _sign, number in signs), signs) for on, signs in days.items()]


def count_stops(*, now: datetime) -> int:
    first = timezone.localtime(now - PERIOD).date()
    return int(SignStop.objects.filter(on__gte=first).aggregate(total=Sum("count"))["total"] or 0)


def refusals(*, now: datetime) -> QuerySet[Offer]:
    rows = Offer.objects.filter(state=OfferState.REFUSED, answered_at__gte=now - PERIOD)
    return rows.select_related("duty__practitioner", "ticket").order_by("-answered_at", "-id")


def refusals_by_reason(*, now: datetime) -> list[tuple[str, int]]:
    rows = Offer.objects.filter(state=OfferState.REFUSED, answered_at__gte=now - PERIOD)
    counts = rows.values("refusal").annotate(number=Count("id")).order_by("-number", "refusal")
    return [(str(RefusalReason(row["refusal"]).label), row["number"]) for row in counts]


def tiers(*, now: datetime) -> list[dict[str, Any]]:
    """Requests put first, with the name of who did it."""
    rows = Ticket.objects.filter(tier__gt=0, arrived_at__gte=now - PERIOD).order_by("-arrived_at", "-id")[:50]
    found = list(rows)
    names = names_of({row.tier_set_by for row in found if row.tier_set_by})
    return [{"ticket": row, "who": names.get(row.tier_set_by, "")} for row in found if row.tier_set_by]


def names_of(ids: set[UUID]) -> dict[UUID, str]:
    rows = Account.objects.filter(pk__in=ids).values_list("pk", "display_name", "email")
    return {pk: name or email or "" for pk, name, email in rows}
