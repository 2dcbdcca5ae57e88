"""The patient's papers, agreements, readers, copy and erasure, on a phone and a laptop; the officer who answers."""

import io
import re
import zipfile

import pytest
from playwright.sync_api import expect

from tests.browser.kit import LAPTOP, PHONE, App, at_size, faults, overflow, shoot

pytestmark = pytest.mark.browser
MOST_TABS = 60


@pytest.fixture(scope="module")
def app(tmp_path_factory):
    app = App.fresh(tmp_path_factory.mktemp("rights"))
    try:
        app.do("tests.browser.seed:small_town", on_duty=[], waiting=0, past=2)
        yield app.start()
    finally:
        app.close()


@pytest.fixture(scope="module")
def seen(app):
    return app.do("tests.browser.seed_rights:papers")


def look(page, name):
    """Pictures of both widths; nothing sticks out, nothing that axe complains of."""
    found = {}
    for size, width in ((PHONE, 390), (LAPTOP, 1280)):
        with at_size(page, size):
            page.emulate_media(reduced_motion="reduce")
            shoot(page, f"rights-{name}-{width}", whole=True)
            found |= {(name, width, rule): where for rule, where in faults(page)}
            found |= {(name, width, "overflow"): overflow(page)} if overflow(page) else {}
    assert found == {}


def reach(page, role, name):
    """By the keyboard alone."""
    wanted = page.get_by_role(role, name=name).first
    for _ in range(MOST_TABS):
        page.keyboard.press("Tab")
        if wanted.evaluate("one => one === document.activeElement"):
            return
    raise AssertionError(f"the keyboard does not reach {name}")


def test_papers_across_visits_for_whom_one_chooses(open_page, seen):
    page = open_page("/mon-espace", enter="jeanne", size=PHONE)
    look(page, "space")
    page.goto(page.url + "/documents")
    expect(page.locator("main li")).to_have_count(4)
    expect(page.get_by_text("annulé : ne l’utilisez plus")).to_have_count(2)
    look(page, "documents")
    reach(page, "link", "Léo Morel")
    page.keyboard.press("Enter")
    expect(page.locator("main li")).to_have_count(2)
    reach(page, "link", re.compile("^Certificat"))
    page.keyboard.press("Enter")
    expect(page.get_by_role("link", name=re.compile("Ouvrir pour imprimer"))).to_be_visible()


def test_a_paper_is_opened_printed_and_verified_on_a_phone(open_page, seen, app):
    page = open_page(f"/mon-espace/documents/{seen['paper']}", enter="jeanne", size=PHONE)
    look(page, "document")
    link = page.get_by_role("link", name=re.compile("Ouvrir pour imprimer"))
    got = page.request.get(app.url + link.get_attribute("href"))
    assert (got.status, got.headers["content-type"], got.body()[:5]) == (200, "application/pdf", b"%PDF-")
    page.emulate_media(media="print")
    expect(link).to_be_hidden()
    shoot(page, "rights-document-print")
    page.emulate_media(media="screen")
    page.goto(f"{app.url}/mon-espace/documents/{seen['cancelled']}")
    expect(page.locator("main")).to_contain_text("Un autre document le remplace.")
    look(page, "document-cancelled")


def test_the_note_prints_without_what_is_only_for_a_screen(open_page, seen):
    page = open_page(f"/consultation/{seen['visit']}", enter="jeanne", size=PHONE)
    page.emulate_media(media="print")
    expect(page.get_by_role("article")).to_be_visible()
    for hidden in ("Imprimer cette page", "Envoyer la réclamation", "Donner mon avis"):
        expect(page.get_by_text(hidden, exact=True)).to_be_hidden()
    shoot(page, "rights-note-print", whole=True)
    page.emulate_media(media="screen")
    look(page, "visit")


def test_readers_and_agreements(open_page, seen):
    page = open_page("/mon-espace/acces", enter="jeanne")
    look(page, "accesses")
    page.get_by_role("link", name="Léo Morel").click()
    expect(page.locator("main")).to_contain_text("que vous pouvez voir")
    page.goto(page.url.split("/acces")[0] + "/accords")
    look(page, "consents")
    before = page.get_by_role("button", name=re.compile("^Retirer")).count()
    page.get_by_role("button", name=re.compile("^Retirer")).first.click()
    expect(page).to_have_url(re.compile("/mon-espace/accords$"))
    expect(page.get_by_role("button", name=re.compile("^Retirer"))).to_have_count(before - 1)


def test_the_copy_comes_by_itself_and_opens(open_page, seen, app):
    axe = ("XMLHttpRequest", "ERR_FAILED", "preload assets")  # it asks for the style sheet of a page on disk
    page = open_page("/mon-espace/mes-donnees", enter="jeanne", size=PHONE, expect=axe)
    look(page, "my-data")
    page.get_by_role("button", name="Préparer ma copie").click()
    link = page.get_by_role("link", name="Télécharger")
    expect(link).to_be_visible(timeout=30_000)
    look(page, "my-data-ready")
    got = page.request.get(app.url + link.get_attribute("href"))
    archive = zipfile.ZipFile(io.BytesIO(got.body()))
    folder = app.folder / "copy"
    archive.extractall(folder)
    page.goto((folder / "index.html").as_uri())
    expect(page.get_by_role("heading", level=1)).to_have_text("Mes données dans Toubib")
    assert overflow(page) == 0
    look(page, "copy")
    page.get_by_role("link", name=re.compile("^Certificat")).first.focus()


def test_a_request_to_erase_is_answered_with_reasons(open_page, seen):
    paul = open_page("/mon-espace/mes-donnees", enter="paul")
    expect(paul.locator("main")).to_contain_text("Demande reçue le")
    officer = open_page("/conformite/droits", enter="conformite", expect=("422",))
    officer.get_by_role("link", name="Paul Étranger").click()
    look(officer, "erasure")
    officer.get_by_role("button", name="Répondre et effacer").click()
    expect(officer.get_by_text("Écrivez vos raisons : la personne les lira.").first).to_be_visible()
    officer.get_by_label("Effacer ce qui peut l’être").check()
    officer.get_by_label("Vos raisons").fill("Vous n’aviez pas de dossier de soins : tout est effacé.")
    officer.get_by_role("button", name="Répondre et effacer").click()
    expect(officer.get_by_role("heading", name="Faite")).to_be_visible()
    look(officer, "erasure-done")
    paul.reload()
    expect(paul).to_have_url(re.compile("/connexion"))
    officer.goto(officer.url.split("/conformite")[0] + f"/conformite/dossiers/{seen['own']}")
    officer.get_by_label("Pour quel recours").fill("Recours du 3 mars")
    officer.get_by_role("button", name="Garder tout le dossier").click()
    expect(officer.get_by_text("Recours du 3 mars")).to_be_visible()
    look(officer, "record")
