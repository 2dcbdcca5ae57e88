"""A real browser with a page of our own scripts, and peripherals that Chromium emulates (CDP BluetoothEmulation)."""

from __future__ import annotations

import base64
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, CDPSession, Page, Playwright

STATIC = Path(__file__).parents[1] / "static"
ARGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--enable-features=WebBluetooth",
    "--enable-experimental-web-platform-features",
    "--disable-background-networking",
    "--no-first-run",
]
BASE = "-0000-1000-8000-00805f9b34fb"


# Chromium's emulation has no notification: a read that stays open until the peripheral speaks fires the same event of
# the same object, `characteristicvaluechanged`, with the same bytes. Only this line of the browser is replaced.
NOTIFY = """() => { const start = BluetoothRemoteGATTCharacteristic.prototype.startNotifications;
  BluetoothRemoteGATTCharacteristic.prototype.startNotifications = async function () {
    await start.call(this);
    (async () => { for (;;) await this.readValue(); })().catch(() => undefined);
    return this; }; }"""


def uuid(short: int) -> str:
    return f"{short:08x}{BASE}"


@contextmanager
def serve_static() -> Iterator[str]:
    class Quiet(SimpleHTTPRequestHandler):
        def log_message(self, *args: Any) -> None: ...

        def do_GET(self) -> None:
            if self.path == "/":
                self.send_response(200)
                self.send_header("Content-Type", "text/html")
                self.end_headers()
                self.wfile.write(b"<!doctype html><title>devices</title><button>measure</button>")
                return
            super().do_GET()

    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(Quiet, directory=str(STATIC)))
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}/"
    server.shutdown()
    server.server_close()
    thread.join()


@contextmanager
def launch(playwright: Playwright) -> Iterator[Browser]:
    browser = playwright.chromium.launch(executable_path="/usr/bin/chromium", args=ARGS)
    yield browser
    browser.close()


@dataclass
class Peripheral:
    """What stands near the machine: services with their characteristics, what is read, what is sent once it is asked.

    `sends`: bytes by characteristic, told when the page subscribes. `connects`: HCI code of each connection, 0 is well."""

    name: str
    address: str
    service: int
    reads: dict[int, dict[int, bytes]] = field(default_factory=dict)
    sends: dict[int, list[bytes]] = field(default_factory=dict)
    answers: dict[int, list[tuple[int, bytes]]] = field(
        default_factory=dict
    )  # what follows a write, and where


class Radio:
    """Peripherals of one browser. `choose`: which one the person picks; None: the chooser is left."""

    def __init__(self, browser: Browser) -> None:
        self.cdp: CDPSession = browser.new_browser_cdp_session()
        self.cdp.on("BluetoothEmulation.gattOperationReceived", self._gatt)
        self.cdp.on("BluetoothEmulation.characteristicOperationReceived", self._characteristic)
        self.cdp.send("BluetoothEmulation.enable", {"state": "powered-on", "leSupported": True})
        self.there: dict[str, Peripheral] = {}
        self.ids: dict[str, tuple[str, int]] = {}  # characteristic id: (address, short)
        self.open: set[str] = set()
        self.queued: dict[str, list[bytes]] = {}

    def close(self) -> None:
        with suppress(Exception):
            self.cdp.send("BluetoothEmulation.disable")
        self.cdp.detach()

    def add(self, peripheral: Peripheral) -> None:
        services = [peripheral.service, *peripheral.reads]
        self.there[peripheral.address] = peripheral
        self.cdp.send(
            "BluetoothEmulation.simulatePreconnectedPeripheral",
            {
                "address": peripheral.address,
                "name": peripheral.name,
                "manufacturerData": [],
                "knownServiceUuids": [uuid(one) for one in services],
            },
        )

    def choose(self, page: Page, address: str | None) -> CDPSession:
        """Answers the choosers of this page from now on."""
        page.evaluate(NOTIFY)
        session = page.context.new_cdp_session(page)
        session.send("DeviceAccess.enable")
        answered: set[str] = set()

        def prompted(event: dict[str, Any]) -> None:
            if event["id"] in answered:
                return
            if any(one["id"] == address for one in event["devices"]):
                answered.add(event["id"])
                session.send("DeviceAccess.selectPrompt", {"id": event["id"], "deviceId": address})
            elif address is None:
                answered.add(event["id"])
                session.send("DeviceAccess.cancelPrompt", {"id": event["id"]})

        session.on("DeviceAccess.deviceRequestPrompted", prompted)
        return session

    # What Chromium asks of the peripheral

    def _gatt(self, event: dict[str, Any]) -> None:
        address, kind = event["address"], event["type"]
        if kind == "connection":
            self.open = {one for one in self.open if self.ids[one][0] != address}
        if kind == "discovery" and all(known[0] != address for known in self.ids.values()):
            self._publish(self.there[address])
        self.cdp.send(
            "BluetoothEmulation.simulateGATTOperationResponse", {"address": address, "type": kind, "code": 0}
        )

    def _publish(self, peripheral: Peripheral) -> None:
        plan = {**{one: list(read) for one, read in peripheral.reads.items()}}
        plan[peripheral.service] = [
            *dict.fromkeys([*peripheral.sends, *self._answered(peripheral), *peripheral.answers])
        ]
        for service, characteristics in plan.items():
            made = self.cdp.send(
                "BluetoothEmulation.addService", {"address": peripheral.address, "serviceUuid": uuid(service)}
            )
            for short in characteristics:
                properties = {"read": True, "write": True, "notify": True, "indicate": True}
                one = self.cdp.send(
                    "BluetoothEmulation.addCharacteristic",
                    {
                        "serviceId": made["serviceId"],
                        "characteristicUuid": uuid(short),
                        "properties": properties,
                    },
                )
                self.ids[one["characteristicId"]] = (peripheral.address, short)
                self.cdp.send(
                    "BluetoothEmulation.addDescriptor",
                    {"characteristicId": one["characteristicId"], "descriptorUuid": uuid(0x2902)},
                )

    def _characteristic(self, event: dict[str, Any]) -> None:
        characteristic, kind = event["characteristicId"], event["type"]
        address, short = self.ids[characteristic]
        peripheral = self.there[address]
        told = short in peripheral.sends or short in peripheral.answers or short in self._answered(peripheral)
        if kind == "read" and told:
            self.open.add(characteristic)
            self._flush(characteristic)
            return
        data = next((read[short] for read in peripheral.reads.values() if short in read), b"")
        self._answer(characteristic, kind, data if kind == "read" else None)
        if kind == "subscribe-to-notifications" and short in peripheral.sends:
            self.queued[characteristic] = list(peripheral.sends[short])
            self._flush(characteristic)
        if kind == "write" and short in peripheral.answers:
            for other, packet in peripheral.answers[short]:
                to = next(one for one, known in self.ids.items() if known == (address, other))
                self.queued.setdefault(to, []).append(packet)
                self._flush(to)

    @staticmethod
    def _answered(peripheral: Peripheral) -> set[int]:
        return {other for answers in peripheral.answers.values() for other, _packet in answers}

    def _flush(self, characteristic: str) -> None:
        if characteristic in self.open and self.queued.get(characteristic):
            self.open.discard(characteristic)
            self._answer(characteristic, "read", self.queued[characteristic].pop(0))

    def _answer(self, characteristic: str, kind: str, data: bytes | None) -> None:
        words = {"characteristicId": characteristic, "type": kind, "code": 0}
        if data is not None:
            words["data"] = base64.b64encode(data).decode()
        self.cdp.send("BluetoothEmulation.simulateCharacteristicOperationResponse", words)
