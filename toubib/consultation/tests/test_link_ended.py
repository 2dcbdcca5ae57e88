"""A parent or a relative whose link ends holds nothing of that patient any more."""

import pytest
from django.db import connection
from django.utils import timezone

from toubib.consultation.models import Participant
from toubib.consultation.tests.factories import make_call
from toubib.consultation.tests.pages import client_of
from toubib.ground.hub import listen_here
from toubib.people.models import PatientLink
from toubib.people.operations import revoke_link
from toubib.waiting.enums import TicketState
from toubib.waiting.models import Ticket

pytestmark = pytest.mark.django_db(transaction=True)


def what_it_reads(call) -> list[int]:
    client = client_of(call.account)
    asked = [
        client.post(f"/salle/{call.room.id}/acces", {}, content_type="application/json"),
        client.get(f"/salle/{call.room.id}/messages"),
        client.get(f"/salle/{call.room.id}"),
        client.get(f"/attente/{call.ticket.id}"),
    ]
    return [answer.status_code for answer in asked]


def link_of(call) -> PatientLink:
    return PatientLink.objects.get(account=call.account, patient=call.patient, revoked_at__isnull=True)


def test_link_ended_in_mid_call_the_seat_is_taken_and_its_socket_closed(call):
    seat, heard = Participant.objects.get(room=call.room, account=call.account), []
    unhear = listen_here(lambda topic, news: heard.append((topic, news["event"], news.get("participant"))))
    before = what_it_reads(call)
    revoke_link(link=link_of(call), by=call.by_patient, now=timezone.now())
    unhear()
    seat.refresh_from_db()
    assert before == [200, 200, 200, 200]
    if connection.vendor == "sqlite":  # elsewhere PostgreSQL tells the socket's process
        assert (f"room:{call.room.id}", "removed", str(seat.id)) in heard
    assert seat.removed_at is not None
    assert what_it_reads(call) == [404, 404, 404, 404]
    assert Ticket.objects.get().state == TicketState.IN_CALL


def test_link_past_its_end_opens_nothing(call):
    PatientLink.objects.filter(pk=link_of(call).pk).update(ends_at=timezone.now())
    assert what_it_reads(call) == [404, 404, 404, 404]


def test_link_ended_while_waiting_the_request_leaves_the_line():
    call = make_call()
    revoke_link(link=link_of(call), by=call.by_patient, now=timezone.now())
    ticket = Ticket.objects.get()
    assert (ticket.state, what_it_reads(call)) == (TicketState.LEFT, [404, 404, 404, 404])
