"""The rule book in the application: price before the request, checks in the room, the cap, the director's list."""

from __future__ import annotations

import re

import pytest

from tests.browser.kit import LAPTOP, PHONE, App, faults, overflow, shoot
from tests.browser.path import press, walk

pytestmark = pytest.mark.browser
WIDTHS = ((1366, LAPTOP), (390, PHONE))


@pytest.fixture(scope="module")
def app(tmp_path_factory):
    """A small town whose first doctor is free to be put in a call."""
    app = App.fresh(tmp_path_factory.mktemp("app"))
    try:
        app.do("tests.browser.seed:small_town", busy=["lenoir"], waiting=0, past=2)
        yield app.start()
    finally:
        app.close()


def look(page, name):
    """At both widths: nothing sticks out, nothing that axe complains of."""
    found = {}
    for width, size in WIDTHS:
        page.set_viewport_size(size)
        shoot(page, f"law-{name}-{width}", whole=True)
        found[width] = (overflow(page), faults(page))
    assert {width: one for width, one in found.items() if one != (0, [])} == {}


def test_price_is_asked_once_told_with_reasons_and_shown_again_before_the_line(app, open_page):
    page = open_page("/", size=PHONE, reduced_motion="reduce")
    for _name in walk(page, app, address="prix@exemple.test", upto="prix"):
        pass
    page.locator("summary", has_text="Pourquoi ?").first.click()
    look(page, "price")
    page.set_viewport_size(PHONE)
    page.locator("input[name=cover][value=c2s]").check()
    page.locator("input[name=home][value=yes]").check()
    press(page, "Recalculer le prix")
    assert page.locator("input[name=cover][value=c2s]").is_checked()
    assert "Si c’est remboursé" in page.inner_text("main")
    look(page, "price-answered")
    page.locator("input[name=cover][value=nothing]").check()
    press(page, "Continuer")
    assert "Gardez l’un des deux." in page.inner_text("main")
    look(page, "price-wrong")
    page.locator("input[name=cover][value=nothing]").uncheck()
    press(page, "Continuer")
    assert page.url.endswith("/consulter/sante")


def test_room_asks_what_lacks_and_answers_at_once(app, open_page):
    ticket = app.do("tests.browser.seed_patient:in_line")["ticket"]
    app.do("tests.browser.seed_patient:free_doctor", name="vasseur")
    room = app.do("tests.browser.seed_patient:take", ticket=ticket, name="vasseur")
    page = open_page(f"/cabinet/salle/{room}", enter="vasseur", reduced_motion="reduce")
    law = page.locator("#law")
    law.locator("summary", has_text="Prise en charge").click()
    ask = law.get_by_role("button", name=re.compile("^Oui : Le patient habite")).first
    ask.click()
    law.get_by_text("Ce qui a été dit").wait_for()
    law.locator("summary", has_text="Arrêt de travail").click()
    law.get_by_label("Un arrêt de travail ?").first.select_option("initial")
    law.get_by_label("Combien de jours d’arrêt ?").first.fill("7")
    law.get_by_role("button", name="Vérifier cet arrêt").click()
    law.locator("summary", has_text="Arrêt de travail").filter(has_not_text="pas demandé").wait_for()
    look(page, "room")


def test_cap_is_declared_and_read(app, open_page):
    page = open_page("/cabinet/seuil", enter="vasseur", expect=("422",), reduced_motion="reduce")
    look(page, "cap-unknown")
    page.get_by_label("Tous vos actes conventionnés").fill("1000")
    page.get_by_label("Dont vos téléconsultations").fill("1900")
    press(page, "Déclarer ces nombres")
    look(page, "cap-wrong")
    page.get_by_label("Dont vos téléconsultations").fill("190")
    press(page, "Déclarer ces nombres")
    assert "Proche du seuil" in page.inner_text("main")
    page.locator("summary", has_text="Pourquoi ?").first.click()
    look(page, "cap")


def test_director_reads_who_is_near(app, open_page):
    page = open_page("/direction/seuils", enter="directrice", reduced_motion="reduce")
    look(page, "director")
