"""Warning signs: one yes stops, a no goes on, and the doctor sees the earlier yes."""

import json
from datetime import timedelta

import pytest
from django.utils import timezone

from toubib.ground.models import JournalEntry
from toubib.waiting import catalogue
from toubib.waiting.models import SignStop, Ticket
from toubib.waiting.tests.factories import make_pool
from toubib.waiting.tests.walk import GOOD, errors, post, the_ticket, walk_to

pytestmark = pytest.mark.django_db


def stop(client, **yes):
    """The page of whom to call, after an answer with a « yes »."""
    return client.get(post(client, "signes", **yes).url).content.decode()


# Signs


def test_every_sign_of_the_list_is_asked_once_under_its_group(client, pool):
    asked = catalogue.signs()
    groups = client.get("/consulter/signes").context["groups"]
    assert [title for title, _fields in groups] == [title for _key, title in asked.groups]
    assert [field.name for _title, fields in groups for field in fields] == [
        sign.key for key, _title in asked.groups for sign in asked.signs if sign.group == key
    ]
    assert sum(len(fields) for _title, fields in groups) == len(asked.signs)


def test_an_unanswered_sign_is_said_beside_it_and_the_rest_kept(client, pool):
    answer = post(client, "signes", chest_pain=None)
    assert errors(answer) == {"chest_pain": ["Répondez oui ou non."]}
    assert answer.context["form"]["breathing"].value() == "no"
    assert (Ticket.objects.count(), SignStop.objects.count()) == (0, 0)


def test_one_yes_stops_at_once_whatever_is_blank(client, pool):
    text = client.post("/consulter/signes", {"violence": "yes"}, follow=True).content.decode()
    assert ("Appelez maintenant." in text, 'href="tel:17"' in text, "Répondez" in text) == (True, True, False)
    assert (list(SignStop.objects.values_list("sign", "count")), Ticket.objects.count()) == (
        [("violence", 1)],
        0,
    )


def test_whom_to_call_survives_reload_language_theme_and_a_later_no(client, pool):
    post(client, "signes", suicidal="yes")
    here = "/consulter/appelez"
    back = [
        client.post("/langue", {"language": "en", "next": here}).url,
        client.post("/theme", {"theme": "dark", "next": here}).url,
    ]
    english = client.get(here).content.decode()
    post(client, "signes")
    later = client.get(here).content.decode()
    assert (back, ['href="tel:3114"' in text for text in (english, later)]) == ([here, here], [True, True])


def test_whom_to_call_names_nobody_to_who_said_nothing(client, pool):
    assert client.get("/consulter/appelez").url == "/consulter/signes"


def test_one_yes_names_whom_to_call_though_the_line_is_shut(client, pool, settings):
    settings.DEMO = False
    text = stop(client, suicidal="yes")
    assert ("La file est fermée" in text, 'href="tel:3114"' in text) == (False, True)


def test_one_yes_from_an_old_page_names_whom_to_call_and_leaves_the_place(client, pool):
    walk_to(client, "pret")
    client.post("/consulter/pret")
    text = stop(client, stroke="yes")
    assert ("Appelez maintenant." in text, the_ticket(client).state) == (True, "waiting")


def test_whom_to_call_stands_under_each_question(client, pool):
    text = client.get("/consulter/signes").content.decode()
    assert text.count("sans finir ces questions") == len(GOOD["signes"])


def test_one_yes_stops_and_leaves_only_a_count(client, pool):
    answers = [post(client, "signes", suicidal="yes") for _click in range(2)]
    text = client.get(answers[0].url).content.decode()
    assert [answer.url for answer in answers] == ["/consulter/appelez"] * 2
    assert ('href="tel:3114"' in text, 'href="tel:15"' in text, "Je me suis trompé" in text) == (
        True,
        True,
        True,
    )
    assert (list(SignStop.objects.values_list("sign", "count")), Ticket.objects.count()) == (
        [("suicidal", 1)],
        0,
    )
    assert JournalEntry.objects.count() == 0


def test_yes_then_no_goes_on_and_the_doctor_sees_the_earlier_yes(client, pool):
    post(client, "signes", chest_pain="yes")
    kept = dict(client.session)
    answer = post(client, "signes")
    assert (answer.url, the_ticket(client).signs_yes) == ("/consulter/lieu", ["chest_pain"])
    assert "chest_pain" not in json.dumps(kept)


def test_the_pages_of_the_signs_say_that_the_doctor_will_see_an_earlier_yes(client, pool):
    texts = [
        client.get("/consulter/signes").content.decode(),
        stop(client, chest_pain="yes"),
        client.get("/vos-donnees").content.decode(),
    ]
    assert ["revenez et continuez, le médecin" in text for text in texts] == [True, True, True]
    assert [text for text in texts if "ne sont pas gardées" in text] == []


def test_a_yes_said_later_holds_the_path_until_a_no(client, pool):
    ticket = walk_to(client, "motif")
    post(client, "signes", stroke="yes")
    held = (client.get("/consulter/motif").url, client.get("/consulter").url)
    again = post(client, "signes")
    ticket.refresh_from_db()
    assert (held, again.url, ticket.signs_yes, Ticket.objects.count()) == (
        ("/consulter/signes", "/consulter/signes"),
        "/consulter/motif",
        ["stroke"],
        1,
    )


def test_two_clicks_on_all_no_make_one_ticket(client, pool):
    post(client, "signes")
    post(client, "signes")
    assert Ticket.objects.count() == 1


def test_the_list_names_its_version_author_and_that_it_is_not_validated(client, pool):
    text = client.get("/consulter/signes").content.decode()
    assert (
        "2026-11-demo" in text,
        "Équipe Toubib" in text,
        "Liste de démonstration, non validée" in text,
    ) == (
        True,
        True,
        True,
    )


def test_the_line_is_closed_in_production_while_the_list_is_not_signed(client, pool, settings):
    settings.DEMO = False
    answers = [client.get("/consulter/signes"), post(client, "signes")]
    assert ["La file est fermée" in answer.content.decode() for answer in answers] == [True, True]
    assert (answers[0].status_code, Ticket.objects.count()) == (200, 0)


def test_a_line_out_of_hours_says_when_it_opens_and_whom_to_call(client):
    now = timezone.localtime()
    make_pool(opens_at=(now + timedelta(hours=2)).time(), closes_at=(now + timedelta(hours=3)).time())
    text = client.get("/consulter/signes").content.decode()
    assert ("La file est fermée" in text, "tel:116117" in text, "tel:15" in text) == (True, True, True)


def test_a_line_that_closes_meanwhile_refuses_at_the_door_and_keeps_the_answers(client, pool, settings):
    walk_to(client, "pret")
    settings.DEMO = False
    answer = client.post("/consulter/pret")
    assert (
        answer.status_code,
        "pas encore validées" in answer.content.decode(),
        "gardées 30 minutes" in answer.content.decode(),
        the_ticket(client).state,
    ) == (
        200,
        True,
        True,
        "triaged",
    )
