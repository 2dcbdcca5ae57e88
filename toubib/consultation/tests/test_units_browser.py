"""« L’appareil n° 6 » in real browsers: lit beside the patient, its picture or sound with the doctor, also after a cut."""

from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Browser, Page

from toubib.consultation.tests import test_media_browser as media
from toubib.consultation.tests.server import Server
from toubib.consultation.tests.test_media_browser import PEERS, see, until

pytestmark = pytest.mark.browser
chromium, server, enter = media.chromium, media.server, media.enter
LIT = "() => document.getElementById('call').call.units.lit"
SOUND = """() => { const { label, kind } = document.getElementById('call').call.local.audio;
  const { echoCancellation, noiseSuppression, autoGainControl } = document.getElementById('call').call.local.audio.getSettings();
  return { label, kind, processing: [echoCancellation, noiseSuppression, autoGainControl] }; }"""
FRAMES = """async () => { const [{ peer }] = document.getElementById('call').call.room.people.values();
  const mid = peer.pc.getTransceivers().filter((one) => one.receiver.track.kind === 'video').at(-1).mid;
  const stats = [...(await peer.pc.getStats()).values()];
  return stats.find((one) => one.type === 'inbound-rtp' && one.kind === 'video' && one.mid === mid)?.framesDecoded ?? 0; }"""
TOLD = """() => { window.told = []; document.addEventListener('toubib:unit', (event) => window.told.push(event.detail)); }"""


def ask(page: Page, number: int) -> None:
    page.locator(f"[data-unit-button='{number}']").click()


@pytest.fixture
def pair(server: Server, enter: Callable[..., Page]) -> Iterator[tuple[Page, Page]]:
    odile, salome = enter(server, "odile", "kiosk"), enter(server, "salome")
    see(salome, "odile")
    until(lambda: salome.locator("[data-units]").is_visible())
    odile.evaluate(TOLD)
    yield odile, salome


def test_otoscope_lights_and_its_frames_arrive_until_it_is_put_back(pair: tuple[Page, Page]) -> None:
    odile, salome = pair
    ask(salome, 6)
    until(lambda: salome.evaluate(PEERS)["odile"]["second"] == 640)
    first = salome.evaluate(FRAMES)
    until(lambda: salome.evaluate(FRAMES) > first + 5)
    assert odile.evaluate(LIT) == 6
    assert salome.locator("[data-unit-button='6']").get_attribute("aria-pressed") == "true"
    assert (
        odile.locator("[data-sending]")
        .inner_text()
        .startswith("Le médecin voit l’image de l’appareil n° 6, otoscope (virtuel).")
    )
    ask(salome, 6)
    until(lambda: not salome.evaluate(PEERS)["odile"]["secondTile"])
    assert odile.locator("[data-sending]").is_hidden()
    assert odile.evaluate("() => window.told") == [{"number": 6, "on": True}, {"number": 6, "on": False}]


def test_real_second_camera_takes_the_place_of_the_virtual_one(pair: tuple[Page, Page]) -> None:
    odile, salome = pair
    ask(salome, 6)
    until(lambda: salome.evaluate(PEERS)["odile"]["second"] > 0)
    ask(salome, 7)
    until(lambda: odile.evaluate(LIT) == 7)
    label = "() => document.getElementById('call').call.local.secondTrack.label"
    until(lambda: "fake_device_2" in odile.evaluate(label))
    first = salome.evaluate(FRAMES)
    until(lambda: salome.evaluate(FRAMES) > first + 5)


def test_stethoscope_is_heard_without_what_browsers_do_for_voices_and_the_voice_comes_back(
    pair: tuple[Page, Page],
) -> None:
    odile, salome = pair
    before = odile.evaluate(SOUND)
    ask(salome, 5)
    until(lambda: odile.evaluate(SOUND)["label"] == "Fake Audio Input 2")
    assert odile.evaluate(SOUND)["processing"] == [False, False, False]
    sender = """() => { const call = document.getElementById('call').call; const [{ peer }] = call.room.people.values();
      return peer.pc.getSenders().some((one) => one.track === call.local.audio); }"""
    until(lambda: odile.evaluate(sender))
    assert "Ne parlez pas" in odile.locator("[data-sending]").inner_text()
    odile.get_by_role("button", name="Arrêter").click()
    until(lambda: odile.evaluate(SOUND) == before)
    until(lambda: salome.locator("[data-unit-button='5']").get_attribute("aria-pressed") == "false")


def test_device_that_only_measures_lights_and_sends_nothing(pair: tuple[Page, Page]) -> None:
    odile, salome = pair
    ask(salome, 1)
    until(lambda: odile.evaluate("() => window.told") == [{"number": 1, "on": True}])
    assert odile.locator("[data-sending]").is_hidden()
    assert salome.evaluate(PEERS)["odile"]["secondTile"] is False


def test_camera_that_is_not_plugged_in_is_said_and_nothing_is_sent(pair: tuple[Page, Page]) -> None:
    odile, salome = pair
    ask(salome, 8)
    until(lambda: "ne répond pas" in odile.locator("[data-notice]").inner_text())
    assert odile.locator("[data-sending]").is_hidden()
    assert salome.evaluate(PEERS)["odile"]["secondTile"] is False


def test_both_pages_know_what_is_lit_after_a_reload(pair: tuple[Page, Page]) -> None:
    odile, salome = pair
    ask(salome, 6)
    until(lambda: salome.evaluate(PEERS)["odile"]["second"] > 0)
    salome.reload()
    until(lambda: salome.evaluate(PEERS)["odile"]["second"] > 0, 30)
    assert salome.locator("[data-unit-button='6']").get_attribute("aria-pressed") == "true"
    odile.reload()
    until(lambda: odile.evaluate(LIT) == 6, 30)
    until(lambda: salome.evaluate(PEERS)["odile"]["second"] > 0, 30)


__all__ = ["Browser", "chromium", "enter", "server"]
