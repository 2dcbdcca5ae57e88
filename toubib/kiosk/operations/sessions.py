"""A session on a kiosk: opened, followed, wiped."""

from __future__ import annotations

from contextlib import suppress
from datetime import datetime, timedelta
from uuid import UUID

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from toubib.assistance.operations import leave_left_open
from toubib.ground.actors import Actor
from toubib.ground.hub import publish
from toubib.ground.journal import trace
from toubib.ground.locks import lock_row, save_changed, transactional
from toubib.kiosk.enums import SESSION_MOVES, Presence, SessionState, WipeReason
from toubib.kiosk.models import EnrolmentCode, KioskSession, Machine
from toubib.kiosk.operations.beside import follow_presence
from toubib.kiosk.queries import is_open, live_session, lost_sessions, state_for
from toubib.people.models import Account
from toubib.rulebook.days import value_at
from toubib.waiting.enums import NotifyWhen, TicketState
from toubib.waiting.models import Ticket
from toubib.waiting.operations import MoveRefused, go_away, say_place

TOUCH_EVERY = timedelta(seconds=20)


class PlaceShut(Exception):
    """The place of the machine receives nobody; str() is a sentence for who stands before it."""


class SessionMoveRefused(Exception):
    """The session is elsewhere by now; str() is a sentence for the user."""


def open_session(
    *, machine: Machine, opened_by: Account | None = None, by: Actor, now: datetime
) -> KioskSession:
    """Begin a session. One that the assistant opened and nobody took up yet is the one; any other that was left on this
    machine is wiped first. Raises PlaceShut."""
    if not is_open(place=machine.place, now=now):
        raise PlaceShut(
            _("Cette borne ne reçoit personne pour l’instant. Danger vital : 15. Sinon : 116 117.")
        )
    try:
        return _open(machine=machine, opened_by=opened_by, by=by, now=now)
    except IntegrityError:  # two at once: the other one is as fresh as ours
        session = live_session(machine=machine)
        if session is None:
            raise
        return session


@transactional
def _open(*, machine: Machine, opened_by: Account | None, by: Actor, now: datetime) -> KioskSession:
    left = live_session(machine=machine)
    if left is not None and left.state == SessionState.OPENED and left.ticket_id is None:
        if opened_by is not None and left.opened_by_id != opened_by.id:
            KioskSession.objects.filter(pk=left.pk).update(opened_by=opened_by)
            left.opened_by = opened_by
        return left
    if left is not None:
        wipe_session(session_id=left.id, reason=WipeReason.RESTARTED, by=by, now=now)
    with transaction.atomic():
        session = KioskSession.objects.create(
            machine=machine,
            opened_by=opened_by,
            state=SessionState.OPENED,
            opened_at=now,
            touched_at=now,
            state_at=now,
        )
    trace(by=by, action="kiosk.session.opened", now=now, subject="kiosk_session", subject_id=session.id)
    publish(f"kiosk:{machine.id}", SessionState.OPENED, session=str(session.id))
    return session


@transactional
def move_session(*, session_id: UUID, to: SessionState, by: Actor, now: datetime) -> KioskSession:
    """Change the state of a live session and tell the pages of its machine. The same state again changes nothing.
    To `wiped`: see wipe_session. Raises SessionMoveRefused."""
    session = lock_row(KioskSession.objects.all(), pk=session_id)
    if session.state == to:
        return session
    if to not in SESSION_MOVES[session.state] or to == SessionState.WIPED:
        raise SessionMoveRefused(
            _("La séance n’en est plus là : %(state)s.") % {"state": session.get_state_display()}
        )
    _set_state(session, to, by=by, now=now)
    return session


def _set_state(session: KioskSession, to: SessionState, *, by: Actor, now: datetime) -> None:
    session.state, session.state_at = to, now
    if to != SessionState.WIPED:
        session.touched_at = now
    save_changed(session)
    trace(
        by=by,
        action=f"kiosk.session.{to}",
        now=now,
        subject="kiosk_session",
        subject_id=session.id,
        reason=session.wipe_reason,
    )
    publish(f"kiosk:{session.machine_id}", to, session=str(session.id))


@transactional
def follow_ticket(*, session_id: UUID, ticket: Ticket, by: Actor, now: datetime) -> KioskSession:
    """The session is where its request is. A state that does not follow from this one is left as it is."""
    session = lock_row(KioskSession.objects.all(), pk=session_id)
    if session.state == SessionState.WIPED:
        return session
    session.ticket_id, session.touched_at = ticket.id, now
    to = state_for(ticket=ticket)
    stays = session.state == SessionState.MEASURING and to == SessionState.IDENTIFIED
    if to != session.state and not stays and to in SESSION_MOVES[session.state]:
        _set_state(session, to, by=by, now=now)
    else:
        save_changed(session)
    return session


@transactional
def place_ticket(*, session: KioskSession, ticket: Ticket, phone: str, by: Actor, now: datetime) -> Ticket:
    """The request is made from the place of the machine: nobody types where they are. Raises MoveRefused."""
    place = session.machine.place
    return say_place(
        ticket_id=ticket.id,
        commune_id=place.commune_id,
        detail=f"{place.name}, {place.address}",
        callback_phone=phone,
        place_of_care_id=place.id,
        by=by,
        now=now,
    )


def touch_session(*, session: KioskSession, now: datetime) -> None:
    """Somebody is there. Written when it was not for a while."""
    if now - session.touched_at >= TOUCH_EVERY:
        KioskSession.objects.filter(pk=session.pk, wiped_at__isnull=True).update(touched_at=now)


@transactional
def say_presence(*, session_id: UUID, presence: Presence, by: Actor, now: datetime) -> KioskSession:
    """Who is in the room; said again it replaces what was said. Nothing once wiped."""
    session = lock_row(KioskSession.objects.all(), pk=session_id)
    if session.state != SessionState.WIPED and session.presence != presence:
        session.presence = presence
        save_changed(session)
        trace(
            by=by,
            action="kiosk.session.presence",
            now=now,
            subject="kiosk_session",
            subject_id=session.id,
            reason=presence,
        )
        publish(f"kiosk:{session.machine_id}", "presence", session=str(session.id))
        follow_presence(session=session, by=by, now=now)
    return session


@transactional
def wipe_session(*, session_id: UUID, reason: WipeReason, by: Actor, now: datetime) -> KioskSession:
    """The end: the machine is free. Who waits keeps the place and is called by message, where a number is known; an
    unfinished request is taken up again from a phone while it lives. Idempotent."""
    ticket_id = KioskSession.objects.filter(pk=session_id).values_list("ticket_id", flat=True).first()
    if ticket_id is not None:
        leave_left_open(ticket_id=ticket_id, by=by, now=now)
        _send_out(ticket_id, by=by, now=now)
    session = lock_row(KioskSession.objects.all(), pk=session_id)
    if session.state == SessionState.WIPED:
        return session
    session.wiped_at, session.wipe_reason = now, reason
    _set_state(session, SessionState.WIPED, by=by, now=now)
    return session


def _send_out(ticket_id: UUID, *, by: Actor, now: datetime) -> None:
    """Without a number to write to, the place stays and the assistant calls the person back."""
    ticket = Ticket.objects.select_related("account").get(pk=ticket_id)
    account = ticket.account
    reachable = bool(ticket.callback_phone) and account is not None and bool(account.phone or account.email)
    if ticket.state == TicketState.WAITING and reachable:
        with suppress(MoveRefused):  # a doctor took it meanwhile
            go_away(
                ticket_id=ticket_id,
                notify_when=NotifyWhen.ONE_AHEAD,
                phone=ticket.callback_phone or "",
                reads=ticket.language,
                by=by,
                now=now,
            )


def wipe_lost_sessions(*, now: datetime) -> int:
    """Sessions of machines that neither ask nor say anything any more: current or network is gone."""
    limit = now - timedelta(seconds=value_at(id="kiosk.lost_seconds", now=now))
    by = Actor.system("worker")
    ids = lost_sessions(since=limit)
    for session_id in ids:
        wipe_session(session_id=session_id, reason=WipeReason.LOST, by=by, now=now)
    return len(ids)


def erase_old_sessions(*, now: datetime) -> int:
    """Sessions and codes past their time; the machine's own row stays."""
    before = now - timedelta(days=value_at(id="retention.message.days", now=now))
    EnrolmentCode.objects.filter(expires_at__lt=before).delete()
    return KioskSession.objects.filter(wiped_at__lt=before).delete()[0]
