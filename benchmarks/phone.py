#!/usr/bin/env python3
"""Bytes that a phone transfers over the patient's whole path before the call, from a cold cache, page by page.

    .venv/bin/python benchmarks/phone.py [--files]

From the start page to the waiting room in one Chromium of 390×844 that kept nothing before; the device test is run,
the microphone and the camera are Chromium's. What the network received is counted: headers, compressed bodies, streams.
"""

from __future__ import annotations

import argparse
import os
import sys
import tempfile
from collections import defaultdict
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

sys.path.insert(0, str(Path(__file__).parent))
import kit

from tests.browser.kit import CHROMIUM, FAKE_CAMERA, PHONE, App
from tests.browser.path import walk

ADDRESS = "telephone@exemple.test"


class Weight:
    """Bytes received by address (CDP), of the page at hand and in all."""

    def __init__(self, page: Any) -> None:
        self.addresses: dict[str, str] = {}
        self.streamed: dict[str, int] = defaultdict(int)
        self.by_address: dict[str, int] = defaultdict(int)
        self.requests: list[str] = []
        self.cached = 0
        self.session = page.context.new_cdp_session(page)
        self.session.on("Network.requestWillBeSent", self.sent)
        self.session.on("Network.responseReceived", self.begun)
        self.session.on("Network.requestServedFromCache", self.kept)
        self.session.on("Network.dataReceived", self.received)
        self.session.on("Network.loadingFinished", self.finished)
        self.session.send("Network.enable")

    def sent(self, event: dict[str, Any]) -> None:
        if "redirectResponse" in event:
            before = self.addresses[event["requestId"]]
            self.by_address[before] += int(event["redirectResponse"]["encodedDataLength"])
        self.addresses[event["requestId"]] = event["request"]["url"]
        self.requests.append(event["request"]["url"])

    def kept(self, _event: dict[str, Any]) -> None:
        self.cached += 1

    def begun(self, event: dict[str, Any]) -> None:
        self.streamed[event["requestId"]] += int(event["response"].get("encodedDataLength", 0))

    def received(self, event: dict[str, Any]) -> None:
        self.streamed[event["requestId"]] += int(event["encodedDataLength"])

    def finished(self, event: dict[str, Any]) -> None:
        self.streamed.pop(event["requestId"], None)
        self.by_address[self.addresses.get(event["requestId"], "?")] += int(event["encodedDataLength"])

    @property
    def total(self) -> int:
        """Finished answers, and what came of those that never finish (the event stream)."""
        return sum(self.by_address.values()) + sum(self.streamed.values())


def main() -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--files", action="store_true", help="the weight of each address too")
    options = parser.parse_args()
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "1"  # playwright runs a loop in this thread
    folder = Path(tempfile.mkdtemp(prefix="toubib-bench-"))
    app = App.fresh(folder)
    try:
        app.do("tests.browser.seed:small_town", busy=["vasseur"], waiting=3, past=12)
        app.start()
        return measure(app, options)
    finally:
        app.close()


def measure(app: App, options: argparse.Namespace) -> int:
    from playwright.sync_api import sync_playwright

    pages: dict[str, int] = {}
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=FAKE_CAMERA)
        page = browser.new_context(
            viewport=PHONE, locale="fr-FR", device_scale_factor=3, is_mobile=True, has_touch=True
        ).new_page()
        weight, known = Weight(page), 0
        for name in walk(page, app, address=ADDRESS):
            if name == "test":
                run_device_test(page)
            page.wait_for_timeout(1500)  # what a page asks for after it is there
            pages[name], known = weight.total - known, weight.total
        browser.close()
    report(app, weight, pages, options)
    return 0


def run_device_test(page: Any) -> None:
    page.locator("[data-test=start]").click()
    page.locator("[data-test=report]").wait_for(timeout=60_000)


def report(app: App, weight: Weight, pages: dict[str, int], options: argparse.Namespace) -> None:
    kit.circumstances()
    for name, size in pages.items():
        kit.row(f"page « {name} »", f"{size / 1000:.1f}", "kB")
    kit.row("whole path before the call", f"{weight.total / 1000:.1f}", "kB")
    asked = [url for url in weight.requests if url.startswith("http")]
    kit.row("requests, the browser's cache left out", len(asked) - weight.cached)
    origin = urlsplit(app.url).netloc
    strangers = {url for url in asked if urlsplit(url).netloc != origin}
    kit.row("requests outside the origin", len(strangers), " ".join(sorted(strangers)))
    if options.files:
        for url, size in sorted(weight.by_address.items(), key=lambda one: -one[1]):
            kit.row(urlsplit(url).path[-46:], f"{size / 1000:.1f}", "kB")


if __name__ == "__main__":
    sys.exit(main())
