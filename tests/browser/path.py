"""The patient's path walked in a browser, page by page, as a person fills it in.

for name in walk(page, app): …     # yields at each page, before it is answered; « file » is the waiting room
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any

from tests.browser.kit import App

WITH_STEPS = ("signes", "lieu", "pour-qui", "motif", "medecin-traitant", "identite", "code", "traits", "prix", "sante",
              "consentements", "test", "pret")  # fmt: skip


def press(page: Any, name: str) -> None:
    """The page's main button, and the page after it."""
    page.get_by_role("main").get_by_role("button", name=name, exact=True).click()
    page.wait_for_load_state("load")


def walk(page: Any, app: App, *, address: str, upto: str = "file") -> Iterator[str]:
    """From « Consulter maintenant » on the start page to the waiting room."""
    page.goto(app.url + "/")
    yield "accueil"
    page.get_by_role("link", name="Consulter maintenant").click()
    page.wait_for_url("**/consulter/signes")
    answers = {
        "signes": lambda: [box.check() for box in page.locator("input[value=no]").all()],
        "lieu": lambda: _fill(page, town="Valbrune", detail="4 rue des Lavoirs", phone="06 39 98 00 42"),
        "pour-qui": lambda: page.get_by_label("Moi", exact=True).check(),
        "motif": lambda: page.get_by_label("Peau, bouton, éruption").check(),
        "medecin-traitant": lambda: page.locator("input[name=answer][value=none]").check(),
        "identite": lambda: _fill(page, address=address),
        "code": lambda: _fill(page, code=app.last_code(address)),
        "traits": lambda: _traits(page),
        "prix": lambda: page.locator("input[name=cover][value=nothing]").check(),
        "sante": lambda: _fill(page, allergies="Pénicilline"),
        "consentements": lambda: page.locator("#id_care").check(),
        "test": lambda: None,
        "pret": lambda: None,
    }
    buttons = {
        "identite": "Recevoir un code",
        "code": "Entrer avec ce code",
        "test": "Passer le test",
        "pret": "Entrer dans la file",
    }
    yield from answer_steps(page, WITH_STEPS, answers, buttons, upto=upto)


def answer_steps(
    page: Any,
    names: Iterable[str],
    answers: Mapping[str, Callable[[], Any]],
    buttons: Mapping[str, str],
    *,
    upto: str,
) -> Iterator[str]:
    """Yields at each page, then answers it and goes on, to the waiting room."""
    for name in names:
        yield name
        if name == upto:
            return
        answers[name]()
        press(page, buttons.get(name, "Continuer"))
    page.wait_for_url("**/attente/*")
    yield "file"


def _fill(page: Any, **fields: str) -> None:
    for name, text in fields.items():
        page.fill(f"#id_{name}", text)


def _traits(page: Any) -> None:
    _fill(page, birth_given_names="Camille Rose", birth_name="Durand", birth_date="17/05/1990")
    page.get_by_label("féminin").check()
