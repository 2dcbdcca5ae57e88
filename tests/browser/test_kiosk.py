"""A person at the pharmacy's kiosk, in a real browser: the one path, the wipe, the cuts."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect

from tests.browser.kiosk_path import GIVEN, NAME, UPRIGHT, fresh_phone, left, start, to_the_end, walk
from tests.browser.kit import LAPTOP, PHONE, at_size, faults, overflow, shoot
from tests.browser.path import press

pytestmark = [pytest.mark.browser, pytest.mark.slow]
CUT = ("Failed to load", "ERR_INTERNET", "ServiceWorker", "fetch", "WebSocket")


@pytest.fixture
def kiosk(app, open_page):
    """A machine that has just started: its page at rest, tried and in order."""
    key = app.do("tests.browser.seed_kiosk:pharmacy")["key"]

    def begin(*, size=UPRIGHT, expect=(), clock=False, key=key):
        page = open_page(
            "/borne/panne", size=size, expect=("404", "410", "503", "Permissions-Policy", *expect)
        )
        if clock:
            page.clock.install()
        start(page, app, key=key)
        return page

    return begin


def test_person_alone_goes_from_the_first_touch_to_the_line_and_out(app, kiosk):
    page, found, asked = kiosk(), {}, []
    for name in walk(page, app, phone=fresh_phone()):
        page.wait_for_load_state("load")
        shoot(page, f"kiosk-{name}-1080")
        asked.append(name)
        if name in {"veille", "telephone", "piece", "mesures", "file"}:
            found[name] = (faults(page), overflow(page), page.locator("html").get_attribute("data-device"))
            with at_size(page, LAPTOP):
                shoot(page, f"kiosk-{name}-1366")
                found[f"{name} 1366"] = ([], overflow(page), "kiosk")
    assert {name: one for name, one in found.items() if one != ([], 0, "kiosk")} == {}
    ticket = app.do("tests.browser.seed:ticket")
    assert ("lieu" in asked, "test" in asked, "pharmacie" in ticket["place_detail"]) == (False, False, True)
    press(page, "Sortir et garder ma place")
    page.wait_for_url("**/borne?sorti=1")
    assert "Votre place est gardée." in page.locator("main").inner_text()
    said = app.do("tests.browser.seed_kiosk:session")
    assert (said["state"], said["reason"], app.do("tests.browser.seed:ticket")["state"]) == (
        "wiped",
        "away",
        "away",
    )
    assert left(page) == (set(), [[], [], 0])


def test_child_with_a_parent_goes_down_the_same_screens_to_the_line(app, kiosk):
    page, phone, found = kiosk(), fresh_phone(), {}
    for name in walk(page, app, phone=phone, child=True, presence="relative"):
        if name in {"pour-qui", "traits", "consentements"}:
            found[name] = (faults(page), overflow(page))
            shoot(page, f"kiosk-child-{name}-1080")
    assert found == {name: ([], 0) for name in ("pour-qui", "traits", "consentements")}
    assert app.do("tests.browser.seed_kiosk:who") == {
        "patient": [GIVEN, "2019-09-24", "provisoire"],
        "adult": [f"Aurore {NAME}", "parent", "declared"],
        "presence": "relative",
        "vouched": False,
        "reachable": True,
        "state": "waiting",
    }
    press(page, "Sortir et garder ma place")
    page.wait_for_url("**/borne?sorti=1")
    assert left(page) == (set(), [[], [], 0])


def let_pass(page, seconds):
    """So long goes by, in steps that the server has time to answer: else the page takes the network for cut."""
    for _second in range(seconds):
        page.clock.run_for(1000)
        page.request.get(page.url)


def test_nobody_touches_the_screen_and_all_is_wiped_after_a_warning(app, kiosk):
    page = kiosk(clock=True, size=LAPTOP)
    for _name in walk(page, app, phone=fresh_phone(), upto="sante"):
        pass
    let_pass(page, 42)
    expect(page.locator("#kiosk-idle")).to_be_visible()
    assert int(page.locator("[data-count]").inner_text()) <= 20
    shoot(page, "kiosk-warning-1366")
    page.get_by_role("button", name="Je suis là").click()
    let_pass(page, 30)
    expect(page.locator("#kiosk-idle")).to_be_hidden()
    let_pass(page, 31)
    page.wait_for_url("**/borne")
    said = app.do("tests.browser.seed_kiosk:session")
    assert (said["state"], said["reason"]) == ("wiped", "idle")
    assert (left(page), NAME in page.content()) == ((set(), [[], [], 0]), False)
    page.go_back()
    page.wait_for_load_state("load")
    assert (page.url, NAME in page.content()) == (f"{app.url}/borne", False)


@pytest.fixture
def twin(open_page):
    """twin(page): the same screen of the same machine, to be cut off there, while the first goes on."""
    first = open_page("/borne/panne", size=UPRIGHT, expect=("404", "503", "Permissions-Policy", *CUT))
    context = first.context
    context.clock.install()

    def make(page):
        context.set_offline(False)
        context.add_cookies(page.context.cookies())
        other = context.new_page()
        other.set_default_timeout(45_000)
        other.goto(page.url)
        other.wait_for_function("() => navigator.serviceWorker.controller !== null")
        return other

    return make


def cut(page, *, seconds=61):
    """The network is gone for so long: what the screen says, and whether any name is left on it or in the browser."""
    page.context.set_offline(True)
    page.clock.run_for(seconds * 1000)
    page.wait_for_selector("[data-offline-page]")
    words, whole = page.locator("main").inner_text(), page.content()
    return (
        "Pas de réseau ici." in words,
        "Borne de la mairie" in words,
        NAME in whole or GIVEN in whole,
        page.evaluate(
            "[localStorage.length, Object.keys(sessionStorage).filter((k) => k !== 'kiosk.checks').length]"
        ),
    )


DARK = (True, True, False, [0, 0])


def test_network_is_cut_at_every_screen_and_no_name_stays(app, kiosk, twin):
    app.do("tests.browser.seed_patient:empty_line")
    page, said = kiosk(), {}

    def try_it(name, **more):
        other = twin(page)
        said[name] = (other.url == page.url, *cut(other, **more))
        other.close()
        page.keyboard.press("Shift")  # a touch: this one goes on

    for name in walk(page, app, phone=fresh_phone()):
        if name != "veille":
            try_it(name)
    ticket = app.do("tests.browser.seed_kiosk:session")["ticket"]
    room = app.do("tests.browser.seed_patient:take", ticket=ticket, name="vasseur")
    app.do("tests.browser.seed_patient:opens", room=room, name="vasseur")
    page.goto(f"{app.url}/salle/{room}")
    try_it("appel", seconds=186)
    app.do("tests.browser.seed_patient:signs", room=room, name="vasseur")
    to_the_end(page, app, room=room)
    try_it("fin")
    assert len(said) == 16
    assert {name: one for name, one in said.items() if one != (True, *DARK)} == {}


def test_network_comes_back_and_the_session_is_wiped(app, kiosk):
    page = kiosk(clock=True, expect=CUT)
    page.wait_for_function("() => navigator.serviceWorker.controller !== null")
    for _name in walk(page, app, phone=fresh_phone(), upto="sante"):
        pass
    assert cut(page) == DARK
    shoot(page, "kiosk-offline-1080")
    page.reload()
    page.wait_for_selector("[data-offline-page]")
    page.context.set_offline(False)
    page.goto(app.url + "/borne?demarrage=1")
    page.wait_for_selector("[data-selftest][data-done]")
    assert app.do("tests.browser.seed_kiosk:session")["state"] == "wiped"


def test_current_is_cut_in_a_call_and_the_phone_takes_it_up(app, kiosk, open_page):
    app.do("tests.browser.seed_patient:empty_line")
    phone, page = fresh_phone(), kiosk()
    for _name in walk(page, app, phone=phone):
        pass
    ticket = app.do("tests.browser.seed_kiosk:session")["ticket"]
    room = app.do("tests.browser.seed_patient:take", ticket=ticket, name="vasseur")
    app.do("tests.browser.seed_patient:opens", room=room, name="vasseur")
    page.reload()  # news of another process than the server's is not heard on SQLite
    page.wait_for_url("**/salle/*")
    shoot(page, "kiosk-call-1080")
    page.context.close()
    other = kiosk()
    said = app.do("tests.browser.seed_kiosk:session")
    assert (said["state"], said["reason"], NAME in other.content()) == ("wiped", "restarted", False)
    mobile = open_page("/connexion?next=/consulter", size=PHONE, expect=("Permissions-Policy",))
    app.do("tests.browser.seed:forget_codes")
    mobile.fill("#id_address", phone)
    mobile.locator("form", has=mobile.locator("#id_address")).get_by_role("button").first.click()
    mobile.wait_for_url("**/connexion/code*")
    mobile.fill("#id_code", app.last_code("+33" + re.sub(r"\D", "", phone)[1:]))
    mobile.locator("form", has=mobile.locator("#id_code")).get_by_role("button").first.click()
    mobile.wait_for_url(f"**/salle/{room}")


@pytest.mark.parametrize("printer", ["ok", "empty"])
def test_documents_are_printed_or_taken_by_the_phone(app, kiosk, printer):
    app.do("tests.browser.seed_patient:empty_line")
    page = kiosk()
    for _name in walk(page, app, phone=fresh_phone()):
        pass
    app.do("tests.browser.seed_kiosk:printer", result=printer)
    ticket = app.do("tests.browser.seed_kiosk:session")["ticket"]
    room = app.do("tests.browser.seed_patient:take", ticket=ticket, name="vasseur")
    app.do("tests.browser.seed_patient:opens", room=room, name="vasseur")
    page.reload()  # news of another process than the server's is not heard on SQLite
    page.wait_for_url("**/salle/*")
    app.do("tests.browser.seed_patient:signs", room=room, name="vasseur")
    to_the_end(page, app, room=room)
    expect(page.get_by_role("heading", name="Vos documents")).to_be_visible()
    page.wait_for_selector("#papers .list", timeout=60_000)
    assert (faults(page), overflow(page)) == ([], 0)
    shoot(page, f"kiosk-end-{printer}-1080")
    if printer == "ok":
        with page.expect_response("**/borne/fin/documents/*.pdf") as answer:
            page.locator("[data-print]").first.click()
        assert (answer.value.status, answer.value.headers["content-type"]) == (200, "application/pdf")
    else:
        words = page.locator("#papers").inner_text()
        assert ("plus de papier" in words, page.locator("[data-print]").count()) == (True, 0)
        assert page.locator(".qr").is_visible()
    page.get_by_role("main").get_by_role("button", name="Effacer et partir").click()
    page.wait_for_url("**/borne")
    said = app.do("tests.browser.seed_kiosk:session")
    assert (said["state"], said["reason"], left(page)) == ("wiped", "done", (set(), [[], [], 0]))
