"""Why this order, in one query; and the place said again from the line."""

from datetime import timedelta

import pytest

from toubib.ground.models import JournalEntry
from toubib.people.tests.factories import NOW
from toubib.waiting.models import Ticket
from toubib.waiting.operations import MoveRefused, change_place, leave_line, set_tier
from toubib.waiting.queries import Order, order_of
from toubib.waiting.tests.factories import (
    doctor_actor,
    make_scene,
    patient_actor,
    prepare_ticket,
    put_in_line,
)

pytestmark = pytest.mark.django_db(transaction=True)


def test_order_tells_arrivals_and_who_was_placed(django_assert_num_queries):
    scene = make_scene()
    first, mine, last = (put_in_line(scene, now=NOW + timedelta(minutes=n)) for n in range(3))
    with django_assert_num_queries(2):
        assert order_of(ticket=mine) == Order((first.arrived_at,), 0, False)
    set_tier(ticket_id=last.id, tier=1, reason="douleur", by=doctor_actor(scene.cast.vasseur), now=NOW)
    assert order_of(ticket=mine) == Order((first.arrived_at,), 1, False)
    assert order_of(ticket=Ticket.objects.get(pk=last.id)) == Order((), 0, True)
    assert order_of(ticket=prepare_ticket(scene)) == Order((), 0, False)


def test_place_is_said_again_with_a_trace_and_refused_once_it_is_over():
    scene = make_scene()
    ticket = put_in_line(scene)
    by = patient_actor(ticket.account)
    given = {
        "commune_id": ticket.place_commune_id,
        "detail": "2 rue du Pont",
        "callback_phone": "+33639980043",
    }
    for _ in range(2):
        row = change_place(ticket_id=ticket.id, by=by, now=NOW, **given)
    assert (row.place_detail, row.callback_phone, row.arrived_at) == ("2 rue du Pont", "+33639980043", NOW)
    assert JournalEntry.objects.filter(action="waiting.ticket.place", patient=ticket.patient_id).count() == 2
    leave_line(ticket_id=ticket.id, by=by, now=NOW)
    with pytest.raises(MoveRefused):
        change_place(ticket_id=ticket.id, by=by, now=NOW, **given)
