"""Who waits, in the public order, and each one's place."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import Exists, OuterRef, QuerySet
from django.utils import timezone

from toubib.ground.prepared import ask, read_one
from toubib.record.models import Encounter
from toubib.waiting.enums import IN_LINE_STATES, LIVE_STATES, PREPARING_STATES, OfferState
from toubib.waiting.models import Offer, Ticket
from toubib.waiting.queries.estimate import Interval, pace_of
from toubib.waiting.queries.rivals import Doctors, Want, count_ahead, doctors_of

ORDER = ("-tier", "arrived_at", "id")


@dataclass(frozen=True, slots=True)
class Place:
    """A place in a line, among those who compete for the same doctors; rank 1 is next."""

    rank: int
    ahead: int
    behind: int


@dataclass(frozen=True, slots=True)
class WaitingRow:
    """One line of the doctor's read-only list."""

    ticket_id: UUID
    rank: int
    short_name: str
    age: int | None
    reason_key: str
    arrived_at: datetime
    state: str
    tier: int
    tier_set_by: UUID | None
    earlier_yes: bool
    language: str
    refused: bool  # by the doctor who reads, or that doctor by the patient


def ticket_of(*, encounter: Encounter) -> Ticket | None:
    """The request that this encounter answers, with the commune of its place; read once for one object in memory."""
    kept: dict[str, Ticket | None] = encounter._state.fields_cache  # where `encounter.ticket` looks too
    if "ticket" not in kept:
        kept["ticket"] = read_one(Ticket.objects.select_related("place_commune"), encounter=encounter)
    return kept["ticket"]


def line_of(*, pool_id: UUID) -> QuerySet[Ticket]:
    return Ticket.objects.filter(pool_id=pool_id, state__in=IN_LINE_STATES).order_by(*ORDER)


def places_in_pool(*, pool_id: UUID) -> dict[UUID, Place]:
    """Every place of a line, in order, among those who compete for the same doctors; two queries for all."""
    return _places(_wants(pool_id), doctors_of(pool_id=pool_id))


def _wants(pool_id: UUID) -> list[tuple[UUID, str, int | None]]:
    return list(line_of(pool_id=pool_id).values_list("id", "language", "patient_age"))


def _places(rows: list[tuple[UUID, str, int | None]], serving: Doctors) -> dict[UUID, Place]:
    known = {want: serving.circle(want) for want in {row[1:] for row in rows}}
    circles = [known[row[1:]] for row in rows]
    ahead = list(count_ahead(circles))
    behind = reversed(list(count_ahead(reversed(circles))))
    return {
        row[0]: Place(before + 1, before, after)
        for row, before, after in zip(rows, ahead, behind, strict=True)
    }


def rank_payloads(*, pool_id: UUID, now: datetime) -> dict[str, dict[str, Any]]:
    """What each waiting page shows, by ticket: {rank, ahead, behind, low, high, at, doctors}; three queries for all."""
    pace, at = pace_of(pool_id=pool_id, now=now), timezone.localtime(now).strftime("%H\u00a0h\u00a0%M")
    rows = _wants(pool_id)
    places, payloads = _places(rows, pace.serving), {}
    for ticket_id, language, age in rows:
        place = places[ticket_id]
        wait = pace.interval(ahead=place.ahead, now=now, want=(language, age))
        payloads[str(ticket_id)] = {
            **asdict(place),
            "low": wait.low if wait else None,
            "high": wait.high if wait else None,
            "at": at,
            "doctors": pace.doctors,
        }
    return payloads


def place_in_line(*, ticket: Ticket) -> Place | None:
    """None when the ticket is not in line."""
    return places_in_pool(pool_id=ticket.pool_id).get(ticket.id) if ticket.pool_id else None


def wait_at_the_end(*, pool_id: UUID, want: Want, now: datetime) -> tuple[int, Interval | None]:
    """How many would be ahead of someone who enters now, with this language and age, for the same doctors; and the
    wait told with it: None where no doctor may receive them."""
    pace = pace_of(pool_id=pool_id, now=now)
    wants = ask(_wants_in_line, pool_id=pool_id)
    *_others, ahead = count_ahead(pace.serving.circle(one) for one in [*wants, want])
    return ahead, pace.interval(ahead=ahead, now=now, want=want)


def _wants_in_line(*, pool_id: UUID) -> QuerySet[Any]:
    return line_of(pool_id=pool_id).values_list("language", "patient_age")


def waiting_rows(
    *, pool_ids: list[UUID], practitioner_id: UUID, limit: int = 50
) -> tuple[list[WaitingRow], int]:
    """The first rows and the count of all, in two queries whatever the length; plain values, since it is asked often."""
    line = Ticket.objects.filter(pool_id__in=pool_ids, state__in=IN_LINE_STATES)
    mine = {"practitioner_id": practitioner_id, "ticket_id": OuterRef("pk")}
    declined = Ticket.declined.through.objects.filter(**mine)
    said_no = Offer.objects.filter(
        ticket_id=OuterRef("pk"), duty__practitioner_id=practitioner_id, state=OfferState.REFUSED
    )
    asked = line.annotate(refused=Exists(said_no) | Exists(declined))
    rows = asked.order_by(*ORDER).values_list(*ROW)[:limit]
    return [_row(rank, *row) for rank, row in enumerate(rows, start=1)], line.count()


ROW = (
    "id",
    "patient__used_given_name",
    "patient__birth_given_names",
    "patient__used_name",
    "patient__birth_name",
    "patient_age",
    "reason_key",
    "arrived_at",
    "state",
    "tier",
    "tier_set_by",
    "signs_yes",
    "language",
    "refused",
)


def _row(
    rank: int, id: UUID, used_given: str, given: str, used: str, birth: str, age: int | None, *rest: Any
) -> WaitingRow:
    reason_key, arrived_at, state, tier, tier_set_by, signs_yes, language, refused = rest
    short = f"{used_given or given.split()[0]} {(used or birth)[:1]}."
    said = (reason_key, arrived_at, state, tier, tier_set_by, bool(signs_yes), language, bool(refused))
    return WaitingRow(id, rank, short, age, *said)


def live_ticket_of(*, account_id: UUID) -> Ticket | None:
    """The ticket that this account has under way: in line, in call, or being prepared; the furthest first."""
    rows = Ticket.objects.filter(account_id=account_id, state__in=(*LIVE_STATES, *PREPARING_STATES))
    return max(
        rows.select_related("pool"), key=lambda t: (t.state in LIVE_STATES, t.touched_at), default=None
    )
