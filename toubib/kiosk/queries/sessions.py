"""Sessions on kiosks."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from toubib.kiosk.enums import SessionState
from toubib.kiosk.models import KioskSession, Machine
from toubib.waiting.enums import IN_LINE_STATES, TicketState
from toubib.waiting.models import Ticket


def live_session(*, machine: Machine) -> KioskSession | None:
    """The session open on this machine now."""
    rows = KioskSession.objects.select_related("machine__place__commune", "ticket", "opened_by")
    return rows.filter(machine=machine, wiped_at__isnull=True).first()


def session_of_ticket(*, ticket: Ticket) -> KioskSession | None:
    """The session on a kiosk where this request stands now; None: elsewhere, or the person left the cabin."""
    rows = KioskSession.objects.select_related("machine__place", "opened_by")
    return rows.filter(ticket=ticket, wiped_at__isnull=True).order_by("-opened_at").first()


def lost_sessions(*, since: datetime) -> list[UUID]:
    """Live sessions of machines from which nothing came since then."""
    rows = KioskSession.objects.filter(wiped_at__isnull=True, touched_at__lt=since)
    return list(rows.exclude(machine__last_state__at__gte=since).values_list("id", flat=True))


def state_for(*, ticket: Ticket) -> SessionState:
    """Where a session stands whose request is here."""
    if ticket.state == TicketState.TRIAGED:
        known = ticket.account_id is not None and ticket.patient_id is not None
        return SessionState.IDENTIFIED if known else SessionState.OPENED
    if ticket.state in {*IN_LINE_STATES, TicketState.ACCEPTED}:
        return SessionState.WAITING
    return SessionState.IN_CALL if ticket.state == TicketState.IN_CALL else SessionState.LEAVING
