"""Who went out is called back for a doctor who may take them: what dispatch asks, asked of the whole line."""

from datetime import timedelta

import pytest

from toubib.ground.models import OutboundMessage
from toubib.waiting.enums import NotifyWhen
from toubib.waiting.models import Ticket
from toubib.waiting.operations import call_back_away, go_away
from toubib.waiting.tests.factories import NOW, make_scene, patient_actor, put_in_line, put_on_duty

pytestmark = pytest.mark.django_db


def minutes(n: float):
    return NOW + timedelta(minutes=n)


def out(scene, n: float, when=NotifyWhen.MY_TURN, **over) -> Ticket:
    ticket = put_in_line(scene, now=minutes(n), **over)
    by = patient_actor(ticket.account)
    go_away(ticket_id=ticket.id, notify_when=when, phone="", by=by, now=minutes(n))
    return ticket


def called() -> list:
    rows = Ticket.objects.filter(notified_at__isnull=False).order_by("arrived_at")
    return list(rows.values_list("id", flat=True))


def test_out_is_called_back_past_those_whom_the_free_doctor_may_not_take():
    """Arabic speakers waited in front, and the free doctor spoke French: the person out was never called."""
    scene = make_scene()
    for n in (0, 0.5):
        put_in_line(scene, now=minutes(n), language="ar")
    mine = out(scene, 1)
    put_on_duty(scene, scene.cast.vasseur)
    assert (call_back_away(now=minutes(2)), called()) == (1, [mine.id])


def test_out_at_one_ahead_counts_those_alone_whom_the_free_doctor_may_take():
    scene = make_scene()
    put_in_line(scene, language="ar")
    first = out(scene, 1)
    second = out(scene, 2, when=NotifyWhen.ONE_AHEAD)
    out(scene, 3, when=NotifyWhen.ONE_AHEAD)
    put_on_duty(scene, scene.cast.vasseur)
    assert (call_back_away(now=minutes(4)), called()) == (2, [first.id, second.id])


def test_out_is_not_called_back_for_a_doctor_who_may_not_take_them():
    scene = make_scene()
    mine = out(scene, 0, language="ar")
    put_on_duty(scene, scene.cast.vasseur)
    assert call_back_away(now=minutes(1)) == 0
    put_on_duty(scene, scene.cast.lenoir, languages=["ar"])
    assert (call_back_away(now=minutes(2)), called()) == (1, [mine.id])


def test_out_is_called_back_for_a_free_doctor_while_another_answers_the_person_before():
    scene = make_scene()
    put_on_duty(scene, scene.cast.vasseur)
    put_in_line(scene)
    mine = out(scene, 1)
    assert call_back_away(now=minutes(1)) == 0
    put_on_duty(scene, scene.cast.lenoir, now=minutes(2))
    assert (call_back_away(now=minutes(2)), called()) == (1, [mine.id])


def test_call_back_goes_by_e_mail_when_no_sms_gateway_is_plugged_in(settings):
    settings.SMS_GATEWAY = "none"
    scene = make_scene()
    out(scene, 0)
    put_on_duty(scene, scene.cast.vasseur)
    call_back_away(now=minutes(1))
    assert list(OutboundMessage.objects.values_list("channel", flat=True)) == ["email"]


def test_call_back_goes_by_e_mail_when_the_number_takes_no_sms():
    scene = make_scene()
    mine = out(scene, 0)
    Ticket.objects.filter(pk=mine.pk).update(callback_phone="+12125550100")
    put_on_duty(scene, scene.cast.vasseur)
    call_back_away(now=minutes(1))
    assert list(OutboundMessage.objects.values_list("channel", flat=True)) == ["email"]


def test_call_back_is_written_in_the_language_of_the_pages():
    scene = make_scene()
    mine = out(scene, 0)
    go_away(
        ticket_id=mine.id,
        notify_when=NotifyWhen.MY_TURN,
        phone="",
        reads="en",
        by=patient_actor(mine.account),
        now=minutes(0),
    )
    put_on_duty(scene, scene.cast.vasseur)
    call_back_away(now=minutes(1))
    assert "it will soon be your turn" in OutboundMessage.objects.get().body
