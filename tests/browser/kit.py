"""The real application for browser tests: started, killed, started again; and what a test asks of a page.

app = App.fresh(folder).start()             # own data folder, own database (SQLite, or one made beside
                                            # that of TOUBIB_DATABASE_URL on PostgreSQL), migrated
app.do("tests.browser.seed:small_town")     # any function of ours, run in the application's own settings
app.kill(); app.start()                     # SIGKILL, then the same data again
"""

from __future__ import annotations

import atexit
import contextlib
import json
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit, urlunsplit

ROOT = Path(__file__).resolve().parents[2]
SCREENSHOTS = ROOT / "screenshots"
PHONE = {"width": 390, "height": 844}
LAPTOP = {"width": 1366, "height": 900}
CHROMIUM = "/usr/bin/chromium"
FAKE_CAMERA = [
    "--use-fake-device-for-media-stream",
    "--use-fake-ui-for-media-stream",
    "--no-sandbox",
    "--disable-gpu",
    "--autoplay-policy=no-user-gesture-required",
    "--allow-loopback-in-peer-connection",
    "--disable-features=WebRtcHideLocalIpsWithMdns",
]
AXE_RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@dataclass
class App:
    """One application: pages, sockets, streams and the worker on one port."""

    folder: Path
    database_url: str
    port: int = field(default_factory=free_port)
    more: dict[str, str] = field(default_factory=dict)  # further TOUBIB_ settings
    process: subprocess.Popen[bytes] | None = None
    hand: subprocess.Popen[str] | None = None

    @classmethod
    def fresh(cls, folder: Path, **more: str) -> App:
        """A migrated application without anyone in it; `more`: TOUBIB_TURN_URLS="…" and the like."""
        first = _migrated()
        shutil.copytree(first.folder, folder, dirs_exist_ok=True)
        return cls(folder, _fresh_database(folder, like=first.database_url), more=more)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def environment(self) -> dict[str, str]:
        kept = {key: value for key, value in os.environ.items() if not key.startswith("TOUBIB_")}
        return {
            **kept,
            "DJANGO_SETTINGS_MODULE": "toubib.config.settings",
            "TOUBIB_DEMO": "1",
            "TOUBIB_DATA_DIR": str(self.folder),
            "TOUBIB_DATABASE_URL": self.database_url,
            "TOUBIB_BIND": f"127.0.0.1:{self.port}",
            "TOUBIB_PUBLIC_URL": self.url,
            "TOUBIB_LOG_LEVEL": "WARNING",
            **self.more,
        }

    @property
    def log(self) -> str:
        path = self.folder / "server.log"
        return path.read_text(encoding="utf-8", errors="replace") if path.exists() else ""

    def run(self, *command: str) -> None:
        """A `toubib` command to its end."""
        done = subprocess.run(
            [sys.executable, "-m", "toubib.config", *command],
            cwd=ROOT,
            env=self.environment,
            capture_output=True,
            text=True,
        )
        if done.returncode:
            raise RuntimeError(done.stderr or done.stdout)

    def start(self) -> App:
        with (self.folder / "server.log").open("ab") as log:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "toubib.config.children", "all"],
                cwd=ROOT,
                env=self.environment,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )
        self.wait_ready()
        return self

    def wait_ready(self, *, seconds: float = 40) -> None:
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            with (
                contextlib.suppress(OSError),
                urllib.request.urlopen(f"{self.url}/healthz", timeout=5) as answer,
            ):
                if answer.status == 200:
                    return
            if self.process is not None and self.process.poll() is not None:
                break
            time.sleep(0.05)
        raise RuntimeError(f"the application does not answer:\n{self.log[-3000:]}")

    def kill(self) -> None:
        """SIGKILL: what was in memory is gone."""
        self._end(signal.SIGKILL)

    def stop(self) -> None:
        self._end(signal.SIGTERM)

    def _end(self, number: int) -> None:
        if self.process is not None:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(self.process.pid, number)
            try:
                self.process.wait(15)
            except subprocess.TimeoutExpired:
                os.killpg(self.process.pid, signal.SIGKILL)
                self.process.wait(5)
            self.process = None

    def close(self) -> None:
        self.stop()
        if self.hand is not None:
            self.hand.terminate()
            self.hand.wait(5)
            for pipe in (self.hand.stdin, self.hand.stdout):
                if pipe is not None:
                    pipe.close()
            self.hand = None
        _drop_database(self.database_url)

    def do(self, function: str, **arguments: Any) -> Any:
        """Run "module:function" with these JSON arguments in the application's settings; its JSON answer."""
        if self.hand is None:
            self.hand = subprocess.Popen(
                [sys.executable, "-m", "tests.browser.hand"],
                cwd=ROOT,
                env=self.environment,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                text=True,
            )
        assert self.hand.stdin is not None
        assert self.hand.stdout is not None
        self.hand.stdin.write(json.dumps([function, arguments]) + "\n")
        self.hand.stdin.flush()
        answer = json.loads(self.hand.stdout.readline() or '{"error": "the helping process died"}')
        if "error" in answer:
            raise RuntimeError(answer["error"])
        return answer["value"]

    def last_code(self, address: str) -> str:
        """The digits of the last message sent to this address."""
        body = self.do("tests.browser.seed:last_message", to=address)
        return re.sub(r"\D", "", re.search(r"code est ([\d\s]+)", body).group(1))  # type: ignore[union-attr]


@cache
def _migrated() -> App:
    """Of this process, migrated once and never started: what every fresh one is a copy of."""
    folder = Path(tempfile.mkdtemp(prefix="toubib-migrated-"))
    app = App(folder, _fresh_database(folder))
    app.run("migrate")
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    atexit.register(_drop_database, app.database_url)
    return app


def _fresh_database(folder: Path, *, like: str = "") -> str:
    """`like`: the address of the one that it is a copy of; a file's copy came with its folder."""
    given = os.environ.get("TOUBIB_DATABASE_URL", "")
    if not given.startswith("postgres"):
        return f"sqlite:///{folder / 'toubib.sqlite3'}"
    name, of = f"browser_{os.getpid()}_{free_port()}", urlsplit(like).path.lstrip("/") or "template1"
    _on_server(given, f'CREATE DATABASE "{name}" TEMPLATE "{of}"')
    return urlunsplit(urlsplit(given)._replace(path=f"/{name}"))


def _drop_database(url: str) -> None:
    if url.startswith("postgres"):
        name = urlsplit(url).path.lstrip("/")
        _on_server(url, f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')


def _on_server(url: str, statement: str) -> None:
    import psycopg

    server = urlunsplit(urlsplit(url)._replace(path="/postgres"))
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute(statement)


# What a test asks of a page


def faults(page: Any) -> list[tuple[str, list[str]]]:
    """What axe finds: (rule, elements)."""
    from axe_playwright_python.sync_playwright import Axe

    answer = Axe().run(page, options={"runOnly": AXE_RULES})
    return [
        (one["id"], [node["html"][:200] for node in one["nodes"]]) for one in answer.response["violations"]
    ]


def overflow(page: Any) -> int:
    """Pixels by which the page is wider than its window."""
    return max(0, int(page.evaluate("document.documentElement.scrollWidth - innerWidth")))


REMOTE = "[...document.querySelectorAll('#call figure:not([data-self]) video')]"


def frames(page: Any) -> int:
    """Frames decoded of the remote picture that has moved most."""
    moved = f"Math.max(0, ...{REMOTE}.map(one => one.getVideoPlaybackQuality().totalVideoFrames))"
    return int(page.evaluate(moved))


def sees(page: Any, *, others: int = 1, more_than: int = 5) -> None:
    """Wait until as many remote pictures have moved by more than so many frames."""
    page.wait_for_function(
        f"([n, least]) => {REMOTE}"
        ".filter(one => one.getVideoPlaybackQuality().totalVideoFrames > least).length === n",
        arg=[others, more_than],
        timeout=30_000,
    )


def shoot(page: Any, name: str, *, whole: bool = False) -> None:
    """Into screenshots/, which git ignores."""
    SCREENSHOTS.mkdir(exist_ok=True)
    page.evaluate("document.fonts.ready")
    page.screenshot(path=SCREENSHOTS / f"{name}.png", full_page=whole)


@contextlib.contextmanager
def at_size(page: Any, size: dict[str, int]) -> Iterator[None]:
    before = page.viewport_size
    page.set_viewport_size(size)
    yield
    page.set_viewport_size(before)


@contextlib.contextmanager
def weighed(page: Any) -> Iterator[dict[str, int]]:
    """Bytes transferred, as the network counts them (compressed), and requests, by address."""
    session = page.context.new_cdp_session(page)
    session.send("Network.enable")
    addresses: dict[str, str] = {}
    weight: dict[str, int] = {}
    session.on("Network.requestWillBeSent", lambda e: addresses.update({e["requestId"]: e["request"]["url"]}))

    def finished(event: dict[str, Any]) -> None:
        url = addresses.get(event["requestId"], "?")
        weight[url] = weight.get(url, 0) + int(event["encodedDataLength"])

    session.on("Network.loadingFinished", finished)
    yield weight
    page.wait_for_timeout(200)
