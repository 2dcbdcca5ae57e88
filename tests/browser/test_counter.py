"""The post beside the cabin: a patient with a pharmacist, an orthoptist and an ophthalmologist, in a real browser."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect

from tests.browser.kit import LAPTOP, PHONE, App, faults, overflow, shoot
from toubib.record.tests.factories import make_picture

pytestmark = pytest.mark.browser
expect.set_options(timeout=20_000)
WIDTHS = ((1366, LAPTOP), (390, PHONE))


@pytest.fixture(scope="module")
def app(tmp_path_factory):
    """A small town with a kiosk in its pharmacy."""
    app = App.fresh(tmp_path_factory.mktemp("app"))
    try:
        app.do("tests.browser.seed:small_town", busy=["lenoir"], waiting=0, past=2)
        yield app.start()
    finally:
        app.close()


@pytest.fixture(scope="module")
def place(app):
    return app.do("tests.browser.seed_counter:pharmacy")


def look(page, name):
    """At both widths: nothing sticks out, nothing that axe complains of."""
    before, found = page.viewport_size, {}
    for width, size in WIDTHS:
        page.set_viewport_size(size)
        shoot(page, f"counter-{name}-{width}", whole=True)
        found[width] = (overflow(page), faults(page))
    page.set_viewport_size(before)
    assert {width: one for width, one in found.items() if one != (0, [])} == {}


def visit(open_page, app, path, **more):
    """Patient: the machine of the tests may be busy."""
    page = open_page("/connexion", **more)
    page.set_default_timeout(60_000)
    page.goto(app.url + path)
    return page


def press(page, name):
    page.get_by_role("button", name=name).first.click()


def in_call(app, place, name):
    """Somebody in the cabin, taken by this doctor, the room open."""
    app.do("tests.browser.seed_patient:empty_line")
    ticket = app.do("tests.browser.seed_patient:in_line")["ticket"]
    app.do("tests.browser.seed_counter:in_the_cabin", ticket=ticket, machine=place["machine"])
    room = app.do("tests.browser.seed_patient:take", ticket=ticket, name=name)
    app.do("tests.browser.seed_patient:opens", room=room, name=name)
    return room


def test_the_post_opens_the_kiosk_by_keyboard_vouches_and_stops(app, place, open_page):
    page = visit(open_page, app, "/mon-espace", enter="haddad", reduced_motion="reduce")
    assert page.url.endswith("/comptoir")
    expect(page.get_by_text("À voir et à nettoyer")).to_be_visible()
    look(page, "cleaning")
    page.get_by_role("link", name="Confirmer la cabine").press("Enter")
    for box in page.locator("input[type=checkbox]").all()[:-1]:
        box.press("Space")
    press(page, "La cabine est prête")
    expect(page.get_by_text("Il reste à nettoyer").first).to_be_visible()
    look(page, "cabin")
    page.locator("input[type=checkbox]").last.press("Space")
    press(page, "La cabine est prête")
    page.wait_for_url("**/comptoir")
    look(page, "free")
    page.get_by_role("button", name="Ouvrir la borne").press("Enter")
    expect(page.get_by_text("Quelqu’un est dans la cabine")).to_be_visible()
    press(page, "Donner un code")
    code = re.sub(r"\D", "", page.locator("[data-code]").inner_text())
    assert len(code) == 6
    look(page, "voucher")
    page.get_by_role("link", name="Revenir à mon poste").click()
    press(page, "15 pour cette personne")
    assert page.get_by_role("link", name="Appeler le 15").get_attribute("href") == "tel:15"
    look(page, "fifteen")
    page.get_by_role("link", name="Revenir à mon poste").click()
    press(page, "Arrêter et effacer l’écran")
    expect(page.get_by_text("À voir et à nettoyer")).to_be_visible()


def test_a_patient_with_a_pharmacist_from_the_question_to_the_code(app, place, open_page):
    room = in_call(app, place, "vasseur")
    doctor = visit(open_page, app, f"/cabinet/salle/{room}", enter="vasseur", reduced_motion="reduce")
    patient = visit(open_page, app, f"/salle/{room}", enter="jeanne", size=PHONE, reduced_motion="reduce")
    counter = visit(open_page, app, "/comptoir", enter="haddad", reduced_motion="reduce")
    desk = doctor.locator("#assisted")
    desk.get_by_label("Geste à demander sur place").select_option(label="Otoscopie")
    desk.get_by_label("Précisez").fill("oreille droite")
    desk.get_by_role("button", name="Demander ce geste").click()
    expect(desk.get_by_text("Demandé par le médecin")).to_be_visible()
    counter.get_by_role("link", name="Répondre au médecin").click()  # told live
    look(counter, "asked")
    press(counter, "J’accepte et je vais auprès du patient")
    expect(counter.get_by_text("Attendez l’accord du patient.").first).to_be_visible()
    patient.get_by_role("button", name="J’accepte ce geste").wait_for()
    look(patient, "patient")
    press(patient, "J’accepte ce geste")
    press(counter, "Commencer le geste")
    expect(desk.get_by_text("En cours")).to_be_visible()
    expect(desk.get_by_text("Karim Haddad, pharmacien")).to_be_visible()
    expect(patient.get_by_role("button", name="Arrêter ce geste")).to_be_visible()
    counter.get_by_label("image gardée au dossier").check()
    counter.set_input_files(
        "input[type=file]",
        {"name": "o.jpg", "mimeType": "image/jpeg", "buffer": make_picture(size=(320, 240))},
    )
    look(counter, "under-way")
    press(counter, "Le geste est fini")
    expect(desk.get_by_role("link", name="Voir l’image")).to_be_visible()
    look(doctor, "doctor")
    expect(patient.get_by_text(re.compile("Près de vous : Karim Haddad"))).to_be_visible()
    assert app.do("tests.browser.seed_counter:gestures")[-1] == {
        "key": "otoscopy",
        "state": "done",
        "image": "kept",
    }
    app.do("tests.browser.seed_patient:ends", room=room, name="vasseur")
    counter.goto(app.url + "/comptoir/actes")
    look(counter, "acts")


def test_the_patient_stays_alone_again_and_the_post_is_told(app, place, open_page):
    room = in_call(app, place, "vasseur")
    patient = visit(open_page, app, f"/salle/{room}", enter="jeanne", size=PHONE, reduced_motion="reduce")
    counter = visit(open_page, app, "/comptoir", enter="haddad", reduced_motion="reduce")
    press(counter, "Proposer mon aide")
    expect(counter.get_by_text("Attendez son accord")).to_be_visible()
    press(patient, "J’accepte sa présence")
    expect(counter.get_by_text("Il est d’accord")).to_be_visible()
    patient.get_by_text(re.compile("Près de vous")).click()
    press(patient, "Rester seul avec le médecin")
    expect(counter.get_by_text("Vous êtes auprès du patient.")).to_have_count(0)
    assert app.do("tests.browser.seed_counter:helpers")[-1] == ["pharmacist", False, False]


def test_an_orthoptist_and_an_ophthalmologist_without_then_with_a_protocol(app, place, open_page):
    app.do("tests.browser.seed_counter:ophthalmologist", name="vasseur")
    room = in_call(app, place, "vasseur")
    doctor = visit(open_page, app, f"/cabinet/salle/{room}", enter="vasseur", reduced_motion="reduce")
    desk = doctor.locator("#assisted")
    choose = desk.get_by_label("Geste à demander sur place")
    choose.select_option(label="Examen à la lampe à fente")
    desk.get_by_role("button", name="Demander ce geste").click()
    expect(desk.get_by_text("Ce geste demande un protocole daté").first).to_be_visible()
    look(doctor, "no-protocol")
    office = visit(open_page, app, "/direction/assistance", enter="directrice", reduced_motion="reduce")
    form = office.locator("form", has=office.locator("input[value=protocol]"))
    form.get_by_label("Médecin qui délègue").select_option(index=1)
    form.get_by_label("Professionnel qui fait").select_option(label="Mme Lise Aubert")
    form.get_by_label("Examen à la lampe à fente").check()
    form.locator("input[value=organisational]").check()
    form.get_by_label("Référence du protocole signé").fill("Protocole d’essai n° 7")
    press(office, "Mettre ce protocole au dossier")
    expect(office.get_by_text("Protocole mis au dossier.")).to_be_visible()
    look(office, "direction")
    desk.get_by_role("button", name="Demander ce geste").click()
    expect(desk.get_by_text("Demandé par le médecin")).to_be_visible()
    counter = visit(open_page, app, "/comptoir", enter="orthoptiste", size=PHONE, reduced_motion="reduce")
    counter.get_by_role("link", name="Répondre au médecin").click()
    press(counter, "J’accepte et je vais auprès du patient")
    expect(counter.get_by_text("Protocole d’essai n° 7")).to_be_visible()
    patient = visit(open_page, app, f"/salle/{room}", enter="jeanne", size=PHONE, reduced_motion="reduce")
    press(patient, "J’accepte ce geste")
    press(counter, "Commencer le geste")
    counter.get_by_label("image vue, non gardée").check()
    press(counter, "Le geste est fini")
    expect(desk.get_by_text("Protocole d’essai n° 7")).to_be_visible()
    assert app.do("tests.browser.seed_counter:gestures")[-1]["state"] == "done"
