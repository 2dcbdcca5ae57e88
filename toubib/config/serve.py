"""`toubib serve`: starts the parts of the server, starts again what dies, stops all of it on SIGTERM or SIGINT.

On SQLite there is one part: pages, sockets, streams and the worker in one process. On PostgreSQL there are four:
the pages (granian, WSGI), the sockets and streams (one uvicorn), the worker, and a second worker that makes the papers
of signed consultations alone.
"""

from __future__ import annotations

import ctypes
import errno
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

from toubib.config.children import DEFAULT_BIND, DEFAULT_LIVE_BIND, read_bind
from toubib.config.preflight import check_start

FIRST_WAIT, LONGEST_WAIT = 0.2, 10.0
STEADY_AFTER = 20.0  # a part that lived so long starts again at once
STOP_WITHIN = 10.0
PR_SET_PDEATHSIG = 1


class PortBusy(Exception):
    """Another program listens there."""


@dataclass
class Part:
    """One child process and what is known of it."""

    name: str
    process: subprocess.Popen[bytes] | None = None
    started: float = 0.0
    wait: float = FIRST_WAIT
    start_at: float = 0.0


class Supervisor:
    def __init__(self, names: list[str]) -> None:
        self.parts = [Part(name) for name in names]
        self.stopping = False
        self.figures = Path(tempfile.mkdtemp(prefix="toubib-metrics-"))
        self.environment = {**os.environ, "PROMETHEUS_MULTIPROC_DIR": str(self.figures)}

    def run(self) -> int:
        for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
            signal.signal(number, self._ask_to_stop)
        try:
            if wait_for_database(self):
                while not self.stopping:
                    self.look_after(now=time.monotonic())
                    time.sleep(0.1)
        finally:
            self.stop_all()
            shutil.rmtree(self.figures, ignore_errors=True)
        return 0

    def _ask_to_stop(self, *_: object) -> None:
        self.stopping = True

    def look_after(self, *, now: float) -> None:
        """Start what is due, note what died."""
        for part in self.parts:
            if part.process is not None and part.process.poll() is not None:
                self._note_death(part, now=now)
            if part.process is None and part.start_at <= now:
                self._start(part, now=now)

    def _start(self, part: Part, *, now: float) -> None:
        command = [sys.executable, "-m", "toubib.config.children", part.name]
        part.process = subprocess.Popen(
            command,
            env=self.environment,
            stdin=subprocess.DEVNULL,
            start_new_session=True,
            preexec_fn=die_with_parent,  # one thread here, and prctl is safe after a fork
        )
        part.started = now
        tell(f"{part.name} runs (pid {part.process.pid})")

    def _note_death(self, part: Part, *, now: float) -> None:
        process = part.process
        assert process is not None
        kill_group(process.pid, signal.SIGKILL)
        why = f"signal {-process.returncode}" if process.returncode < 0 else f"exit code {process.returncode}"
        part.wait = FIRST_WAIT if now - part.started > STEADY_AFTER else min(part.wait * 2, LONGEST_WAIT)
        part.process, part.start_at = None, now + part.wait
        tell(f"{part.name} (pid {process.pid}) died: {why}; it starts again in {part.wait:g} s")

    def stop_all(self) -> None:
        living = [part.process for part in self.parts if part.process is not None]
        for process in living:
            process.terminate()
        deadline = time.monotonic() + STOP_WITHIN
        for process in living:
            try:
                process.wait(timeout=max(0.1, deadline - time.monotonic()))
            except subprocess.TimeoutExpired:
                tell(f"pid {process.pid} does not stop: killed")
            kill_group(process.pid, signal.SIGKILL)
        tell("stopped")


def tell(line: str) -> None:
    sys.stderr.write(f"toubib serve: {line}\n")
    sys.stderr.flush()


def kill_group(pid: int, number: int) -> None:
    """The child and all that it started (it leads its own session)."""
    try:
        os.killpg(pid, number)
    except (ProcessLookupError, PermissionError):
        return


def die_with_parent() -> None:
    """Linux: a supervisor that is killed takes its children with it, so that no orphan holds the port."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGTERM)


def wait_for_database(supervisor: Supervisor) -> bool:
    """Wait until the database answers, saying so once; False when asked to stop meanwhile."""
    from django.db import DatabaseError, InterfaceError, connection

    said = False
    while not supervisor.stopping:
        try:
            connection.ensure_connection()
        except (DatabaseError, InterfaceError) as error:
            if not said:
                tell(f"the database does not answer ({str(error).strip().splitlines()[0]}); waiting for it")
            said = True
            time.sleep(1)
        else:
            connection.close()
            return True
    return False


def check_port(host: str, port: int) -> None:
    """Raises PortBusy."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as error:
            why = "another program listens there" if error.errno == errno.EADDRINUSE else error.strerror
            raise PortBusy(f"{host}:{port} cannot be used: {why}") from None


def bad_files() -> list[str]:
    """What the apps' own checks refuse to start with."""
    import django
    from django.core.checks import run_checks

    django.setup()
    return [fault.msg for fault in run_checks(tags=["toubib"]) if fault.is_serious()]


def serve() -> int:
    """Raises BadSetting, NoKeyFile and PortBusy before anything starts."""
    check_start()
    from django.db import connection

    faults = bad_files()
    for fault in faults:
        tell(fault)
    if faults:
        return 1
    check_port(*read_bind("TOUBIB_BIND", DEFAULT_BIND))
    if connection.vendor == "sqlite":
        return Supervisor(["all"]).run()
    check_port(*read_bind("TOUBIB_LIVE_BIND", DEFAULT_LIVE_BIND))
    return Supervisor(["pages", "live", "worker", "papers"]).run()
