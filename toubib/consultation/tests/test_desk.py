"""The desk: duty, offers, the line; each view with each role, twice, and from a page that is behind."""

import re
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier

import pytest
from django.db import connection
from django.test import Client
from django.utils import timezone

from toubib.consultation.tests.factories import make_call, make_offer
from toubib.ground.models import JournalEntry
from toubib.people.tests.factories import make_cast, sign_in
from toubib.record.models import Encounter
from toubib.waiting.enums import DutyState, OfferState, RefusalReason, TicketState
from toubib.waiting.models import Duty, Offer, Ticket
from toubib.waiting.operations import end_duty, lapse_offers, set_tier, take_offer
from toubib.waiting.tests.factories import (
    doctor_actor,
    make_pool,
    make_scene,
    put_in_line,
    put_on_duty,
)

pytestmark = pytest.mark.django_db(transaction=True)


def client_of(account, **more):
    client = Client()
    sign_in(client, account, **more)
    return client


def text_of(answer):
    return " ".join(re.sub(r"<[^>]+>", " ", answer.content.decode()).replace("\xa0", " ").split())


def off_duty():
    cast = make_cast()
    return cast, make_pool(), client_of(cast.vasseur.account)


def duty_data(pool, **over):
    return {"pools": [str(pool.id)], "languages": ["fr"], "min_age": "0", "max_age": "150", **over}


# Duty


def test_each_person_in_the_list_is_journaled_once_a_duty():
    scene = make_scene()
    first, second = put_in_line(scene), put_in_line(scene)
    client = client_of(scene.cast.vasseur.account)
    put_on_duty(scene, scene.cast.vasseur, now=timezone.now(), pools=[scene.pool])
    reads = JournalEntry.objects.filter(action="waiting.line.read", subject="ticket")
    for _ in range(3):
        client.get("/cabinet/file")
    assert sorted(reads.values_list("patient", "subject_id", "account")) == sorted(
        (one.patient_id, str(one.id), scene.cast.vasseur.account_id) for one in (first, second)
    )
    client.get(f"/cabinet/priorite/{second.id}")
    assert reads.filter(patient=second.patient_id).count() == 2


def test_each_recent_consultation_on_the_desk_is_journaled_once_a_day():
    call = make_call()
    Encounter.objects.filter(pk=call.encounter.pk).update(state="signed", signed_at=timezone.now())
    client = client_of(call.doctor.account)
    for _ in range(2):
        assert "Camille" in text_of(client.get("/cabinet"))
    reads = JournalEntry.objects.filter(action="record.encounter.list")
    assert list(reads.values_list("patient", "subject_id", "account")) == [
        (call.patient.id, str(call.encounter.id), call.doctor.account_id)
    ]


def test_desk_off_duty_offers_the_form():
    _, _, client = off_duty()
    shown = text_of(client.get("/cabinet"))
    assert "Prendre ma garde" in shown
    assert "Médecine générale" in shown


def test_start_duty_then_again_by_a_double_click():
    cast, pool, client = off_duty()
    answers = [client.post("/cabinet/garde/commencer", duty_data(pool, max_age="80")) for _ in range(2)]
    duty = Duty.objects.get()
    assert [answer.status_code for answer in answers] == [302, 302]
    assert (duty.state, duty.max_age, duty.languages, list(duty.pools.all())) == (
        DutyState.OPEN,
        80,
        ["fr"],
        [pool],
    )
    assert "Vous êtes disponible" in text_of(client.get("/cabinet"))


def test_start_duty_with_wrong_input_keeps_what_was_typed():
    _, pool, client = off_duty()
    answer = client.post(
        "/cabinet/garde/commencer", duty_data(pool, languages=[], min_age="40", max_age="30")
    )
    shown = text_of(answer)
    assert (answer.status_code, Duty.objects.count()) == (422, 0)
    assert "Choisissez au moins une langue." in shown
    assert "L’âge le plus haut suit le plus bas." in shown
    assert 'value="40"' in answer.content.decode()


def test_start_duty_on_a_line_of_another_specialty():
    _, _, client = off_duty()
    other = make_pool(key="dermatologie", name="Dermatologie", specialties=["dermatology"])
    answer = client.post("/cabinet/garde/commencer", duty_data(other))
    assert (answer.status_code, Duty.objects.count()) == (422, 0)


def test_start_duty_without_activation_says_every_reason():
    cast, pool, client = off_duty()
    cast.vasseur.evidence.all().delete()
    cast.vasseur.activated_at = None
    cast.vasseur.save()
    answer = client.post("/cabinet/garde/commencer", duty_data(pool))
    shown = text_of(answer)
    assert (answer.status_code, Duty.objects.count()) == (403, 0)
    assert "Le directeur médical n’a pas encore activé votre compte." in shown
    assert "Il manque une inscription à l’Ordre valable ce jour." in shown


def test_pause_resume_and_end():
    scene = make_scene()
    put_on_duty(scene, scene.cast.vasseur)
    client = client_of(scene.cast.vasseur.account)
    states = []
    for act in ("pause", "pause", "reprendre", "finir", "finir"):
        client.post(f"/cabinet/garde/{act}")
        states.append(Duty.objects.get().state)
    assert states == ["paused", "paused", "open", "off", "off"]
    assert client.post("/cabinet/garde/autre").status_code == 404
    assert client.get("/cabinet/garde/pause").status_code == 405


def test_end_of_duty_with_a_patient_is_refused_with_a_sentence():
    call = make_call()
    client = client_of(call.doctor.account)
    answer = client.post("/cabinet/garde/finir", follow=True)
    assert "Finissez d’abord" in text_of(answer)
    assert Duty.objects.get().state == DutyState.BUSY


def test_pause_after_this_patient_from_the_page_of_the_call():
    call = make_call(opened=True)
    client = client_of(call.doctor.account)
    fragment = client.post("/cabinet/garde/pause", headers={"HX-Request": "true"})
    assert (fragment.status_code, 'aria-pressed="true"' in fragment.content.decode()) == (200, True)
    client.post("/cabinet/garde/reprendre", headers={"HX-Request": "true"})
    assert Duty.objects.get().pause_after is False


def test_panel_when_duty_was_ended_elsewhere():
    scene = make_scene()
    duty = put_on_duty(scene, scene.cast.vasseur)
    client = client_of(scene.cast.vasseur.account)
    end_duty(duty_id=duty.id, by=doctor_actor(scene.cast.vasseur), now=timezone.now())
    assert client.get("/cabinet/garde").headers["HX-Redirect"] == "/cabinet"
    assert "Votre garde est déjà finie." in text_of(client.post("/cabinet/garde/pause", follow=True))


# Offers


def test_offer_is_shown_with_the_reasons_of_the_match():
    _, doctor, _, offer = make_offer(signs_yes=["chest_pain"], reason_text="Depuis hier")
    client = client_of(doctor.account)
    shown = text_of(client.get("/cabinet"))
    for words in (
        "Une demande vous est proposée",
        "Fièvre",
        "Depuis hier",
        "A dit oui, puis non, à un signe d’alerte",
        "C’est la première dans l’ordre d’arrivée",
        "Langue : vous parlez français.",
        "(0 min)",
        "encore 1 min",
        "Répondez avant",
        "Prendre",
        "Refuser",
    ):
        assert words in shown
    assert JournalEntry.objects.filter(action="waiting.offer.read", subject_id=str(offer.id)).count() == 1


def test_take_leads_to_the_room_and_again_to_the_same():
    _, doctor, _, offer = make_offer()
    client, other_tab = client_of(doctor.account), client_of(doctor.account)
    places = [tab.post(f"/cabinet/proposition/{offer.id}/prendre").url for tab in (client, client, other_tab)]
    room = Encounter.objects.get().room
    assert places == [f"/cabinet/salle/{room.id}"] * 3


def test_offer_of_another_doctor_does_not_exist():
    scene, _, _, offer = make_offer()
    client = client_of(scene.cast.lenoir.account)
    acts = ("prendre", "refuser")
    assert [client.post(f"/cabinet/proposition/{offer.id}/{act}").status_code for act in acts] == [404, 404]
    assert Offer.objects.get().state == OfferState.PENDING


def test_take_after_the_offer_lapsed_says_what_became_of_it():
    _, doctor, _, offer = make_offer()
    client = client_of(doctor.account)
    lapse_offers(now=timezone.now() + timedelta(hours=1))
    answer = client.post(f"/cabinet/proposition/{offer.id}/prendre", follow=True)
    shown = text_of(answer)
    assert "Vous n’avez pas répondu à temps" in shown
    assert "Vous étiez absent : en pause." in shown
    assert Encounter.objects.count() == 0


def test_refuse_with_a_reason_gives_the_place_back():
    _, doctor, duty, offer = make_offer()
    client = client_of(doctor.account)
    data = {"refuse-reason": "skill", "refuse-note": ""}
    client.post(f"/cabinet/proposition/{offer.id}/refuser", data)
    again = client.post(f"/cabinet/proposition/{offer.id}/refuser", data, follow=True)
    offer.refresh_from_db()
    assert (offer.state, offer.refusal, Ticket.objects.get().state) == (
        OfferState.REFUSED,
        RefusalReason.SKILL,
        TicketState.WAITING,
    )
    assert "Cette proposition a déjà sa réponse." in text_of(again)


@pytest.mark.parametrize(
    "data",
    [
        {},
        {"refuse-reason": "x"},
        {"refuse-reason": "other", "refuse-note": " "},
        {"refuse-reason": "skill", "refuse-note": "x" * 501},
    ],
)
def test_refuse_with_wrong_input(data):
    _, doctor, _, offer = make_offer()
    answer = client_of(doctor.account).post(f"/cabinet/proposition/{offer.id}/refuser", data)
    assert (answer.status_code, Offer.objects.get().state) == (422, OfferState.PENDING)
    assert 'class="error"' in answer.content.decode()


def test_refuse_after_having_taken_changes_nothing():
    _, doctor, _, offer = make_offer()
    take_offer(offer_id=offer.id, by=doctor_actor(doctor), now=timezone.now())
    client_of(doctor.account).post(f"/cabinet/proposition/{offer.id}/refuser", {"refuse-reason": "skill"})
    assert Offer.objects.get().state == OfferState.ACCEPTED


def test_desk_from_another_machine_offers_to_come_back():
    call = make_call(opened=True)
    shown = client_of(call.doctor.account).get("/cabinet")
    assert f"Consultation en cours avec {call.patient.full_name}" in text_of(shown)
    assert f'href="/cabinet/salle/{call.room.id}"' in shown.content.decode()


# The line


def waiting_town(count):
    scene = make_scene()
    duty = put_on_duty(scene, scene.cast.vasseur)
    for _ in range(count):
        put_in_line(scene, now=timezone.now())
    return scene, duty


def test_line_shows_marks_and_count():
    scene, _ = waiting_town(1)  # offered to the doctor
    away = put_in_line(scene, now=timezone.now() - timedelta(minutes=12), state=TicketState.TRIAGED)
    yes = put_in_line(scene, now=timezone.now(), signs_yes=["chest_pain"])
    set_tier(ticket_id=yes.id, tier=1, reason="âge", by=doctor_actor(scene.cast.lenoir), now=timezone.now())
    Ticket.objects.filter(pk=away.id).update(state=TicketState.AWAY)
    shown = text_of(client_of(scene.cast.vasseur.account).get("/cabinet/file"))
    for words in (
        "3 attendent",
        "1. Camille A., 36 ans",
        "Priorité, Dr Lenoir",
        "A dit oui à un signe d’alerte",
        "12 min",
        "Sorti, rappel par message",
        "Proposé à un médecin",
        "Lecture seule",
    ):
        assert words in shown


def test_line_says_who_cannot_be_offered_to_this_doctor_and_why():
    scene, _ = waiting_town(1)
    now = timezone.now()
    refused = put_in_line(scene, now=now)
    put_in_line(scene, now=now, language="pt")
    put_in_line(scene, now=now, patient_age=4)
    refused.declined.add(scene.cast.vasseur.practitioner)
    Duty.objects.update(min_age=16)
    shown = text_of(client_of(scene.cast.vasseur.account).get("/cabinet/file"))
    rows = re.findall(r"Ne peut pas vous être proposé : [^·]+?(?= \d\.| Lecture)", shown)
    assert rows == [
        f"Ne peut pas vous être proposé : {why}" for why in ("déjà refusé", "langue (portugais)", "âge")
    ]


@pytest.mark.parametrize("count", [1, 3, 60])
def test_line_asks_the_same_number_of_questions(count, django_assert_num_queries):
    scene, _ = waiting_town(count)
    client = client_of(scene.cast.vasseur.account)
    client.get("/cabinet/file")
    with django_assert_num_queries(7):
        shown = text_of(client.get("/cabinet/file"))
    assert (f"{count} attend" in shown, "Et 10 autres personnes." in shown) == (True, count == 60)


def test_line_off_duty_names_nobody():
    scene = make_scene()
    put_in_line(scene, now=timezone.now())
    shown = text_of(client_of(scene.cast.vasseur.account).get("/cabinet/file"))
    assert "Camille" not in shown


def test_priority_is_set_with_a_reason_and_taken_back():
    scene, _ = waiting_town(1)
    ticket = put_in_line(scene, now=timezone.now())
    client = client_of(scene.cast.vasseur.account)
    url = f"/cabinet/priorite/{ticket.id}"
    empty = client.post(url, {"reason": " "})
    done = client.post(url, {"reason": "Douleur intense", "back": "/cabinet/salle/x"})
    first = Ticket.objects.get(pk=ticket.id)
    client.post(url, {"clear": "1"})
    ticket.refresh_from_db()
    assert (empty.status_code, "Écrivez la raison" in text_of(empty), client.get(url).status_code) == (
        200,
        True,
        200,
    )
    assert (first.tier, first.tier_set_by, done.url) == (1, scene.cast.vasseur.account_id, "/cabinet/salle/x")
    assert ticket.tier == 0


def test_priority_never_leads_elsewhere():
    scene, _ = waiting_town(1)
    ticket = put_in_line(scene, now=timezone.now())
    client = client_of(scene.cast.vasseur.account)
    asked = ("https://ailleurs.test", "//ailleurs.test", "/cabinet\\..")
    places = [
        client.post(f"/cabinet/priorite/{ticket.id}", {"reason": "x", "back": back}).url for back in asked
    ]
    assert places == ["/cabinet"] * 3


def test_priority_of_someone_on_another_line_or_gone():
    scene, _ = waiting_town(1)
    other = make_pool(key="autre", name="Autre")
    elsewhere = put_in_line(scene, now=timezone.now(), reason_key="fever")
    Ticket.objects.filter(pk=elsewhere.id).update(pool=other)
    client = client_of(scene.cast.vasseur.account)
    assert client.get(f"/cabinet/priorite/{elsewhere.id}").status_code == 404
    off = client_of(scene.cast.lenoir.account)
    assert off.get(f"/cabinet/priorite/{Ticket.objects.first().id}").status_code == 404


# Who


def test_desk_by_role():
    scene, doctor, _, offer = make_offer()
    cast = scene.cast
    gets = ("/cabinet", "/cabinet/file", "/cabinet/garde", f"/cabinet/priorite/{offer.ticket_id}")
    posts = (
        "/cabinet/garde/commencer",
        "/cabinet/garde/pause",
        f"/cabinet/proposition/{offer.id}/prendre",
        f"/cabinet/proposition/{offer.id}/refuser",
    )
    nobody = Client()
    assert {nobody.get(url).status_code for url in gets} | {
        nobody.post(url).status_code for url in posts
    } == {302}
    for account in (
        cast.jeanne,
        cast.stranger,
        cast.haddad.account,
        cast.director,
        cast.compliance,
        cast.regulator,
        cast.analyst,
        cast.administrator,
    ):
        client = client_of(account)
        assert {client.get(url).status_code for url in gets} == {404}
        assert {client.post(url).status_code for url in posts} == {404}
    weak = client_of(doctor.account, second_factor=False)
    assert {weak.get(url).status_code for url in gets} == {404}


@pytest.mark.postgres
def test_take_by_two_tabs_at_once_makes_one_room():
    _, doctor, _, offer = make_offer()
    clients = [client_of(doctor.account) for _ in range(4)]
    together = Barrier(len(clients))

    def press(client):
        together.wait(10)
        try:
            return client.post(f"/cabinet/proposition/{offer.id}/prendre").url
        finally:
            connection.close()

    with ThreadPoolExecutor(len(clients)) as threads:
        places = set(threads.map(press, clients))
    assert places == {f"/cabinet/salle/{Encounter.objects.get().room.id}"}


@pytest.mark.postgres
def test_take_by_one_tab_while_another_refuses_ends_in_one_answer():
    _, doctor, _, offer = make_offer()
    taking, refusing = client_of(doctor.account), client_of(doctor.account)
    together = Barrier(2)

    def press(what):
        client, act, data = what
        together.wait(10)
        try:
            return client.post(f"/cabinet/proposition/{offer.id}/{act}", data).status_code
        finally:
            connection.close()

    acts = [(taking, "prendre", {}), (refusing, "refuser", {"refuse-reason": "skill"})]
    with ThreadPoolExecutor(2) as threads:
        codes = list(threads.map(press, acts))
    offer.refresh_from_db()
    taken = offer.state == OfferState.ACCEPTED
    assert (codes, Encounter.objects.count()) == ([302, 302], 1 if taken else 0)
