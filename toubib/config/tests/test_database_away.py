"""The database goes away for twenty seconds under the production form, and comes back."""

import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import httpx
import pytest

from toubib.config.tests.running import environment, serving, toubib, wait_until

SCRIPT = Path(__file__).resolve().parents[3] / "scripts" / "postgres.py"
AWAY = 20
pytestmark = [pytest.mark.slow, pytest.mark.postgres]


def postgres(verb, folder):
    done = subprocess.run([sys.executable, SCRIPT, verb, folder], capture_output=True, text=True, check=True)
    return done.stdout.strip()


@pytest.fixture
def server_folder():
    folder = Path(tempfile.mkdtemp(prefix="toubib-away-", dir="/tmp"))  # short, for the socket
    yield folder
    postgres("stop", folder)
    shutil.rmtree(folder, ignore_errors=True)


def test_everything_waits_and_goes_on_when_the_database_is_away(server_folder, tmp_path):
    env = environment(tmp_path, TOUBIB_DATABASE_URL=postgres("start", server_folder))
    migrated = toubib("migrate", env=env)
    assert migrated.returncode == 0, migrated.stderr
    with serving(env, tmp_path) as server:
        server.wait_ready()
        parts = {part: server.pid_of(part) for part in ("pages", "live", "worker", "papers")}
        postgres("stop", server_folder)
        began = time.monotonic()
        seen = set()
        while time.monotonic() - began < AWAY:
            ready = httpx.get(server.address + "/readyz", timeout=10)
            alive = httpx.get(server.address + "/healthz", timeout=10)
            figures = httpx.get(server.address + "/metrics", timeout=10)
            seen.add((ready.status_code, ready.json()["part"], alive.status_code))
            assert (figures.status_code, figures.headers["Retry-After"]) == (503, "5")
            time.sleep(1)
        assert seen == {(503, "database", 200)}
        postgres("start", server_folder)
        back = time.monotonic()
        wait_until(
            lambda: httpx.get(server.address + "/readyz", timeout=10).status_code == 200, what="readyz"
        )
        assert time.monotonic() - back < 10
        assert {part: server.pid_of(part) for part in parts} == parts  # nothing died of it
        for word in ("away", "back"):  # once by the worker, once by the process of papers
            wait_until(lambda word=word: server.said().count(f"the database is {word}") >= 2, what=word)
            assert server.said().count(f"the database is {word}") == 2
        assert server.stop() == 0
