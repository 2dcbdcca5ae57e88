"""The production form for benchmarks: `toubib serve` on one core, PostgreSQL (and the callers) on the other."""

from __future__ import annotations

import http.client
import os
import signal
import socket
import subprocess
import sys
import time
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

APP_CORE, OTHER_CORE = "0", "1"
CSRF = "b" * 32


def free_port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return int(found.getsockname()[1])


def collect_static() -> None:
    """What pages link to, with its manifest; before any page is drawn."""
    subprocess.run(
        [sys.executable, "manage.py", "collectstatic", "--noinput", "-v0"],
        env=dict(os.environ),
        check=True,
        cwd=Path(__file__).parent.parent,
    )


@contextmanager
def served(*, cores: str = APP_CORE, **more: str) -> Any:
    """Starts the server and waits until it is ready; gives (port of the pages, port of the streams, its process)."""
    port, live = free_port(), free_port()
    static = {"TOUBIB_BIND": f"127.0.0.1:{port}", "TOUBIB_LIVE_BIND": f"127.0.0.1:{live}"}
    settings = {**os.environ, **static, "TOUBIB_HOSTS": "127.0.0.1", **more}
    run = [sys.executable, "-c", "import sys; from toubib.config.cli import main; sys.exit(main())"]
    collect_static()
    process = subprocess.Popen(["taskset", "-c", cores, *run, "serve"], env=settings, start_new_session=True)
    try:
        wait_ready(port)
        yield port, live, process
    finally:
        os.killpg(process.pid, signal.SIGTERM)
        with suppress(subprocess.TimeoutExpired):
            process.wait(timeout=15)


def wait_ready(port: int, within: float = 60) -> None:
    end = time.monotonic() + within
    while time.monotonic() < end:
        with suppress(OSError, http.client.HTTPException):
            connection = http.client.HTTPConnection("127.0.0.1", port, timeout=3)
            connection.request("GET", "/readyz")
            if connection.getresponse().status == 200:
                return
        time.sleep(0.3)
    raise SystemExit("the server did not become ready")


class Browser:
    """One signed-in person over one kept connection."""

    def __init__(self, port: int, session: str) -> None:
        self.port, self.session = port, session
        self.connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)

    def ask(self, method: str, path: str, form: dict[str, str] | None = None) -> tuple[int, bytes, float]:
        """(status, body, seconds)"""
        headers = {
            "Cookie": f"toubib_session={self.session}; csrftoken={CSRF}",
            "Host": f"127.0.0.1:{self.port}",
            "Accept-Encoding": "gzip",
        }
        body = None
        if method == "POST":
            headers |= {"X-CSRFToken": CSRF, "Content-Type": "application/x-www-form-urlencoded"}
            body = urlencode(form or {})
        begun = time.perf_counter()
        self.connection.request(method, path, body=body, headers=headers)
        answer = self.connection.getresponse()
        content = answer.read()
        return answer.status, content, time.perf_counter() - begun


def open_session(account: Any, **more: str) -> str:
    """A session as the sign-in pages open it, second factor included; `more`: what else it keeps."""
    from importlib import import_module

    from django.conf import settings
    from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY

    from toubib.people.web import SECOND_FACTOR

    store = import_module(settings.SESSION_ENGINE).SessionStore()
    store[SESSION_KEY], store[BACKEND_SESSION_KEY] = str(account.pk), settings.AUTHENTICATION_BACKENDS[0]
    store[HASH_SESSION_KEY], store[SECOND_FACTOR] = account.get_session_auth_hash(), True
    for name, value in more.items():
        store[name] = value
    store.create()
    return str(store.session_key)


WORDS = {
    "pages": b"granian",
    "live": b"live",
    "worker": b"worker",
    "papers": b"papers",
}  # of the command line


def part_pid(process: Any, name: str) -> int:
    """The pid of one part of `toubib serve` (pages, live or worker), by its command line."""
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            with suppress(OSError):
                words = (
                    (entry / "cmdline").read_bytes().replace(b"\0", b" ").split()
                )  # some titles are one text
                parent = (entry / "stat").read_text().rsplit(")", 1)[1].split()[1]
                if parent == str(process.pid) and WORDS[name] in words:
                    return int(entry.name)
    raise SystemExit(f"{name} does not run")


def memory_kb(pid: int) -> int:
    """What the process holds in memory (resident set), in KiB."""
    status = Path(f"/proc/{pid}/status").read_text()
    return next(int(line.split()[1]) for line in status.splitlines() if line.startswith("VmRSS:"))


PARTS = ("pages", "live", "worker", "papers")


def cpu_by_part(process: Any) -> dict[str, float]:
    """CPU seconds so far of each part, its own children included (pages: granian and its worker)."""
    return {name: cpu_seconds(part_pid(process, name)) for name in PARTS}


def cpu_seconds(root: int) -> float:
    """CPU seconds of a process and all its descendants so far (/proc)."""
    ticks = os.sysconf("SC_CLK_TCK")
    children: dict[int, list[int]] = {}
    used: dict[int, float] = {}
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            with suppress(OSError, ValueError, IndexError):
                fields = (entry / "stat").read_text().rsplit(")", 1)[1].split()
                children.setdefault(int(fields[1]), []).append(int(entry.name))
                used[int(entry.name)] = (int(fields[11]) + int(fields[12])) / ticks
    total, queue = 0.0, [root]
    while queue:
        pid = queue.pop()
        total += used.get(pid, 0.0)
        queue += children.get(pid, [])
    return total
