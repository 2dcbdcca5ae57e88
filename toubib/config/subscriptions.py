"""What an open page may hear, who may enter a room, and which query feeds a pool: asked once per connection.

Called in a thread, with the database at hand. Topics: `account:<id>`, `ticket:<id>`, `pool:<id>`, `kiosk:<id>`.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from django.utils import timezone

from toubib.assistance.queries import places_of
from toubib.config.hubfeed import register_feed
from toubib.consultation.enums import ParticipantRole
from toubib.consultation.models import Participant
from toubib.consultation.tokens import RoomPass
from toubib.kiosk.models import Machine
from toubib.kiosk.queries import machine_of_key
from toubib.people.enums import Role
from toubib.people.models import Account
from toubib.people.queries import roles_of
from toubib.waiting.queries import current_duty, live_ticket_of, rank_payloads


def subscriptions_for(account_id: str, session: Any) -> list[str]:
    """Every topic this account may follow now: itself, its ticket under way, the lines it serves."""
    topics = [f"account:{account_id}"]
    ticket = live_ticket_of(account_id=UUID(account_id))
    if ticket is not None:
        topics.append(f"ticket:{ticket.id}")
    duty = current_duty(account_id=UUID(account_id))
    if duty is not None:
        topics += [f"pool:{pool_id}" for pool_id in duty.pools.values_list("id", flat=True)]
    places = [place.pk for place in places_of(account=Account(pk=UUID(account_id)), now=timezone.now())]
    if places:
        machines = Machine.objects.filter(place__in=places, revoked_at__isnull=True)
        topics += [f"kiosk:{machine}" for machine in machines.values_list("id", flat=True)]
    return topics


def topics_of_machine(key: str) -> list[str]:
    """What an enrolled kiosk may follow of itself; nothing for a key that is no machine's."""
    machine = machine_of_key(key=key)
    return [f"kiosk:{machine.id}"] if machine is not None else []


def room_admits(room_pass: RoomPass) -> bool:
    """Whether someone with a valid pass is still expected: not removed, the room not closed, a doctor a doctor still."""
    seats = Participant.objects.select_related("account").filter(
        pk=room_pass.participant_id,
        removed_at__isnull=True,
        room_id=room_pass.room_id,
        room__closed_at__isnull=True,
    )
    seat = seats.first()
    if seat is None or seat.account is None or seat.role != ParticipantRole.PRACTITIONER:
        return seat is not None
    return seat.account.is_active and Role.PRACTITIONER in roles_of(account=seat.account, now=timezone.now())


def ranks_of(pool_id: str) -> Mapping[str, Mapping[str, Any]]:
    return rank_payloads(pool_id=UUID(pool_id), now=timezone.now())


register_feed("pool:", ranks_of)
