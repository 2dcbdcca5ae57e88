"""The call in real browsers: fake cameras, real signalling, real coturn, a server that is really killed."""

import json
import shutil
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Error, Page

from toubib.consultation.tests.harness import SECRET, kept
from toubib.consultation.tests.server import Server
from toubib.consultation.turn import start_test_relay

pytestmark = pytest.mark.browser

ARGS = [
    "--use-fake-device-for-media-stream=device-count=3",  # the second one is a depth camera that WebRTC cannot send
    "--use-fake-ui-for-media-stream",
    "--no-sandbox",
    "--disable-gpu",
    "--autoplay-policy=no-user-gesture-required",
    "--allow-loopback-in-peer-connection",
    "--disable-features=WebRtcHideLocalIpsWithMdns",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
]
PEERS = """() => Object.fromEntries([...(document.getElementById('call')?.call?.room.people ?? [])].map(([id, one]) => [id, {
  state: one.peer.pc?.connectionState, signaling: one.peer.pc?.signalingState, conn: one.peer.conn,
  width: one.tile.video.videoWidth, height: one.tile.video.videoHeight, here: one.here,
  second: one.second?.video.videoWidth ?? 0, secondTile: one.second !== null, caption: one.tile.caption.textContent,
  shown: one.tile.state.textContent, candidate: [...(one.peer.pc?.localDescription?.sdp ?? '').matchAll(/ typ (\\w+)/g)].map((m) => m[1])}]))"""
FRAMES = """async () => { const found = {};
  for (const [id, { peer }] of document.getElementById('call')?.call?.room.people ?? []) {
    const stats = [...((await peer.pc?.getStats()) ?? new Map()).values()];
    found[id] = stats.filter((s) => s.type === 'inbound-rtp' && s.kind === 'video').reduce((n, s) => n + (s.framesDecoded ?? 0), 0);
  } return found; }"""


@pytest.fixture
def chromium(browser_with: Callable[..., Browser]) -> Browser:
    return browser_with(*ARGS)


@pytest.fixture
def server(tmp_path: Path) -> Iterator[Server]:
    server = Server(tmp_path).start()
    yield server
    server.kill()


@pytest.fixture
def enter(chromium: Browser) -> Iterator[Callable[..., Page]]:
    contexts, errors = [], []

    def open_page(server: Server, person: str, mode: str = "") -> Page:
        context = chromium.new_context(viewport={"width": 640, "height": 480})
        contexts.append(context)
        page = context.new_page()
        page.on("pageerror", lambda error: errors.append(str(error)))
        page.goto(f"{server.url}/salle?p={person}&mode={mode}")
        return page

    yield open_page
    for context in contexts:
        context.close()
    assert errors == []


def until(check: Callable[[], Any], seconds: float = 15) -> Any:
    last: Any = None
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        with suppress(KeyError, Error):
            last = check()
            if last:
                return last
        time.sleep(0.1)
    raise AssertionError(f"not within {seconds} s, last: {last!r}")


def see(page: Page, *others: str, seconds: float = 20) -> None:
    """Wait until frames of all the others grow on this page, and nobody else is shown."""

    def grown() -> bool:
        first = page.evaluate(FRAMES)
        page.wait_for_timeout(400)
        second = page.evaluate(FRAMES)
        return set(second) == set(others) and all(second[one] > first.get(one, 0) for one in others)

    until(grown, seconds)


def notice(page: Page) -> str:
    box = page.locator("[data-notice]")
    return box.get_attribute("data-kind") or "" if box.is_visible() else ""


def test_call_of_two_shows_both_with_name_role_and_rpps(server: Server, enter: Callable[..., Page]) -> None:
    odile, salome = enter(server, "odile"), enter(server, "salome")
    see(odile, "salome")
    see(salome, "odile")

    assert odile.evaluate(PEERS)["salome"]["caption"] == "Dre Salomé Vasseur, médecin · RPPS 99900004211"
    assert salome.evaluate(PEERS)["odile"]["caption"] == "Odile Ferrand, patient"
    assert odile.locator("[data-alone]").is_hidden()
    assert (notice(odile), notice(salome)) == ("", "")


def test_seconds_of_video_are_told_to_the_server_and_only_grow(
    server: Server, enter: Callable[..., Page]
) -> None:
    odile, salome = enter(server, "odile"), enter(server, "salome")
    see(odile, "salome")
    until(lambda: len(kept(server.folder, "measures")) >= 2)
    odile.reload()
    see(odile, "salome")
    measures = until(lambda: len(kept(server.folder, "measures")) >= 5 and kept(server.folder, "measures"))

    mine = [line for line in measures if line["p"] == "odile"]
    assert [line["seq"] for line in mine] == list(range(1, len(mine) + 1))
    seconds = [peer["video_seconds"] for line in mine for peer in line["peers"]]
    assert seconds == sorted(seconds) and seconds[-1] >= 2
    assert {frozenset(line) for line in measures} == {frozenset({"p", "seq", "peers", "sent_at"})}
    assert set(mine[-1]["peers"][0]) == {"participant", "video_seconds", "audio_seconds", "relay"}
    see(salome, "odile")


def test_four_people_all_see_each_other_in_small_pictures(server: Server, enter: Callable[..., Page]) -> None:
    people = ("odile", "salome", "karim", "lucie")
    pages = {}
    for person in people[:3]:
        pages[person] = enter(server, person)
    for person in people[:3]:
        see(pages[person], *(one for one in people[:3] if one != person), seconds=40)
    pages["lucie"] = enter(server, "lucie")
    for person in people:
        see(pages[person], *(one for one in people if one != person), seconds=60)
    sizes = until(lambda: _small_everywhere(pages), 30)
    assert sizes <= SMALL

    pages["lucie"].get_by_role("button", name="Raccrocher").click()
    pages["lucie"].wait_for_url("**/after")
    see(pages["salome"], "odile", "karim", seconds=30)


SMALL = {160, 320}  # 320 is asked for; a browser short of CPU halves it by itself, and sound goes first


def _small_everywhere(pages: dict[str, Page]) -> set[int]:
    widths = {one["width"] for page in pages.values() for one in page.evaluate(PEERS).values()}
    return widths if max(widths) <= 320 else set()


@pytest.mark.skipif(shutil.which("turnserver") is None, reason="coturn is not installed")
def test_professionals_go_through_the_relay_alone_and_four_people_by_relay_only(
    tmp_path: Path, enter: Callable[..., Page]
) -> None:
    with start_test_relay(folder=tmp_path, secret=SECRET) as relay:
        server = Server(tmp_path, relay.urls).start()
        try:
            odile, salome = enter(server, "odile", "relay"), enter(server, "salome")
            see(odile, "salome")
            see(salome, "odile")
            for page, other in ((odile, "salome"), (salome, "odile")):
                assert set(page.evaluate(PEERS)[other]["candidate"]) == {"relay"}
            told = until(lambda: [line for line in kept(tmp_path, "measures") if line["p"] == "salome"])
            assert told[-1]["peers"][0]["relay"] is True

            pages = {"odile": odile, "salome": salome}
            pages |= {"karim": enter(server, "karim"), "lucie": enter(server, "lucie", "relay")}
            for person, page in pages.items():
                see(page, *(one for one in pages if one != person), seconds=60)
            assert until(lambda: _small_everywhere(pages), 30) <= SMALL
        finally:
            server.kill()


def test_socket_dropped_at_once_with_a_restart_of_ice_is_in_step_again(
    server: Server, enter: Callable[..., Page]
) -> None:
    odile, salome = enter(server, "odile"), enter(server, "salome")
    see(odile, "salome")
    see(salome, "odile")
    conn = odile.evaluate(PEERS)["salome"]["conn"]
    for _ in range(3):
        for page in (odile, salome):
            page.evaluate(
                "() => { const { room, signaling } = call.call; room.restart(); signaling.socket.close(); }"
            )
        for page, other in ((odile, "salome"), (salome, "odile")):
            until(lambda page=page: page.evaluate("call.call.signaling.open"), 5)
            until(lambda page=page, other=other: page.evaluate(PEERS)[other]["signaling"] == "stable", 5)
            see(page, other)
    assert odile.evaluate(PEERS)["salome"]["conn"] == conn, "the connection was kept"


def test_twenty_changes_from_both_sides_at_once_end_well(server: Server, enter: Callable[..., Page]) -> None:
    odile, salome = enter(server, "odile"), enter(server, "salome")
    see(odile, "salome")
    see(salome, "odile")
    for _ in range(20):
        for page in (odile, salome):
            page.evaluate("() => { call.call.room.restart(); }")
    for page, other in ((odile, "salome"), (salome, "odile")):
        until(lambda page=page, other=other: page.evaluate(PEERS)[other]["signaling"] == "stable", 10)
        see(page, other)


def test_server_killed_and_started_again_leaves_the_picture_and_catches_up(
    server: Server, enter: Callable[..., Page]
) -> None:
    odile, salome = enter(server, "odile"), enter(server, "salome")
    see(odile, "salome")
    see(salome, "odile")
    conns = [odile.evaluate(PEERS)["salome"]["conn"], salome.evaluate(PEERS)["odile"]["conn"]]
    server.kill()
    until(lambda: notice(odile) == "server" and notice(salome) == "server", 8)
    see(odile, "salome")
    odile.get_by_label("Votre message").fill("Vous m’entendez ?")
    odile.get_by_role("button", name="Envoyer").click()
    assert "sera envoyé" in odile.locator("[data-chat-list]").inner_text()
    time.sleep(3)

    server.start()
    until(lambda: notice(odile) == "" and notice(salome) == "", 5)
    until(lambda: "Vous m’entendez ?" in salome.locator("[data-chat-list]").inner_text(), 5)
    assert "sera envoyé" not in odile.locator("[data-chat-list]").inner_text()
    assert [line["text"] for line in kept(server.folder, "messages")] == ["Vous m’entendez ?"]
    see(salome, "odile")
    assert [odile.evaluate(PEERS)["salome"]["conn"], salome.evaluate(PEERS)["odile"]["conn"]] == conns


def test_reload_of_either_side_and_of_both_brings_the_picture_back(
    server: Server, enter: Callable[..., Page]
) -> None:
    odile, salome = enter(server, "odile"), enter(server, "salome")
    see(odile, "salome")
    for reloaded in ([odile], [salome], [odile, salome]):
        for page in reloaded:
            page.reload(wait_until="commit")
        see(odile, "salome")
        see(salome, "odile")


def test_second_tab_takes_the_call_and_the_first_says_so(server: Server, enter: Callable[..., Page]) -> None:
    odile, salome = enter(server, "odile"), enter(server, "salome")
    see(salome, "odile")
    again = enter(server, "odile")
    until(lambda: notice(odile) == "ended")
    assert "autre fenêtre" in odile.locator("[data-notice-text]").inner_text()
    see(again, "salome")
    see(salome, "odile")

    odile.get_by_role("button", name="Reprendre ici").click()
    see(odile, "salome")
    until(lambda: notice(again) == "ended")


def test_person_who_closes_the_tab_is_gone_and_comes_back_later(
    server: Server, enter: Callable[..., Page]
) -> None:
    odile, salome = enter(server, "odile"), enter(server, "salome")
    see(salome, "odile")
    odile.close()
    until(lambda: salome.evaluate(PEERS) == {}, 30)
    assert (notice(salome), salome.locator("[data-alone]").is_visible()) == ("", True)
    see(enter(server, "odile"), "salome")
    see(salome, "odile")


def test_removed_person_is_told_and_closed_room_leads_on(server: Server, enter: Callable[..., Page]) -> None:
    odile, salome = enter(server, "odile"), enter(server, "salome")
    see(salome, "odile")
    lucie = enter(server, "lucie")
    see(salome, "odile", "lucie")
    server.publish(json.dumps({"event": "removed", "participant": "lucie"}).encode())
    until(lambda: notice(lucie) == "ended")
    see(salome, "odile")
    server.publish(b'{"event": "closed"}')
    for page in (odile, salome):
        page.wait_for_url("**/after")


def test_camera_off_is_said_and_counts_no_video(server: Server, enter: Callable[..., Page]) -> None:
    odile, salome = enter(server, "odile"), enter(server, "salome")
    see(salome, "odile")
    odile.get_by_role("button", name="Caméra", exact=True).click()
    until(lambda: "arrêtée par la personne" in salome.evaluate(PEERS)["odile"]["shown"])
    salome.wait_for_timeout(1200)
    before = salome.evaluate(FRAMES)["odile"]
    salome.wait_for_timeout(1500)
    assert salome.evaluate(FRAMES)["odile"] == before
    assert notice(salome) == ""

    odile.get_by_role("button", name="Caméra", exact=True).click()
    see(salome, "odile")
    until(lambda: salome.evaluate(PEERS)["odile"]["shown"] == "")


def test_doctor_asks_for_the_second_camera_and_gets_it_once_the_patient_agrees(
    server: Server, enter: Callable[..., Page]
) -> None:
    odile, salome = enter(server, "odile"), enter(server, "salome")
    see(salome, "odile")
    select = salome.locator("[data-control=source]")
    until(lambda: select.locator("option").count() == 3)
    select.select_option(index=2)
    odile.get_by_role("button", name="Accepter").click()
    until(lambda: salome.evaluate(PEERS)["odile"]["second"] > 0)
    select.select_option(index=0)
    until(lambda: not salome.evaluate(PEERS)["odile"]["secondTile"])
    see(salome, "odile")


def test_dead_connection_is_made_anew_by_the_newest_side(server: Server, enter: Callable[..., Page]) -> None:
    odile, salome = enter(server, "odile"), enter(server, "salome")
    see(odile, "salome")
    see(salome, "odile")
    conn = odile.evaluate(PEERS)["salome"]["conn"]
    salome.evaluate("() => { for (const { peer } of call.call.room.people.values()) peer.pc.close(); }")
    until(lambda: notice(odile) == "media" or odile.evaluate(PEERS)["salome"]["conn"] != conn, 30)
    until(lambda: odile.evaluate(PEERS)["salome"]["conn"] != conn, 30)
    see(odile, "salome")
    see(salome, "odile")


def test_person_without_camera_still_talks_and_is_told(server: Server, chromium: Browser) -> None:
    context = chromium.new_context()
    page = context.new_page()
    page.add_init_script(
        """const real = navigator.mediaDevices.getUserMedia.bind(navigator.mediaDevices);
        navigator.mediaDevices.getUserMedia = (wish) => wish.video
          ? Promise.reject(new DOMException('none', 'NotFoundError')) : real(wish);"""
    )
    page.goto(f"{server.url}/salle?p=odile")
    other = context.new_page()
    other.goto(f"{server.url}/salle?p=salome")
    see(page, "salome")
    assert "Aucune caméra" in page.locator("[data-notice-text]").inner_text()
    until(lambda: "Image arrêtée" in other.evaluate(PEERS)["odile"]["shown"])
    until(lambda: other.evaluate("call.call.measure.totals.get('odile')?.audio_seconds ?? 0") >= 1)
    assert other.evaluate("call.call.measure.totals.get('odile').video_seconds") == 0
    context.close()


def test_device_test_names_each_step_and_what_failed(server: Server, chromium: Browser) -> None:
    context = chromium.new_context(permissions=[])
    page = context.new_page()
    page.goto(f"{server.url}/test")
    page.get_by_role("button", name="Tester mon appareil").click()
    until(lambda: kept(server.folder, "result"), 40)
    steps = {one["step"]: one["status"] for one in kept(server.folder, "result")[0]["steps"]}
    assert steps == {
        "browser": "ok",
        "permission": "ok",
        "microphone": "ok",
        "camera": "ok",
        "devices": "ok",
        "speaker": "hear",
        "server": "ok",
        "socket": "ok",
        "webrtc": "ok",
        "relay": "skipped",
    }
    page.get_by_role("button", name="J’ai entendu le son").click()
    with page.expect_download() as download:
        page.get_by_role("button", name="Télécharger le rapport").click()
    report = Path(download.value.path()).read_text("utf-8")
    assert "speaker: ok" in report and "relay: skipped" in report
    context.close()
