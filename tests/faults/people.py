"""Someone at a machine: a session by HTTP with the served application, and acts done at the same moment."""

from __future__ import annotations

import contextlib
import re
import threading
from collections.abc import Callable, Iterator
from typing import Any

import httpx

from tests.browser.kit import App


class Machine(httpx.Client):
    """A browser's session, without its screen."""

    def send_form(self, path: str, data: dict[str, Any] | None = None, accept: str = "*/*") -> httpx.Response:
        headers = {"X-CSRFToken": self.cookies["csrftoken"], "Referer": str(self.base_url), "Accept": accept}
        return self.post(path, data=data or {}, headers=headers)


@contextlib.contextmanager
def enter(app: App, name: str) -> Iterator[Machine]:
    with Machine(base_url=app.url, timeout=30) as machine:
        machine.get("/connexion")
        answer = machine.send_form(f"/demo/entrer/{name}")
        assert answer.status_code == 302, answer.status_code
        yield machine


def at_once(*acts: Callable[[], Any]) -> list[Any]:
    """What each act answers; all begin together."""
    answers: list[Any] = [None] * len(acts)
    gate = threading.Barrier(len(acts))

    def run(number: int, act: Callable[[], Any]) -> None:
        gate.wait(10)
        answers[number] = act()

    threads = [threading.Thread(target=run, args=pair) for pair in enumerate(acts)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    return answers


def room_of(answer: httpx.Response) -> str:
    """The room that this answer leads to; empty when it does not."""
    found = re.search(r"/cabinet/salle/([0-9a-f-]{36})$", answer.headers.get("Location", ""))
    return found[1] if found else ""
