"""`/lieux` in a real browser: found by commune and by position, by keyboard, without script, accessible and fitting."""

import pytest
from playwright.sync_api import expect

from tests.browser.kit import LAPTOP, PHONE, App, at_size, faults, overflow, shoot, weighed

pytestmark = pytest.mark.browser
NEAR = "/lieux?commune=12202"


@pytest.fixture(scope="module")
def app(tmp_path_factory):
    app = App.fresh(tmp_path_factory.mktemp("places"))
    try:
        app.do("tests.browser.seed_places:two_places")
        yield app.start()
    finally:
        app.close()


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("what", ["ask", "found", "none", "unread", "place"])
def test_pages_are_accessible_and_fit(app, open_page, what, scheme):
    urls = {
        "ask": "/lieux",
        "found": NEAR,
        "none": f"{NEAR}&appareil=slit_lamp",
        "unread": "/lieux?commune=99999",
    }
    page = open_page(urls.get(what, NEAR), color_scheme=scheme, reduced_motion="reduce")
    if what == "place":
        page.get_by_role("link", name="Borne du Port").click()
    page.wait_for_selector("html[data-ready]")
    found = {}
    for width, size in ((1366, LAPTOP), (390, PHONE), (320, {"width": 320, "height": 640})):
        with at_size(page, size):
            shoot(page, f"places-{what}-{width}-{scheme}", whole=True)
            found[width] = (overflow(page), faults(page) if width != 320 else [])
    assert {width: one for width, one in found.items() if one != (0, [])} == {}


def test_by_keyboard_from_the_start_page_to_a_place(app, open_page):
    page = open_page("/", size=LAPTOP)
    page.get_by_role("link", name="Où téléconsulter près de chez moi").first.press("Enter")
    page.wait_for_url("**/lieux")
    box = page.get_by_label("Commune, code postal ou adresse")
    box.focus()
    page.keyboard.type("rode")
    page.locator("[data-places-results] a", has_text="Rodez").wait_for()
    page.keyboard.press("Tab")  # the button
    page.keyboard.press("Tab")  # the first commune
    page.keyboard.press("Enter")
    page.wait_for_url("**/lieux?commune=12202")
    page.get_by_role("link", name="Borne du Port").press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("Borne du Port")


def test_a_position_given_leaves_rounded(app, open_page):
    page = open_page(
        "/lieux",
        size=PHONE,
        permissions=["geolocation"],
        geolocation={"latitude": 44.351234, "longitude": 2.573456},
    )
    page.get_by_role("button", name="Chercher autour de ma position").click()
    page.wait_for_url("**/lieux?lat=44.35&lon=2.57")
    expect(page.locator(".places-list > li")).to_have_count(2)


def test_a_position_refused_says_what_to_do(app, open_page):
    page = open_page("/lieux", size=PHONE, permissions=[])
    page.get_by_role("button", name="Chercher autour de ma position").click()
    expect(page.locator("[data-places-refused]")).to_contain_text("Écrivez votre commune.")
    expect(page.get_by_label("Commune, code postal ou adresse")).to_be_focused()


def test_without_script_the_same_is_found(app, open_page):
    page = open_page("/lieux", size=PHONE, java_script_enabled=False)
    expect(page.get_by_role("button", name="Chercher autour de ma position")).to_be_hidden()
    page.get_by_label("Commune, code postal ou adresse").fill("12 rue du Port, 12000 Rodez")
    page.get_by_role("button", name="Chercher").click()
    expect(page).to_have_url(app.url + NEAR)
    page.get_by_text("Choisir ce que le lieu doit avoir").click()
    page.get_by_label("Quelqu’un pour m’aider").check()
    page.get_by_role("button", name="Appliquer ces choix").click()
    expect(page.locator(".places-list > li")).to_have_count(1)


def test_a_search_weighs_little(app, open_page):
    page = open_page("/", size=PHONE)
    with weighed(page) as weight:
        page.goto(app.url + NEAR)
    assert next(size for url, size in weight.items() if url.endswith(NEAR)) < 60_000


def test_a_place_is_printed_whole(app, open_page):
    page = open_page(NEAR, size=LAPTOP)
    page.get_by_role("link", name="Borne du Port").click()
    page.emulate_media(media="print")
    shoot(page, "places-print", whole=True)
    expect(page.get_by_text("5 rue du Port")).to_be_visible()
    expect(page.locator(".sos")).to_be_hidden()
