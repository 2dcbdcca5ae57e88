"""The only writers of copies, erasures, holds and deaths; and the only place that erases what other apps wrote."""

from toubib.rights.operations.copies import ask_copy, claim_copy, keep_copy, put_off_copy, take_copy
from toubib.rights.operations.erasures import NotErased, answer_erasure, ask_erasure
from toubib.rights.operations.holds import lift_hold, place_hold, tell_death
from toubib.rights.operations.sweeps import ELSEWHERE, SWEEPS, Sweep, Swept, apply_retention
from toubib.rights.operations.tree import (
    RecordHeld,
    drop_copies,
    drop_copy,
    erase_account,
    erase_record,
    erase_tickets,
)

__all__ = [
    "ELSEWHERE",
    "SWEEPS",
    "NotErased",
    "RecordHeld",
    "Sweep",
    "Swept",
    "answer_erasure",
    "apply_retention",
    "ask_copy",
    "ask_erasure",
    "claim_copy",
    "drop_copies",
    "drop_copy",
    "erase_account",
    "erase_record",
    "erase_tickets",
    "keep_copy",
    "lift_hold",
    "place_hold",
    "put_off_copy",
    "take_copy",
    "tell_death",
]
