"""Sessions: opened once, following the request, wiped for good."""

from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction

from toubib.directory.tests.factories import make_place
from toubib.ground.actors import Actor
from toubib.kiosk.enums import LIVE_STATES, SESSION_MOVES, Presence, SessionState, WipeReason
from toubib.kiosk.models import KioskSession
from toubib.kiosk.operations import (
    PlaceShut,
    SessionMoveRefused,
    erase_old_sessions,
    follow_ticket,
    move_session,
    open_session,
    say_presence,
    touch_session,
    wipe_lost_sessions,
    wipe_session,
)
from toubib.kiosk.queries import live_session, session_of_ticket
from toubib.kiosk.tests.factories import make_machine
from toubib.people.tests.factories import NOW
from toubib.waiting.enums import TicketState
from toubib.waiting.tests.factories import make_scene, prepare_ticket, put_in_line

pytestmark = pytest.mark.django_db
BY = Actor.system("test")


def opened(machine, now=NOW, **more):
    return open_session(machine=machine, by=BY, now=now, **more)


def test_every_state_leads_to_the_wipe_and_nothing_leads_out_of_it():
    assert [state for state in LIVE_STATES if SessionState.WIPED not in SESSION_MOVES[state]] == []
    assert SESSION_MOVES[SessionState.WIPED] == set()


def test_open_twice_is_one_session_while_nobody_began():
    machine, _key = make_machine()
    first, again = opened(machine), opened(machine)
    assert (first.id, first.state) == (again.id, SessionState.OPENED)
    assert KioskSession.objects.count() == 1


def test_open_wipes_what_another_left():
    scene = make_scene()
    machine, _key = make_machine()
    first = opened(machine)
    follow_ticket(session_id=first.id, ticket=prepare_ticket(scene), by=BY, now=NOW)
    second = opened(machine, now=NOW + timedelta(minutes=1))
    first.refresh_from_db()
    assert (first.state, first.wipe_reason, second.state) == ("wiped", "restarted", "opened")


def test_open_is_refused_where_the_place_is_not_in_service():
    machine, _key = make_machine(place=make_place())
    with pytest.raises(PlaceShut):
        opened(machine)


def test_database_refuses_two_live_sessions_on_one_machine():
    machine, _key = make_machine()
    opened(machine)
    with pytest.raises(IntegrityError), transaction.atomic():
        KioskSession.objects.create(
            machine=machine, state="opened", opened_at=NOW, touched_at=NOW, state_at=NOW
        )


def test_session_follows_its_request():
    scene = make_scene()
    machine, _key = make_machine()
    session = opened(machine)
    ticket = prepare_ticket(scene)
    at = follow_ticket(session_id=session.id, ticket=ticket, by=BY, now=NOW)
    assert (at.state, at.ticket_id) == (SessionState.IDENTIFIED, ticket.id)
    move_session(session_id=session.id, to=SessionState.MEASURING, by=BY, now=NOW)
    assert follow_ticket(session_id=session.id, ticket=ticket, by=BY, now=NOW).state == "measuring"
    ticket = put_in_line(scene)
    assert follow_ticket(session_id=session.id, ticket=ticket, by=BY, now=NOW).state == "waiting"
    assert session_of_ticket(ticket=ticket) == session


def test_move_that_does_not_follow_is_refused():
    machine, _key = make_machine()
    session = opened(machine)
    with pytest.raises(SessionMoveRefused):
        move_session(session_id=session.id, to=SessionState.MEASURING, by=BY, now=NOW)
    with pytest.raises(SessionMoveRefused):
        move_session(session_id=session.id, to=SessionState.WIPED, by=BY, now=NOW)


def test_wipe_keeps_the_place_of_who_waits_and_calls_back_by_message():
    scene = make_scene()
    machine, _key = make_machine()
    session = opened(machine)
    ticket = put_in_line(scene)
    follow_ticket(session_id=session.id, ticket=ticket, by=BY, now=NOW)
    for _click in range(2):
        wiped = wipe_session(session_id=session.id, reason=WipeReason.IDLE, by=BY, now=NOW)
    ticket.refresh_from_db()
    assert (wiped.state, wiped.wipe_reason, ticket.state) == ("wiped", "idle", TicketState.AWAY)
    assert (live_session(machine=machine), session_of_ticket(ticket=ticket)) == (None, None)


def test_wiped_session_follows_nothing_more():
    scene = make_scene()
    machine, _key = make_machine()
    session = opened(machine)
    wipe_session(session_id=session.id, reason=WipeReason.PATIENT, by=BY, now=NOW)
    assert follow_ticket(session_id=session.id, ticket=put_in_line(scene), by=BY, now=NOW).ticket_id is None
    assert say_presence(session_id=session.id, presence=Presence.ALONE, by=BY, now=NOW).presence == ""


def test_silent_machine_loses_its_session_and_a_touched_one_keeps_it():
    machine, _key = make_machine()
    session = opened(machine)
    later = NOW + timedelta(minutes=2)
    touch_session(session=session, now=later)
    assert wipe_lost_sessions(now=later + timedelta(minutes=2)) == 0
    assert wipe_lost_sessions(now=later + timedelta(minutes=4)) == 1
    session.refresh_from_db()
    assert session.wipe_reason == WipeReason.LOST


def test_presence_is_said_again():
    machine, _key = make_machine()
    session = opened(machine)
    for presence in (Presence.ASSISTANT, Presence.ALONE, Presence.ALONE):
        said = say_presence(session_id=session.id, presence=presence, by=BY, now=NOW)
    assert said.presence == Presence.ALONE


def test_old_sessions_go():
    machine, _key = make_machine()
    session = opened(machine)
    wipe_session(session_id=session.id, reason=WipeReason.DONE, by=BY, now=NOW)
    assert erase_old_sessions(now=NOW + timedelta(days=29)) == 0
    assert erase_old_sessions(now=NOW + timedelta(days=31)) == 1
