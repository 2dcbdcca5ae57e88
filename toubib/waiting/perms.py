"""Whose ticket is it: with the account once there is one, with the browser session until then."""

from __future__ import annotations

from uuid import UUID

from toubib.waiting.models import Ticket


def may_hold_ticket(*, ticket: Ticket, account_id: UUID | None) -> bool:
    """Someone whose session names the ticket holds it while it is nobody's; afterwards its account alone."""
    return ticket.account_id is None or ticket.account_id == account_id
