"""The path at a kiosk walked in a browser, page by page, as a person fills it in.

for name in walk(page, app, phone=fresh_phone()): …   # yields at each page, before it is answered; « file » is the line
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from contextlib import suppress
from itertools import count
from typing import Any

from playwright.sync_api import Error

from tests.browser.kit import App
from tests.browser.path import answer_steps, press

UPRIGHT = {"width": 1080, "height": 1920}
NAME, GIVEN = "Zéphyrine-Kiosque", "Ondine"
BY_PHONE = ("telephone", "code")
BY_VOUCHER = ("sans-telephone",)
THEN = (
    "pour-qui",
    "motif",
    "medecin-traitant",
    "traits",
    "prix",
    "piece",
    "sante",
    "mesures",
    "consentements",
    "pret",
)
BUTTONS = {
    "telephone": "Recevoir un code",
    "code": "Entrer avec ce code",
    "sans-telephone": "Entrer avec ce code",
    "pret": "Entrer dans la file",
}  # fmt: skip
_phone = count(1)


def fresh_phone() -> str:
    number = next(_phone)
    return f"06 39 98 1{number // 100} {number % 100:02d}"


def start(page: Any, app: App, *, key: str) -> None:
    """The machine of this key has just started: its page at rest, tried and in order."""
    page.context.add_cookies([{"name": "toubib_borne", "value": key, "url": app.url, "httpOnly": True}])
    page.set_default_timeout(45_000)
    page.goto(app.url + "/borne?demarrage=1")
    page.wait_for_selector("[data-selftest][data-done]")


def walk(
    page: Any,
    app: App,
    *,
    phone: str = "",
    code: Callable[[], str] | None = None,
    child: bool = False,
    presence: str = "alone",
    first: str = "Voir un médecin",
    upto: str = "file",
) -> Iterator[str]:
    """From the page at rest to the waiting room. `code`: asked of the counter by who has no phone."""
    answers: dict[str, Callable[[], Any]] = {
        "telephone": lambda: page.fill("#id_phone", phone),
        "code": lambda: page.fill("#id_code", app.last_code("+33" + re.sub(r"\D", "", phone)[1:])),
        "sans-telephone": lambda: page.fill("#id_code", code() if code else ""),
        "pour-qui": lambda: page.locator(f"input[name=who][value={'child' if child else 'self'}]").check(),
        "motif": lambda: page.locator("input[name=key]").first.check(),
        "medecin-traitant": lambda: page.locator("input[name=answer][value=none]").check(),
        "traits": lambda: _traits(page, child=child),
        "prix": lambda: page.locator("input[name=cover][value=nothing]").check(),
        "piece": lambda: [page.locator(f"input[value={presence}]").check(), page.locator("#id_door").check()],
        "sante": lambda: None,
        "mesures": lambda: None,
        "consentements": lambda: page.locator("#id_care").check(),
        "pret": lambda: None,
    }
    yield "veille"
    press(page, first)
    yield "signes"
    for box in page.locator("input[value=no]").all():
        box.check()
    press(page, "Continuer")
    if code is not None:
        page.get_by_role("link", name="J’ai un code du comptoir").click()
        page.wait_for_url("**/borne/sans-telephone")
    names = (*(BY_PHONE if code is None else BY_VOUCHER), *THEN)
    yield from answer_steps(page, names, answers, BUTTONS, upto=upto)


def _traits(page: Any, *, child: bool) -> None:
    page.fill("#id_birth_given_names", GIVEN)
    page.fill("#id_birth_name", NAME)
    page.fill("#id_birth_date", "24/09/2019" if child else "17/05/1990")
    page.get_by_label("féminin").check()
    if child:
        page.locator("input[name=kind][value=parent]").check()
        page.fill("#id_adult_name", f"Aurore {NAME}")
        page.locator("#id_declared").check()


def to_the_end(page: Any, app: App, *, room: str) -> None:
    """The consultation is over: on SQLite the page does not hear it of another process; elsewhere it may be on its way."""
    with suppress(Error):
        page.goto(f"{app.url}/salle/{room}/fin")
    page.wait_for_url("**/borne/fin")


def left(page: Any) -> tuple[set[str], Any]:
    """What a browser keeps: names of cookies, storage, caches, databases."""
    cookies = {one["name"] for one in page.context.cookies() if one["value"]}
    kept = page.evaluate(
        "async () => [Object.keys(localStorage), Object.keys(sessionStorage).filter((k) => k !== 'kiosk.checks'),"
        " (await indexedDB.databases()).length]"
    )
    return cookies - {"csrftoken", "toubib_borne"}, kept
