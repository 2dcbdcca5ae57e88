"""The patient’s path whole: through, back, left, taken up again, and what is not one’s own."""

from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from toubib.people.tests.factories import sign_in
from toubib.record.models import Attachment, Consent, HealthSummary
from toubib.waiting.models import Ticket
from toubib.waiting.tests.factories import NO, make_pool, make_scene, put_on_duty
from toubib.waiting.tests.walk import GOOD, enter_by_code, photo, post, the_ticket, walk_to

pytestmark = pytest.mark.django_db


# From the first question to the line


def test_whole_path_leads_into_the_line(client, pool, django_capture_on_commit_callbacks):
    ticket = walk_to(client, "pret")
    shown = client.get("/consulter/pret")
    with django_capture_on_commit_callbacks(execute=True):
        answer = client.post("/consulter/pret")
    ticket.refresh_from_db()
    assert (shown.status_code, answer.status_code, answer.url) == (200, 302, f"/attente/{ticket.id}")
    assert (
        ticket.state,
        ticket.reason_key,
        ticket.callback_phone,
        ticket.language,
        ticket.patient.full_name,
    ) == (
        "waiting",
        "fever",
        "+33639980042",
        "fr",
        "Camille Durand",
    )
    assert list(Consent.objects.values_list("scope", "given")) == [
        ("care", True),
        ("third_person", False),
        ("lay_assistant", False),
    ]
    assert HealthSummary.objects.get().content == {
        "allergies": "Pénicilline",
        "treatments": "",
        "history": "",
        "pregnancy": "no",
    }


def test_a_double_click_at_the_door_enters_once(client, pool):
    ticket = walk_to(client, "pret")
    urls = [client.post("/consulter/pret").url for _click in range(2)]
    assert (urls, Ticket.objects.count()) == ([f"/attente/{ticket.id}"] * 2, 1)


DOOR = 'class="button large" type="submit"'


@pytest.mark.parametrize("step", ["", "/signes", "/lieu", "/motif", "/identite", "/sante", "/test", "/pret"])
def test_a_stale_tab_leads_to_the_waiting_room_when_in_line(client, pool, step):
    ticket = walk_to(client, "pret")
    client.post("/consulter/pret")
    found = [client.get(f"/consulter{step}"), client.post(f"/consulter{step}", {}) if step else None]
    assert {answer.url for answer in found if answer} == {f"/attente/{ticket.id}"}


def test_the_path_begins_with_the_signs_and_resumes_where_it_was(client, pool):
    first = client.get("/consulter").url
    walk_to(client, "motif")
    assert (first, client.get("/consulter").url) == ("/consulter/signes", "/consulter/motif")


@pytest.mark.parametrize("step", ["sante", "consentements", "test", "pret", "identite"])
def test_a_step_not_yet_reached_leads_to_the_first_missing(client, pool, step):
    walk_to(client, "pour-qui")
    assert client.get(f"/consulter/{step}").url == "/consulter/pour-qui"


def test_without_a_ticket_every_step_leads_to_the_signs(client, pool):
    steps = [
        "lieu",
        "pour-qui",
        "motif",
        "medecin-traitant",
        "identite",
        "sante",
        "consentements",
        "test",
        "pret",
    ]
    assert {client.get(f"/consulter/{step}").url for step in steps} == {"/consulter/signes"}


def test_back_button_shows_what_was_answered(client, pool):
    walk_to(client, "pret")
    seen = {
        step: client.get(f"/consulter/{step}").content.decode()
        for step in ("signes", "lieu", "motif", "sante")
    }
    assert (
        seen["signes"].count('value="no"') == seen["signes"].count("checked"),
        "4 rue des Lavoirs" in seen["lieu"],
        "06\u00a039\u00a098\u00a000\u00a042" in seen["lieu"],
        "39 depuis hier." in seen["motif"],
        "Pénicilline" in seen["sante"],
    ) == (True, True, True, True, True)


def test_a_correction_at_the_end_comes_back_to_the_end(client, pool):
    walk_to(client, "pret")
    assert post(client, "motif", key="back").url == "/consulter/pret"


# Leaving, resuming, others


def test_a_request_is_taken_up_on_another_device_after_a_code(client, pool):
    ticket = walk_to(client, "sante")
    other = Client()

    sign_in(other, ticket.account)
    assert (other.get("/consulter").url, other.session["ticket"]) == ("/consulter/prix", str(ticket.id))


def test_a_request_left_too_long_says_so_and_begins_anew(client, pool):
    ticket = walk_to(client, "motif")
    Ticket.objects.filter(pk=ticket.pk).update(touched_at=timezone.now() - timedelta(minutes=31))
    answer = client.get("/consulter/motif")
    after = client.get("/consulter/motif")
    assert ("trop ancienne" in answer.content.decode(), after.url) == (True, "/consulter/signes")


def test_pausing_says_until_when_and_stopping_ends_it_once(client, pool):
    ticket = walk_to(client, "motif")
    pause = client.get("/consulter/pause")
    urls = [client.post("/consulter/arreter").url for _click in range(2)]
    ticket.refresh_from_db()
    assert ("Vos réponses vous attendent" in pause.content.decode(), urls, ticket.state) == (
        True,
        ["/", "/"],
        "left",
    )
    assert client.get("/consulter/motif").url == "/consulter/signes"


def test_a_ticket_of_an_account_is_not_held_by_a_session_without_it(client, pool):
    ticket = walk_to(client, "sante")
    thief = Client()
    session = thief.session
    session["ticket"] = str(ticket.id)
    session.save()
    assert (thief.get("/consulter/sante").url, "ticket" in thief.session) == ("/consulter/signes", False)


def test_files_of_others_are_not_found(client, pool):
    walk_to(client, "sante")
    client.post("/consulter/sante", {**GOOD["sante"], "do": "add", "documents": photo()})
    kept = Attachment.objects.get()
    other = Client()
    walk_to(other, "identite")
    enter_by_code(other, "autre@exemple.test")
    post(other, "identite", birth_name="Autre")
    answers = [
        other.get(f"/consulter/sante/fichiers/{kept.id}"),
        other.post(f"/consulter/sante/fichiers/{kept.id}/retirer"),
    ]
    assert ([answer.status_code for answer in answers], Attachment.objects.count()) == ([404, 404], 1)


def test_nothing_of_the_person_stands_in_addresses_or_logs(client, pool, caplog):
    urls = []
    follow = client.request

    def note(**request):
        urls.append(request["PATH_INFO"] + "?" + request.get("QUERY_STRING", ""))
        return follow(**request)

    client.request = note
    with caplog.at_level("DEBUG"):
        ticket = walk_to(client, "pret")
        client.get("/consulter/pret")
    words = (
        "Camille",
        "Durand",
        "camille@",
        "639980042",
        "Lavoirs",
        "Valbrune",
        "valbrune",
        "Pénicilline",
        str(ticket.id),
    )
    logged = "\n".join(line.getMessage() for line in caplog.records if not line.name.startswith("django.db"))
    assert [word for word in words if word in "\n".join(urls) + logged] == []


def test_the_same_person_twice_in_line_is_refused_in_words(client, pool):
    walk_to(client, "pret")
    client.post("/consulter/pret")
    twin = Client()
    walk_to(twin, "identite")
    sign_in(twin, the_ticket(client).account)
    session = twin.session
    session["ticket"] = str(Ticket.objects.order_by("-created_at").first().id)
    session.save()
    twin.post("/consulter/identite", {"form": "person", "person": str(the_ticket(client).patient_id)})
    for step in ("sante", "consentements", "test"):
        post(twin, step)
    answer = twin.post("/consulter/pret")
    html = answer.content.decode()
    assert (answer.status_code, "Cette personne est déjà dans la file." in html) == (200, True)
    assert (DOOR in html, f"/attente/{the_ticket(client).id}" in html) == (False, True)


def test_answers_of_every_sign_are_asked():
    assert set(GOOD["signes"]) == set(NO)


def test_the_door_says_when_the_line_of_this_reason_is_closed_or_nobody_speaks_the_language(client):
    scene, local = make_scene(), timezone.localtime()
    make_pool(
        key="dermatologie",
        opens_at=(local + timedelta(hours=2)).time(),
        closes_at=(local + timedelta(hours=3)).time(),
    )
    walk_to(client, "pret")
    Ticket.objects.update(language="ar")
    put_on_duty(scene, scene.cast.vasseur, languages=["fr"])
    alone = client.get("/consulter/pret").content.decode()
    Ticket.objects.update(reason_key="dermatology")
    closed = client.get("/consulter/pret").content.decode()
    refused = client.post("/consulter/pret")
    assert ("ne parle cette langue" in alone, "Aucun médecin n’est là avant" in closed) == (True, True)
    assert (refused.status_code, the_ticket(client).state) == (200, "triaged")
    assert [DOOR in html for html in (alone, closed, refused.content.decode())] == [True, False, False]
    assert ("Essayer un autre motif" in closed, 'href="tel:116117"' in closed) == (True, True)


def test_the_door_says_the_ages_of_the_line_before_one_tries(client, pool):
    walk_to(client, "pret")
    Ticket.objects.update(patient_age=pool.max_age + 1)
    html = client.get("/consulter/pret").content.decode()
    assert ("Cette file reçoit de" in html, DOOR in html) == (True, False)


def test_a_step_that_lacks_is_said_where_one_is_led(client, pool):
    walk_to(client, "test")
    answer = client.post("/consulter/pret", follow=True)
    assert (answer.redirect_chain, "Il manque une étape." in answer.content.decode()) == (
        [("/consulter/test", 302)],
        True,
    )


def test_the_last_page_recalls_what_was_told_of_health(client, pool):
    walk_to(client, "pret", sante={"pregnancy": "unsure"})
    page = client.get("/consulter/pret").content.decode()
    assert ("Allergies : Pénicilline" in page, "Grossesse : Je ne sais pas" in page) == (True, True)
