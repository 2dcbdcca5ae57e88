"""Start, kill and start again the harness, on one free port."""

from __future__ import annotations

import contextlib
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from dataclasses import dataclass, field
from pathlib import Path

ROOT = Path(__file__).resolve().parents[3]


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@dataclass
class Server:
    folder: Path
    turn_urls: tuple[str, ...] = ()
    grace: float = 8.0
    port: int = field(default_factory=free_port)
    process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def start(self) -> Server:
        command = [
            sys.executable,
            "-m",
            "toubib.consultation.tests.harness",
            str(self.port),
            str(self.folder),
        ]
        environment = {key: value for key, value in os.environ.items() if key != "DJANGO_SETTINGS_MODULE"}
        environment["HARNESS_GRACE"] = str(self.grace)
        self.process = subprocess.Popen([*command, *self.turn_urls], cwd=ROOT, env=environment)
        for _ in range(200):
            with (
                contextlib.suppress(OSError),
                urllib.request.urlopen(f"{self.url}/healthz", timeout=1) as answer,
            ):
                if answer.status == 200:
                    return self
            time.sleep(0.05)
        raise RuntimeError("the harness does not answer")

    def kill(self) -> None:
        if self.process is not None:
            self.process.send_signal(signal.SIGKILL)
            self.process.wait(5)
            self.process = None

    def publish(self, body: bytes) -> None:
        request = urllib.request.Request(f"{self.url}/publish", data=body, method="POST")
        urllib.request.urlopen(request, timeout=2).close()

    def reset(self) -> None:
        """Forget the room, and who was sent away."""
        urllib.request.urlopen(f"{self.url}/reset", timeout=2).close()
