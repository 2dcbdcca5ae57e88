"""The only writers of billing."""

from toubib.billing.operations.assistance import prepare_assistance, take_file
from toubib.billing.operations.batches import NothingToSend, export_claims
from toubib.billing.operations.claims import (
    NotAnswered,
    answer_facts,
    ask_for_claim,
    settle_claim,
    settle_due_claims,
)
from toubib.billing.operations.plans import (
    NotCovered,
    add_cover,
    add_plan,
    choose_payer,
    end_cover,
)
from toubib.billing.operations.prices import keep_price_shown
from toubib.billing.operations.receipts import keep_receipt

__all__ = [
    "NotAnswered",
    "NotCovered",
    "NothingToSend",
    "add_cover",
    "add_plan",
    "answer_facts",
    "ask_for_claim",
    "choose_payer",
    "end_cover",
    "export_claims",
    "keep_price_shown",
    "keep_receipt",
    "prepare_assistance",
    "settle_claim",
    "settle_due_claims",
    "take_file",
]
