"""Who was invited to a visit and where they are, for the patient's pages."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from toubib.consultation.enums import InviteState
from toubib.consultation.models import Invite
from toubib.consultation.queries import answers_to_guests, invites_of

ASKED, WITHDRAWN = "asked", "withdrawn"


@dataclass(frozen=True, slots=True)
class GuestRow:
    """`state`: asked (the patient has not said yet), withdrawn, sent, knocking, admitted, refused, expired."""

    invite: Invite
    state: str

    @property
    def may_withdraw(self) -> bool:
        return self.state in {InviteState.SENT, InviteState.KNOCKING, InviteState.ADMITTED}


def guests_of(*, ticket_id: UUID, now: datetime) -> list[GuestRow]:
    """In two queries."""
    invites = invites_of(ticket_id=ticket_id)
    said = answers_to_guests(invites=invites) if invites else {}
    return [GuestRow(invite, _state(invite, said.get(invite.id), now=now)) for invite in invites]


def _state(invite: Invite, agreed: bool | None, *, now: datetime) -> str:
    if invite.state in {InviteState.REFUSED, InviteState.EXPIRED}:
        return str(invite.state)
    if agreed is False:
        return WITHDRAWN
    if invite.state == InviteState.SENT and invite.is_too_old(now=now):
        return InviteState.EXPIRED
    return ASKED if agreed is None else str(invite.state)
