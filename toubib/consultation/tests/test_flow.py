"""The main job through the operations alone: asks, waits, is taken, seen, noted, signed."""

from datetime import timedelta

import pytest

from toubib.consultation.models import Participant
from toubib.consultation.operations import Received, end_room, keep_measurements, open_room, sign_room
from toubib.people.tests.factories import NOW
from toubib.record.enums import Attestation, EncounterState
from toubib.record.operations import NoteIncomplete, save_note
from toubib.record.queries import video_verdict
from toubib.waiting.enums import DutyState, OfferState, TicketState
from toubib.waiting.models import Duty, Offer, Ticket
from toubib.waiting.operations import take_offer
from toubib.waiting.tests.factories import doctor_actor, make_scene, put_in_line, put_on_duty

pytestmark = pytest.mark.django_db(transaction=True)


def test_walk_in_when_a_doctor_is_free():
    scene = make_scene()
    doctor = scene.cast.vasseur
    by = doctor_actor(doctor)
    duty = put_on_duty(scene, doctor)
    ticket = put_in_line(scene)
    offer = Offer.objects.get()
    assert (offer.ticket_id, offer.duty_id, offer.state) == (ticket.id, duty.id, OfferState.PENDING)
    encounter = take_offer(offer_id=offer.id, by=by, now=NOW)
    assert take_offer(offer_id=offer.id, by=by, now=NOW).id == encounter.id
    room = encounter.room
    open_room(room_id=room.id, by=by, now=NOW)
    patient, practitioner = Participant.objects.filter(room=room).order_by("role")
    for one, other, seconds in ((patient, practitioner, 190), (practitioner, patient, 200)):
        keep_measurements(participant=one, received=[Received(other.id, seconds, seconds, False)], now=NOW)
    with pytest.raises(NoteIncomplete):
        sign_room(room_id=room.id, attestation=Attestation.VIDEO, by=by, now=NOW)
    save_note(
        encounter_id=encounter.id,
        reason="Toux",
        findings="RAS",
        conclusion="Virose",
        advice="",
        base=0,
        by=by,
        now=NOW,
    )
    end_room(room_id=room.id, by=by, now=NOW + timedelta(minutes=9))
    assert Duty.objects.get().state == DutyState.WRITING
    sign_room(room_id=room.id, attestation=Attestation.VIDEO, by=by, now=NOW + timedelta(minutes=10))
    encounter.refresh_from_db()
    verdict = video_verdict(encounter=encounter)
    assert (encounter.state, verdict.measured, verdict.patient_seconds) == (EncounterState.SIGNED, True, 190)
    assert (Ticket.objects.get().state, Duty.objects.get().state) == (TicketState.CLOSED, DutyState.OPEN)
