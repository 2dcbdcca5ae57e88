"""The room over real sockets: who comes in, what passes, what floods do to the others."""

import asyncio
import contextlib
import json
import time
import urllib.request
from datetime import UTC, datetime
from typing import Any

import pytest
from websockets.exceptions import ConnectionClosed, InvalidStatus
from websockets.sync.client import ClientConnection, connect

from toubib.consultation.signalling import Signalling, same_site
from toubib.consultation.tests.harness import Topics
from toubib.consultation.tests.server import Server
from toubib.consultation.tokens import make_room_token

ANSWER = {"conn": "c1", "description": {"type": "offer", "sdp": "v=0\r\n"}, "second": ""}


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    server = Server(tmp_path_factory.mktemp("harness"), grace=0.6).start()
    yield server
    server.kill()


OPEN = contextlib.ExitStack()


@pytest.fixture(autouse=True)
def empty_room(server):
    yield
    OPEN.close()
    server.reset()


def dial(server: Server, origin: str | None = "") -> ClientConnection:
    address = server.url.replace("http", "ws") + "/ws/salle"
    origin = server.url if origin == "" else origin
    return OPEN.enter_context(
        connect(address, origin=origin, max_size=None, compression=None, close_timeout=1)
    )


class Page:
    """One page of one person, as the browser's script speaks."""

    def __init__(
        self, server: Server, person: str, tab: str = "tab-1", since: int = 0, token: str = ""
    ) -> None:
        self.server, self.person = server, person
        self.socket = dial(server)
        token = token or pass_of(server, person)
        self.say(type="hello", token=token, tab=tab, **({"since": since} if since else {}))

    def say(self, **message: Any) -> None:
        self.socket.send(json.dumps(message))

    def hear(self, seconds: float = 3) -> dict[str, Any]:
        return json.loads(self.socket.recv(timeout=seconds))

    def hear_until(self, kind: str) -> dict[str, Any]:
        while True:
            message = self.hear()
            if message["type"] == kind:
                return message

    def closed(self) -> int:
        with contextlib.suppress(TimeoutError):
            while True:
                try:
                    self.socket.recv(timeout=5)
                except ConnectionClosed as closed:
                    return closed.rcvd.code if closed.rcvd else 0
        raise AssertionError("still open")


def pass_of(server: Server, person: str) -> str:
    with urllib.request.urlopen(f"{server.url}/credentials?p={person}", timeout=2) as answer:
        return json.loads(answer.read())["token"]


def words(messages: list[dict[str, Any]]) -> list[str]:
    return [message["type"] for message in messages]


def test_members_hear_who_is_there_and_who_comes(server):
    odile = Page(server, "odile")
    welcome = odile.hear()
    assert (welcome["type"], welcome["you"]["participant"], welcome["members"]) == ("welcome", "odile", [])
    salome = Page(server, "salome")
    joined, welcome = odile.hear(), salome.hear()
    assert [member["participant"] for member in welcome["members"]] == ["odile"]
    assert joined["member"] == {**welcome["you"]}
    assert {**joined["member"], "since": 0} == {
        "participant": "salome",
        "role": "practitioner",
        "name": "Dre Salomé Vasseur",
        "rpps": "99900004211",
        "side": "professional",
        "tab": "tab-1",
        "since": 0,
        "here": True,
        "state": {},
    }
    assert joined["member"]["since"] > welcome["members"][0]["since"], "the newcomer makes the first offer"


def test_signal_passes_to_the_one_named_and_to_nobody_else(server):
    odile, salome, karim = (Page(server, one) for one in ("odile", "salome", "karim"))
    for page in (odile, salome, karim):
        page.hear_until("welcome")
    odile.say(type="signal", to="salome", data=ANSWER)
    assert salome.hear_until("signal") == {"type": "signal", "data": ANSWER, "from": "odile", "tab": "tab-1"}
    odile.say(type="signal", to="nobody", data=ANSWER)
    assert odile.hear_until("error") == {"type": "error", "code": "absent", "to": "nobody"}
    karim.say(type="ping")
    heard = [karim.hear()]
    while heard[-1]["type"] != "pong":
        heard.append(karim.hear())
    assert "signal" not in words(heard)


def test_state_is_told_to_the_others_and_to_who_comes_later(server):
    odile, salome = Page(server, "odile"), Page(server, "salome")
    salome.hear_until("welcome")
    odile.say(type="state", mic=True, camera=False)
    assert salome.hear_until("state") == {
        "type": "state",
        "state": {"mic": True, "camera": False},
        "from": "odile",
    }
    karim = Page(server, "karim")
    states = {card["participant"]: card["state"] for card in karim.hear_until("welcome")["members"]}
    assert states == {"odile": {"mic": True, "camera": False}, "salome": {}}


def test_request_passes_from_a_professional_alone(server):
    odile, salome = Page(server, "odile"), Page(server, "salome")
    salome.hear_until("welcome")
    salome.say(type="request", to="odile", what="full_audio", on=True)
    request = odile.hear_until("request")
    assert (request["what"], request["on"], request["from"]) == ("full_audio", True, "salome")
    odile.say(type="request", to="salome", what="full_audio", on=True)
    assert odile.hear_until("error")["code"] == "shape"


def test_page_of_another_site_is_refused(server):
    for origin in ("https://evil.test", "http://127.0.0.1:1", None):
        with pytest.raises(InvalidStatus) as refused:
            dial(server, origin)
        assert refused.value.response.status_code == 403


@pytest.mark.parametrize("token", ["forged", "a:b:c", "x" * 2000])
def test_hello_without_a_pass_of_ours_is_closed(server, token):
    assert Page(server, "odile", token=token).closed() == 4010


@pytest.mark.parametrize("text", ["", "{", '{"type": "ping"}', '{"type": "hello"}', "x" * 100_000])
def test_first_message_that_is_no_hello_is_closed(server, text):
    page = dial(server)
    page.send(text)
    with pytest.raises(ConnectionClosed) as closed:
        page.recv(timeout=5)
    assert closed.value.rcvd.code == 1008


def test_fifth_person_finds_the_room_full(server):
    pages = [Page(server, one) for one in ("odile", "salome", "karim", "lucie")]
    for page in pages:
        page.hear_until("welcome")
    assert Page(server, "fifth").closed() == 4008
    pages[0].say(type="ping")
    assert pages[0].hear_until("pong") == {"type": "pong"}


def test_newer_tab_takes_the_place_and_the_older_does_not_take_it_back(server):
    salome = Page(server, "salome")
    first = Page(server, "odile", tab="one")
    since = first.hear_until("welcome")["you"]["since"]
    second = Page(server, "odile", tab="two")
    second.hear_until("welcome")
    assert first.closed() == 4001
    assert Page(server, "odile", tab="one", since=since).closed() == 4001
    assert [salome.hear_until("joined")["member"]["tab"] for _ in range(2)] == ["one", "two"]
    second.say(type="ping")
    assert second.hear_until("pong") == {"type": "pong"}


def test_same_tab_that_comes_back_keeps_its_order_and_was_never_gone(server):
    salome, odile = Page(server, "salome"), Page(server, "odile", tab="one")
    you = odile.hear_until("welcome")["you"]
    salome.hear_until("joined")
    odile.socket.close()
    again = Page(server, "odile", tab="one", since=you["since"])
    assert again.hear_until("welcome")["you"] == you
    assert salome.hear_until("joined")["member"] == you
    time.sleep(0.8)
    salome.say(type="ping")
    assert salome.hear()["type"] == "pong", "no word of leaving"


def test_order_outlives_the_server_when_pages_say_it_again(server):
    odile = Page(server, "odile").hear_until("welcome")["you"]["since"]
    salome = Page(server, "salome").hear_until("welcome")["you"]["since"]
    server.kill()
    server.start()
    doctor = Page(server, "salome", since=salome)
    doctor.hear_until("welcome")
    patient = Page(server, "odile", since=odile)
    assert patient.hear_until("welcome")["you"]["since"] == odile < salome
    assert doctor.hear_until("joined")["member"]["since"] == odile


def test_absence_is_told_after_the_grace_and_goodbye_at_once(server):
    salome, odile, karim = Page(server, "salome"), Page(server, "odile"), Page(server, "karim")
    odile.hear_until("welcome")
    karim.hear_until("welcome")
    odile.socket.close()
    assert salome.hear_until("left") == {"type": "left", "participant": "odile", "reason": "lost"}
    karim.say(type="bye")
    assert salome.hear_until("left") == {"type": "left", "participant": "karim", "reason": "bye"}
    assert karim.closed() == 1000


def test_removed_person_goes_and_does_not_come_back_with_the_same_pass(server):
    salome, lucie = Page(server, "salome"), Page(server, "lucie")
    lucie.hear_until("welcome")
    server.publish(b'{"event": "removed", "participant": "lucie"}')
    assert lucie.closed() == 4003
    assert salome.hear_until("left")["reason"] == "removed"
    assert salome.hear_until("news") == {"type": "news", "event": "removed", "participant": "lucie"}
    assert Page(server, "lucie").closed() == 4003


def test_closed_room_lets_everyone_go_and_nobody_in(server):
    salome, odile = Page(server, "salome"), Page(server, "odile")
    for page in (salome, odile):
        page.hear_until("welcome")
    server.publish(b'{"event": "closed"}')
    assert (salome.closed(), odile.closed()) == (4004, 4004)
    assert Page(server, "odile").closed() == 4004


def test_news_of_the_room_reach_its_members(server):
    odile = Page(server, "odile")
    odile.hear_until("welcome")
    server.publish(b'{"event": "chat", "message": "m1"}')
    assert odile.hear_until("news") == {"type": "news", "event": "chat", "message": "m1"}


def test_five_messages_of_the_wrong_shape_close_the_socket(server):
    odile = Page(server, "odile")
    odile.hear_until("welcome")
    for _ in range(5):
        odile.say(type="signal", to="salome", data={"conn": "c", "candidate": "x"})
    assert [odile.hear() for _ in range(5)] == [{"type": "error", "code": "shape"}] * 5
    assert odile.closed() == 1008


@pytest.mark.parametrize("size", [70_000, 1024 * 1024])
def test_too_long_a_message_closes_its_own_socket_only(server, size):
    salome, odile = Page(server, "salome"), Page(server, "odile")
    salome.hear_until("welcome")
    odile.hear_until("welcome")
    with contextlib.suppress(ConnectionClosed):
        odile.socket.send("x" * size)
    assert odile.closed() == 1009
    salome.say(type="ping")
    assert salome.hear_until("pong") == {"type": "pong"}


def test_flood_is_warned_then_closed_and_the_others_do_not_notice(server):
    salome, karim, odile = Page(server, "salome"), Page(server, "karim"), Page(server, "odile")
    for page in (salome, karim, odile):
        page.hear_until("welcome")
    with contextlib.suppress(ConnectionClosed):
        for _ in range(3000):
            odile.say(type="ping")
    started = time.monotonic()
    salome.say(type="signal", to="karim", data=ANSWER)
    assert karim.hear_until("signal")["from"] == "salome"
    assert time.monotonic() - started < 1
    heard: list[str] = []
    try:
        while True:
            heard.append(json.dumps(odile.hear()))
    except ConnectionClosed as closed:
        assert closed.rcvd is not None and closed.rcvd.code == 1008
    assert heard.count('{"type": "error", "code": "rate"}') == 1
    assert heard.count('{"type": "pong"}') < 260


class Wire:
    """One socket without a network, for what the harness does not do."""

    def __init__(self, app: Signalling, now: datetime, *, client: str = "", silent: bool = False) -> None:
        token = make_room_token(
            room_id="r", participant_id="odile", role="patient", name="O", rpps="", side="patient", now=now
        )
        self.incoming: asyncio.Queue[dict[str, Any]] = asyncio.Queue()
        self.sent: list[dict[str, Any]] = []
        self.incoming.put_nowait({"type": "websocket.connect"})
        hello = json.dumps({"type": "hello", "token": token, "tab": "t"})
        if not silent:
            self.incoming.put_nowait({"type": "websocket.receive", "text": hello})
        scope = {"type": "websocket", "headers": [], **({"client": (client, 4000)} if client else {})}
        self.task = asyncio.ensure_future(app(scope, self.incoming.get, self.send))

    async def send(self, message: dict[str, Any]) -> None:
        self.sent.append(message)
        if message["type"] == "websocket.close":
            self.incoming.put_nowait({"type": "websocket.disconnect"})

    async def code(self) -> int | None:
        await asyncio.wait({self.task}, timeout=1)
        return self.sent[-1].get("code")


def test_silent_sockets_of_one_address_close_the_door_to_that_address_alone():
    now = datetime(2026, 11, 21, 14, tzinfo=UTC)

    async def scene() -> list[object]:
        app = Signalling(hub=Topics(), origin_allowed=lambda *_: True, now=lambda: now)
        silent = []
        for _ in range(25):
            silent.append(Wire(app, now, client="203.0.113.7", silent=True))
            await asyncio.sleep(0)
        await asyncio.sleep(0.1)
        kinds = [wire.sent[-1]["type"] for wire in silent]
        other = Wire(app, now, client="198.51.100.1")
        await asyncio.sleep(0.2)
        seen = [kinds.count("websocket.accept"), silent[-1].sent[-1].get("code")]
        seen.append(json.loads(other.sent[1]["text"])["type"])
        for wire in [*silent[:20], other]:
            wire.incoming.put_nowait({"type": "websocket.disconnect"})
        await asyncio.wait([wire.task for wire in [*silent, other]], timeout=3)
        return [*seen, dict(app.unnamed)]

    assert asyncio.run(scene()) == [20, 1013, "welcome", {}]


def test_hook_decides_who_comes_in_also_when_the_doctor_calls_again():
    now = datetime(2026, 11, 21, 14, tzinfo=UTC)
    allowed = [True]

    async def scene() -> list[int | None]:
        hub = Topics()
        app = Signalling(
            hub=hub, origin_allowed=lambda *_: True, now=lambda: now, admits=lambda _: allowed[0]
        )
        first = Wire(app, now)
        await asyncio.sleep(0.2)
        hub.tell("room:r", {"event": "closed"})
        codes = [await first.code()]
        allowed[0] = False
        codes.append(await Wire(app, now).code())
        allowed[0] = True
        again = Wire(app, now)
        await asyncio.sleep(0.2)
        codes.append(json.loads(again.sent[1]["text"])["type"] == "welcome" and None)
        again.incoming.put_nowait({"type": "websocket.disconnect"})
        await again.task
        return codes

    assert asyncio.run(scene()) == [4004, 4003, None]


def test_half_a_character_is_refused_and_the_other_goes_on(server):
    odile, salome = Page(server, "odile"), Page(server, "salome")
    salome.hear_until("welcome")
    odile.say(type="state", second="\ud800")
    assert odile.hear_until("error") == {"type": "error", "code": "shape"}
    salome.say(type="ping")
    assert salome.hear_until("pong") == {"type": "pong"}
    again = Page(server, "salome", tab="tab-2")
    assert [member["state"] for member in again.hear_until("welcome")["members"]] == [{}]


def test_page_whose_writer_died_is_let_go_and_named_in_the_log_without_content(caplog):
    now = datetime(2026, 11, 21, 14, tzinfo=UTC)

    class Broken(Wire):
        async def send(self, message):
            if "welcome" in message.get("text", ""):
                raise LookupError("secret words")
            await super().send(message)

    async def scene() -> list[int | None]:
        app = Signalling(hub=Topics(), origin_allowed=lambda *_: True, now=lambda: now)
        codes = [await Broken(app, now).code()]
        again = Wire(app, now)
        await asyncio.sleep(0.1)
        codes.append(json.loads(again.sent[1]["text"])["type"] == "welcome" and None)
        again.incoming.put_nowait({"type": "websocket.disconnect"})
        await again.task
        return codes

    assert asyncio.run(scene()) == [1011, None]
    assert [record.getMessage() for record in caplog.records] == ["the writer of a page died: LookupError"]


@pytest.mark.parametrize(
    ("origin", "host", "allowed"),
    [
        ("https://toubib.test", "anything", True),
        ("http://127.0.0.1:8000", "127.0.0.1:8000", True),
        ("http://127.0.0.1:8001", "127.0.0.1:8000", False),
        ("http://evil.test", "evil.test", False),
        ("null", "127.0.0.1:8000", False),
        ("", "", False),
        ("file://127.0.0.1:8000", "127.0.0.1:8000", False),
    ],
)
def test_site_is_ours_when_trusted_or_the_very_host(origin, host, allowed):
    ours = same_site(
        origin, host, trusted=["https://toubib.test"], host_allowed=lambda name: name == "127.0.0.1:8000"
    )
    assert ours is allowed
