"""The pages open to all: the line as it is, what it costs to show, the rule, the data, the demo's doors."""

from datetime import time, timedelta

import pytest
from django.apps import apps
from django.core.cache import cache
from django.utils import timezone

from toubib.people.tests.factories import make_account, make_professional, sign_in
from toubib.rulebook import live
from toubib.waiting.tests.factories import make_pool, make_scene, prepare_ticket, put_in_line, put_on_duty
from toubib.waiting.tests.walk import walk_to
from toubib.web.notices import DATA_ROWS, KEPT

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _fresh_line():
    """The line is kept some seconds for all who look."""
    cache.clear()


def text_of(answer):
    return " ".join(answer.content.decode().replace("\u00a0", " ").replace("&nbsp;", " ").split())


def says(client, *words, address="/"):
    text = text_of(client.get(address))
    return [word for word in words if word not in text]


def test_a_free_doctor_and_nobody_waiting_says_at_once(client):
    scene = make_scene()
    put_on_duty(scene, scene.cast.vasseur, now=timezone.now())
    assert (
        says(
            client,
            "Un médecin,<br>sans rendez-vous.",
            "Tout de suite",
            "Personne n’attend.",
            "1 médecin",
            "jour et nuit",
        )
        == []
    )


def test_people_ahead_give_an_interval_and_a_rank(client):
    scene, now = make_scene(), timezone.now()
    for index in range(10):
        start = now - timedelta(hours=1 + index)
        prepare_ticket(scene, now=start, state="closed", pool=scene.pool, arrived_at=start, accepted_at=start,
                       ended_at=start + timedelta(minutes=10), exit_reason="seen")  # fmt: skip
    put_on_duty(scene, scene.cast.vasseur, now=now, languages=["ar"])
    for index in range(3):
        put_in_line(scene, now=now + timedelta(seconds=index))
    assert (
        says(
            client,
            "15 à 30 min",
            "3 attendent",
            "Votre place serait la 4e",
            "sur les 10 dernières consultations",
        )
        == []
    )


def test_three_faces_are_shown_and_the_others_counted(client):
    scene, now = make_scene(), timezone.now()
    for index in range(5):
        put_on_duty(scene, make_professional(email=f"dr{index}@exemple.test"), now=now)
    assert says(client, '<span class="more">+2</span>', "5 médecins") == []


def test_a_long_wait_says_that_one_may_go_out(client):
    scene, now = make_scene(), timezone.now()
    put_on_duty(scene, scene.cast.vasseur, now=now, languages=["ar"])
    for index in range(25):
        put_in_line(scene, now=now + timedelta(seconds=index))
    assert says(client, "L’attente est longue. Vous pouvez sortir, nous vous rappelons.") == []


def test_no_doctor_says_so_and_whom_to_call(client):
    make_pool()
    assert says(client, "Aucun médecin n’est là en ce moment.", "tel:116117") == []


def test_out_of_hours_says_when_and_whom_to_call(client):
    local = timezone.localtime()
    make_pool(opens_at=(local + timedelta(hours=2)).time(), closes_at=(local + timedelta(hours=3)).time())
    assert says(client, "fermée", "Aucun médecin n’est là avant", "tel:116117", "tel:15") == []


def test_production_without_a_signed_list_says_that_the_line_is_closed(client, settings):
    settings.DEMO = False
    make_pool()
    text = text_of(client.get("/"))
    assert ("pas encore validées par un comité médical" in text, "Essayer la démonstration" in text) == (
        True,
        False,
    )


def test_hours_are_told_when_the_line_closes(client):
    scene = make_scene(opens_at=time(0, 0), closes_at=time(23, 59, 59))
    put_on_duty(scene, scene.cast.vasseur, now=timezone.now())
    assert says(client, "jusqu’à 23 h 59") == []


@pytest.mark.parametrize("count", [1, 3])
def test_start_page_asks_the_same_few_queries_however_long_the_line(client, count, django_assert_num_queries):
    scene, now = make_scene(), timezone.now()
    put_on_duty(scene, scene.cast.vasseur, now=now, languages=["ar"])
    for index in range(count):
        put_in_line(scene, now=now + timedelta(seconds=index))
    with django_assert_num_queries(6):
        client.get("/")
    with django_assert_num_queries(1):
        client.get("/")  # the demo's roles alone
    with django_assert_num_queries(0):
        client.get("/file-en-direct")


def test_fragment_is_the_card_alone(client):
    make_pool()
    answer = client.get("/file-en-direct")
    assert ("<html" in answer.content.decode(), "La file en direct" in answer.content.decode()) == (
        False,
        True,
    )


def test_price_comes_from_the_rule_book_and_the_public_pages_are_linked(client):
    make_pool()
    if not live.is_warm():
        assert "selon les règles en vigueur" in text_of(client.get("/"))
        live.warm(on=timezone.localdate())
    text = text_of(client.get("/"))
    assert ("€" in text, 'href="/regles"' in text) == (True, True)
    assert [link for link in ("/lieux", "/observatoire") if f'href="{link}"' not in text] == []


def test_demo_shows_the_roles_that_are_there(client):
    make_pool()
    make_account(email="patient@demo.toubib.test")
    text = text_of(client.get("/"))
    assert ('action="/demo/entrer/patient"' in text, 'action="/demo/entrer/medecin"' in text) == (True, False)


def test_someone_with_a_request_under_way_is_called_back(client):
    make_pool()
    walk_to(client, "motif")
    begun = text_of(client.get("/"))
    walked = walk_to(client, "pret")
    client.post("/consulter/pret")
    in_line = text_of(client.get("/"))
    client.logout()
    sign_in(client, walked.account)
    elsewhere = text_of(client.get("/"))
    assert (
        "Reprendre votre demande" in begun,
        "Revenir à ma place" in in_line,
        "Revenir à ma place" in elsewhere,
    ) == (
        True,
        True,
        True,
    )


def test_rule_is_public_with_its_values_and_without_the_cap(client):
    text = text_of(client.get("/regle-de-la-file"))
    assert ("90 s" in text, "30 min" in text, "01/01/2026" in text, "plafond" in text, "20 %" in text) == (
        True,
        True,
        True,
        False,
        False,
    )


def test_every_table_shown_has_words_for_how_long_it_is_kept(client):
    notes = {apps.get_model(row.model).data.kept for row in DATA_ROWS}
    assert notes - set(KEPT) == set()
    assert says(client, "Votre identité", "30 jours", "CNIL", address="/vos-donnees") == []


def test_every_table_of_a_patients_health_is_told_under_some_row():
    """What a patient gives or is given; what the platform keeps of its own work is not theirs to read here."""
    told = {row.model for row in DATA_ROWS}
    of_the_record = {
        "record.Note",
        "ground.StoredFile",
        "waiting.FollowUp",
    }  # told with the visit, the photos, the request
    health = {
        model._meta.label
        for model in apps.get_models()
        if model.__module__.startswith("toubib.") and getattr(model, "data", None) and model.data.health
    }
    assert {one for one in health if not one.startswith("consultation.")} - told - of_the_record == set()


def test_accessibility_says_what_works_and_what_is_missing(client):
    assert says(client, "Aucun audit RGAA", "114", address="/accessibilite") == []


def test_relays_are_for_who_prepares_a_request(client, settings):
    make_pool()
    nobody = client.get("/consulter/test/relais").status_code
    walk_to(client, "test")
    answer = client.get("/consulter/test/relais")
    assert (nobody, answer.status_code, answer.json()["iceTransportPolicy"]) == (404, 200, "all")
