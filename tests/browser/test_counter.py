"""The post beside the cabin: a patient with a pharmacist, an orthoptist and an ophthalmologist, in a real browser."""

from __future__ import annotations

import contextlib
import re

import pytest
from playwright.sync_api import Error, expect

from tests.browser import kiosk_path, path
from tests.browser.kiosk_path import UPRIGHT, left, to_the_end
from tests.browser.kit import LAPTOP, PHONE, App, faults, overflow, shoot
from toubib.record.tests.factories import make_picture

pytestmark = pytest.mark.browser
expect.set_options(timeout=20_000)
AT_A_MACHINE = ("404", "422", "503", "Permissions-Policy")
WIDTHS = ((1366, LAPTOP), (390, PHONE))
CABIN = ((1080, UPRIGHT), (1366, LAPTOP))


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


def look(page, name, *, widths=WIDTHS):
    """At both widths: nothing sticks out, nothing that axe complains of."""
    before, found = page.viewport_size, {}
    for width, size in widths:
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
    """Somebody in the cabin, taken by this doctor, the room open; the room and the machine's session."""
    app.do("tests.browser.seed_patient:empty_line")
    ticket = app.do("tests.browser.seed_patient:in_line")["ticket"]
    session = app.do("tests.browser.seed_counter:in_the_cabin", ticket=ticket, machine=place["machine"])
    room = app.do("tests.browser.seed_patient:take", ticket=ticket, name=name)
    app.do("tests.browser.seed_patient:opens", room=room, name=name)
    return room, session


def in_the_cabin(open_page, app, place, room, session):
    """The screen of the machine in this call."""
    page = open_page("/connexion", enter="jeanne", size=UPRIGHT, reduced_motion="reduce", expect=AT_A_MACHINE)
    page.set_default_timeout(60_000)
    cookie = next(one["value"] for one in page.context.cookies() if one["name"] == "toubib_session")
    app.do("tests.browser.seed_counter:hold", cookie=cookie, session=session)
    page.context.add_cookies([
        {"name": "toubib_borne", "value": place["key"], "url": app.url, "httpOnly": True}
    ])  # fmt: skip
    page.goto(f"{app.url}/salle/{room}")
    assert page.locator("html").get_attribute("data-device") == "kiosk"
    return page


def see_to_the_cabin(counter, app):
    """Seen and cleaned where that is due."""
    counter.goto(app.url + "/comptoir")
    due = counter.get_by_role("link", name="Confirmer la cabine")
    if due.count():
        due.click()
        for box in counter.locator("input[type=checkbox]").all():
            box.check()
        press(counter, "La cabine est prête")
        counter.wait_for_url("**/comptoir")


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


def test_a_patient_without_phone_from_the_counter_to_the_paper(app, place, open_page):
    app.do("tests.browser.seed_patient:empty_line")
    counter = visit(open_page, app, "/comptoir", enter="haddad", reduced_motion="reduce")
    kiosk = open_page("/borne/panne", size=UPRIGHT, reduced_motion="reduce", expect=AT_A_MACHINE)
    kiosk_path.start(kiosk, app, key=place["key"])
    see_to_the_cabin(counter, app)
    press(counter, "Ouvrir la borne")
    expect(kiosk.get_by_text("Karim Haddad a ouvert une séance pour vous")).to_be_visible()

    def code():
        counter.goto(app.url + "/comptoir")
        press(counter, "Donner un code")
        return counter.locator("[data-code]").inner_text()

    asked = []
    for name in kiosk_path.walk(kiosk, app, code=code, presence="assistant", first="Commencer"):
        asked.append(name)
        if name in {"sans-telephone", "mesures"}:
            look(kiosk, f"cabin-{name}", widths=CABIN[:1])
            kiosk.keyboard.press("Shift")  # a touch: nothing is wiped
    assert ("telephone" in asked, "code" in asked, asked[-1]) == (False, False, "file")
    assert app.do("tests.browser.seed_kiosk:who") == {
        "patient": [kiosk_path.GIVEN, "1990-05-17", "provisoire"],
        "adult": [f"{kiosk_path.GIVEN} {kiosk_path.NAME}", "self", "declared"],
        "presence": "assistant",
        "vouched": True,
        "reachable": False,
        "state": "waiting",
    }
    session = app.do("tests.browser.seed_kiosk:session")
    room = app.do("tests.browser.seed_patient:take", ticket=session["ticket"], name="vasseur")
    app.do("tests.browser.seed_patient:opens", room=room, name="vasseur")
    with contextlib.suppress(Error):  # the page may be on its way to the room already
        kiosk.reload()  # news of another process than the server's is not heard on SQLite
    kiosk.wait_for_url("**/salle/*")
    counter.goto(app.url + "/comptoir")
    expect(counter.get_by_text("Vous êtes auprès du patient.")).to_be_visible()
    names = counter.content()
    assert (kiosk_path.GIVEN in names, kiosk_path.NAME in names) == (True, False)
    look(counter, "beside")
    look(kiosk, "cabin-call", widths=CABIN)
    app.do("tests.browser.seed_patient:signs", room=room, name="vasseur")
    to_the_end(kiosk, app, room=room)
    kiosk.wait_for_selector("#papers .list", timeout=60_000)
    path.press(kiosk, "Effacer et partir")
    kiosk.wait_for_url("**/borne")
    assert (app.do("tests.browser.seed_kiosk:session")["reason"], left(kiosk)) == (
        "done",
        (set(), [[], [], 0]),
    )
    counter.goto(app.url + "/comptoir")
    expect(counter.get_by_text("À voir et à nettoyer")).to_be_visible()


def test_values_reach_the_doctor_at_once_and_a_device_that_lies_is_told(app, place, open_page):
    room, session = in_call(app, place, "vasseur")
    doctor = visit(open_page, app, f"/cabinet/salle/{room}", enter="vasseur", reduced_motion="reduce")
    doctor.evaluate("window.stayed = true")
    panel = doctor.locator("#readings")
    kiosk = in_the_cabin(open_page, app, place, room, session)
    card = kiosk.locator("[data-card][data-kind=oximeter]")
    refused = kiosk.locator("[data-card][data-kind=oximeter] [data-problem-text]")

    def measure(lie=""):
        card.locator("[data-lie]").evaluate(
            "(one, lie) => { one.value = lie; one.dispatchEvent(new Event('change')); }", lie
        )
        card.locator("[data-measure]").click()

    measure()
    expect(panel.get_by_text("97 %")).to_be_visible()
    expect(panel.get_by_role("heading", name="Mesures reçues")).to_be_visible()
    for lie, sentence in (
        ("other_serial", "Ce n’est pas l’appareil n° 1"),
        ("silence", "L’appareil se tait."),
        ("lost", "L’appareil s’est éteint"),
    ):
        measure(lie)
        expect(refused).to_contain_text(sentence)
        expect(card.locator("[data-measure]")).to_be_enabled()
    expect(panel.locator("li")).to_have_count(1)
    measure("out_of_range")
    expect(panel.get_by_text("hors de ce que cet appareil mesure")).to_be_visible()
    assert doctor.evaluate("window.stayed") is True
    assert panel.locator("li").count() == 2
    look(doctor, "readings")
    look(kiosk, "cabin-readings", widths=CABIN)


def test_a_patient_with_a_pharmacist_from_the_question_to_the_code(app, place, open_page):
    room, _session = in_call(app, place, "vasseur")
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
    room, _session = in_call(app, place, "vasseur")
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
    room, session = in_call(app, place, "vasseur")
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
    kiosk = in_the_cabin(open_page, app, place, room, session)
    kiosk.get_by_role("button", name="J’accepte ce geste").wait_for()
    look(kiosk, "cabin-gesture", widths=CABIN)
    press(kiosk, "J’accepte ce geste")
    press(counter, "Commencer le geste")
    counter.get_by_label("image vue, non gardée").check()
    press(counter, "Le geste est fini")
    expect(desk.get_by_text("Protocole d’essai n° 7")).to_be_visible()
    assert app.do("tests.browser.seed_counter:proof", room=room) == {
        "state": "done",
        "by": "orthoptist",
        "protocol": "Protocole d’essai n° 7",
        "timed": True,
        "traced": ["ask", "accepted", "agreed", "under_way", "done"],
        "agreed": 1,
        "assisted_by": "orthoptist",
        "equipment_on_site": True,
    }
