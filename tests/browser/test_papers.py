"""After the call: report, ordonnance of three lines with a renewal, two-day leave, by the keyboard alone; the patient
opens and verifies them on a phone."""

import re
import time

import pytest
from playwright.sync_api import expect

from tests.browser.kit import PHONE, App, faults, overflow, shoot
from tests.browser.test_doctor_side import sees, start_call

pytestmark = pytest.mark.browser
MOST_TABS = 160
LONGEST = 180  # seconds, for a person; the test is only asked to stay far below


@pytest.fixture(scope="module")
def app(tmp_path_factory):
    app = App.fresh(tmp_path_factory.mktemp("papers"))
    try:
        app.do("tests.browser.seed:small_town", on_duty=[], waiting=0, past=8)
        app.do("tests.browser.seed_doctor:lists")
        app.do("tests.browser.seed_doctor:known_for_long")
        yield app.start()
    finally:
        app.close()


def reach(page, selector, *, back=False):
    """Tab until the focus is there: what the keyboard cannot reach, the test cannot."""
    for _ in range(MOST_TABS):
        if page.evaluate("(where) => document.activeElement?.matches(where) ?? false", selector):
            return
        page.keyboard.press("Shift+Tab" if back else "Tab")
    raise AssertionError(f"the keyboard does not reach {selector}")


def write(page, selector, words):
    reach(page, selector)
    page.keyboard.type(words)


def medicine(page, words, directions, days, renewals=""):
    """Search, choose, write, add: the focus comes back to the search."""
    reach(page, "#id_rx_text")
    page.keyboard.type(words)
    expect(page.locator("#rx-form [role=listbox]")).to_be_visible()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    expect(page.locator("#id_rx_directions")).to_be_focused()
    page.keyboard.type(directions)
    write(page, "#id_rx_duration_days", days)
    if renewals:
        write(page, "#id_rx_renewals", renewals)
    page.keyboard.press("Enter")
    expect(page.locator("#ordonnance [role=status]")).to_contain_text("Ligne enregistrée")
    expect(page.locator("#id_rx_text")).to_be_focused()


def renewed(page):
    """A line of last month's ordonnance, taken anew."""
    reach(page, "details[data-key=rx-earlier] summary")
    page.keyboard.press("Enter")
    reach(page, "details[data-key=rx-earlier] input[name=lines]")
    page.keyboard.press("Space")
    reach(page, "details[data-key=rx-earlier] button")
    page.keyboard.press("Enter")
    expect(page.locator("#ordonnance [role=status]")).to_contain_text("1 ligne renouvelée")
    expect(page.locator("#id_rx_text")).to_be_focused()


def leave(page):
    reach(page, "#leave summary")
    page.keyboard.press("Enter")
    write(page, "#id_leave_days", "2")
    write(page, "#id_leave_motive", "Grippe")
    write(page, "#id_leave_address", "3 rue des Lilas, Lille")
    write(page, "#id_leave_employer_name", "Atelier Martin")
    page.keyboard.press("Enter")
    expect(page.locator("#leave [role=status]").first).to_contain_text("Enregistré")


def test_keyboard_alone_from_the_note_to_the_patients_phone(app, open_page):
    doctor, patient, room = start_call(app, open_page)
    app.do("tests.browser.seed_doctor:treated_by")
    doctor.get_by_label("Qui est là").check()
    doctor.get_by_role("button", name="Raccrocher").click()
    doctor.get_by_role("button", name="Finir l’appel").click()
    expect(doctor.get_by_role("heading", name="L’appel est fini")).to_be_visible()
    began = time.monotonic()
    renewed(doctor)
    medicine(doctor, "ibup", "1 comprimé 2 fois par jour au repas", "3", "1")
    medicine(doctor, "amox", "1 comprimé 3 fois par jour", "6")
    assert [line.split("\n")[0][:5].lower() for line in doctor.locator(".rx-lines li").all_inner_texts()] == [
        "parac", "ibupr", "amoxi",
    ]  # fmt: skip
    leave(doctor)
    write(doctor, "#id_reason", "Fièvre et toux")
    write(doctor, "#id_findings", "38,4 °C, gorge rouge, parle sans gêne.")
    write(doctor, "#id_conclusion", "Grippe. Repos.")
    write(doctor, "#id_warning_signs", "Gêne à respirer, fièvre après trois jours.")
    assert {rule for rule, _where in faults(doctor)} == set()
    shoot(doctor, "doctor-papers", whole=True)
    reach(doctor, "[data-sign]")
    doctor.keyboard.press("Enter")
    expect(doctor.get_by_text("Note signée. Le patient peut la lire.")).to_be_visible()
    assert time.monotonic() - began < LONGEST
    patient.wait_for_url("**/consultation/*")
    opens(app, patient)
    leaves_for_the_medecin_traitant(app, doctor, room)


def leaves_for_the_medecin_traitant(app, doctor, room):
    """The report goes by itself: nothing was asked of the doctor."""
    doctor.goto(f"{app.url}/cabinet/salle/{room}")
    report = doctor.locator("#documents li", has_text="Compte rendu")
    expect(report).to_contain_text(
        re.compile("est remis à la messagerie MSSanté|est arrivé chez le médecin traitant"), timeout=40_000
    )
    expect(report).to_contain_text("Lenoir")


def opens(app, patient):
    """The phone: documents listed, one opened, one verified; nothing of the leave yet."""
    listed = patient.get_by_role("region", name="Mes documents")
    ordonnance = listed.get_by_role("link", name=re.compile("^Ordonnance"))
    expect(ordonnance).to_be_visible(timeout=20_000)  # it comes by itself
    expect(listed.get_by_role("link", name=re.compile("^Compte rendu"))).to_be_visible()
    expect(patient.get_by_text("Arrêt de travail", exact=True)).to_have_count(0)
    there = listed.get_by_role("link", name=re.compile("^Ordonnance")).get_attribute("href")
    got = patient.request.get(app.url + there)
    assert (got.status, got.body()[:5]) == (200, b"%PDF-")
    assert overflow(patient) == 0
    assert {rule for rule, _where in faults(patient)} == set()
    shoot(patient, "patient-documents", whole=True)
    listed.get_by_role("link", name=re.compile("^Vérifier : ordonnance")).click()
    expect(patient.get_by_role("heading", level=1)).to_be_visible()
    expect(patient.locator("main")).to_contain_text("toujours valable")


def test_what_is_refused_says_why_and_escape_closes_the_list(app, open_page):
    app.do("tests.browser.seed_doctor:clean")
    doctor, _patient, _room = start_call(app, open_page)
    reach(doctor, "#id_rx_text")
    doctor.keyboard.type("tramad")
    expect(doctor.locator("#rx-form [role=listbox]")).to_be_visible()
    doctor.keyboard.press("Escape")
    expect(doctor.locator("#rx-form [role=listbox]")).to_be_hidden()
    doctor.keyboard.press("ArrowDown")
    expect(doctor.locator("#rx-form [role=listbox]")).to_be_visible()
    doctor.keyboard.press("ArrowDown")
    doctor.keyboard.press("Enter")
    expect(doctor.locator("#rx-form [data-refused]")).to_be_visible()
    assert doctor.locator("#id_rx_text").input_value() == ""
    doctor.keyboard.press("Tab")
    assert not doctor.evaluate("document.activeElement.matches('#id_rx_text')")
    doctor.set_viewport_size(PHONE)
    assert overflow(doctor) == 0


def test_a_refused_signature_leaves_the_call_as_it_is(app, open_page):
    app.do("tests.browser.seed_doctor:clean")
    doctor, patient, _room = start_call(app, open_page, expect=("422", "ERR_FAILED"))
    doctor.evaluate(
        "window.stays = true; for (const one of document.querySelectorAll('[data-missing]')) delete one.dataset.missing"
    )
    doctor.locator("#id_reason").fill("Toux")
    doctor.locator("#id_findings").fill("Parle sans gêne")
    doctor.get_by_role("button", name="Signer et finir").click()
    expect(doctor.locator("#id_conclusion_error")).to_be_visible()
    expect(doctor.locator("#id_conclusion")).to_be_focused()
    assert doctor.evaluate("window.stays") is True
    sees(doctor)
    sees(patient)
    doctor.locator("#id_conclusion").fill("Rhume")
    doctor.route("**/signer", lambda route: route.abort())
    doctor.get_by_role("button", name="Signer et finir").click()
    expect(doctor.get_by_role("alert")).to_contain_text("Le serveur ne répond pas")
    assert {rule for rule, _where in faults(doctor)} == set()
    shoot(doctor, "doctor-sign-refused")
    doctor.unroute("**/signer")
    sees(doctor)
    doctor.get_by_role("button", name="Signer et finir").click()
    doctor.wait_for_url("**/cabinet")
    expect(doctor.get_by_text("Note signée. Le patient peut la lire.")).to_be_visible()
