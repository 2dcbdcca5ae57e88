"""The database is away for twenty seconds: the call and the pages that wait go on, what was typed is kept."""

from __future__ import annotations

import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import httpx
import pytest
from playwright.sync_api import expect

from tests.browser.kit import PHONE, ROOT, App, frames, sees
from tests.faults.people import enter

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.postgres]
SEED, OWN = "tests.browser.seed_patient:", "tests.faults.seed:"
CUT = ("Failed to load resource", "net::ERR", "WebSocket", "503")
AWAY = 20


def postgres(verb, folder):
    command = [sys.executable, ROOT / "scripts" / "postgres.py", verb, folder]
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout.strip()


@pytest.fixture(scope="module")
def server():
    folder = Path(tempfile.mkdtemp(prefix="toubib-gone-", dir="/tmp"))  # short, for the socket
    yield folder
    postgres("stop", folder)
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(scope="module")
def app(tmp_path_factory, server):
    app = App(tmp_path_factory.mktemp("gone"), postgres("start", server))
    app.run("migrate")
    try:
        app.do("tests.browser.seed:small_town", on_duty=[], waiting=0, past=8)
        yield app.start()
    finally:
        app.stop()
        if app.hand is not None:
            app.hand.kill()
            app.hand.wait(5)
            app.hand.stdin.close()
            app.hand.stdout.close()


def test_nothing_is_lost_and_all_goes_on(app, server, open_page):
    ticket = app.do(SEED + "in_line")["ticket"]
    room = app.do(SEED + "take", ticket=ticket, name="vasseur")
    app.do(SEED + "opens", room=room, name="vasseur")
    line = app.do(SEED + "in_line", name="paul", ahead=1)
    before = app.do(OWN + "census")
    doctor = open_page(f"/cabinet/salle/{room}", enter="vasseur", expect=CUT)
    patient = open_page(f"/salle/{room}", enter="jeanne", size=PHONE, expect=CUT)
    waiting = open_page(f"/attente/{line['ticket']}", enter="paul", size=PHONE, expect=CUT)
    sees(doctor)
    sees(patient)
    rank = waiting.locator("[data-line-rank]").inner_text()
    with enter(app, "lenoir") as other:
        postgres("stop", server)
        gone = time.monotonic()
        doctor.get_by_label("Motif", exact=True).fill("Écrit sans base de données")
        doctor.get_by_label("Constatations").focus()
        expect(doctor.locator("[data-note-state]")).to_have_text("Sera enregistrée")
        page = other.get("/cabinet", headers={"Accept": "text/html"})
        posted = other.send_form("/cabinet/garde/commencer")
        form = other.send_form("/cabinet/garde/finir", accept="text/html")
        script = other.get("/cabinet", headers={"Accept": "application/json"})
        for seen in (doctor, patient):
            sees(seen, more_than=frames(seen) + 10)
        statuses = set()
        while time.monotonic() - gone < AWAY:
            statuses.add(
                (httpx.get(app.url + "/readyz").status_code, httpx.get(app.url + "/healthz").status_code)
            )
            time.sleep(0.5)
        for seen in (doctor, patient):
            sees(seen, more_than=frames(seen) + 10)
        postgres("start", server)
        expect(doctor.locator("[data-note-state]")).to_contain_text("Enregistrée à", timeout=30_000)
        again = other.get("/cabinet", headers={"Accept": "text/html"})
    assert statuses == {(503, 200)}
    assert [page.status_code, posted.status_code, script.status_code, again.status_code] == [
        503,
        503,
        503,
        200,
    ]
    assert {one.headers["Retry-After"] for one in (page, posted, script)} == {"5"}
    assert "Nous réessayons. Ce qui était enregistré le reste." in page.text
    assert "ce que vous avez tapé y est encore" in form.text
    assert script.json()["error"] == "database_away"
    expect(waiting.locator("[data-line-rank]")).to_have_text(rank)
    for seen in (doctor, patient):
        sees(seen, more_than=frames(seen) + 5)
    app.hand.kill()
    app.hand.wait(5)
    app.hand.stdin.close()
    app.hand.stdout.close()
    app.hand = None
    assert app.do(OWN + "note_of", room=room) == ["Écrit sans base de données"]
    assert app.do(OWN + "census") == before
    app.do(SEED + "leaves", ticket=line["ahead"][0])
    expect(waiting.locator("[data-line-rank]")).not_to_have_text(rank, timeout=15_000)
