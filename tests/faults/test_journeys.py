"""What every transition must survive: one test for each line learnt from the faults of others."""

from __future__ import annotations

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.test import Client
from django.utils import timezone

from toubib.consultation.models import Participant, Room
from toubib.consultation.operations import end_room, open_room
from toubib.consultation.tests.factories import admit, as_guest, make_call, make_guest
from toubib.people.tests.factories import sign_in
from toubib.record.models import Encounter, Note
from toubib.record.operations import save_note
from toubib.waiting.models import Offer, Ticket
from toubib.waiting.operations import come_back, dispatch_all, patient_absent, take_offer
from toubib.waiting.tasks import sweep, tidy
from toubib.waiting.tests.factories import doctor_actor, make_scene, patient_actor, put_in_line, put_on_duty
from toubib.web.tests.journey import Journey

pytestmark = pytest.mark.django_db(transaction=True)
PARIS = ZoneInfo("Europe/Paris")


@pytest.fixture(autouse=True)
def demo(settings):
    settings.DEMO = True


def browser(account):
    client = Client()
    sign_in(client, account)
    return client


def state_of(ticket):
    return Ticket.objects.get(pk=ticket.pk).state


def test_patient_closes_the_tab():
    """In line without a page: the place is kept for hours, the offer is made, the next browser finds it again."""
    scene, now = make_scene(), timezone.now()
    mine = put_in_line(scene, now=now, account=scene.cast.jeanne, patient=scene.cast.jeanne_patient)
    put_in_line(scene, now=now + timedelta(seconds=1))
    browser(mine.account).get(f"/attente/{mine.id}")
    for minutes in (1, 31, 120):
        sweep(now + timedelta(minutes=minutes))
        tidy(now + timedelta(minutes=minutes))
    assert state_of(mine) == "waiting"
    put_on_duty(scene, scene.cast.vasseur, now=now)
    assert Offer.objects.get().ticket_id == mine.id
    other = browser(mine.account)
    assert other.get("/consulter").url == f"/attente/{mine.id}"
    assert other.get(f"/attente/{mine.id}").status_code == 200


@pytest.mark.parametrize("act", ["confier", "absent"])
def test_doctor_cancels_while_the_patient_waits(act):
    """The patient is in line again at the same place, and told so on the page that is open."""
    call = make_call()
    behind = put_in_line(call.scene, now=timezone.now())
    patient = browser(call.account)
    doctor = browser(call.doctor.account)
    assert doctor.post(f"/cabinet/salle/{call.room.id}/quitter/{act}").url == "/cabinet"
    moved = patient.get(f"/attente/{call.ticket.id}/etat", {"phase": "accepted"})
    assert (moved.status_code, moved.headers["HX-Redirect"]) == (204, f"/attente/{call.ticket.id}")
    assert patient.get(f"/attente/{call.ticket.id}").status_code == 200
    if act == "absent":
        come_back(ticket_id=call.ticket.id, by=call.by_patient, now=timezone.now())
    put_on_duty(call.scene, call.scene.cast.lenoir, now=timezone.now())
    assert Offer.objects.filter(ticket=call.ticket, state="pending").exists()
    assert Ticket.objects.get(pk=call.ticket.id).arrived_at < behind.arrived_at


def test_two_doctors_click_together():
    """Each of two doctors was offered one person in turn; neither takes the other's offer, and who is late is told."""
    scene, now = make_scene(), timezone.now()
    first = put_on_duty(scene, scene.cast.vasseur, now=now)
    ticket = put_in_line(scene, now=now)
    offer = Offer.objects.get(duty=first)
    sweep(offer.expires_at + timedelta(seconds=1))
    second = put_on_duty(scene, scene.cast.lenoir, now=now + timedelta(minutes=5))
    again = Offer.objects.get(duty=second, state="pending")
    late, winner = browser(scene.cast.vasseur.account), browser(scene.cast.lenoir.account)
    assert late.post(f"/cabinet/proposition/{again.id}/prendre").status_code == 404
    taken = winner.post(f"/cabinet/proposition/{again.id}/prendre")
    said = late.post(f"/cabinet/proposition/{offer.id}/prendre", follow=True).content.decode()
    assert taken.url.startswith("/cabinet/salle/")
    assert "Vous n’avez pas répondu à temps" in said
    assert Encounter.objects.get().practitioner_id == scene.cast.lenoir.practitioner_id
    assert state_of(ticket) == "accepted"


def test_patient_reconnects_and_is_not_a_no_show():
    """« Absent » pressed by the doctor keeps the place; the patient is called back, comes, and is first again."""
    call = make_call()
    now = timezone.now()
    patient_absent(encounter_id=call.encounter.id, by=call.by, now=now)
    sweep(now + timedelta(seconds=1))
    told = Ticket.objects.get(pk=call.ticket.id)
    assert (told.state, told.notified_at is not None) == ("away", True)
    client = browser(call.account)
    assert client.post(f"/attente/{call.ticket.id}/revenir").url == f"/attente/{call.ticket.id}"
    dispatch_all(now=timezone.now())
    back = Ticket.objects.get(pk=call.ticket.id)
    assert (back.state in ("waiting", "offered"), back.arrived_at) == (True, call.ticket.arrived_at)


def test_room_ends_and_the_doctor_calls_again():
    """Same room, same encounter, the patient's page is let in again; after the signature nobody is."""
    visit = Journey.begin().end()
    patient, doctor = visit.client(), browser(visit.doctor.account)
    room = visit.room.id
    assert patient.post(f"/salle/{room}/acces").status_code == 410
    assert doctor.post(f"/cabinet/salle/{room}/ouvrir").url == f"/cabinet/salle/{room}"
    assert [patient.post(f"/salle/{room}/acces").status_code, visit.state()] == [200, "in_call"]
    assert patient.get(f"/salle/{room}").status_code == 200
    note = {"reason": "a", "findings": "b", "conclusion": "c", "base": "0", "attestation": "video"}
    doctor.post(f"/cabinet/salle/{room}/signer", note)
    doctor.post(f"/cabinet/salle/{room}/ouvrir")
    assert [patient.post(f"/salle/{room}/acces").status_code, visit.state()] == [410, "closed"]
    assert (Room.objects.count(), Encounter.objects.count()) == (1, 1)


def test_second_visit_the_same_day_gets_its_own_encounter():
    visit = Journey.begin().sign()
    scene, now = visit.scene, timezone.now()
    second = put_in_line(scene, now=now, account=visit.ticket.account, patient=visit.ticket.patient)
    dispatch_all(now=now)
    offer = Offer.objects.get(ticket=second, state="pending")
    encounter = take_offer(offer_id=offer.id, by=doctor_actor(visit.doctor), now=now)
    by = doctor_actor(visit.doctor)
    open_room(room_id=encounter.room.id, by=by, now=now)
    texts = {"reason": "Autre motif", "findings": "", "conclusion": "", "advice": ""}
    save_note(encounter_id=encounter.id, **texts, base=0, by=by, now=now)
    first = Encounter.objects.exclude(pk=encounter.pk).get()
    assert (first.state, encounter.room.id != first.room.id) == ("signed", True)
    assert Note.objects.get(encounter=first).reason == "Toux depuis deux jours"
    assert visit.client().get(f"/salle/{first.room.id}/fin").url == f"/consultation/{first.id}"
    assert visit.client().get(f"/attente/{second.id}/etat", {"phase": "waiting"}).headers["HX-Redirect"] == (
        f"/salle/{encounter.room.id}"
    )


def test_visit_closed_while_the_patient_is_offline():
    """Every stale page of the patient leads to the visit that was signed meanwhile."""
    visit = Journey.begin().sign()
    patient, there = visit.client(), f"/consultation/{visit.encounter.id}"
    assert patient.get(f"/attente/{visit.ticket.id}").url == there
    assert patient.get(f"/salle/{visit.room.id}", follow=True).redirect_chain[-1][0] == there
    for phase in ("waiting", "accepted"):
        news = patient.get(f"/attente/{visit.ticket.id}/etat", {"phase": phase})
        assert (news.status_code, news.headers["HX-Redirect"]) == (204, f"/attente/{visit.ticket.id}")
    for act in ("sortir", "revenir", "quitter", "autre-medecin"):
        assert patient.post(f"/attente/{visit.ticket.id}/{act}", follow=True).redirect_chain[-1][0] == there
    assert visit.state() == "closed"


@pytest.mark.parametrize("minutes", [2, 61])
def test_midnight_and_time_zones(minutes):
    """Arrived at 23:59 in Paris, taken after midnight: the same wait, the same rank, the duty goes on."""
    scene = make_scene()
    evening = datetime(2026, 11, 20, 23, 59, tzinfo=PARIS)
    late = evening + timedelta(minutes=minutes)
    ticket = put_in_line(scene, now=evening)
    behind = put_in_line(scene, now=evening + timedelta(seconds=30))
    duty = put_on_duty(scene, scene.cast.vasseur, now=late)
    offer = Offer.objects.get(duty=duty)
    assert offer.ticket_id == ticket.id
    encounter = take_offer(offer_id=offer.id, by=doctor_actor(scene.cast.vasseur), now=late)
    found = Ticket.objects.get(pk=ticket.id)
    assert found.accepted_at - found.arrived_at == timedelta(minutes=minutes)
    assert (state_of(behind), encounter.practitioner_id) == ("waiting", scene.cast.vasseur.practitioner_id)


def test_specialist_added_mid_visit_keeps_access():
    """A colleague admitted during the call comes in again after a lost page, and after the doctor calls again."""
    call = make_call(opened=True)
    invite = make_guest(call, role="colleague", name="Karim Haddad")
    admit(call, invite)
    guest = Client()
    as_guest(guest, invite)
    doctor = browser(call.doctor.account)
    statuses = [guest.post(f"/salle/{call.room.id}/acces").status_code]
    end_room(room_id=call.room.id, by=call.by, now=timezone.now())
    statuses.append(guest.post(f"/salle/{call.room.id}/acces").status_code)
    doctor.post(f"/cabinet/salle/{call.room.id}/ouvrir")
    statuses.append(guest.post(f"/salle/{call.room.id}/acces").status_code)
    assert statuses == [200, 410, 200]
    assert guest.get("/invite/porte").url == f"/salle/{call.room.id}"
    assert Participant.objects.filter(invite=invite).count() == 1


def test_doctor_drops_and_comes_back_from_another_machine():
    """The desk of a new machine leads to the call; the same seat, the note as typed, one encounter."""
    call = make_call(opened=True)
    note = {"reason": "Écrit avant la panne", "findings": "", "conclusion": "", "base": "0"}
    browser(call.doctor.account).post(f"/cabinet/salle/{call.room.id}/note", note)
    sweep(timezone.now() + timedelta(minutes=20))
    other = browser(call.doctor.account)
    desk = other.get("/cabinet").content.decode()
    page = other.get(f"/cabinet/salle/{call.room.id}").content.decode()
    first = other.post(f"/salle/{call.room.id}/acces").json()
    assert f"/cabinet/salle/{call.room.id}" in desk
    assert "Écrit avant la panne" in page
    assert first["participant"] == str(call.seat("practitioner").id)
    assert (state_of(call.ticket), Encounter.objects.count()) == ("in_call", 1)


def test_patient_of_a_call_that_dropped_takes_it_up_on_another_device():
    call = make_call(opened=True)
    by = patient_actor(call.account)
    other = browser(call.account)
    news = other.get(f"/attente/{call.ticket.id}/etat", {"phase": "in_call"})
    assert (by.account_id, news.headers["HX-Redirect"]) == (call.account.id, f"/salle/{call.room.id}")
    assert other.post(f"/salle/{call.room.id}/acces").json()["participant"] == str(call.seat("patient").id)
