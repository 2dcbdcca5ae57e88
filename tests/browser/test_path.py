"""The patient's path in a real browser: accessible, light, by keyboard, without script, within the origin."""

from itertools import count

import pytest
from playwright.sync_api import expect

from tests.browser.kit import LAPTOP, PHONE, faults, overflow, shoot, weighed
from tests.browser.path import press, walk

pytestmark = pytest.mark.browser
_serial = count(1)


def fresh_address():
    return f"marche{next(_serial)}@exemple.test"


def look(page, name, scheme):
    """Pictures at both sizes; what axe finds and by how much the page is too wide."""
    found = {}
    page.wait_for_selector("html[data-ready]")
    for width, size in ((1366, LAPTOP), (390, PHONE), (320, {"width": 320, "height": 640})):
        page.set_viewport_size(size)
        if width != 320:
            shoot(page, f"path-{name}-{width}-{scheme}", whole=True)
        found[width] = (overflow(page), faults(page) if width != 320 else [])
    page.set_viewport_size(LAPTOP)
    return found


FINE = {1366: (0, []), 390: (0, []), 320: (0, [])}


@pytest.mark.slow
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_every_page_of_the_path_is_accessible_and_fits(app, open_page, scheme):
    page = open_page(color_scheme=scheme, reduced_motion="reduce")
    found = {}
    for name in walk(page, app, address=fresh_address(), upto="pret"):
        found[name] = look(page, name, scheme)
        if name in {"signes", "lieu", "pour-qui", "motif", "medecin-traitant", "traits", "consentements"}:
            press(page, "Continuer")  # nothing answered: the page with its sentences
            found[f"{name}-erreur"] = look(page, f"{name}-erreur", scheme)
    for address in ("/consulter/pause", "/regle-de-la-file", "/vos-donnees", "/accessibilite"):
        page.goto(app.url + address)
        found[address] = look(page, address.strip("/").replace("/", "-"), scheme)
    assert {name: one for name, one in found.items() if one != FINE} == {}


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_stop_page_is_accessible_and_leads_back(app, open_page, scheme):
    page = open_page("/consulter/signes", color_scheme=scheme)
    for box in page.locator("input[value=no]").all():
        box.check()
    page.locator("input[name=poison][value=yes]").check()
    press(page, "Continuer")
    found = look(page, "stop", scheme)
    numbers = [link.get_attribute("href") for link in page.locator("a.call").all()]
    page.reload()
    page.get_by_role("button", name="English").first.click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Call now.")
    page.get_by_role("button", name="Français").first.click()
    page.locator("details[data-menu] summary").click()
    page.locator("button[name=theme][value=dark]").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Appelez maintenant.")
    page.get_by_role("link", name="Je me suis trompé").click()
    page.wait_for_load_state("load")
    assert (found, numbers[0], page.url) == (FINE, "tel:15", f"{app.url}/consulter/signes")


def test_what_was_typed_survives_a_change_of_language_and_of_theme(app, open_page):
    page = open_page(size=PHONE)
    for name in walk(page, app, address=fresh_address(), upto="lieu"):
        assert name
    page.fill("#id_town", "Valbrune")
    page.fill("#id_detail", "4 rue des Lavoirs")
    page.locator("details[data-menu] summary").click()
    page.locator("details[data-menu] button[lang=en]").click()
    expect(page.locator("html")).to_have_attribute("lang", "en")
    expect(page.locator("#id_detail")).to_have_value("4 rue des Lavoirs")
    expect(page.locator("input[name=commune]")).to_be_checked()
    page.locator("details[data-menu] summary").click()
    page.locator("button[name=theme][value=dark]").click()
    expect(page.locator("html")).to_have_attribute("data-theme", "dark")
    expect(page.locator("#id_detail")).to_have_value("4 rue des Lavoirs")
    assert page.evaluate("sessionStorage.length") == 0


def test_path_is_light_and_asks_nobody_else(app, open_page):
    page = open_page("/healthz", size=PHONE, expect=("404",))  # a page of one word, whose icon is missing
    asked = []
    page.on("request", lambda request: asked.append(request.url))
    with weighed(page) as weight:
        steps = walk(page, app, address=fresh_address())
        next(steps)
        page.wait_for_load_state("networkidle")
        start = sum(weight.values())
        for name in steps:
            page.wait_for_load_state("load")
            if name == "pret":
                page.wait_for_load_state("networkidle")
                whole = sum(weight.values())
    strangers = [url for url in asked if not url.startswith((app.url, "data:", "blob:"))]
    print(f"start page {start} bytes, whole path {whole}")
    assert strangers == []
    assert (start < 100_000, whole < 200_000) == (True, True), (
        start,
        whole,
        sorted(weight.items(), key=lambda x: -x[1])[:12],
    )


def test_path_goes_by_keyboard_alone(app, open_page):
    page = open_page("/", size=LAPTOP)
    keys = Keys(page, app)
    keys.reach("link", "Consulter maintenant", "Enter")
    page.wait_for_url("**/signes")
    for _question in range(10):
        keys.reach_input("radio")
        page.keyboard.press("Space")  # « Non » is the first of each pair
    keys.send("Continuer", "**/lieu")
    keys.type("town", "valbrune")
    keys.type("detail", "4 rue des Lavoirs")
    keys.type("phone", "0639980042")
    keys.send("Continuer", "**/pour-qui")
    keys.reach_input("radio")
    page.keyboard.press("Space")
    keys.send("Continuer", "**/motif")
    keys.reach_input("radio")
    page.keyboard.press("Space")
    keys.send("Continuer", "**/medecin-traitant")
    keys.reach_input("radio")
    page.keyboard.press("ArrowUp")  # the last, « Je ne sais pas »
    keys.send("Continuer", "**/identite")
    address = fresh_address()
    keys.type("address", address)
    keys.send("Recevoir un code", "**/code")
    keys.type("code", app.last_code(address))
    keys.send("Entrer avec ce code", "**/identite")
    keys.type("birth_given_names", "Ada")
    keys.type("birth_name", "Clavier")
    keys.type("birth_date", "10/12/1985")
    keys.reach_input("radio")
    page.keyboard.press("Space")
    keys.send("Continuer", "**/prix")
    keys.send("Continuer", "**/sante")
    keys.send("Continuer", "**/consentements")
    keys.reach_input("checkbox")
    page.keyboard.press("Space")
    keys.send("Continuer", "**/test")
    keys.send("Passer le test", "**/pret")
    keys.send("Entrer dans la file", "**/attente/*")


class Keys:
    """Tab until there, then a key; the focus must be seen all the way."""

    def __init__(self, page, app):
        self.page, self.app = page, app

    def tab_until(self, test, argument=None):
        for _press in range(80):
            self.page.keyboard.press("Tab")
            state = self.page.evaluate(
                f"(wanted) => {{ const e = document.activeElement; const s = getComputedStyle(e);"
                f" return [({test})(e, wanted), s.outlineStyle !== 'none' || e.type === 'radio' || e.type === 'checkbox']; }}",
                argument,
            )
            assert state[1], "the focus is not seen"
            if state[0]:
                return
        raise AssertionError(f"{argument} is not reached by Tab")

    def reach(self, role, name, key):
        self.tab_until("(e, wanted) => e.textContent.includes(wanted)", name)
        self.page.keyboard.press(key)

    def reach_input(self, kind):
        self.tab_until("(e, wanted) => e.type === wanted", kind)

    def type(self, name, text):
        self.tab_until("(e, wanted) => e.name === wanted", name)
        self.page.keyboard.type(text)

    def send(self, button, url):
        self.tab_until("(e, wanted) => e.tagName === 'BUTTON' && e.textContent.trim() === wanted", button)
        self.page.keyboard.press("Enter")
        self.page.wait_for_url(url)
        self.page.wait_for_load_state("load")


def test_path_works_without_script(app, open_page):
    page = open_page("/", size=PHONE, java_script_enabled=False)
    seen = list(walk(page, app, address=fresh_address()))
    assert (seen[-1], "/attente/" in page.url) == ("file", True)


def test_communes_are_suggested_while_typing_and_photos_sent_as_chosen(app, open_page, tmp_path):
    from PIL import Image

    picture = tmp_path / "bras.jpg"
    Image.new("RGB", (640, 480), (200, 120, 90)).save(picture)
    page = open_page("/", size=PHONE)
    steps = walk(page, app, address=fresh_address())
    for name in steps:
        if name == "lieu":
            page.locator("#id_town").press_sequentially("va")
            page.wait_for_selector("[data-results] input >> nth=1")
            offered = page.locator("[data-results] b").all_inner_texts()
        if name == "sante":
            page.fill("#id_allergies", "Pénicilline")
            page.set_input_files("#id_documents", picture)
            page.wait_for_selector(".files img")
            page.wait_for_function("document.querySelector('.files img').naturalWidth > 0")
            kept = page.input_value("#id_allergies")
            shoot(page, "path-photo-390", whole=True)
            break
    assert (offered, kept) == (["Valbrune", "Valdieu"], "Pénicilline")


def test_device_test_runs_and_its_result_is_kept(app, open_page):
    page = open_page("/", size=PHONE)
    for name in walk(page, app, address=fresh_address(), upto="test"):
        last = name
    page.get_by_role("button", name="Tester mon appareil").click()
    page.wait_for_selector("[data-test=report]:not([hidden])", timeout=60_000)
    page.wait_for_timeout(500)
    shoot(page, "path-test-done-390", whole=True)
    press(page, "Continuer")
    kept = {
        one["step"]: one["status"] for one in app.do("tests.browser.seed:ticket")["draft"]["test"]["steps"]
    }
    assert (last, kept["camera"], kept["webrtc"], kept["server"]) == ("test", "ok", "ok", "ok")


def test_request_is_taken_up_on_another_device(app, open_page):
    address = fresh_address()
    page = open_page("/", size=LAPTOP)
    for _name in walk(page, app, address=address, upto="sante"):
        pass
    other = open_page("/connexion", size=PHONE)
    other.fill("#id_address", address)
    app.do(
        "tests.browser.seed:forget_codes"
    )  # a code left less than a minute ago: the wait is not the point here
    other.locator("form", has=other.locator("#id_address")).get_by_role("button").first.click()
    other.wait_for_url("**/connexion/code*")
    other.fill("#id_code", app.last_code(address))
    other.locator("form", has=other.locator("#id_code")).get_by_role("button").first.click()
    other.wait_for_load_state("load")
    other.goto(app.url + "/")
    other.get_by_role("link", name="Reprendre votre demande").click()
    other.wait_for_load_state("load")
    assert other.url == f"{app.url}/consulter/sante"


def test_line_card_renews_itself(app, open_page):
    page = open_page("/", size=PHONE)
    with page.expect_response("**/file-en-direct") as answer:
        page.clock.install()
        page.reload()
        page.clock.run_for(31_000)
    assert answer.value.status == 200


def test_enlarged_twice_the_bar_stays_one_line_and_the_language_is_in_its_menu(app, open_page):
    page = open_page("/", size={"width": 195, "height": 422})
    heights = [page.locator(part).bounding_box()["height"] for part in (".sos", "header.bar")]
    assert (overflow(page), heights[0] <= 44, heights[1] <= 64) == (0, True, True)
    page.locator("header summary").click()
    page.locator("header").get_by_role("button", name="English").click()
    assert page.locator("html").get_attribute("lang") == "en"


@pytest.mark.parametrize("again", ["back", "reload"])
def test_a_page_that_answered_a_form_can_be_gone_back_to_and_reloaded(app, open_page, again):
    page = open_page("/mon-espace/mes-donnees", enter="jeanne", expect=("422",))
    page.locator("form[action$=effacer] button").click()
    page.wait_for_url("**/effacer")
    if again == "back":
        page.goto(app.url + "/mon-espace")
        page.go_back()
    else:
        page.reload()
    page.wait_for_url("**/mon-espace/mes-donnees")
    assert page.locator("h1").inner_text() != ""
