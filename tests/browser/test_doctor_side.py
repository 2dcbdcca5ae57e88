"""The doctor's side in real browsers: from duty to signature, guests, a second machine, stale pages, no network."""

import re

import pytest
from playwright.sync_api import expect

from tests.browser.kit import LAPTOP, PHONE, App, at_size, faults, frames, overflow, sees, shoot

pytestmark = pytest.mark.browser
SEED = "tests.browser.seed_patient:"
CUT = ("Failed to load resource", "net::ERR")
ROOM = re.compile(r"/cabinet/salle/([0-9a-f-]{36})$")


@pytest.fixture(scope="module")
def town(tmp_path_factory):
    app = App.fresh(tmp_path_factory.mktemp("doctor"))
    try:
        app.do("tests.browser.seed:small_town", on_duty=[], waiting=0, past=8)
        yield app.start()
    finally:
        app.close()


@pytest.fixture
def app(town):
    yield town
    town.do("tests.browser.seed_doctor:clean")


def look(page, name):
    """Pictures of both widths, light and dark, and what axe says of each."""
    found = {}
    for size, width in ((PHONE, 390), (LAPTOP, 1366)):
        for scheme in ("light", "dark"):
            with at_size(page, size):
                page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
                page.wait_for_timeout(150)
                shoot(page, f"doctor-{name}-{width}-{scheme}", whole=True)
                assert overflow(page) == 0, (name, width)
                found |= {(name, width, scheme, rule): where for rule, where in faults(page)}
    page.emulate_media(color_scheme="light", reduced_motion="no-preference")
    assert found == {}


def start_call(app, open_page, **more):
    """A patient in line, a doctor who takes and opens; both pages, in the call."""
    app.do(SEED + "in_line")
    app.do(SEED + "free_doctor", name="vasseur")
    doctor = open_page("/cabinet", enter="vasseur", **more)
    doctor.get_by_role("button", name="Prendre", exact=True).click()
    doctor.wait_for_url(ROOM)
    room = ROOM.search(doctor.url).group(1)
    doctor.get_by_role("button", name="Ouvrir la salle").click()
    patient = open_page(f"/salle/{room}", enter="jeanne", size=PHONE, **more)
    sees(doctor)
    sees(patient)
    return doctor, patient, room


def sees_within(page, place, *, height):
    """Whether a whole part of the page stands in a window of that height, where the page is scrolled now."""
    page.set_viewport_size({"width": 1366, "height": height})
    page.wait_for_timeout(300)
    box = page.locator(place).bounding_box()
    return box["y"] >= 0 and box["y"] + box["height"] <= height


def test_from_duty_to_signature(app, open_page):
    app.do(SEED + "busy_doctors", names=["lenoir"])
    doctor = open_page("/cabinet", enter="vasseur")
    look(doctor, "off-duty")
    doctor.get_by_role("button", name="Prendre ma garde").click()
    expect(doctor.get_by_role("heading", name="Vous êtes disponible")).to_be_visible()
    look(doctor, "free")
    app.do("tests.browser.seed:people_in_line", count=1)
    app.do(SEED + "in_line", behind=3)
    expect(doctor.get_by_role("heading", name="Une demande vous est proposée")).to_be_visible()
    expect(doctor).to_have_title(re.compile(r"^\(1\) Une demande vous est proposée"))
    doctor.get_by_text("Pourquoi ?").click()
    look(doctor, "offer")
    doctor.get_by_role("button", name="Prendre", exact=True).click()
    doctor.wait_for_url(ROOM)
    look(doctor, "before")
    doctor.go_back()
    expect(doctor.get_by_role("link", name="Reprendre")).to_be_visible()
    look(doctor, "held")


def test_call_note_and_signature(app, open_page):
    doctor, patient, room = start_call(app, open_page)
    expect(doctor.locator("#call figure:not([data-self]) figcaption").first).to_contain_text("Jeanne Morel")
    expect(patient.locator("#call")).to_contain_text("RPPS")
    doctor.get_by_label("Qui est là").check()
    expect(doctor.locator("#checks [role=status]")).to_contain_text("Enregistré à")
    doctor.get_by_label("Motif", exact=True).fill("Toux et fièvre depuis deux jours")
    expect(doctor.locator("[data-note-state]")).to_contain_text("Enregistrée à", timeout=8000)
    doctor.get_by_label("Constatations").fill("Bon état général, parle sans gêne.")
    doctor.get_by_label("Conclusion et décision").fill(
        "Virose probable. Revoir si fièvre au-delà de 3 jours."
    )
    doctor.get_by_label("Motif", exact=True).focus()
    patient.get_by_label("Votre message").fill("Ma température : 38,4")
    patient.get_by_role("button", name="Envoyer").click()
    expect(doctor.locator("[data-chat-count]")).to_have_text(", 1")
    expect(doctor.locator("[data-chat-news]")).to_contain_text("Jeanne Morel : Ma température : 38,4")
    assert sees_within(doctor, "[data-chat-news]", height=768)
    shoot(doctor, "doctor-call-message")
    doctor.get_by_role("button", name="Lire et répondre").click()
    expect(doctor.get_by_label("Votre message")).to_be_focused()
    expect(doctor.locator("[data-chat-news]")).to_be_hidden()
    doctor.evaluate("scrollTo(0, document.body.scrollHeight)")
    expect(doctor.locator("html.floating")).to_have_count(1)
    shoot(doctor, "doctor-call-scrolled")
    assert sees_within(doctor, "#call .stage", height=768)
    doctor.evaluate("scrollTo(0, 0)")
    expect(doctor.locator("html.floating")).to_have_count(0)
    look(doctor, "call")
    doctor.get_by_role("button", name="SAMU du lieu").click()
    look(doctor, "samu")
    doctor.get_by_role("button", name="J’ai appelé le SAMU").click()
    expect(doctor.locator("#orient")).to_contain_text("Vous avez appelé le SAMU.")
    sees(doctor)
    doctor.get_by_label("Orientation").select_option("in_person")
    doctor.get_by_role("button", name="Enregistrer l’orientation").click()
    expect(doctor.locator("#orient [role=status]")).to_contain_text("Enregistré à")
    expect(doctor.locator("[data-measured]")).to_contain_text(re.compile(r"\d+\s(s|min)"), timeout=15_000)
    doctor.get_by_role("button", name="Raccrocher").click()
    doctor.get_by_role("button", name="Finir l’appel").click()
    expect(doctor.get_by_role("heading", name="L’appel est fini")).to_be_visible()
    expect(doctor.get_by_label("Conclusion et décision")).to_have_value(re.compile("Virose probable"))
    look(doctor, "ended")
    doctor.get_by_role("button", name="Signer", exact=True).click()
    expect(doctor.get_by_text("Note signée. Le patient peut la lire.")).to_be_visible()
    look(doctor, "after-signature")
    expect(patient.get_by_text("Virose probable")).to_be_visible(timeout=15_000)  # live, without a reload
    doctor.get_by_role("link", name="Jeanne Morel").click()
    expect(doctor.get_by_role("heading", name="Note signée")).to_be_visible()
    look(doctor, "signed")


def test_missing_parts_are_named_in_place_and_the_call_goes_on(app, open_page):
    doctor, _, _ = start_call(app, open_page)
    doctor.evaluate("window.samePage = true")
    doctor.get_by_label("Constatations").fill("Gorge rouge")
    doctor.get_by_role("button", name="Signer et finir").click()
    expect(doctor.get_by_text("Écrivez le motif.")).to_be_visible()
    expect(doctor.get_by_text("Écrivez votre conclusion et votre décision.")).to_be_visible()
    expect(doctor.get_by_label("Motif", exact=True)).to_be_focused()
    look(doctor, "missing")
    doctor.get_by_label("Motif", exact=True).fill("Toux")
    expect(doctor.get_by_text("Écrivez le motif.")).to_have_count(0)
    before = frames(doctor)
    doctor.wait_for_timeout(1000)
    assert doctor.evaluate("window.samePage") is True
    assert frames(doctor) > before  # the media never dropped
    doctor.get_by_label("Conclusion et décision").fill("Virose")
    doctor.get_by_role("button", name="Signer et finir").click()
    expect(doctor.get_by_text("Note signée. Le patient peut la lire.")).to_be_visible()


def test_second_machine_takes_the_call_up(app, open_page):
    doctor, patient, room = start_call(app, open_page)
    doctor.get_by_label("Motif", exact=True).fill("Écrit sur la première machine")
    doctor.get_by_label("Constatations").focus()
    expect(doctor.locator("[data-note-state]")).to_contain_text("Enregistrée à")
    other = open_page("/cabinet", enter="vasseur")
    other.get_by_role("link", name="Reprendre").click()
    sees(other)
    expect(other.get_by_label("Motif", exact=True)).to_have_value("Écrit sur la première machine")
    expect(doctor.locator("[data-notice-text]")).to_contain_text("dans une autre fenêtre")
    sees(patient)


def test_stale_tab_shows_both_texts(app, open_page):
    doctor, _, room = start_call(app, open_page, expect=CUT)
    doctor.get_by_role("button", name="Raccrocher").click()
    doctor.get_by_role("button", name="Finir l’appel").click()
    expect(doctor.get_by_role("heading", name="L’appel est fini")).to_be_visible()
    other = doctor.context.new_page()
    other.goto(doctor.url)
    other.get_by_label("Motif", exact=True).fill("De l’autre page")
    other.get_by_label("Constatations").focus()
    expect(other.locator("[data-note-state]")).to_contain_text("Enregistrée à")
    doctor.get_by_label("Motif", exact=True).fill("De cette page")
    doctor.get_by_label("Constatations").focus()
    expect(doctor.locator("[data-other-box]")).to_contain_text("De l’autre page")
    expect(doctor.get_by_label("Motif", exact=True)).to_have_value("De cette page")
    look(doctor, "stale")
    doctor.get_by_role("button", name="Garder mon texte").click()
    expect(doctor.locator("[data-note-state]")).to_contain_text("Enregistrée à")
    other.reload()
    expect(other.get_by_label("Motif", exact=True)).to_have_value("De cette page")


def test_note_without_network_waits_and_is_kept(app, open_page):
    doctor, _, _ = start_call(app, open_page, expect=CUT)
    doctor.context.set_offline(True)
    doctor.get_by_label("Motif", exact=True).fill("Écrit sans réseau")
    doctor.get_by_label("Constatations").focus()
    expect(doctor.locator("[data-note-state]")).to_have_text("Sera enregistrée")
    assert doctor.evaluate("Object.keys(localStorage).length") == 0
    doctor.context.set_offline(False)
    expect(doctor.locator("[data-note-state]")).to_contain_text("Enregistrée à", timeout=12_000)


def test_relative_and_interpreter_by_link(app, open_page):
    doctor, patient, room = start_call(app, open_page)
    guests = []
    for role, name in (("relative", "Lucie Morel"), ("interpreter", "Amina Haddou")):
        doctor.locator("#guests summary").click()
        doctor.get_by_label("Qui invitez-vous ?").select_option(role)
        doctor.get_by_role("button", name="Créer le lien").click()
        link = doctor.get_by_label("Lien d’invitation").input_value()
        guest = open_page(link.removeprefix(app.url))
        guest.get_by_label("Votre prénom et votre nom").fill(name)
        guest.get_by_role("button", name="Frapper à la porte").click()
        expect(doctor.locator("#guests")).to_contain_text(f"{name}, ")
        expect(doctor.get_by_role("button", name="Faire entrer", exact=True)).to_be_disabled()
        patient.get_by_role("button", name="Accepter", exact=True).click()
        expect(doctor.get_by_role("button", name="Faire entrer", exact=True)).to_be_enabled()
        if role == "relative":
            look(doctor, "door")
        doctor.get_by_role("button", name="Faire entrer", exact=True).click()
        expect(doctor.get_by_role("button", name=re.compile(f"Faire sortir.*{name}"))).to_be_visible()
        guests.append(guest)
        for page in (doctor, patient, *guests):
            sees(page, others=len(guests) + 1)
    look(doctor, "four")
    doctor.get_by_role("button", name=re.compile("Faire sortir.*Lucie")).click()
    sees(doctor, others=2)
    expect(doctor.locator("#guests")).not_to_contain_text("Lucie")


def test_offer_answered_in_another_tab(app, open_page):
    app.do(SEED + "in_line")
    app.do(SEED + "free_doctor", name="vasseur")
    doctor = open_page("/cabinet", enter="vasseur")
    other = doctor.context.new_page()
    other.goto(app.url + "/cabinet")
    other.get_by_role("button", name="Prendre", exact=True).click()
    other.wait_for_url(ROOM)
    expect(doctor.get_by_role("link", name="Reprendre")).to_be_visible()


def test_whole_desk_by_keyboard(app, open_page):
    app.do(SEED + "in_line")
    app.do(SEED + "free_doctor", name="vasseur")
    doctor = open_page("/cabinet", enter="vasseur")
    doctor.get_by_role("button", name="Prendre", exact=True).press("Enter")
    doctor.wait_for_url(ROOM)
    doctor.get_by_role("tab", name="Dossier").focus()
    doctor.keyboard.press("ArrowRight")
    expect(doctor.get_by_text("Nom de naissance")).to_be_visible()
    doctor.get_by_role("button", name="Ouvrir la salle").press("Enter")
    doctor.get_by_role("button", name="Raccrocher").press("Enter")
    assert doctor.evaluate("document.activeElement.textContent") == "Rester dans l’appel"
    doctor.keyboard.press("Escape")
    expect(doctor.locator("#end-call")).to_be_hidden()


def test_server_killed_in_the_call_loses_no_word(app, open_page):
    cut = (*CUT, "WebSocket", "ERR_")
    doctor, patient, _ = start_call(app, open_page, expect=cut)
    app.kill()
    doctor.get_by_label("Motif", exact=True).fill("Écrit pendant la panne")
    doctor.get_by_label("Constatations").focus()
    expect(doctor.locator("[data-note-state]")).to_have_text("Sera enregistrée")
    expect(doctor.locator("[data-notice-text]")).to_contain_text("L’appel continue", timeout=10_000)
    before = [frames(page) for page in (doctor, patient)]
    doctor.wait_for_timeout(1500)
    assert all(frames(page) > seen for page, seen in zip((doctor, patient), before, strict=True))
    app.start()
    expect(doctor.locator("[data-note-state]")).to_contain_text("Enregistrée à", timeout=10_000)
    for page in (doctor, patient):
        expect(page.locator("[data-notice]")).to_be_hidden(timeout=10_000)
        sees(page)
    doctor.reload()
    expect(doctor.get_by_label("Motif", exact=True)).to_have_value("Écrit pendant la panne")


def test_nothing_to_wait_for_after_an_offer_lapsed(app, open_page):
    app.do(SEED + "in_line")
    app.do(SEED + "free_doctor", name="vasseur")
    doctor = open_page("/cabinet", enter="vasseur")
    expect(doctor.get_by_role("heading", name="Une demande vous est proposée")).to_be_visible()
    app.do("tests.browser.seed_doctor:lapse")
    expect(doctor.get_by_text("Vous étiez absent : en pause.")).to_be_visible()
    look(doctor, "absent")
    doctor.get_by_role("button", name="Reprendre ma garde").click()
    expect(doctor.get_by_role("heading", name="Une demande vous est proposée")).to_be_visible()


def test_a_patient_who_waits_sees_how_many_doctors_there_are(app, open_page):
    app.do(SEED + "busy_doctors", names=["lenoir"])
    seen = app.do(SEED + "in_line", ahead=1)
    patient = open_page(f"/attente/{seen['ticket']}", enter="jeanne", size=PHONE)
    doctors = patient.locator("[data-line=doctors]")
    expect(doctors).to_have_text("1 médecin")
    patient.wait_for_timeout(500)  # the stream is open
    doctor = open_page("/cabinet", enter="vasseur")
    doctor.get_by_role("button", name="Prendre ma garde").click()
    expect(doctors).to_have_text("2 médecins")
    assert "2 médecins." in patient.locator("[data-line-thread]").get_attribute("aria-label")
    shoot(patient, "patient-doctors-live-390", whole=True)
    expect(patient.locator(".crew .disc")).to_have_count(2, timeout=35_000)


def test_an_address_that_only_acts_leads_back_to_its_page(app, open_page):
    app.do(SEED + "in_line")
    app.do(SEED + "free_doctor", name="vasseur")
    doctor = open_page("/cabinet", enter="vasseur")
    doctor.get_by_role("button", name="Prendre", exact=True).click()
    doctor.wait_for_url(ROOM)
    page = doctor.url
    for part in ("/invites", "/signer", "/ouvrir"):
        doctor.goto(page + part)
        assert doctor.url == page


def test_a_cut_microphone_is_seen_by_the_others_and_a_thumb_finds_every_button(app, open_page):
    doctor, patient, _ = start_call(app, open_page)
    mark = doctor.locator("#call [data-tile-mic]").first
    expect(mark).to_be_hidden()
    patient.locator("[data-control=mic]").click()
    expect(mark).to_be_visible()
    patient.locator("[data-control=mic]").click()
    expect(mark).to_be_hidden()
    doctor.set_viewport_size(PHONE)
    for page in (doctor, patient):
        low = page.locator(".controls .button:visible").evaluate_all(
            "all => all.filter(one => one.getBoundingClientRect().height < 44).map(one => one.textContent)"
        )
        assert low == []
