"""The patient from the waiting room to the note, in a browser: live, with the line cut, by phone and by laptop."""

import re

import pytest
from playwright.sync_api import expect

from tests.browser.kit import LAPTOP, PHONE, App, at_size, faults, overflow, shoot

# The seed acts from another process: only PostgreSQL carries its news to the pages.
pytestmark = [pytest.mark.browser, pytest.mark.postgres]
SEED = "tests.browser.seed_patient:"
DOCTOR = "vasseur"
CUT = ("Failed to load resource", "net::ERR")


@pytest.fixture(scope="module")
def app(tmp_path_factory):
    app = App.fresh(tmp_path_factory.mktemp("patient"))
    try:
        app.do("tests.browser.seed:small_town", on_duty=[], waiting=0, past=12)
        yield app.start()
    finally:
        app.close()


@pytest.fixture
def do(app):
    """do("take", ticket=…): a function of the seed; the line is empty again at the end."""
    yield lambda act, **given: app.do(SEED + act, **given)
    app.do(SEED + "empty_line")


def look(page, name):
    """Pictures of both widths, light and dark, and what axe says of each."""
    found = {}
    for size, width in ((PHONE, 390), (LAPTOP, 1366)):
        for scheme in ("light", "dark"):
            with at_size(page, size):
                page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
                shoot(page, f"patient-{name}-{width}-{scheme}", whole=True)
                assert overflow(page) == 0, (name, width)
                found |= {(name, width, scheme, rule): where for rule, where in faults(page)}
    page.emulate_media(color_scheme="light", reduced_motion="no-preference")
    assert found == {}


def test_rank_follows_the_line(open_page, do):
    do("busy_doctors", names=["lenoir", "benali"])
    seen = do("in_line", ahead=2, behind=3)
    page = open_page(f"/attente/{seen['ticket']}", enter="jeanne")
    rank = page.locator("[data-line-rank]")
    expect(rank).to_have_text("3e")
    expect(page.locator("[data-line=wait]")).to_contain_text("min")
    expect(page.locator("[data-line-dots=ahead] i")).to_have_count(2)
    page.wait_for_timeout(500)
    look(page, "waiting")
    wait = page.locator("[data-line=wait]").inner_text()
    do("leaves", ticket=seen["ahead"][0])
    expect(rank).to_have_text("2e")
    expect(page.locator("[data-line=ahead]")).to_have_text("1 devant")
    expect(page.locator("[data-line-dots=ahead] i")).to_have_count(1)
    expect(page.locator("[data-line=from]")).to_have_text(re.compile(r"^\d+\sh(\s\d\d)?$"))
    assert page.locator("[data-line=wait]").inner_text() != wait
    do("leaves", ticket=seen["ahead"][1])
    expect(rank).to_have_text("1re")
    expect(page.locator("[data-line=ahead]")).to_have_text("personne devant")


def test_taken_then_into_the_call_by_itself_then_the_note(open_page, do):
    seen = do("in_line")
    page = open_page(f"/attente/{seen['ticket']}", enter="jeanne", expect=CUT)
    expect(page.locator("[data-line-rank]")).to_have_text("1re")
    room = do("take", ticket=seen["ticket"], name=DOCTOR)
    expect(page.get_by_role("heading", level=1)).to_contain_text("Salomé Vasseur prend votre demande")
    page.wait_for_timeout(500)
    look(page, "accepted")
    do("opens", room=room, name=DOCTOR)
    page.wait_for_url(f"**/salle/{room}")
    expect(page.locator("[data-announcer]")).to_contain_text("RPPS")
    page.wait_for_timeout(1500)
    look(page, "call")
    do("ends", room=room, name=DOCTOR)
    page.wait_for_url("**/consultation/*")
    expect(page.locator("#visit-state")).to_contain_text("La note arrive.")
    page.wait_for_timeout(500)
    look(page, "note-comes")
    do("signs", room=room, name=DOCTOR)
    expect(page.get_by_role("article")).to_contain_text("Angine virale probable.")
    look(page, "note")
    page.goto(page.url.split("/consultation")[0] + "/mon-espace")
    look(page, "space")


def test_the_back_button_does_not_throw_one_into_the_call_again(open_page, do):
    seen = do("in_line")
    page = open_page(f"/attente/{seen['ticket']}", enter="jeanne", expect=CUT)
    room = do("take", ticket=seen["ticket"], name=DOCTOR)
    expect(page.get_by_role("heading", level=1)).to_contain_text("prend votre demande")
    page.wait_for_timeout(700)
    do("opens", room=room, name=DOCTOR)
    page.wait_for_url(f"**/salle/{room}")
    page.get_by_role("button", name="Raccrocher").click()
    page.get_by_role("button", name="Rester dans l’appel").click()
    page.get_by_role("button", name="Raccrocher").click()
    page.get_by_role("button", name="Quitter l’appel").click()
    page.wait_for_url("**/consultation/*")
    page.get_by_role("link", name="Revenir dans la salle").click()
    page.wait_for_url(f"**/salle/{room}")
    page.goto(page.url.replace(f"salle/{room}", "mon-espace"))
    page.get_by_role("link", name="Revenir à l’appel").click()
    page.wait_for_url(f"**/salle/{room}")


def test_the_line_cut_is_said_and_mended(open_page, do, app):
    seen = do("in_line", ahead=1)
    page = open_page(f"/attente/{seen['ticket']}", enter="jeanne", size=PHONE, expect=CUT)
    expect(page.locator("[data-line-rank]")).to_have_text("2e")
    page.wait_for_timeout(700)
    app.kill()
    expect(page.locator("[data-live-notice]")).to_contain_text("Votre place est gardée.", timeout=15_000)
    shoot(page, "patient-waiting-cut-390")
    do("leaves", ticket=seen["ahead"][0])
    app.start()
    expect(page.locator("[data-line-rank]")).to_have_text("1re", timeout=10_000)
    expect(page.locator("[data-live-notice]")).to_be_empty()


def test_out_and_back_in_two_tabs(open_page, do):
    do("busy_doctors", names=["lenoir"])  # where nobody serves the line, nobody is called back
    seen = do("in_line", ahead=2)
    page = open_page(f"/attente/{seen['ticket']}", enter="jeanne")
    other = page.context.new_page()
    other.goto(page.url)
    other.wait_for_timeout(500)
    page.get_by_label("Votre numéro de portable").fill("06 39 98 00 42")
    page.get_by_role("button", name="Sortir et garder ma place").click()
    expect(other.get_by_role("button", name="Je suis revenu")).to_be_visible()
    look(other, "away")
    do("leaves", ticket=seen["ahead"][0])
    expect(other.locator("#line")).to_contain_text("C’est bientôt à vous.")
    shoot(other, "patient-called-back-1366")
    other.get_by_role("button", name="Je suis revenu").click()
    expect(page.locator("[data-line-rank]")).to_have_text("2e")
    page.go_back()
    expect(page.locator("h1").first).to_be_visible()


def test_leaving_asks_first_and_worsening_stops(open_page, do):
    seen = do("in_line")
    page = open_page(f"/attente/{seen['ticket']}", enter="jeanne", size=PHONE)
    page.get_by_role("button", name="Quitter la file").first.click()
    dialog = page.get_by_role("dialog")
    expect(dialog.get_by_role("button").first).to_have_text("Rester dans la file")
    shoot(page, "patient-leave-390")
    dialog.get_by_role("button", name="Rester dans la file").click()
    page.get_by_role("link", name="Mon état s’aggrave").click()
    look(page, "worsening")
    for group in page.get_by_role("radiogroup").all():
        group.get_by_label("Non").check()
    page.get_by_role("radiogroup").first.get_by_label("Oui").check()
    page.get_by_role("button", name="Envoyer mes réponses").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Appelez maintenant.")
    look(page, "stopped")


def test_a_guest_by_link_waits_is_admitted_and_the_patient_answers(open_page, do, chromium, app):
    seen = do("in_line")
    page = open_page(f"/attente/{seen['ticket']}", enter="jeanne", expect=CUT)
    page.get_by_role("radio", name="Un interprète").check()
    page.get_by_role("button", name="Faire un lien").click()
    link = page.get_by_label("Lien à envoyer").input_value()
    look(page, "link")
    guest = open_page(link.removeprefix(app.url), size=PHONE, expect=CUT)
    look(guest, "invitation")
    guest.get_by_label("Votre prénom et votre nom").fill("Lucie Ferrand")
    guest.get_by_role("button", name="Frapper à la porte").click()
    expect(guest.get_by_role("heading", level=1)).to_have_text("Vous avez frappé.")
    look(guest, "door")
    expect(page.locator("#invites")).to_contain_text("Lucie Ferrand")
    room = do("take", ticket=seen["ticket"], name=DOCTOR)
    do("opens", room=room, name=DOCTOR)
    do("admits", ticket=seen["ticket"], name=DOCTOR)
    guest.wait_for_url(f"**/salle/{room}", timeout=15_000)
    page.wait_for_url(f"**/salle/{room}", timeout=15_000)
    page.wait_for_timeout(1000)
    token = do("doctor_invites", ticket=seen["ticket"], name=DOCTOR)
    third = open_page(f"/invite/{token}", expect=CUT)
    third.get_by_label("Votre prénom et votre nom").fill("Karim Haddad")
    third.get_by_role("button", name="Frapper à la porte").click()
    expect(page.locator("#guests")).to_contain_text("Karim Haddad", timeout=15_000)
    look(page, "call-asked")
    page.locator("#guests").get_by_role("button", name="Accepter").click()
    expect(page.locator("#guests").get_by_role("button", name="Accepter")).to_have_count(0)
    assert page.url.endswith(room)
    do("signs", room=room, name=DOCTOR)
    guest.wait_for_url("**/fin", timeout=15_000)
    expect(guest.get_by_role("heading", level=1)).to_have_text("Merci d’avoir aidé.")


def test_pages_that_are_left_without_script(chromium, app, do):
    """The waiting room is whole without JavaScript: rank, forms, a way to leave."""
    seen = do("in_line", ahead=1)
    context = chromium.new_context(viewport=PHONE, locale="fr-FR", java_script_enabled=False)
    page = context.new_page()
    page.goto(app.url + "/connexion")
    token = next(one["value"] for one in context.cookies() if one["name"] == "csrftoken")
    context.request.post(f"{app.url}/demo/entrer/jeanne", headers={"X-CSRFToken": token, "Referer": app.url})
    page.goto(f"{app.url}/attente/{seen['ticket']}")
    expect(page.locator("[data-line-rank]")).to_have_text("2e")
    page.get_by_role("button", name="Quitter la file pour de bon").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Vous avez quitté la file.")
    context.close()
