#!/usr/bin/env python3
"""From the click on « Ouvrir la salle » to the first remote frame decoded, on both sides.

    .venv/bin/python benchmarks/first_frame.py [--calls 20]

The real application on PostgreSQL, two Chromium of their own: the patient waits on /attente and is taken into the call
by the page itself, the doctor clicks. Media go from one browser to the other on this machine.
"""

from __future__ import annotations

import argparse
import os
import sys
import tempfile
from pathlib import Path
from statistics import median
from typing import Any

sys.path.insert(0, str(Path(__file__).parent))
import kit

from tests.browser.kit import CHROMIUM, FAKE_CAMERA, LAPTOP, PHONE, App

SEED = "tests.browser.seed_patient:"
# Marks, in ms since 1970, of what happens on a page: the clock is the same for both, since the machine is.
WATCH = """
(() => {
  const marks = (window.__marks = { page: performance.timeOrigin });
  const mark = (name) => { marks[name] ??= performance.timeOrigin + performance.now(); };
  document.addEventListener("click", (event) => {
    const button = event.target.closest?.("button[type=submit]");
    if (button) sessionStorage.setItem("clicked", String(performance.timeOrigin + event.timeStamp));
  }, true);
  document.addEventListener("DOMContentLoaded", () => mark("parsed"));
  const devices = navigator.mediaDevices;
  if (devices) {
    const ask = devices.getUserMedia.bind(devices);
    devices.getUserMedia = async (wish) => { mark("camera asked"); const got = await ask(wish); mark("camera"); return got; };
  }
  const Socket = window.WebSocket;
  window.WebSocket = class extends Socket {
    constructor(...given) {
      super(...given);
      this.addEventListener("message", (event) => { if (event.data.includes('"welcome"')) mark("welcome"); });
    }
  };
  const Peer = window.RTCPeerConnection;
  if (Peer) window.RTCPeerConnection = class extends Peer {
    constructor(...given) {
      super(...given);
      mark("peer");
      this.addEventListener("connectionstatechange", () => { if (this.connectionState === "connected") mark("connected"); });
    }
  };
  const watch = setInterval(() => {
    for (const video of document.querySelectorAll("#call figure:not([data-self]) video")) {
      if (video.getVideoPlaybackQuality().totalVideoFrames > 0) { mark("frame"); clearInterval(watch); }
    }
  }, 8);
})();
"""
STAGES = ("page", "parsed", "camera asked", "camera", "welcome", "peer", "connected", "frame")


def main() -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--calls", type=int, default=20)
    options = parser.parse_args()
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "1"  # playwright runs a loop in this thread
    folder = Path(tempfile.mkdtemp(prefix="toubib-bench-"))
    folder.chmod(0o755)
    os.environ["TOUBIB_DATABASE_URL"] = kit.postgres(folder / "pg")
    app = App.fresh(folder / "app")
    try:
        app.do("tests.browser.seed:small_town", on_duty=[], waiting=0, past=8)
        app.start()
        return measure(app, options)
    finally:
        if sys.exc_info()[0]:
            print(app.log[-3000:], file=sys.stderr)
        app.close()
        kit.stop_database(folder)


def measure(app: App, options: argparse.Namespace) -> int:
    from playwright.sync_api import sync_playwright

    calls = []
    with sync_playwright() as playwright:
        browsers = [
            playwright.chromium.launch(executable_path=CHROMIUM, args=FAKE_CAMERA) for _side in range(2)
        ]
        doctor = enter(app, browsers[0], name="vasseur", size=LAPTOP)
        patient = enter(app, browsers[1], name="jeanne", size=PHONE)
        for _call in range(options.calls):
            calls.append(one_call(app, doctor, patient))
            for page in (doctor, patient):
                page.goto(f"{app.url}/healthz")  # away before the room closes, which would move the pages
            app.do("tests.browser.seed_doctor:clean")
        for browser in browsers:
            browser.close()
    report(calls)
    return 0


def enter(app: App, browser: Any, *, name: str, size: dict[str, int]) -> Any:
    context = browser.new_context(viewport=size, locale="fr-FR")
    page = context.new_page()
    page.set_default_timeout(30_000)
    page.goto(app.url + "/connexion")
    token = next(one["value"] for one in context.cookies() if one["name"] == "csrftoken")
    headers = {"X-CSRFToken": token, "Referer": app.url}
    answer = context.request.post(f"{app.url}/demo/entrer/{name}", headers=headers, max_redirects=0)
    assert answer.status == 302, answer.status
    page.add_init_script(WATCH)
    return page


def one_call(app: App, doctor: Any, patient: Any) -> dict[str, dict[str, float]]:
    """By side, seconds from the click to each stage."""
    ticket = app.do(SEED + "in_line")["ticket"]
    patient.goto(f"{app.url}/attente/{ticket}")
    app.do(SEED + "free_doctor", name="vasseur")
    doctor.goto(f"{app.url}/cabinet")
    doctor.get_by_role("button", name="Prendre", exact=True).click()
    doctor.wait_for_url("**/cabinet/salle/*")
    patient.get_by_role("heading", level=1).filter(has_text="prend votre demande").wait_for()
    doctor.wait_for_timeout(2500)  # the doctor reads the file
    doctor.get_by_role("button", name="Ouvrir la salle").click()
    for page in (doctor, patient):
        page.wait_for_function("() => window.__marks?.frame")
    clicked = float(doctor.evaluate("sessionStorage.getItem('clicked')"))
    return {
        side: {name: (at - clicked) / 1000 for name, at in page.evaluate("window.__marks").items()}
        for side, page in (("doctor", doctor), ("patient", patient))
    }


def report(calls: list[dict[str, dict[str, float]]]) -> None:
    kit.circumstances()
    kit.row("calls", len(calls))
    both = [call[side]["frame"] for call in calls for side in call]
    for side in ("doctor", "patient"):
        frames = [call[side]["frame"] for call in calls]
        kit.row(
            f"first frame, {side}: median, worst",
            f"{median(frames) * 1000:.0f}, {max(frames) * 1000:.0f}",
            "ms",
        )
    kit.row(
        "first frame, both sides: median, worst", f"{median(both) * 1000:.0f}, {max(both) * 1000:.0f}", "ms"
    )
    for side in ("doctor", "patient"):
        print(f"{side}, median ms after the click:")
        for stage in STAGES:
            found = [call[side][stage] for call in calls if stage in call[side]]
            if found:
                kit.row(f"  {stage}", f"{median(found) * 1000:.0f}")


if __name__ == "__main__":
    sys.exit(main())
