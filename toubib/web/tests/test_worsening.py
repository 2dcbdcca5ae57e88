"""A yes said in the line by mistake: the place is given back, the answers serve again."""

from datetime import timedelta

import pytest
from django.urls import reverse

from toubib.waiting.models import Ticket
from toubib.waiting.tests.factories import NO, put_on_duty
from toubib.web.tests.journey import Journey

pytestmark = pytest.mark.django_db(transaction=True)


def at(visit, name):
    return reverse(f"web:{name}", args=[visit.ticket.id])


def body(response):
    return " ".join(response.content.decode().replace("\u00a0", " ").split())


def test_a_yes_by_mistake_keeps_the_answers_and_not_the_place():
    visit = Journey.begin(signs_yes=["stroke"])
    client, url, said = visit.client(), at(visit, "waiting_worsening"), dict.fromkeys(NO, "no")
    before = body(client.get(url))
    ended = body(client.post(url, {"poison": "yes"}, follow=True))
    assert ("met fin à votre place" in before, 'href="/consulter/signes"' in ended) == (True, True)
    for _click in range(2):
        page = body(client.post("/consulter/signes", said, follow=True))
    again = Ticket.objects.exclude(pk=visit.ticket.pk).get()
    kept = ("account_id", "patient_id", "draft", "reason_key", "place_detail", "callback_phone", "created_at")
    assert [getattr(again, name) for name in kept] == [getattr(visit.ticket, name) for name in kept]
    assert (again.state, again.arrived_at, again.signs_yes) == ("triaged", None, ["stroke", "poison"])
    assert "Tout est prêt." in page
    client.post("/consulter/pret")
    again.refresh_from_db()
    assert (again.state, visit.state()) == ("waiting", "redirected")


def test_a_yes_of_long_ago_is_not_taken_up_again():
    visit = Journey.begin()
    client = visit.client()
    client.post(at(visit, "waiting_worsening"), {"poison": "yes"})
    Ticket.objects.update(ended_at=visit.now - timedelta(hours=1))
    assert client.post("/consulter/signes", dict.fromkeys(NO, "no")).url == "/consulter/lieu"


def test_a_worsening_without_a_sign_is_read_by_the_doctor():
    visit = Journey.begin()
    visit.client().post(at(visit, "waiting_worsening"), dict.fromkeys(NO, "no"))
    put_on_duty(visit.scene, visit.doctor, now=visit.now)
    page = body(visit.client(visit.doctor.account).get("/cabinet"))
    assert "A signalé une aggravation à" in page and "Une demande vous est proposée" in page
