"""`toubib serve` as it runs: what dies starts again, what is stopped leaves nothing behind."""

import os
import signal
import socket
import time

import httpx
import pytest

from toubib.config.serve import PortBusy, Supervisor, check_port
from toubib.config.tests.running import environment, serving, toubib, wait_until
from toubib.ground.crypto import make_key_file

slow_on_sqlite = [pytest.mark.slow, pytest.mark.sqlite]


def test_busy_port_is_named():
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        with pytest.raises(
            PortBusy, match=rf"127\.0\.0\.1:{port} cannot be used: another program listens there"
        ):
            check_port("127.0.0.1", port)


def test_part_that_keeps_dying_is_started_less_and_less_often(monkeypatch):
    supervisor = Supervisor(["nothing"])
    (part,) = supervisor.parts
    waits, now = [], 0.0
    monkeypatch.setattr(supervisor, "environment", {"PATH": "/nonexistent"})
    monkeypatch.setattr("toubib.config.serve.sys.executable", "/bin/false")
    for _ in range(8):
        supervisor.look_after(now=now)
        part.process.wait()
        now += 1
        supervisor.look_after(now=now)
        waits.append(part.start_at - now)
        now = part.start_at
    assert [round(wait, 1) for wait in waits] == [0.4, 0.8, 1.6, 3.2, 6.4, 10.0, 10.0, 10.0]
    supervisor.look_after(now=now)
    part.process.wait()
    supervisor.look_after(now=now + 60)
    assert round(part.start_at - now - 60, 1) == 0.2


@pytest.fixture
def env(tmp_path):
    made = environment(tmp_path)
    assert toubib("migrate", env=made).returncode == 0
    return made


@pytest.mark.slow
@pytest.mark.sqlite
def test_server_on_sqlite_starts_again_what_is_killed_and_stops_clean(env, tmp_path):
    with serving(env, tmp_path) as server:
        server.wait_ready()
        first = server.pid_of("all")
        os.kill(first, signal.SIGKILL)
        wait_until(lambda: server.pid_of("all") != first, what="the new process")
        server.wait_ready(seconds=10)
        assert f"all (pid {first}) died: signal 9" in server.said()
        second = server.pid_of("all")
        assert server.stop() == 0
        with pytest.raises(ProcessLookupError):
            os.kill(second, 0)


@pytest.mark.slow
@pytest.mark.sqlite
def test_interrupt_from_the_keyboard_stops_all(env, tmp_path):
    with serving(env, tmp_path) as server:
        server.wait_ready()
        assert server.stop(signal.SIGINT) == 0
        assert server.said().rstrip().endswith("toubib serve: stopped")
        with pytest.raises(httpx.ConnectError):
            httpx.get(server.address + "/healthz")


@pytest.mark.slow
@pytest.mark.sqlite
def test_supervisor_that_is_killed_takes_its_children_along(env, tmp_path):
    with serving(env, tmp_path) as server:
        server.wait_ready()
        child = server.pid_of("all")
        server.stop(signal.SIGKILL)
        deadline = time.monotonic() + 10
        with pytest.raises(ProcessLookupError):
            while time.monotonic() < deadline:
                os.kill(child, 0)
                time.sleep(0.1)


@pytest.mark.slow
@pytest.mark.sqlite
def test_second_server_on_the_same_port_is_refused_in_one_line(env, tmp_path):
    with serving(env, tmp_path) as server:
        server.wait_ready()
        done = toubib("serve", env=env)
    why = f"toubib: {env['TOUBIB_BIND']} cannot be used: another program listens there\n"
    assert (done.returncode, done.stdout, done.stderr) == (1, "", why)


@pytest.mark.slow
def test_database_that_is_missing_is_waited_for(tmp_path):
    make_key_file(tmp_path / "encryption.keys")
    gone = environment(tmp_path, TOUBIB_DATABASE_URL=f"postgresql://toubib@/toubib?host={tmp_path}")
    with serving(gone, tmp_path) as server:
        wait_until(lambda: "the database does not answer" in server.said(), what="the word")
        time.sleep(1.5)
        assert (server.process.poll(), server.said().count("does not answer")) == (None, 1)
        assert server.stop() == 0
