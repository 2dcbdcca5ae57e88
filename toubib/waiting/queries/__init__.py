"""Reads of the line: one answer to one question, for pages, dispatcher and the SAS alike."""

from toubib.waiting.queries.duty import current_duty, pending_offer
from toubib.waiting.queries.estimate import Interval, estimate_wait
from toubib.waiting.queries.line import (
    Place,
    WaitingRow,
    live_ticket_of,
    place_in_line,
    places_in_pool,
    rank_payloads,
    wait_at_the_end,
    waiting_rows,
)
from toubib.waiting.queries.opening import (
    Admission,
    admission_to,
    doctors_on_duty,
    is_open_at,
    next_opening,
    outside_ages,
    pool_for,
)
from toubib.waiting.queries.order import Order, order_of
from toubib.waiting.queries.path import missing_steps

__all__ = [
    "Admission",
    "Interval",
    "Order",
    "Place",
    "WaitingRow",
    "admission_to",
    "current_duty",
    "doctors_on_duty",
    "estimate_wait",
    "is_open_at",
    "live_ticket_of",
    "missing_steps",
    "next_opening",
    "order_of",
    "outside_ages",
    "pending_offer",
    "place_in_line",
    "places_in_pool",
    "pool_for",
    "rank_payloads",
    "wait_at_the_end",
    "waiting_rows",
]
