"""A doctor's duty and the offers: one at a time, answered once, given back in place."""

import threading
from datetime import timedelta

import pytest
from django.db import connection, transaction
from django.db.utils import IntegrityError

from toubib.people.tests.factories import NOW
from toubib.record.enums import AbortReason, Attestation, EncounterState
from toubib.record.models import Encounter
from toubib.record.operations import save_note
from toubib.waiting.enums import DutyState, OfferState, RefusalReason, TicketState
from toubib.waiting.models import Duty, Offer, Ticket
from toubib.waiting.operations import (
    MoveRefused,
    OfferGone,
    abort_call,
    end_call,
    end_duty,
    hand_over,
    lapse_offers,
    patient_absent,
    pause_duty,
    refuse_offer,
    resume_duty,
    sign_call,
    start_call,
    take_offer,
)
from toubib.waiting.queries import places_in_pool
from toubib.waiting.tests.factories import doctor_actor, make_scene, put_in_line, put_on_duty

pytestmark = pytest.mark.django_db(transaction=True)


def minutes(n: float):
    return NOW + timedelta(minutes=n)


def states():
    return Ticket.objects.get().state, Duty.objects.get().state


@pytest.fixture
def scene():
    return make_scene()


@pytest.fixture
def taken(scene):
    """A ticket that Dre Vasseur has taken: (scene, ticket, encounter, by)."""
    put_on_duty(scene, scene.cast.vasseur)
    ticket = put_in_line(scene)
    by = doctor_actor(scene.cast.vasseur)
    return scene, ticket, take_offer(offer_id=Offer.objects.get().id, by=by, now=NOW), by


def test_open_twice_is_one_duty(scene):
    assert put_on_duty(scene, scene.cast.vasseur).id == put_on_duty(scene, scene.cast.vasseur).id


def test_offers_follow_the_order_of_arrival(scene):
    tickets = [put_in_line(scene, now=minutes(n)) for n in range(3)]
    put_on_duty(scene, scene.cast.vasseur, now=minutes(5))
    put_on_duty(scene, scene.cast.lenoir, now=minutes(6))
    assert list(Offer.objects.order_by("made_at").values_list("ticket", flat=True)) == [
        t.id for t in tickets[:2]
    ]


def test_a_ticket_nobody_free_may_take_does_not_block_the_others(scene):
    foreign, french = put_in_line(scene, language="pt"), put_in_line(scene, now=minutes(1))
    put_on_duty(scene, scene.cast.vasseur, now=minutes(2))
    assert Offer.objects.get().ticket_id == french.id
    assert list(places_in_pool(pool_id=scene.pool.id)) == [foreign.id, french.id]


def test_refuse_gives_it_to_another_and_never_back(scene):
    put_on_duty(scene, scene.cast.vasseur)
    ticket = put_in_line(scene)
    by = doctor_actor(scene.cast.vasseur)
    offer = Offer.objects.get()
    refuse_offer(offer_id=offer.id, reason=RefusalReason.KNOWN, note="voisin", by=by, now=minutes(1))
    refuse_offer(offer_id=offer.id, reason=RefusalReason.SKILL, note="", by=by, now=minutes(2))
    offer.refresh_from_db()
    assert (offer.refusal, states()) == (RefusalReason.KNOWN, (TicketState.WAITING, DutyState.OPEN))
    put_on_duty(scene, scene.cast.lenoir, now=minutes(3))
    assert Offer.objects.get(state="pending").duty.practitioner_id == scene.cast.lenoir.practitioner_id
    ticket.refresh_from_db()
    assert ticket.arrived_at == NOW


def test_lapsed_offer_keeps_the_place_and_pauses_the_doctor(scene):
    put_on_duty(scene, scene.cast.vasseur)
    put_in_line(scene)
    offer = Offer.objects.get()
    assert [
        lapse_offers(now=offer.expires_at - timedelta(seconds=1)),
        lapse_offers(now=offer.expires_at),
    ] == [0, 1]
    assert states() == (TicketState.WAITING, DutyState.PAUSED)
    with pytest.raises(OfferGone, match="pas répondu à temps"):
        take_offer(offer_id=offer.id, by=doctor_actor(scene.cast.vasseur), now=minutes(9))
    resume_duty(duty_id=offer.duty_id, by=doctor_actor(scene.cast.vasseur), now=minutes(10))
    assert Offer.objects.filter(state=OfferState.PENDING).count() == 1


def test_the_database_refuses_two_pending_offers_of_a_ticket(scene):
    put_on_duty(scene, scene.cast.vasseur)
    ticket = put_in_line(scene)
    other = put_on_duty(scene, scene.cast.lenoir)
    with pytest.raises(IntegrityError), transaction.atomic():
        Offer.objects.create(ticket=ticket, duty=other, made_at=NOW, expires_at=NOW)


def test_sign_ends_the_call_and_offers_the_next(taken):
    scene, _ticket, encounter, by = taken
    following = put_in_line(scene, now=minutes(1))
    start_call(encounter_id=encounter.id, by=by, now=minutes(2))
    save_note(
        encounter_id=encounter.id,
        reason="a",
        findings="b",
        conclusion="c",
        advice="",
        base=0,
        by=by,
        now=minutes(3),
    )
    for _ in range(2):
        sign_call(encounter_id=encounter.id, attestation=Attestation.VIDEO, by=by, now=minutes(9))
    assert Offer.objects.get(state="pending").ticket_id == following.id
    assert Encounter.objects.get().state == EncounterState.SIGNED


def test_pause_after_this_patient(taken):
    scene, _ticket, encounter, by = taken
    duty = Duty.objects.get()
    pause_duty(duty_id=duty.id, by=by, now=NOW)
    put_in_line(scene, now=minutes(1))
    save_note(
        encounter_id=encounter.id, reason="a", findings="b", conclusion="c", advice="", base=0, by=by, now=NOW
    )
    start_call(encounter_id=encounter.id, by=by, now=NOW)
    sign_call(encounter_id=encounter.id, attestation=Attestation.VIDEO, by=by, now=minutes(5))
    duty.refresh_from_db()
    assert (duty.state, Offer.objects.filter(state="pending").count()) == (DutyState.PAUSED, 0)


def test_end_duty_is_refused_with_a_patient_or_an_unsigned_note(taken):
    _scene, _ticket, encounter, by = taken
    duty = Duty.objects.get()
    for step in (start_call, end_call):
        with pytest.raises(MoveRefused, match="Finissez"):
            end_duty(duty_id=duty.id, by=by, now=NOW)
        step(encounter_id=encounter.id, by=by, now=NOW)
    assert states() == (TicketState.CLOSED, DutyState.WRITING)


def test_end_duty_gives_a_pending_offer_back(scene):
    duty = put_on_duty(scene, scene.cast.vasseur)
    put_in_line(scene)
    end_duty(duty_id=duty.id, by=doctor_actor(scene.cast.vasseur), now=minutes(1))
    assert (states(), Offer.objects.get().state) == (
        (TicketState.WAITING, DutyState.OFF),
        OfferState.WITHDRAWN,
    )


def test_call_again_after_the_end_and_before_signing(taken):
    _scene, ticket, encounter, by = taken
    start_call(encounter_id=encounter.id, by=by, now=NOW)
    end_call(encounter_id=encounter.id, by=by, now=minutes(5))
    start_call(encounter_id=encounter.id, by=by, now=minutes(6))
    ticket.refresh_from_db()
    assert (states(), ticket.ended_at) == ((TicketState.IN_CALL, DutyState.BUSY), None)


def test_hand_over_keeps_the_place_and_goes_to_another(taken):
    scene, ticket, encounter, by = taken
    start_call(encounter_id=encounter.id, by=by, now=NOW)
    hand_over(encounter_id=encounter.id, by=by, now=minutes(4))
    ticket.refresh_from_db()
    encounter.refresh_from_db()
    assert (ticket.state, ticket.arrived_at, ticket.encounter_id) == (TicketState.WAITING, NOW, None)
    assert encounter.abort_reason == AbortReason.HANDED_OVER
    put_on_duty(scene, scene.cast.lenoir, now=minutes(5))
    take_offer(
        offer_id=Offer.objects.get(state="pending").id, by=doctor_actor(scene.cast.lenoir), now=minutes(6)
    )
    assert (
        Encounter.objects.exclude(pk=encounter.pk).get().practitioner_id == scene.cast.lenoir.practitioner_id
    )


@pytest.mark.parametrize("called", [False, True])
def test_patient_absent_keeps_the_place_and_is_called_back(taken, called):
    _scene, ticket, encounter, by = taken
    if called:
        start_call(encounter_id=encounter.id, by=by, now=minutes(3))
    patient_absent(encounter_id=encounter.id, by=by, now=minutes(4))
    ticket.refresh_from_db()
    assert (ticket.state, ticket.arrived_at, Duty.objects.get().state) == (
        TicketState.AWAY,
        NOW,
        DutyState.OPEN,
    )
    offer = Offer.objects.get()
    assert (offer.state, offer.answered_at) == (OfferState.WITHDRAWN, NOW)


def test_emergency_ends_the_ticket_with_its_reason(taken):
    _scene, ticket, encounter, by = taken
    start_call(encounter_id=encounter.id, by=by, now=NOW)
    abort_call(encounter_id=encounter.id, reason=AbortReason.EMERGENCY, by=by, now=minutes(3))
    ticket.refresh_from_db()
    assert (ticket.state, ticket.exit_reason) == (TicketState.REDIRECTED, "doctor_sent_to_samu")


@pytest.mark.postgres
@pytest.mark.skipif(connection.vendor != "postgresql", reason="SQLite serialises writers")
def test_two_tabs_take_the_same_offer_at_once_and_one_encounter_is_made(scene):
    put_on_duty(scene, scene.cast.vasseur)
    put_in_line(scene)
    offer_id, by, made = Offer.objects.get().id, doctor_actor(scene.cast.vasseur), []

    def take():
        try:
            made.append(take_offer(offer_id=offer_id, by=by, now=NOW).id)
        finally:
            connection.close()

    threads = [threading.Thread(target=take) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert (len(made), len(set(made)), Encounter.objects.count()) == (8, 1, 1)
