"""The dispatch under four processes, small: with its locks nothing is doubled; without them the check and the indexes speak."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

SCRIPT = Path(__file__).resolve().parents[2] / "benchmarks" / "dispatch.py"
pytestmark = [pytest.mark.slow, pytest.mark.postgres]


def run(*options):
    kept = {key: value for key, value in os.environ.items() if not key.startswith(("TOUBIB_", "DJANGO_"))}
    command = [sys.executable, str(SCRIPT), "--processes", "4", *options]
    return subprocess.run(command, env=kept, capture_output=True, text=True, check=False, timeout=180)


def test_nobody_is_offered_twice_or_lost_and_the_order_holds():
    done = run("--tickets", "120")
    assert (done.returncode, "no double, none lost, order kept" in done.stdout) == (0, True), done.stderr


@pytest.mark.parametrize(("without", "code"), [("locks,indexes", 1), ("locks", 3)])
def test_check_notices_when_the_locks_are_taken_out(without, code):
    done = run("--tickets", "120", "--without", without, "--seconds", "8")
    assert done.returncode == code, done.stdout + done.stderr
