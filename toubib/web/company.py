"""Who was invited to a visit and where they are, for the patient's pages."""

from __future__ import annotations

import base64
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.http import HttpRequest

from toubib.consultation.enums import InviteState
from toubib.consultation.models import Invite
from toubib.consultation.queries import answers_to_guests, invites_of
from toubib.ground.crypto import CannotDecrypt, key_ring

ASKED, WITHDRAWN = "asked", "withdrawn"
INVITE_LINK, LINK_PLACE = "invite_link", "session:invite_link"


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


def keep_link(request: HttpRequest, *, invite: Invite, link: str) -> None:
    """For the page of whoever made it, sealed: the database of sessions opens no door."""
    sealed = key_ring().encrypt(link.encode(), place=LINK_PLACE)
    request.session[INVITE_LINK] = {"invite": str(invite.id), "link": base64.b64encode(sealed).decode()}


def kept_link(request: HttpRequest, *, guests: list[GuestRow]) -> str:
    """The link made last in this session, until it served, was taken back or is too old; "" then."""
    kept = request.session.get(INVITE_LINK)
    if not kept or all(
        (str(one.invite.id), one.state) != (kept.get("invite"), InviteState.SENT) for one in guests
    ):
        return ""
    try:
        return key_ring().decrypt(base64.b64decode(kept["link"]), place=LINK_PLACE).decode()
    except CannotDecrypt:
        return ""


def _state(invite: Invite, agreed: bool | None, *, now: datetime) -> str:
    if invite.state in {InviteState.REFUSED, InviteState.EXPIRED}:
        return str(invite.state)
    if agreed is False:
        return WITHDRAWN
    if invite.state == InviteState.SENT and invite.is_too_old(now=now):
        return InviteState.EXPIRED
    return ASKED if agreed is None else str(invite.state)
