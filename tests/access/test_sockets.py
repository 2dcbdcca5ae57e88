"""`/sse` and `/ws/salle` of the real application: nobody, another's ticket, another's pass, another's site."""

from __future__ import annotations

import contextlib
import json

import httpx
import pytest
from websockets.exceptions import ConnectionClosed, InvalidStatus
from websockets.sync.client import connect

from tests.browser.kit import App

pytestmark = pytest.mark.slow
SEED = "tests.browser.seed_patient:"


@pytest.fixture(scope="module")
def app(tmp_path_factory):
    app = App.fresh(tmp_path_factory.mktemp("sockets"))
    try:
        app.do("tests.browser.seed:small_town", on_duty=[])
        yield app.start()
    finally:
        app.close()


@pytest.fixture(scope="module")
def case(app):
    """Jeanne in call with Dre Vasseur, Paul in line."""
    seen = app.do(SEED + "in_line", name="jeanne")
    room = app.do(SEED + "take", ticket=seen["ticket"], name="vasseur")
    app.do(SEED + "opens", room=room, name="vasseur")
    paul = app.do(SEED + "in_line", name="paul")
    return {"jeanne": seen["ticket"], "paul": paul["ticket"], "room": room}


@contextlib.contextmanager
def enter(app, name):
    with httpx.Client(base_url=app.url) as client:
        client.get("/connexion")
        headers = {"X-CSRFToken": client.cookies["csrftoken"], "Referer": app.url}
        assert client.post(f"/demo/entrer/{name}", headers=headers).status_code == 302
        yield client


def stream_status(client, path):
    with client.stream("GET", path, timeout=5) as answer:
        return answer.status_code


def test_stream_opens_for_ones_own_ticket_alone(app, case):
    answers = {}
    with httpx.Client(base_url=app.url) as nobody:
        answers["nobody"] = stream_status(nobody, f"/sse?ticket={case['jeanne']}")
    for name in ("jeanne", "paul", "vasseur", "admin"):
        with enter(app, name) as client:
            for whose in ("jeanne", "paul"):
                answers[name, whose] = stream_status(client, f"/sse?ticket={case[whose]}")
            answers[name, "nonsense"] = stream_status(client, "/sse?ticket=%00rien")
    assert answers == {
        "nobody": 401,
        ("jeanne", "jeanne"): 200, ("jeanne", "paul"): 404, ("jeanne", "nonsense"): 404,
        ("paul", "jeanne"): 404, ("paul", "paul"): 200, ("paul", "nonsense"): 404,
        ("vasseur", "jeanne"): 404, ("vasseur", "paul"): 404, ("vasseur", "nonsense"): 404,
        ("admin", "jeanne"): 404, ("admin", "paul"): 404, ("admin", "nonsense"): 404,
    }  # fmt: skip


def test_stream_ends_for_a_session_that_left(app):
    with enter(app, "paul") as client:
        kept = dict(client.cookies)
        client.post("/deconnexion", headers={"X-CSRFToken": kept["csrftoken"], "Referer": app.url})
    with httpx.Client(base_url=app.url, cookies=kept) as stale:
        assert stream_status(stale, "/sse") == 401


def hello(app, token, origin=None):
    """The first answer of the room, or the code it closes with."""
    try:
        with connect(
            app.url.replace("http", "ws") + "/ws/salle", origin=origin or app.url, close_timeout=1
        ) as wire:
            with contextlib.suppress(ConnectionClosed):
                wire.send(json.dumps({"type": "hello", "token": token, "tab": "t"}))
            return json.loads(wire.recv(timeout=5))["type"]
    except ConnectionClosed as closed:
        return closed.rcvd.code if closed.rcvd else 0
    except InvalidStatus as refused:
        return refused.response.status_code


def test_room_opens_for_a_living_pass_of_a_member_from_our_pages(app, case):
    given = app.do("tests.access.seed:passes", room=case["room"])
    answers = {name: hello(app, token) for name, token in given.items()}
    answers["nothing"] = hello(app, "")
    answers["forged"] = hello(app, given["good"][:-3] + "abc")
    answers["other site"] = hello(app, given["good"], origin="https://ailleurs.example")
    app.do(SEED + "ends", room=case["room"], name="vasseur")
    answers["closed room"] = hello(app, given["good"])
    assert answers.pop("closed room") in (4003, 4004)
    assert answers == {
        "good": "welcome", "expired": 4010, "forged": 4010, "foreign": 4003, "nothing": 1008, "other site": 403,
    }  # fmt: skip
