"""The price after a visit, « Facturation » in the room, the director's lines, files and contracts: on laptop and phone."""

from __future__ import annotations

import pytest

from tests.browser.kit import LAPTOP, PHONE, App, faults, overflow, shoot

pytestmark = pytest.mark.browser
WIDTHS = ((1366, LAPTOP), (390, PHONE))


@pytest.fixture(scope="module")
def app(tmp_path_factory):
    app = App.fresh(tmp_path_factory.mktemp("app"))
    try:
        app.seeded = app.do("tests.browser.seed_billing:acts")
        yield app.start()
    finally:
        app.close()


def look(page, name):
    """At both widths: nothing sticks out, nothing that axe complains of."""
    found = {}
    for width, size in WIDTHS:
        page.set_viewport_size(size)
        shoot(page, f"billing-{name}-{width}", whole=True)
        found[width] = (overflow(page), faults(page))
    assert {width: one for width, one in found.items() if one != (0, [])} == {}


def test_the_patient_reads_what_is_due(app, open_page):
    page = open_page(f"/consultation/{app.seeded['visit']}", enter="jeanne", reduced_motion="reduce")
    page.get_by_text("À régler maintenant").wait_for()
    page.locator("summary", has_text="Qui paie quoi").click()
    look(page, "visit")


def test_the_doctor_settles_what_holds_a_line(app, open_page):
    page = open_page(f"/cabinet/salle/{app.seeded['room']}", enter="vasseur", reduced_motion="reduce")
    look(page, "room")
    block = page.locator("#billing")
    block.get_by_role("button", name="Oui : Le patient a-t-il la C2S ?").click()
    page.locator("#billing").get_by_text("À transmettre").wait_for()


@pytest.mark.parametrize("name", ["", "contrats", "sent", "held"])
def test_the_director_reads_lines_and_contracts(app, open_page, name):
    there = app.seeded.get(name, name)
    page = open_page(
        f"/direction/facturation/{there}".rstrip("/"), enter="directrice", reduced_motion="reduce"
    )
    look(page, f"direction-{name or 'list'}")
