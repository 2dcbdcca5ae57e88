"""`/verifier` in a real browser: accessible and fitting in each answer, by code, by file and by keyboard."""

import pytest
from playwright.sync_api import expect

from tests.browser.kit import LAPTOP, PHONE, faults, overflow, shoot

pytestmark = pytest.mark.browser
NARROW = {"width": 320, "height": 640}


@pytest.fixture(scope="module")
def codes(app):
    return app.do("tests.browser.seed_documents:documents")


@pytest.mark.parametrize("answer", ["", "good", "cancelled", "specimen", "AAAA-BBBB-CCCC-DDDD"])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_each_answer_is_accessible_and_fits(open_page, codes, answer, scheme):
    code = codes.get(answer, answer)
    page = open_page(
        f"/verifier/{code}" if code else "/verifier",
        expect=("404",),
        color_scheme=scheme,
        reduced_motion="reduce",
    )
    found = {}
    for width, size in ((1366, LAPTOP), (390, PHONE), (320, NARROW)):
        page.set_viewport_size(size)
        shoot(page, f"verify-{answer or 'ask'}-{width}-{scheme}", whole=True)
        found[width] = (overflow(page), faults(page) if width != 320 else [])
    assert {width: one for width, one in found.items() if one != (0, [])} == {}


def test_code_is_typed_by_keyboard_and_a_wrong_one_is_kept(open_page, codes):
    page = open_page("/verifier")
    box = page.get_by_label("Code du document")
    box.focus()
    page.keyboard.type("12 34")
    page.keyboard.press("Enter")
    expect(page.get_by_text("Ce code a 16 lettres et chiffres. Vérifiez-le.")).to_be_visible()
    expect(box).to_have_value("12 34")
    assert faults(page) == []
    box.fill(codes["good"].lower().replace("-", " "))
    box.press("Enter")
    expect(page.get_by_text("Ce document vient d’ici, et il est toujours valable.")).to_be_visible()


def test_file_of_a_patient_is_recognised_and_a_changed_one_is_not(open_page, codes, tmp_path, app):
    page = open_page("/verifier", enter="jeanne")
    pdf = page.context.request.get(f"{app.url}/documents/{codes['id']}.pdf")
    assert pdf.status == 200
    given = page.get_by_label("Fichier PDF")
    given.set_input_files({"name": "a.pdf", "mimeType": "application/pdf", "buffer": pdf.body()})
    page.get_by_role("button", name="Comparer ce fichier").click()
    expect(page.get_by_text("Le fichier est celui que nous avons émis, sans un changement.")).to_be_visible()
    assert faults(page) == []
    given.set_input_files({"name": "a.pdf", "mimeType": "application/pdf", "buffer": pdf.body()[:-2]})
    page.get_by_role("button", name="Comparer ce fichier").click()
    expect(page.get_by_text("Ce fichier n’est pas un fichier émis ici, ou il a changé.")).to_be_visible()
    assert faults(page) == []
