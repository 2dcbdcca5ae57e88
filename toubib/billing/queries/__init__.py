"""Reads of billing. Who shows a patient's line leaves a trace (`trace_read`)."""

from toubib.billing.queries.bills import Bill, bill_of, plain_bill
from toubib.billing.queries.claims import (
    Search,
    batches,
    claims_of,
    current_line,
    find_claims,
    get_batch,
    line_of,
    to_send,
    trace_batch_read,
    trace_read,
    versions_of,
)
from toubib.billing.queries.plans import contract_of, covers_for, open_plans, trace_covers_read
from toubib.billing.queries.totals import Totals, totals_by_day, totals_by_doctor, totals_of

__all__ = [
    "Bill",
    "Search",
    "Totals",
    "batches",
    "bill_of",
    "claims_of",
    "contract_of",
    "covers_for",
    "current_line",
    "find_claims",
    "get_batch",
    "line_of",
    "open_plans",
    "plain_bill",
    "to_send",
    "totals_by_day",
    "totals_by_doctor",
    "totals_of",
    "trace_batch_read",
    "trace_covers_read",
    "trace_read",
    "versions_of",
]
