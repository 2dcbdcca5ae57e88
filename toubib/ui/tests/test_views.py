import pytest
from django.test import Client, RequestFactory
from django.urls import include, path

from toubib.ui import views
from toubib.ui.context import Page, page
from toubib.ui.posting import page_of


def _break(request):
    raise RuntimeError("the database is away")


urlpatterns = [path("", include("toubib.ui.urls")), path("panne", views.login_not_required(_break))]
handler400 = "toubib.ui.views.bad_request"
handler403 = "toubib.ui.views.permission_denied"
handler404 = "toubib.ui.views.not_found"
handler500 = "toubib.ui.views.server_error"
pytestmark = pytest.mark.urls("toubib.ui.tests.test_views")


def test_switch_language_remembers_and_goes_back(client):
    answer = client.post("/langue", {"language": "en", "next": "/consulter/motif?a=1"})
    assert (answer.status_code, answer["Location"], answer.cookies["django_language"].value) == (
        302,
        "/consulter/motif?a=1",
        "en",
    )


def test_switch_language_when_unknown_sets_nothing(client):
    answer = client.post("/langue", {"language": "xx", "next": "/a"})
    assert (answer.status_code, answer["Location"], dict(answer.cookies)) == (302, "/a", {})


@pytest.mark.parametrize(
    "goal", ["https://evil.test/", "//evil.test/a", "javascript:alert(1)", "", "\\\\evil.test"]
)
def test_switch_language_never_leaves_the_site(client, goal):
    assert client.post("/langue", {"language": "en", "next": goal})["Location"] == "/"


@pytest.mark.urls("toubib.config.urls")
@pytest.mark.parametrize(
    ("refused_at", "back"),
    [
        (
            "/cabinet/salle/0192f0c0-0000-7000-8000-000000000001/note",
            "/cabinet/salle/0192f0c0-0000-7000-8000-000000000001",
        ),
        ("/theme", "/"),
        ("/regle-de-la-file?a=1", "/regle-de-la-file?a=1"),
        ("/rien-ici", "/rien-ici"),
    ],
)
def test_switch_language_never_goes_back_to_an_address_that_only_acts(client, refused_at, back):
    assert client.post("/langue", {"language": "en", "next": refused_at})["Location"] == back


ID = "0192f0c0-0000-7000-8000-000000000001"


@pytest.mark.urls("toubib.config.urls")
@pytest.mark.parametrize(
    ("acts", "page"),
    [
        (f"/salle/{ID}/invites/{ID}", f"/salle/{ID}"),
        (f"/salle/{ID}/invites", f"/salle/{ID}"),
        (f"/cabinet/salle/{ID}/invites/{ID}/admettre", f"/cabinet/salle/{ID}"),
        (f"/cabinet/salle/{ID}/signer", f"/cabinet/salle/{ID}"),
        ("/cabinet/garde/pause", "/cabinet"),
        (f"/cabinet/proposition/{ID}/prendre", "/cabinet"),
        (f"/mon-espace/accords/{ID}/retirer", "/mon-espace/accords"),
        ("/mon-espace/mes-donnees/effacer", "/mon-espace/mes-donnees"),
        (f"/mon-espace/proches/{ID}/retirer", f"/mon-espace/proches/{ID}"),
        ("/consulter/lieu/communes", "/consulter/lieu"),
        ("/deconnexion", "/"),
        (f"/attente/{ID}", f"/attente/{ID}"),
    ],
)
def test_page_of_an_address_that_only_acts(acts, page):
    assert page_of(acts) == page


def test_an_address_that_only_acts_leads_a_browser_to_its_page_and_refuses_a_script(client):
    by_browser = client.get("/langue", headers={"accept": "text/html,*/*;q=0.8"})
    by_script = client.get("/langue", headers={"accept": "application/json"})
    assert (by_browser.status_code, by_browser["Location"], by_script.status_code) == (302, "/", 405)


@pytest.mark.parametrize("address", ["/langue", "/theme"])
def test_switches_answer_to_post_with_a_token_only(client, address):
    strict = Client(enforce_csrf_checks=True)
    assert (client.get(address).status_code, strict.post(address, {"theme": "dark"}).status_code) == (
        405,
        403,
    )


def test_switch_theme_is_written_by_the_server(client, settings):
    settings.UI_SHEET = True
    client.post("/theme", {"theme": "dark", "next": "/"})
    assert '<html lang="fr" data-theme="dark">' in client.get("/ui/composants").content.decode()
    client.post("/theme", {"theme": "system", "next": "/"})
    assert '<html lang="fr">' in client.get("/ui/composants").content.decode()


def test_switch_theme_when_the_cookie_is_forged(client, settings):
    settings.UI_SHEET = True
    client.cookies["toubib_theme"] = '"><script>'
    assert '<html lang="fr">' in client.get("/ui/composants").content.decode()


def test_page_context_asks_the_database_nothing(settings):
    settings.DEMO = True
    request = RequestFactory().get("/a?b=1")
    request.COOKIES["toubib_theme"] = "light"
    assert page(request) == {
        "page": Page(
            demo=True, theme="light", language="fr", other_languages=(("en", "English"),), here="/a?b=1"
        )
    }


def test_sheet_when_neither_demo_nor_test(client, settings):
    settings.DEMO = False
    assert client.get("/ui/composants").status_code == 404


def test_demo_badge_only_in_the_demo(client, settings):
    settings.UI_SHEET = True
    badge = '<span class="badge unsure">Démonstration : tout est inventé</span>'
    settings.DEMO = True
    shown = badge in client.get("/ui/composants").content.decode()
    settings.DEMO = False
    assert (shown, badge in client.get("/ui/composants").content.decode()) == (True, False)


@pytest.mark.parametrize(
    ("view", "status", "sentence"),
    [
        (views.bad_request, 400, "Nous n’avons pas compris ce que la page a envoyé."),
        (views.permission_denied, 403, "Cette page n’existe pas, ou n’est pas pour vous."),
        (views.csrf_failure, 403, "Rien n’a été envoyé. Rechargez la page, puis recommencez."),
        (views.not_found, 404, "Cette page n’existe pas, ou n’est pas pour vous."),
        (views.server_error, 500, "Ce n’est pas vous. Réessayez dans un instant."),
        (views.unavailable, 503, "Nous réessayons. Ce qui était enregistré le reste."),
    ],
)
def test_error_pages_say_what_to_do_without_the_database(view, status, sentence):
    request = RequestFactory().get("/x")
    answer = view(request)
    text = answer.content.decode()
    assert (answer.status_code, sentence in text, 'href="tel:15"' in text, 'lang="fr"' in text) == (
        status,
        True,
        True,
        True,
    )


def test_error_handlers_are_reached_by_address(client):
    client.raise_request_exception = False
    found = [client.get("/nulle-part").status_code, client.get("/panne").status_code]
    assert found == [404, 500]


def test_pages_carry_no_inline_script_nor_style(client, settings):
    settings.UI_SHEET = True
    for query in ("", "?page=parcours&erreurs=1", "?page=bureau", "?page=file"):
        text = client.get(f"/ui/composants{query}").content.decode()
        assert [
            mark for mark in (" style=", "<style", "onclick=", "http://", "https://") if mark in text
        ] == []


def test_pages_in_english_speak_english_around_the_content(client, settings):
    settings.UI_SHEET = True
    client.cookies["django_language"] = "en"
    assert '<html lang="en">' in client.get("/ui/composants").content.decode()
