"""`/observatoire` in a real browser: accessible and fitting, by keyboard, without script, its files opened."""

import io
import xml.etree.ElementTree as xml

import pytest
from PIL import Image

from tests.browser.kit import LAPTOP, PHONE, App, faults, overflow, shoot

pytestmark = pytest.mark.browser
PAGES = {
    "adoption": "/observatoire?area=26",
    "actes": "/observatoire?indicator=actes&show=gap&map=equal&level=departement",
    "reformes": "/observatoire/reformes?levier=fmt_zone&levier=fmt_assisted&paie=tariff_as_in_person",
}


@pytest.fixture(scope="module")
def app(tmp_path_factory):
    """An application without anyone in it: the results come with the source."""
    app = App.fresh(tmp_path_factory.mktemp("app"))
    try:
        yield app.start()
    finally:
        app.close()


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("name", PAGES)
def test_pages_are_accessible_and_fit(app, open_page, name, scheme):
    page = open_page(PAGES[name], color_scheme=scheme, reduced_motion="reduce")
    page.wait_for_selector("html[data-ready]")
    found = {}
    for width, size in ((1366, LAPTOP), (390, PHONE)):
        page.set_viewport_size(size)
        shoot(page, f"observatoire-{name}-{width}-{scheme}", whole=True)
        found[width] = (overflow(page), faults(page))
    assert found == {1366: (0, []), 390: (0, [])}


def test_a_quarter_and_an_area_are_chosen_by_keyboard_and_kept_in_the_address(app, open_page):
    page = open_page("/observatoire")
    page.locator("#o-q").focus()
    page.keyboard.press("ArrowDown")
    page.locator("#o-a").select_option("26")
    page.get_by_role("button", name="Voir", exact=True).press("Enter")
    page.get_by_text("Drôme, votre choix").wait_for()
    assert ("quarter=2024Q3" in page.url, "area=26" in page.url) == (True, True)


def test_a_touch_on_the_map_chooses(app, open_page):
    page = open_page("/observatoire?map=equal")
    page.wait_for_selector("html[data-ready]")
    page.locator('.map [data-area="33"]').click()
    page.get_by_text("Gironde, votre choix").wait_for()


def test_pages_serve_without_script(app, open_page):
    page = open_page("/observatoire", java_script_enabled=False)
    page.get_by_role("link", name="Médecins").click()
    assert page.locator("[aria-sort]").inner_text().startswith("Médecins")
    page.locator("#l").select_option("departement")
    page.get_by_label("Nom ou numéro").fill("gironde")
    page.get_by_role("button", name="Filtrer").click()
    assert page.locator("table tbody tr", has_text="Gironde").count() == 1


def test_files_open(app, open_page):
    page = open_page("/observatoire?area=26")
    links = page.locator("a[href*='.png'], a[href*='.svg'], a[href*='.csv']")
    found = {}
    for address in {links.nth(i).get_attribute("href") for i in range(links.count())}:
        answer = page.request.get(f"{app.url}{address}")
        found[address.split("?")[0].rpartition("/")[2]] = (answer.status, answer.body())
    assert {name: status for name, (status, _body) in found.items()} == dict.fromkeys(
        ("donnees.csv", "carte.png", "carte.svg", "courbe.png", "courbe.svg"), 200
    )
    assert Image.open(io.BytesIO(found["carte.png"][1])).width > 1000
    assert xml.fromstring(found["carte.svg"][1].decode().split("\n", 1)[1]).tag.endswith("svg")
    assert found["donnees.csv"][1].decode().startswith('"quarter","area","name"')
