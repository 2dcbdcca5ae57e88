"""What would lose a patient or leave a doctor stuck: races between pages, doctors who vanish, lines that mix."""

from datetime import time, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from toubib.ground.actors import Actor
from toubib.ground.models import JournalEntry, OutboundMessage
from toubib.people.enums import LinkKind
from toubib.people.operations import suspend_professional
from toubib.people.tests.factories import NOW, make_link
from toubib.record.enums import AbortReason, Attestation, EncounterState
from toubib.record.models import Attachment, Encounter
from toubib.record.operations import add_attachment, ask_minor_secrecy, save_note
from toubib.record.queries import attachments_for
from toubib.record.tests.factories import make_picture
from toubib.waiting.enums import DutyState, ExitReason, NotifyWhen, OfferState, RefusalReason, TicketState
from toubib.waiting.models import Duty, FollowUp, Offer, Ticket
from toubib.waiting.operations import (
    CannotEnter,
    MoveRefused,
    OfferGone,
    abort_call,
    call_back_away,
    close_follow_up,
    come_back,
    decline_doctor,
    dispatch_all,
    dispatch_pool,
    end_call,
    end_duty,
    end_unserved,
    go_away,
    hand_over,
    join_line,
    lapse_offers,
    leave_line,
    pause_duty,
    refuse_offer,
    resume_duty,
    return_untouched,
    sign_call,
    start_call,
    take_offer,
)
from toubib.waiting.queries import estimate_wait
from toubib.waiting.tests.factories import (
    doctor_actor,
    make_pool,
    make_scene,
    patient_actor,
    prepare_ticket,
    put_in_line,
    put_on_duty,
)

pytestmark = pytest.mark.django_db(transaction=True)


def minutes(n: float):
    return NOW + timedelta(minutes=n)


def by(ticket: Ticket) -> Actor:
    return patient_actor(ticket.account)


def pending() -> Offer:
    return Offer.objects.get(state=OfferState.PENDING)


def take(scene, professional=None, now=NOW) -> Encounter:
    return take_offer(offer_id=pending().id, by=doctor_actor(professional or scene.cast.vasseur), now=now)


@pytest.fixture
def scene():
    return make_scene()


@pytest.fixture
def taken(scene):
    """A ticket that Dre Vasseur has taken: (scene, ticket, encounter)."""
    put_on_duty(scene, scene.cast.vasseur)
    ticket = put_in_line(scene)
    return scene, ticket, take(scene)


# A stale tab, a second click, somebody else's id


def test_go_out_from_a_stale_tab_once_a_doctor_took_the_case_is_refused(taken):
    """It left the doctor with a patient who was neither there nor gone."""
    _scene, ticket, _encounter = taken
    with pytest.raises(MoveRefused):
        go_away(ticket_id=ticket.id, notify_when=NotifyWhen.MY_TURN, phone="", by=by(ticket), now=minutes(1))
    ticket.refresh_from_db()
    assert (ticket.state, Duty.objects.get().state) == (TicketState.ACCEPTED, DutyState.BUSY)


def test_second_click_on_emergency_does_not_free_a_doctor_who_is_with_the_next(taken):
    scene, _ticket, encounter = taken
    who = doctor_actor(scene.cast.vasseur)
    put_in_line(scene, now=minutes(1))
    start_call(encounter_id=encounter.id, by=who, now=minutes(2))
    abort_call(encounter_id=encounter.id, reason=AbortReason.EMERGENCY, by=who, now=minutes(3))
    take(scene, now=minutes(4))
    abort_call(encounter_id=encounter.id, reason=AbortReason.EMERGENCY, by=who, now=minutes(5))
    assert Duty.objects.get().state == DutyState.BUSY


def test_call_again_someone_who_is_back_in_the_line_is_refused_with_a_sentence(taken):
    scene, ticket, encounter = taken
    who = doctor_actor(scene.cast.vasseur)
    start_call(encounter_id=encounter.id, by=who, now=NOW)
    end_call(encounter_id=encounter.id, by=who, now=minutes(5))
    put_in_line(scene, account=ticket.account, patient=ticket.patient, now=minutes(6))
    with pytest.raises(MoveRefused, match="de nouveau dans la file"):
        start_call(encounter_id=encounter.id, by=who, now=minutes(7))
    assert Encounter.objects.get().state == EncounterState.TO_SIGN


def test_offer_of_another_doctor_is_neither_taken_nor_refused(scene):
    put_on_duty(scene, scene.cast.vasseur)
    put_in_line(scene)
    other = doctor_actor(scene.cast.lenoir)
    with pytest.raises(OfferGone):
        take_offer(offer_id=pending().id, by=other, now=NOW)
    with pytest.raises(OfferGone):
        refuse_offer(offer_id=pending().id, reason=RefusalReason.OTHER, note="", by=other, now=NOW)
    assert (Encounter.objects.count(), pending().state) == (0, OfferState.PENDING)


def test_refuse_after_it_lapsed_is_not_counted_as_a_refusal(scene):
    put_on_duty(scene, scene.cast.vasseur)
    put_in_line(scene)
    offer = pending()
    lapse_offers(now=offer.expires_at)
    found = refuse_offer(
        offer_id=offer.id,
        reason=RefusalReason.OTHER,
        note="",
        by=doctor_actor(scene.cast.vasseur),
        now=minutes(5),
    )
    assert (found.state, JournalEntry.objects.filter(action="waiting.offer.refuse").count()) == (
        OfferState.LAPSED,
        0,
    )


# Duties


def test_patient_leaves_while_offered_to_a_doctor_who_asked_for_a_pause(scene):
    duty = put_on_duty(scene, scene.cast.vasseur)
    ticket, _next = put_in_line(scene), put_in_line(scene, now=minutes(1))
    pause_duty(duty_id=duty.id, by=doctor_actor(scene.cast.vasseur), now=minutes(1))
    leave_line(ticket_id=ticket.id, by=by(ticket), now=minutes(2))
    duty.refresh_from_db()
    assert (duty.state, duty.pause_after, Offer.objects.filter(state="pending").count()) == (
        "paused",
        False,
        0,
    )


def test_end_duty_with_an_offer_dispatched_the_moment_before(scene):
    """The offer went to a doctor who was gone; when it lapsed the whole line stood still."""
    duty = put_on_duty(scene, scene.cast.vasseur)
    put_in_line(scene)
    ended = end_duty(duty_id=duty.id, by=doctor_actor(scene.cast.vasseur), now=minutes(1))
    offer = Offer.objects.get()
    assert (ended.state, offer.state, offer.answered_at, Ticket.objects.get().state) == (
        DutyState.OFF, OfferState.WITHDRAWN, minutes(1), TicketState.WAITING,
    )  # fmt: skip


def test_an_offer_left_to_a_doctor_who_went_does_not_stop_the_others_from_lapsing(scene):
    duties = [put_on_duty(scene, one) for one in (scene.cast.vasseur, scene.cast.lenoir)]
    for n in range(2):
        put_in_line(scene, now=minutes(n))
    Duty.objects.filter(pk=duties[0].pk).update(state=DutyState.OFF, closed_at=NOW)
    assert lapse_offers(now=minutes(9)) == 2
    assert sorted(Ticket.objects.values_list("state", flat=True)) == [TicketState.WAITING] * 2


@pytest.mark.parametrize("with_a_patient", [False, True])
def test_suspended_doctor_goes_off_duty_and_does_not_come_back_by_a_click(scene, with_a_patient):
    duty = put_on_duty(scene, scene.cast.vasseur)
    ticket = put_in_line(scene)
    if with_a_patient:
        take(scene)
    director = Actor(scene.cast.director.id, "medical_director")
    suspend_professional(professional=scene.cast.vasseur, reason="essai", by=director, now=minutes(1))
    duty.refresh_from_db()
    ticket.refresh_from_db()
    if not with_a_patient:
        assert (duty.state, ticket.state) == (DutyState.OFF, TicketState.WAITING)
        return
    assert (duty.state, duty.pause_after) == (DutyState.BUSY, True)
    leave_line(ticket_id=ticket.id, by=by(ticket), now=minutes(2))
    with pytest.raises(MoveRefused, match="suspendu"):
        resume_duty(duty_id=duty.id, by=doctor_actor(scene.cast.vasseur), now=minutes(3))
    duty.refresh_from_db()
    assert (duty.state, duty.closed_at) == (DutyState.OFF, minutes(2))


# From one doctor to the next


@pytest.mark.parametrize("way", ["hand_over", "decline"])
def test_the_next_doctor_gets_the_photos_and_the_secrecy(taken, way):
    scene, ticket, encounter = taken
    add_attachment(
        patient_id=ticket.patient_id, title="x", content=make_picture(), by=by(ticket), now=minutes(1)
    )
    Attachment.objects.update(encounter=encounter)
    ask_minor_secrecy(
        encounter_id=encounter.id, secret=True, by=doctor_actor(scene.cast.vasseur), now=minutes(1)
    )
    if way == "hand_over":
        hand_over(encounter_id=encounter.id, by=doctor_actor(scene.cast.vasseur), now=minutes(2))
    else:
        decline_doctor(ticket_id=ticket.id, by=by(ticket), now=minutes(2))
    put_on_duty(scene, scene.cast.lenoir, now=minutes(3))
    again = take(scene, scene.cast.lenoir, now=minutes(4))
    assert (again.minor_secrecy, len(attachments_for(patient_id=ticket.patient_id, encounter=again))) == (
        True,
        1,
    )


def test_case_taken_and_left_goes_back_to_the_line_and_the_doctor_is_paused(taken):
    scene, ticket, encounter = taken
    put_in_line(scene, now=minutes(1))
    assert [return_untouched(now=minutes(n)) for n in (14.9, 15, 16)] == [0, 1, 0]
    ticket.refresh_from_db()
    encounter.refresh_from_db()
    assert (ticket.state, ticket.arrived_at, ticket.encounter, encounter.abort_reason, Duty.objects.get().state) == (
        TicketState.WAITING, NOW, None, AbortReason.NO_DOCTOR, DutyState.PAUSED,
    )  # fmt: skip
    put_on_duty(scene, scene.cast.lenoir, now=minutes(17))
    assert pending().ticket_id == ticket.id


def test_a_room_that_was_opened_is_not_given_back(taken):
    scene, _ticket, encounter = taken
    start_call(encounter_id=encounter.id, by=doctor_actor(scene.cast.vasseur), now=minutes(1))
    assert return_untouched(now=minutes(600)) == 0


# Who is offered to whom


def test_nobody_is_too_far_behind_to_be_offered(scene):
    """Sixty people ahead whom this doctor may not take."""
    for n in range(60):
        put_in_line(scene, now=minutes(n / 10), patient_age=5)
    last = put_in_line(scene, now=minutes(7))
    put_on_duty(scene, scene.cast.vasseur, now=minutes(8), min_age=18)
    assert pending().ticket_id == last.id


def test_who_refused_everybody_ahead_is_offered_the_next(scene):
    duty = put_on_duty(scene, scene.cast.vasseur)
    tickets = [put_in_line(scene, now=minutes(n)) for n in range(4)]
    for n in range(3):
        assert pending().ticket_id == tickets[n].id
        refuse_offer(
            offer_id=pending().id,
            reason=RefusalReason.SKILL,
            note="",
            by=doctor_actor(scene.cast.vasseur),
            now=minutes(5 + n),
        )
    assert (pending().ticket_id, pending().duty_id) == (tickets[3].id, duty.id)


def test_doctor_of_two_lines_goes_to_who_came_first_whichever_line_is_asked_first(scene):
    other = make_pool(key="dermatologie", name="Peau")
    here = put_in_line(scene, now=minutes(2))
    there = prepare_ticket(scene, state=TicketState.WAITING, pool=other, arrived_at=minutes(1))
    with CaptureQueriesContext(connection):
        put_on_duty(scene, scene.cast.vasseur, now=minutes(3), pools=[scene.pool, other])
    assert pending().ticket_id == there.id
    assert dispatch_pool(pool_id=scene.pool.id, now=minutes(4)) == []
    put_on_duty(scene, scene.cast.lenoir, now=minutes(5))
    assert Offer.objects.get(ticket=here).duty.practitioner_id == scene.cast.lenoir.practitioner_id


def test_doctor_of_two_lines_is_not_kept_for_someone_they_may_not_take(scene):
    other = make_pool(key="dermatologie", name="Peau")
    here = put_in_line(scene, now=minutes(2))
    prepare_ticket(scene, state=TicketState.WAITING, pool=other, arrived_at=minutes(1), language="ar")
    put_on_duty(scene, scene.cast.vasseur, now=minutes(3), pools=[scene.pool, other])
    assert pending().ticket_id == here.id


def test_dispatch_all_is_fair_between_lines(scene):
    other = make_pool(key="dermatologie", name="Peau")
    early = prepare_ticket(scene, state=TicketState.WAITING, pool=other, arrived_at=minutes(1))
    prepare_ticket(scene, state=TicketState.WAITING, pool=scene.pool, arrived_at=minutes(2))
    duty = put_on_duty(scene, scene.cast.vasseur, languages=["de"], pools=[scene.pool, other])
    Duty.objects.filter(pk=duty.pk).update(languages=["fr"])
    assert dispatch_all(now=minutes(5)) == 1
    assert pending().ticket_id == early.id


def test_join_a_line_for_another_age_is_refused():
    scene = make_scene(min_age=0, max_age=17)
    ticket = prepare_ticket(scene, patient_age=36)
    with pytest.raises(CannotEnter, match="de 0 à 17 ans"):
        join_line(ticket_id=ticket.id, by=by(ticket), now=NOW)


# Out, and called back


def out(scene, n: float, when=NotifyWhen.MY_TURN) -> Ticket:
    ticket = put_in_line(scene, now=minutes(n))
    go_away(ticket_id=ticket.id, notify_when=when, phone="", by=by(ticket), now=minutes(n))
    return ticket


def called() -> list:
    return list(
        Ticket.objects.filter(notified_at__isnull=False).order_by("arrived_at").values_list("id", flat=True)
    )


def test_nobody_is_called_back_nor_ended_while_no_doctor_serves_the_line(scene):
    out(scene, 0)
    assert ([call_back_away(now=minutes(n)) for n in (1, 60)], called()) == ([0, 0], [])
    put_on_duty(scene, scene.cast.vasseur, now=minutes(61))
    assert call_back_away(now=minutes(61)) == 1


def test_someone_late_after_a_call_back_holds_up_nobody(scene):
    first, second = out(scene, 0), out(scene, 1)
    put_on_duty(scene, scene.cast.vasseur)
    seen = []
    for n in (1, 3.9, 4):
        call_back_away(now=minutes(n))
        seen.append(called())
    assert seen == [[first.id], [first.id], [first.id, second.id]]
    come_back(ticket_id=first.id, by=by(first), now=minutes(10))
    assert pending().ticket_id == first.id


def test_as_many_are_called_back_as_doctors_are_free(scene):
    tickets = [out(scene, n) for n in range(3)]
    for one in (scene.cast.vasseur, scene.cast.lenoir):
        put_on_duty(scene, one)
    call_back_away(now=minutes(4))
    assert called() == [tickets[0].id, tickets[1].id]


def test_call_back_costs_the_same_for_one_and_for_forty(scene):
    put_on_duty(scene, scene.cast.vasseur, languages=["ar"])
    put_in_line(scene)
    costs = []
    for size in (1, 40):
        while Ticket.objects.filter(state=TicketState.AWAY).count() < size:
            out(scene, 1)
        with CaptureQueriesContext(connection) as queries:
            assert call_back_away(now=minutes(2)) == 0
        costs.append(len(queries))
    assert costs[0] == costs[1] <= 4


# Nobody could serve


def test_end_unserved_costs_the_same_for_one_and_for_forty_while_nothing_ends(scene):
    costs = []
    for size in (1, 40):
        while Ticket.objects.count() < size:
            put_in_line(scene)
        with CaptureQueriesContext(connection) as queries:
            assert end_unserved(now=minutes(2)) == 0
        costs.append(len(queries))
    assert costs[0] == costs[1] <= 3


def test_doctor_who_vanished_on_a_pause_does_not_hold_the_line_after_closing():
    """An offer lapses, the doctor is paused and never comes back: people waited until the morrow."""
    scene = make_scene(opens_at=time(8), closes_at=time(11))
    put_on_duty(scene, scene.cast.vasseur)
    ticket = put_in_line(scene)
    lapse_offers(now=minutes(10))
    assert [end_unserved(now=minutes(n)) for n in (31, 69, 70, 71)] == [0, 0, 1, 0]
    ticket.refresh_from_db()
    assert (ticket.state, ticket.exit_reason, FollowUp.objects.get().ticket_id) == (
        TicketState.UNSERVED, ExitReason.NO_DOCTOR, ticket.id,
    )  # fmt: skip


def test_line_open_day_and_night_still_tells_who_waited_too_long(scene):
    """A language that no doctor on duty speaks, a doctor who refuses."""
    put_on_duty(scene, scene.cast.vasseur)
    ticket = put_in_line(scene, language="ar")
    assert [end_unserved(now=minutes(n)) for n in (719, 720, 721)] == [0, 0, 1]
    ticket.refresh_from_db()
    assert ticket.state == TicketState.UNSERVED


def test_close_follow_up_leaves_a_trace(scene):
    ticket = put_in_line(scene)
    row = FollowUp.objects.create(ticket=ticket, call_back=True, created_at=NOW)
    director = Actor(scene.cast.director.id, "medical_director")
    for n in (1, 2):
        close_follow_up(follow_up_id=row.id, outcome="Rappelé", by=director, now=minutes(n))
    entry = JournalEntry.objects.get(action="waiting.follow_up.close")
    assert (entry.patient, entry.account, FollowUp.objects.get().done_at) == (
        ticket.patient_id, director.account_id, minutes(1),
    )  # fmt: skip


# The interval


def test_estimate_counts_the_note_and_leaves_out_who_left(scene):
    put_on_duty(scene, scene.cast.vasseur, languages=["ar"])
    for _ in range(8):
        visit = Encounter.objects.create(
            patient=scene.cast.leo, practitioner=scene.cast.lenoir.practitioner, state=EncounterState.SIGNED,
            planned_at=NOW, signed_at=minutes(-60 + 14),
        )  # fmt: skip
        prepare_ticket(
            scene,
            state=TicketState.CLOSED,
            pool=scene.pool,
            accepted_at=minutes(-60),
            ended_at=minutes(-50),
            encounter=visit,
        )
        prepare_ticket(
            scene, state=TicketState.LEFT, pool=scene.pool, accepted_at=minutes(-60), ended_at=minutes(-59.9)
        )
    found = estimate_wait(pool_id=scene.pool.id, ahead=1, now=NOW)
    assert (found.sample, found.low, found.high) == (8, 7, 15)


def test_signing_later_after_a_hand_over_never_frees_the_next_patients_doctor(taken):
    scene, ticket, encounter = taken
    who = doctor_actor(scene.cast.vasseur)
    hand_over(encounter_id=encounter.id, by=who, now=minutes(1))
    make_link(scene.cast.stranger, ticket.patient, LinkKind.RELATIVE)
    put_in_line(scene, now=minutes(2))
    again = take(scene, now=minutes(3))
    with pytest.raises(MoveRefused):
        hand_over(encounter_id=encounter.id, by=who, now=minutes(4))
    start_call(encounter_id=again.id, by=who, now=minutes(5))
    save_note(
        encounter_id=again.id,
        reason="a",
        findings="b",
        conclusion="c",
        advice="",
        base=0,
        by=who,
        now=minutes(6),
    )
    sign_call(encounter_id=again.id, attestation=Attestation.VIDEO, by=who, now=minutes(7))
    assert (Duty.objects.get().state, OutboundMessage.objects.count()) == (DutyState.OPEN, 0)


def test_dispatch_reads_no_further_than_the_doctors_who_are_free(scene):
    for n in range(5):
        put_in_line(scene, now=minutes(n))
    put_on_duty(scene, scene.cast.vasseur, languages=["de"], now=minutes(6))
    Duty.objects.update(languages=["fr"])
    with CaptureQueriesContext(connection) as queries:
        assert len(dispatch_pool(pool_id=scene.pool.id, now=minutes(7))) == 1
    lines = [
        one["sql"]
        for one in queries
        if "ORDER BY" in one["sql"] and '"waiting_ticket"."tier" DESC' in one["sql"]
    ]
    assert len(lines) == 1
