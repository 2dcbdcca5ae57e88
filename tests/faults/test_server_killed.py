"""SIGKILL: the server dies in a call, while people wait, and between an offer and its answer; nothing is lost."""

from __future__ import annotations

import contextlib
import os
import re
import signal
import subprocess
import sys
import time
import urllib.request

import pytest
from playwright.sync_api import expect

from tests.browser.kit import PHONE, ROOT, App, frames, sees
from tests.faults.people import enter, room_of

pytestmark = [pytest.mark.browser, pytest.mark.slow]
SEED, OWN = "tests.browser.seed_patient:", "tests.faults.seed:"
CUT = ("Failed to load resource", "net::ERR", "WebSocket", "ERR_")
IN_STEP = 5_000  # milliseconds after /readyz, as the issue asks


class Served(App):
    """The same application under `toubib serve`, which starts again what dies. On SQLite: one part."""

    def start(self) -> App:
        with (self.folder / "server.log").open("ab") as log:
            command = [sys.executable, "-m", "toubib.config", "serve"]
            self.process = subprocess.Popen(
                command, cwd=ROOT, env=self.environment, stdout=log, stderr=log, start_new_session=True
            )
        self.wait_ready()
        return self

    def part(self) -> int:
        """The process id of the part that answers."""
        return int(re.findall(r"runs \(pid (\d+)\)", self.log)[-1])

    def kill_part(self) -> None:
        os.kill(self.part(), signal.SIGKILL)

    def kill(self) -> None:
        """The whole server: the supervisor first, so that it starts nothing again, then its part."""
        part = self.part()
        super().kill()
        with contextlib.suppress(ProcessLookupError):
            os.kill(part, signal.SIGKILL)
            while True:  # it is nobody's child now
                os.kill(part, 0)
                time.sleep(0.02)

    @property
    def environment(self) -> dict[str, str]:
        return {**super().environment, "TOUBIB_LIVE_BIND": ""}


def wait_readyz(app):
    end = time.monotonic() + 40
    while time.monotonic() < end:
        with contextlib.suppress(OSError), urllib.request.urlopen(f"{app.url}/readyz", timeout=5) as answer:
            if answer.status == 200:
                return
        time.sleep(0.05)
    raise AssertionError("never ready again: " + app.log[-2000:])


@pytest.fixture(scope="module")
def town(tmp_path_factory):
    folder = tmp_path_factory.mktemp("killed")
    app = Served(folder, f"sqlite:///{folder / 'toubib.sqlite3'}")
    app.run("migrate")
    try:
        app.do("tests.browser.seed:small_town", on_duty=[], waiting=0, past=8)
        yield app.start()
    finally:
        app.close()


@pytest.fixture
def app(town):
    yield town
    wait_readyz(town)
    town.do("tests.browser.seed_doctor:clean")


def start_call(app, open_page):
    ticket = app.do(SEED + "in_line")["ticket"]
    room = app.do(SEED + "take", ticket=ticket, name="vasseur")
    app.do(SEED + "opens", room=room, name="vasseur")
    doctor = open_page(f"/cabinet/salle/{room}", enter="vasseur", expect=CUT)
    patient = open_page(f"/salle/{room}", enter="jeanne", size=PHONE, expect=CUT)
    sees(doctor)
    sees(patient)
    return doctor, patient, room, ticket


@pytest.mark.parametrize("whole", [False, True], ids=["part", "server"])
def test_call_goes_on_both_pages_say_so_and_are_in_step_again(app, open_page, whole):
    doctor, patient, room, ticket = start_call(app, open_page)
    pages, first = (doctor, patient), app.part()
    if whole:
        app.kill()
    else:
        app.kill_part()
    for page in pages:
        seen = frames(page)
        expect(page.locator("[data-notice-text]")).to_contain_text("L’appel continue", timeout=15_000)
        sees(page, more_than=seen + 10)
    if whole:
        app.start()
    wait_readyz(app)
    assert app.part() != first
    ready = time.monotonic()
    for page in pages:
        left = IN_STEP - (time.monotonic() - ready) * 1000
        expect(page.locator("[data-notice]").first).to_be_hidden(timeout=max(1, left))
    patient.get_by_label("Votre message").fill("Vous m’entendez encore ?")
    patient.get_by_role("button", name="Envoyer").click()
    expect(doctor.locator("[data-chat-list]")).to_contain_text("Vous m’entendez encore ?")
    for page in pages:
        sees(page, more_than=frames(page) + 5)
    assert app.do(OWN + "truth", ticket=ticket) == {
        "state": "in_call", "accepted": ["Vasseur"], "pending": 0, "encounters": 1, "rooms": 1,
    }  # fmt: skip


def test_people_who_wait_are_neither_lost_nor_doubled_and_their_pages_come_back(app, open_page):
    app.do(SEED + "busy_doctors", names=["lenoir"])
    seen = app.do(SEED + "in_line", ahead=2, behind=2)
    before = app.do(OWN + "census")
    page = open_page(f"/attente/{seen['ticket']}", enter="jeanne", size=PHONE, expect=CUT)
    expect(page.locator("[data-line-rank]")).to_have_text("3e")
    page.wait_for_timeout(500)
    app.kill()
    expect(page.locator("[data-live-notice]")).to_contain_text("Votre place est gardée.", timeout=15_000)
    app.do(SEED + "leaves", ticket=seen["ahead"][0])
    app.start()
    expect(page.locator("[data-line-rank]")).to_have_text("2e", timeout=15_000)
    expect(page.locator("[data-live-notice]")).to_be_empty()
    after = app.do(OWN + "census")
    assert after == {"line": [one for one in before["line"] if one != seen["ahead"][0]], "most": 1}


def test_killed_between_the_offer_and_the_answer(app, open_page):
    ticket = app.do(SEED + "in_line")["ticket"]
    app.do(SEED + "free_doctor", name="vasseur")
    doctor = open_page("/cabinet", enter="vasseur", expect=CUT)
    patient = open_page(f"/attente/{ticket}", enter="jeanne", size=PHONE, expect=CUT)
    expect(doctor.get_by_role("heading", name="Une demande vous est proposée")).to_be_visible()
    app.kill()
    app.start()
    doctor.get_by_role("button", name="Prendre", exact=True).click()
    doctor.wait_for_url(re.compile(r"/cabinet/salle/"))
    expect(patient.get_by_role("heading", level=1)).to_contain_text("prend votre demande", timeout=15_000)
    assert app.do(OWN + "truth", ticket=ticket) == {
        "state": "accepted", "accepted": ["Vasseur"], "pending": 0, "encounters": 1, "rooms": 1,
    }  # fmt: skip


def test_killed_in_the_middle_of_answers_leaves_all_or_nothing(app):
    """The answer was asked, the server dies before or after it: the same click again comes to one room."""
    for pause in (0, 0.005, 0.02, 0.05):
        ticket = app.do(SEED + "in_line")["ticket"]
        app.do(SEED + "free_doctor", name="vasseur")
        offer = app.do(OWN + "offer_of", name="vasseur")
        with enter(app, "vasseur") as doctor:
            act, killer = f"/cabinet/proposition/{offer}/prendre", f"sleep {pause}; kill -9 {app.part()}"
            with subprocess.Popen(["sh", "-c", killer]) as killing:
                with contextlib.suppress(Exception):
                    doctor.send_form(act)
                killing.wait(10)
            wait_readyz(app)
            room = room_of(doctor.send_form(act))
        assert room
        assert app.do(OWN + "truth", ticket=ticket) == {
            "state": "accepted", "accepted": ["Vasseur"], "pending": 0, "encounters": 1, "rooms": 1,
        }  # fmt: skip
        assert app.do(OWN + "takes", ticket=ticket) == 1
        app.do("tests.browser.seed_doctor:clean")
