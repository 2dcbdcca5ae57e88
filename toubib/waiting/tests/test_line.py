"""In the line: places are kept whatever happens, every exit has its reason."""

from datetime import timedelta

import pytest

from toubib.ground.models import OutboundMessage
from toubib.people.enums import LinkKind
from toubib.people.tests.factories import NOW, make_account, make_link, make_patient
from toubib.record.enums import EncounterState
from toubib.record.models import Consent, Encounter
from toubib.waiting.enums import DutyState, ExitReason, NotifyWhen, OfferState, TicketState
from toubib.waiting.exits import exit_of
from toubib.waiting.models import Duty, FollowUp, Offer, Ticket
from toubib.waiting.operations import (
    CannotEnter,
    MoveRefused,
    call_back_away,
    come_back,
    decline_doctor,
    dispatch_all,
    dispatch_pool,
    end_unserved,
    go_away,
    join_line,
    leave_line,
    set_tier,
    take_offer,
    worsen,
)
from toubib.waiting.queries import place_in_line, places_in_pool
from toubib.waiting.tests.factories import (
    NO,
    doctor_actor,
    make_scene,
    patient_actor,
    prepare_ticket,
    put_in_line,
    put_on_duty,
)

pytestmark = pytest.mark.django_db(transaction=True)


def minutes(n: float):
    return NOW + timedelta(minutes=n)


def by(ticket: Ticket):
    return patient_actor(ticket.account)


def test_join_when_a_step_is_missing_names_it():
    scene = make_scene()
    ticket = prepare_ticket(scene, reason_key="")
    with pytest.raises(CannotEnter) as refused:
        join_line(ticket_id=ticket.id, by=by(ticket), now=NOW)
    assert refused.value.step == "motif"


def test_join_twice_keeps_the_first_arrival():
    scene = make_scene()
    ticket = put_in_line(scene)
    assert join_line(ticket_id=ticket.id, by=by(ticket), now=minutes(5)).arrived_at == NOW


def test_join_with_more_places_than_an_account_may_hold_is_refused():
    scene, account = make_scene(), make_account()
    tickets = []
    for number in range(4):
        patient = make_patient(birth_name=f"Enfant{number}")
        make_link(account, patient, LinkKind.RELATIVE)
        tickets.append(prepare_ticket(scene, account=account, patient=patient))
    who = patient_actor(account)
    for ticket in tickets[:3]:
        join_line(ticket_id=ticket.id, by=who, now=NOW)
    with pytest.raises(CannotEnter, match="Vous avez déjà 3 demandes en cours"):
        join_line(ticket_id=tickets[3].id, by=who, now=NOW)
    assert join_line(ticket_id=tickets[0].id, by=who, now=NOW).state == TicketState.WAITING
    leave_line(ticket_id=tickets[0].id, by=who, now=NOW)
    assert join_line(ticket_id=tickets[3].id, by=who, now=NOW).state == TicketState.WAITING


def test_join_for_someone_already_in_line_is_refused():
    scene = make_scene()
    first = put_in_line(scene)
    second = prepare_ticket(scene, account=first.account, patient=first.patient)
    with pytest.raises(CannotEnter, match="déjà dans la file"):
        join_line(ticket_id=second.id, by=by(first), now=NOW)


def test_join_does_not_tell_a_parent_that_the_minor_waits():
    scene = make_scene()
    first = put_in_line(scene)
    second = prepare_ticket(scene, account=scene.cast.stranger, patient=first.patient)
    with pytest.raises(CannotEnter, match="ne peut pas entrer dans la file maintenant") as refused:
        join_line(ticket_id=second.id, by=by(second), now=NOW)
    assert "déjà" not in str(refused.value)


def test_join_keeps_the_consents_said():
    ticket = put_in_line(make_scene())
    assert list(Consent.objects.values_list("patient", "scope", "given")) == [
        (ticket.patient_id, "care", True)
    ]


def test_away_and_back_keeps_the_place():
    scene = make_scene()
    tickets = [put_in_line(scene, now=minutes(n)) for n in range(3)]
    go_away(
        ticket_id=tickets[0].id, notify_when=NotifyWhen.MY_TURN, phone="", by=by(tickets[0]), now=minutes(4)
    )
    come_back(ticket_id=tickets[0].id, by=by(tickets[0]), now=minutes(9))
    tickets[0].refresh_from_db()
    assert (tickets[0].state, place_in_line(ticket=tickets[0]).rank) == (TicketState.WAITING, 1)


def test_away_is_passed_over_and_called_back_once():
    scene = make_scene()
    first, second = put_in_line(scene), put_in_line(scene, now=minutes(1))
    go_away(
        ticket_id=first.id, notify_when=NotifyWhen.MY_TURN, phone="+33639980001", by=by(first), now=minutes(2)
    )
    put_on_duty(scene, scene.cast.vasseur, now=minutes(3))
    assert Offer.objects.get().ticket_id == second.id
    assert [call_back_away(now=minutes(3)), call_back_away(now=minutes(3.1))] == [1, 0]
    message = OutboundMessage.objects.get()
    assert (message.channel, message.to, f"/attente/{first.id}" in message.body) == (
        "sms",
        "+33639980001",
        True,
    )


def test_away_for_long_after_the_call_back_ends_with_its_reason():
    scene = make_scene()
    ticket = put_in_line(scene)
    go_away(ticket_id=ticket.id, notify_when=NotifyWhen.ONE_AHEAD, phone="", by=by(ticket), now=NOW)
    put_on_duty(scene, scene.cast.vasseur)
    call_back_away(now=minutes(1))
    call_back_away(now=minutes(30.9))
    assert Ticket.objects.get().state == TicketState.AWAY
    call_back_away(now=minutes(31))
    ticket.refresh_from_db()
    assert (ticket.state, ticket.exit_reason) == (TicketState.LEFT, ExitReason.NOT_BACK)
    assert exit_of(ticket=ticket).title == "Votre place a été rendue."


def test_leave_while_offered_frees_the_doctor():
    scene = make_scene()
    put_on_duty(scene, scene.cast.vasseur)
    ticket = put_in_line(scene)
    leave_line(ticket_id=ticket.id, by=by(ticket), now=minutes(1))
    leave_line(ticket_id=ticket.id, by=by(ticket), now=minutes(2))
    assert (Offer.objects.get().state, Duty.objects.get().state) == (OfferState.WITHDRAWN, DutyState.OPEN)
    assert Ticket.objects.get().ended_at == minutes(1)


def test_leave_after_a_doctor_took_the_case_aborts_it_and_nothing_is_owed():
    scene = make_scene()
    put_on_duty(scene, scene.cast.vasseur)
    ticket = put_in_line(scene)
    take_offer(offer_id=Offer.objects.get().id, by=doctor_actor(scene.cast.vasseur), now=NOW)
    leave_line(ticket_id=ticket.id, by=by(ticket), now=minutes(1))
    encounter = Encounter.objects.get()
    assert (encounter.state, encounter.abort_reason) == (EncounterState.ABORTED, "patient_left")
    assert Duty.objects.get().state == DutyState.OPEN


def test_decline_once_keeps_the_place_and_goes_to_another_doctor():
    scene = make_scene()
    put_on_duty(scene, scene.cast.vasseur)
    ticket = put_in_line(scene)
    take_offer(offer_id=Offer.objects.get().id, by=doctor_actor(scene.cast.vasseur), now=NOW)
    decline_doctor(ticket_id=ticket.id, by=by(ticket), now=minutes(1))
    ticket.refresh_from_db()
    assert (ticket.state, ticket.arrived_at, Offer.objects.filter(state="pending").count()) == (
        "waiting",
        NOW,
        0,
    )
    put_on_duty(scene, scene.cast.lenoir, now=minutes(2))
    offer = Offer.objects.get(state="pending")
    assert offer.duty.practitioner_id == scene.cast.lenoir.practitioner_id
    take_offer(offer_id=offer.id, by=doctor_actor(scene.cast.lenoir), now=minutes(2))
    with pytest.raises(MoveRefused, match="déjà demandé"):
        decline_doctor(ticket_id=ticket.id, by=by(ticket), now=minutes(3))


def test_worsening_with_a_yes_ends_the_ticket_and_names_whom_to_call():
    ticket = put_in_line(make_scene())
    found = worsen(ticket_id=ticket.id, answers={**NO, "suicidal": True}, by=by(ticket), now=NOW)
    ticket.refresh_from_db()
    assert ([sign.key for sign in found], ticket.state, ticket.exit_reason) == (
        ["suicidal"],
        TicketState.REDIRECTED,
        ExitReason.WORSENED,
    )
    assert [number.key for number in exit_of(ticket=ticket).numbers] == ["3114", "15"]


def test_worsening_with_no_changes_nothing():
    ticket = put_in_line(make_scene())
    assert worsen(ticket_id=ticket.id, answers=NO, by=by(ticket), now=NOW) == []
    assert Ticket.objects.get().state == TicketState.WAITING


def test_a_tier_set_by_a_named_professional_goes_first_and_nothing_else_does():
    scene = make_scene()
    first, second, third = [put_in_line(scene, now=minutes(n)) for n in range(3)]
    director = doctor_actor(scene.cast.lenoir)
    with pytest.raises(MoveRefused):
        set_tier(ticket_id=third.id, tier=1, reason=" ", by=director, now=minutes(4))
    set_tier(ticket_id=third.id, tier=1, reason="Nourrisson", by=director, now=minutes(4))
    order = list(places_in_pool(pool_id=scene.pool.id))
    assert order == [third.id, first.id, second.id]


def test_dispatch_reads_no_more_of_a_line_than_it_has_doctors(django_assert_max_num_queries):
    scene = make_scene()
    put_on_duty(scene, scene.cast.vasseur)
    for n in range(3):
        prepare_ticket(scene, state=TicketState.WAITING, pool=scene.pool, arrived_at=minutes(n))
    with django_assert_max_num_queries(20) as asked:
        dispatch_pool(pool_id=scene.pool.id, now=minutes(5))
    reads = [one["sql"] for one in asked.captured_queries if "specialties" in one["sql"]]
    assert (Offer.objects.count(), len(reads)) == (1, 1)


@pytest.mark.parametrize("people", [1, 3])
def test_sweep_asks_as_much_for_one_as_for_many_where_nothing_is_due(people, django_assert_num_queries):
    scene = make_scene()
    for n in range(people):
        put_in_line(scene, now=minutes(-n))
        put_in_line(scene, now=minutes(-n - 10))
    for n in range(people):
        away = put_in_line(scene, now=minutes(n))
        go_away(ticket_id=away.id, notify_when=NotifyWhen.MY_TURN, phone="", by=by(away), now=minutes(n))
    with django_assert_num_queries(4):
        assert (call_back_away(now=minutes(5)), end_unserved(now=minutes(5))) == (0, 0)


def test_unserved_at_closing_time_lists_a_call_back_for_a_child():
    from datetime import time

    scene = make_scene(opens_at=time(8), closes_at=time(12))
    grown, child = put_in_line(scene), put_in_line(scene, patient_age=4)
    assert end_unserved(now=minutes(10)) == 0
    assert end_unserved(now=minutes(90)) == 2
    assert end_unserved(now=minutes(91)) == 0
    rows = {row.ticket_id: row.call_back for row in FollowUp.objects.all()}
    assert rows == {grown.id: False, child.id: True}
    child.refresh_from_db()
    assert (exit_of(ticket=child).title, exit_of(ticket=child).call_back) == (
        "Aucun médecin n’a pu vous recevoir.",
        True,
    )


def test_unserved_never_happens_while_a_doctor_is_on_duty():
    from datetime import time

    scene = make_scene(opens_at=time(8), closes_at=time(12))
    put_on_duty(scene, scene.cast.vasseur, languages=["ar"])
    put_in_line(scene)
    assert end_unserved(now=minutes(90)) == 0


def test_dispatch_at_once_when_the_process_died_before(django_capture_on_commit_callbacks):
    scene = make_scene()
    put_on_duty(scene, scene.cast.vasseur)
    ticket = prepare_ticket(scene, state=TicketState.WAITING, pool=scene.pool, arrived_at=NOW)
    assert dispatch_all(now=minutes(1)) == 1
    assert Offer.objects.get().ticket_id == ticket.id
