"""The patient's path before the line: which steps remain."""

from __future__ import annotations

from toubib.waiting import catalogue
from toubib.waiting.models import Ticket

STEPS = ("lieu", "pour-qui", "motif", "medecin-traitant", "identite", "sante", "consentements", "test")


def missing_steps(*, ticket: Ticket) -> list[str]:
    """The steps of STEPS still to do, in order. The device test may be skipped, which counts as done."""
    return [step for step in STEPS if not _is_done(step, ticket)]


def _is_done(step: str, ticket: Ticket) -> bool:
    draft = ticket.draft or {}
    if step == "lieu":
        return ticket.place_commune_id is not None and bool(ticket.callback_phone)
    if step == "pour-qui":
        return "who" in draft
    if step == "motif":
        return catalogue.reason(ticket.reason_key) is not None
    if step == "medecin-traitant":
        return bool(ticket.medecin_traitant)
    if step == "identite":
        return ticket.account_id is not None and ticket.patient_id is not None
    return step in draft.get("done", [])
