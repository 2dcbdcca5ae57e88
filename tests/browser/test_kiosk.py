"""A person at the pharmacy's kiosk, in a real browser: the one path, the wipe, the cuts."""

from __future__ import annotations

import re
from itertools import count

import pytest
from playwright.sync_api import expect

from tests.browser.kit import LAPTOP, PHONE, at_size, faults, overflow, shoot

pytestmark = [pytest.mark.browser, pytest.mark.slow]
UPRIGHT = {"width": 1080, "height": 1920}
NAME, GIVEN = "Zéphyrine-Kiosque", "Ondine"
_phone = count(1)


def fresh_phone():
    number = next(_phone)
    return f"06 39 98 1{number // 100} {number % 100:02d}"


@pytest.fixture
def kiosk(app, open_page):
    """A machine that has just started: its page at rest, tried and in order."""
    key = app.do("tests.browser.seed_kiosk:pharmacy")["key"]

    def start(*, size=UPRIGHT, expect=(), clock=False, key=key):
        page = open_page("/borne/panne", size=size, expect=("404", "503", "Permissions-Policy", *expect))
        page.context.add_cookies([{"name": "toubib_borne", "value": key, "url": app.url, "httpOnly": True}])
        page.set_default_timeout(45_000)
        if clock:
            page.clock.install()
        page.goto(app.url + "/borne?demarrage=1")
        page.wait_for_selector("[data-selftest][data-done]")
        return page

    return start


def press(page, name):
    page.get_by_role("main").get_by_role("button", name=name, exact=True).click()
    page.wait_for_load_state("load")


def walk(page, app, *, phone, upto="file"):
    """From the page at rest to the waiting room, page by page, each before it is answered."""
    texts = {
        "telephone": lambda: page.fill("#id_phone", phone),
        "code": lambda: page.fill("#id_code", app.last_code("+33" + re.sub(r"\D", "", phone)[1:])),
        "pour-qui": lambda: page.get_by_label("Moi", exact=True).check(),
        "motif": lambda: page.locator("input[name=key]").first.check(),
        "medecin-traitant": lambda: page.locator("input[name=answer][value=none]").check(),
        "traits": lambda: _traits(page),
        "prix": lambda: page.locator("input[name=cover][value=nothing]").check(),
        "piece": lambda: [page.locator("input[value=alone]").check(), page.locator("#id_door").check()],
        "sante": lambda: None,
        "mesures": lambda: None,
        "consentements": lambda: page.locator("#id_care").check(),
        "pret": lambda: None,
    }
    buttons = {
        "telephone": "Recevoir un code",
        "code": "Entrer avec ce code",
        "pret": "Entrer dans la file",
    }
    yield "veille"
    press(page, "Voir un médecin")
    yield "signes"
    for box in page.locator("input[value=no]").all():
        box.check()
    press(page, "Continuer")
    for name, fill in texts.items():
        yield name
        if name == upto:
            return
        fill()
        press(page, buttons.get(name, "Continuer"))
    page.wait_for_url("**/attente/*")
    yield "file"


def _traits(page):
    page.fill("#id_birth_given_names", GIVEN)
    page.fill("#id_birth_name", NAME)
    page.fill("#id_birth_date", "17/05/1990")
    page.get_by_label("féminin").check()


def left(page):
    """What a browser keeps: names of cookies, storage, caches, databases."""
    cookies = {one["name"] for one in page.context.cookies() if one["value"]}
    kept = page.evaluate(
        "async () => [Object.keys(localStorage), Object.keys(sessionStorage).filter((k) => k !== 'kiosk.checks'),"
        " (await indexedDB.databases()).length]"
    )
    return cookies - {"csrftoken", "toubib_borne"}, kept


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


def test_nobody_touches_the_screen_and_all_is_wiped_after_a_warning(app, kiosk):
    page = kiosk(clock=True, size=LAPTOP)
    for _name in walk(page, app, phone=fresh_phone(), upto="sante"):
        pass
    page.clock.run_for(42_000)
    expect(page.locator("#kiosk-idle")).to_be_visible()
    assert int(page.locator("[data-count]").inner_text()) <= 20
    shoot(page, "kiosk-warning-1366")
    page.get_by_role("button", name="Je suis là").click()
    page.clock.run_for(30_000)
    expect(page.locator("#kiosk-idle")).to_be_hidden()
    page.clock.run_for(31_000)
    page.wait_for_url("**/borne")
    said = app.do("tests.browser.seed_kiosk:session")
    assert (said["state"], said["reason"]) == ("wiped", "idle")
    assert (left(page), NAME in page.content()) == ((set(), [[], [], 0]), False)
    page.go_back()
    page.wait_for_load_state("load")
    assert (page.url, NAME in page.content()) == (f"{app.url}/borne", False)


@pytest.mark.parametrize("screen", ["signes", "code", "traits", "sante", "pret", "file"])
def test_network_is_cut_and_the_next_page_says_where_to_go(app, kiosk, screen):
    page = kiosk(clock=True, expect=("Failed to load", "ERR_INTERNET", "ServiceWorker", "fetch"))
    page.wait_for_function("navigator.serviceWorker.controller !== null")
    for _name in walk(page, app, phone=fresh_phone(), upto=screen):
        if _name == screen:
            break
    page.context.set_offline(True)
    page.clock.run_for(61_000)
    page.wait_for_selector("[data-offline-page]")
    words = page.locator("main").inner_text()
    assert ("Pas de réseau ici." in words, "Borne de la mairie" in words, NAME in page.content()) == (
        True,
        True,
        False,
    )
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
    page.wait_for_url("**/salle/*")
    app.do("tests.browser.seed_patient:signs", room=room, name="vasseur")
    page.goto(f"{app.url}/salle/{room}/fin")
    page.wait_for_url("**/borne/fin")
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
