"""The whole journey by hand, two people and two browsers, with nothing done behind the pages: on both databases."""

import pytest
from playwright.sync_api import expect

from tests.browser.kit import PHONE, App, sees
from tests.browser.path import walk

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def app(tmp_path_factory):
    app = App.fresh(tmp_path_factory.mktemp("journey"))
    try:
        app.do("tests.browser.seed:small_town", on_duty=[], waiting=0, past=8)
        yield app.start()
    finally:
        app.close()


def test_patient_asks_is_seen_reads_the_note_and_says_how_it_went(app, open_page):
    doctor = open_page("/cabinet", enter="vasseur")
    doctor.get_by_role("button", name="Prendre ma garde").click()
    expect(doctor.get_by_role("heading", name="Vous êtes disponible")).to_be_visible()
    patient = open_page("/", size=PHONE)
    assert list(walk(patient, app, address="journey@exemple.test"))[-1] == "file"
    doctor.get_by_role("button", name="Prendre", exact=True).click()
    expect(patient.get_by_role("heading", level=1)).to_contain_text("Vasseur")
    doctor.get_by_role("button", name="Ouvrir la salle").click()
    for page in (doctor, patient):
        sees(page)
    doctor.get_by_label("Qui est là").check()
    doctor.get_by_label("Motif", exact=True).fill("Bouton sur la main")
    doctor.get_by_label("Constatations").fill("Petite plaque rouge, sans fièvre.")
    doctor.get_by_label("Conclusion et décision").fill("Piqûre simple. Laver à l’eau et au savon.")
    doctor.get_by_label("Orientation").select_option("none")
    doctor.get_by_role("button", name="Enregistrer l’orientation").click()
    expect(doctor.locator("#orient [role=status]")).to_contain_text("Enregistré à")
    doctor.get_by_role("button", name="Raccrocher").click()
    doctor.get_by_role("button", name="Finir l’appel").click()
    patient.wait_for_url("**/consultation/*")
    doctor.get_by_role("button", name="Signer", exact=True).click()
    expect(doctor.get_by_text("Note signée. Le patient peut la lire.")).to_be_visible()
    expect(patient.get_by_role("article")).to_contain_text("Laver à l’eau et au savon.")
    answer(patient)


def answer(patient):
    """The two questions after the visit."""
    for group in patient.get_by_role("radiogroup").all():
        group.get_by_role("radio").last.check()
    patient.get_by_role("button", name="Donner mon avis").click()
    expect(patient.get_by_role("heading", name="Votre avis est enregistré")).to_be_visible()
