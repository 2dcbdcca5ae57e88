"""Who is in the room, as the patient says it on the screen: what it means for whoever assists."""

from __future__ import annotations

from datetime import datetime

from django.utils.translation import gettext as _

from toubib.assistance.models import Presence as AtThePatient
from toubib.assistance.operations import NotPosted, answer_presence, begin_presence, leave_left_open
from toubib.assistance.queries import helpers_at, open_presence, presences_of
from toubib.ground.actors import Actor
from toubib.ground.hub import publish
from toubib.kiosk.enums import Presence, SessionState
from toubib.kiosk.models import KioskSession
from toubib.people.enums import Role
from toubib.people.models import Account
from toubib.waiting.enums import LIVE_STATES, TicketState
from toubib.waiting.models import Ticket

STILL = (TicketState.TRIAGED, *LIVE_STATES)  # being prepared, in the line, in a call


def follow_presence(*, session: KioskSession, by: Actor, now: datetime) -> None:
    """« La personne qui m’accompagne ici »: who opened the session, or who came since, assists with the patient's agreement.
    Anything else takes that agreement back."""
    ticket = session.ticket
    if ticket is None or ticket.patient_id is None:
        return
    if session.presence == Presence.ASSISTANT:
        helper = session.opened_by
        if helper is not None:
            stand_beside(session=session, helper=helper, by=Actor(helper.pk, Role.ASSISTANT), now=now)
        _tell(session, now)
        return
    for row in presences_of(ticket_id=ticket.pk):
        if row.ended_at is None:
            answer_presence(
                presence_id=row.pk,
                agreed=False,
                patient_id=ticket.patient_id,
                by=by,
                now=now,
                encounter_id=ticket.encounter_id,
            )


def stand_beside(*, session: KioskSession, helper: Account, by: Actor, now: datetime) -> None:
    """Who assists comes; the patient who asked for somebody has agreed already, for this session. Raises NotPosted."""
    ticket = session.ticket
    if session.state == SessionState.WIPED or (ticket is not None and ticket.state not in STILL):
        raise NotPosted(_("Cette séance est finie."))
    if ticket is None or ticket.patient_id is None:
        raise NotPosted(_("Attendez que la personne ait dit qui elle est."))
    begin_presence(
        ticket_id=ticket.pk,
        patient_id=ticket.patient_id,
        place_id=session.machine.place_id,
        account=helper,
        by=by,
        now=now,
    )
    found = open_presence(ticket_id=ticket.pk, account_id=helper.pk)
    if found is not None and found.agreed is None and session.presence == Presence.ASSISTANT:
        answer_presence(
            presence_id=found.pk,
            agreed=True,
            patient_id=ticket.patient_id,
            by=Actor(ticket.account_id, Role.PATIENT),
            now=now,
            encounter_id=ticket.encounter_id,
        )


def _tell(session: KioskSession, now: datetime) -> None:
    for helper in helpers_at(place_id=session.machine.place_id, now=now):
        publish(f"account:{helper.pk}", "counter")


def leave_ended_requests(*, now: datetime) -> int:
    """Nobody stays noted beside a patient whose request is over, however it ended. How many."""
    rows = AtThePatient.objects.filter(ended_at__isnull=True).values_list("ticket_id", flat=True).distinct()
    open_for = set(rows)
    living = set(Ticket.objects.filter(pk__in=open_for, state__in=STILL).values_list("pk", flat=True))
    by = Actor.system("worker")
    return sum(leave_left_open(ticket_id=one, by=by, now=now) for one in sorted(open_for - living))
