"""What the waiting page shows of a ticket, as data: phases, words for the script, the thread's points."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from toubib.ui.formats import rank_suffix
from toubib.waiting.enums import ENDED_STATES, TicketState
from toubib.waiting.models import Duty, Ticket
from toubib.waiting.queries import (
    Interval,
    Order,
    Place,
    doctors_on_duty,
    estimate_wait,
    order_of,
    place_in_line,
)

MOST_DOTS = 6
MOST_TIMES = 5
LONG_WAIT = 60  # minutes
PHASES = {
    TicketState.WAITING: "waiting",
    TicketState.OFFERED: "waiting",
    TicketState.AWAY: "away",
    TicketState.ACCEPTED: "accepted",
    TicketState.IN_CALL: "in_call",
}


def phase_of(ticket: Ticket) -> str:
    """preparing, waiting, away, accepted, in_call or ended: a page of its own each."""
    return "ended" if ticket.state in ENDED_STATES else PHASES.get(TicketState(ticket.state), "preparing")


@dataclass(frozen=True, slots=True)
class LineView:
    """The line as this patient sees it."""

    place: Place
    wait: Interval | None
    since: datetime
    earliest: datetime | None
    latest: datetime | None
    is_long: bool
    is_offered: bool
    doctors: tuple[Duty, ...]

    @property
    def dots_ahead(self) -> range:
        return range(min(self.place.ahead, MOST_DOTS))

    @property
    def dots_behind(self) -> range:
        return range(min(self.place.behind, MOST_DOTS))

    @property
    def crew(self) -> tuple[Duty, ...]:
        return self.doctors[:3]


def line_view(*, ticket: Ticket, now: datetime) -> LineView | None:
    """None where the ticket left the line meanwhile."""
    place = place_in_line(ticket=ticket)
    if place is None or ticket.pool_id is None or ticket.arrived_at is None:
        return None
    want = (ticket.language, ticket.patient_age)
    wait = estimate_wait(pool_id=ticket.pool_id, ahead=place.ahead, now=now, want=want)
    return LineView(
        place=place,
        wait=wait,
        since=ticket.arrived_at,
        earliest=now + timedelta(minutes=wait.low) if wait else None,
        latest=now + timedelta(minutes=wait.high) if wait else None,
        is_long=bool(wait and wait.high >= LONG_WAIT),
        is_offered=ticket.state == TicketState.OFFERED,
        doctors=tuple(doctors_on_duty(pool_id=ticket.pool_id)),
    )


@dataclass(frozen=True, slots=True)
class OrderView:
    """« Cet ordre : Pourquoi ? »"""

    order: Order
    shown: tuple[datetime, ...]
    more: int


def order_view(*, ticket: Ticket) -> OrderView:
    order = order_of(ticket=ticket)
    return OrderView(order, order.ahead_at[:MOST_TIMES], max(0, len(order.ahead_at) - MOST_TIMES))


def line_words() -> dict[str, object]:
    """What the script writes when the rank changes; the same words as the templates."""
    return {
        "suffixes": [rank_suffix(rank) for rank in range(1, 121)],
        "range_minutes": _("%(low)s à %(high)s min"),
        "range": _("%(low)s à %(high)s"),
        "minutes": _("%(minutes)s min"),
        "hours": _("%(hours)s h"),
        "clock_sharp": _("%(hour)s h"),
        "hours_minutes": _("%(hours)s h %(minutes)s min"),
        "clock": _("%(hour)s h %(minute)s"),
        "ahead": _("%(count)s devant"),
        "behind": _("%(count)s derrière"),
        "none_ahead": _("personne devant"),
        "none_behind": _("personne derrière"),
        "thread": _("%(behind)s derrière vous, %(ahead)s devant vous."),
        "doctors": [ngettext("%(count)s médecin", "%(count)s médecins", number) for number in (1, 2)],
        "most_dots": MOST_DOTS,
    }
