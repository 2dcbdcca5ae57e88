#!/usr/bin/env python3
"""Sets up and runs the checks. Needs nothing but Python 3.11; the Makefile is its face.

python3 scripts/suite.py install | setup [--demo] | check | test [STAGE …] | spark | locale | screenshots
"""

from __future__ import annotations

import importlib.util
import os
import shutil
import subprocess
import sys
import tempfile
import time
import xml.etree.ElementTree as ET
from dataclasses import dataclass
from pathlib import Path

import postgres

ROOT = Path(__file__).resolve().parent.parent
BIN = ROOT / ".venv" / "bin"
UV_VERSION = "0.13.9"
WITH_CACHE = "-ra --strict-markers -p toubib.ground.tests.environment"  # pyproject.toml's, the cache kept
# A file's tests stay together, with their application; two files at once: a browser test waits more than it computes.
TWO_FILES = ["-n", "2", "--dist", "loadfile"]
WITH_BROWSER = ["tests/browser", "tests/faults", "toubib/consultation", "toubib/people", "toubib/ui"]
MOST_RETRIED = 12  # of 250, two files at once on two cores; more failures than that are no noise
NEEDS = {  # Debian package: how we know that it is there
    "python3-venv": lambda: importlib.util.find_spec("ensurepip"),
    "gettext": lambda: shutil.which("msgfmt"),
    "postgresql": lambda: list(Path("/usr/lib/postgresql").glob("*/bin/initdb")) or shutil.which("initdb"),
    "chromium": lambda: shutil.which("chromium"),
    "coturn": lambda: shutil.which("turnserver"),
    "nginx": lambda: shutil.which("nginx") or Path("/usr/sbin/nginx").exists(),
    "openjdk-17-jre-headless": lambda: shutil.which("java"),
}
ON_SPARK = ["python3-venv", "openjdk-17-jre-headless"]
ALL_BUT_SPARK = [name for name in NEEDS if name not in ON_SPARK[1:]]
JUST_PYTHON = ["python3-venv"]
JUST_A_SERVER = ["python3-venv", "nginx", "coturn"]  # the database may be on another machine


@dataclass
class Result:
    """One stage: how it ended and what it counted."""

    name: str
    ok: bool
    seconds: float
    passed: int = 0
    failed: int = 0
    skipped: int = 0
    retried: int = 0


def say(line: str) -> None:
    print(f"\n=== {line}", flush=True)


def run(*command: str | Path, env: dict[str, str] | None = None) -> int:
    """Compiled Python is kept, whatever the machine says: some hundred processes start, and to compile again would take
    each of them three seconds."""
    kept = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    kept["PYTHONPYCACHEPREFIX"] = str(ROOT / ".venv" / "pycache")
    order = [str(part) for part in command]
    return subprocess.run(order, cwd=ROOT, env={**kept, **(env or {})}, stdin=subprocess.DEVNULL).returncode


def must(*command: str | Path, env: dict[str, str] | None = None) -> None:
    code = run(*command, env=env)
    if code:
        sys.exit(f"suite: {' '.join(str(part) for part in command)} ended with {code}")


# Setting up


def install_debian(names: list[str]) -> None:
    """Install what is missing when root; otherwise say the line to type and stop."""
    missing = [name for name in names if not NEEDS[name]()]
    if not missing:
        return
    line = f"apt-get install --no-install-recommends {' '.join(missing)}"
    if os.geteuid() != 0 or not shutil.which("apt-get"):
        sys.exit(f"suite: missing {', '.join(missing)}. Type this, then start again: sudo {line}")
    say(f"Debian's packages: {' '.join(missing)}")
    quiet = {"DEBIAN_FRONTEND": "noninteractive"}
    must("apt-get", "update", "-qq", env=quiet)
    must("apt-get", "install", "-y", "-qq", "--no-install-recommends", *missing, env=quiet)
    still = [name for name in missing if not NEEDS[name]()]
    if still:
        sys.exit(f"suite: {', '.join(still)} cannot be found after its installation")


def find_uv() -> Path:
    """The pinned uv, in a corner of .venv of its own."""
    uv = ROOT / ".venv" / "tools" / "bin" / "uv"
    if not uv.exists():
        must(sys.executable, "-m", "venv", ROOT / ".venv" / "tools")
        pip = ROOT / ".venv" / "tools" / "bin" / "pip"
        must(pip, "install", "--quiet", "--disable-pip-version-check", f"uv=={UV_VERSION}")
    return uv


def set_up(needs: list[str], *, dev: bool = True, group: str = "") -> None:
    """`group`: one of pyproject.toml's, besides the test bench."""
    if sys.version_info < (3, 11):  # noqa: UP036  the one place that meets an older Python
        sys.exit("suite: Python 3.11 or later is needed (PYTHON=python3.12 make …)")
    install_debian(needs)
    if not (BIN / "python").exists():
        must(sys.executable, "-m", "venv", "--without-pip", ROOT / ".venv")
    env = {"UV_PROJECT_ENVIRONMENT": str(ROOT / ".venv"), "UV_PYTHON_DOWNLOADS": "never", "VIRTUAL_ENV": ""}
    groups = ["--group", group] if group else []
    groups += [] if dev else ["--no-dev"]
    must(find_uv(), "sync", "--locked", "--quiet", "--inexact", *groups, env=env)


# Stages


def pytest_stage(name: str, *arguments: str, url: str = "") -> Result:
    say(name)
    began = time.monotonic()
    with tempfile.TemporaryDirectory() as folder:
        report = Path(folder) / "report.xml"
        env = {"TOUBIB_DATABASE_URL": url}
        code = run(BIN / "pytest", "-q", "--durations=25", f"--junitxml={report}", *arguments, env=env)
        result = Result(name, code == 0, time.monotonic() - began)
        if report.exists():
            for suite in ET.parse(report).getroot().iter("testsuite"):
                bad = int(suite.get("failures", 0)) + int(suite.get("errors", 0))
                result.failed += bad
                result.skipped += int(suite.get("skipped", 0))
                result.passed += int(suite.get("tests", 0)) - bad - int(suite.get("skipped", 0))
    return result


def browser_stage(name: str, *places: str, url: str = "") -> Result:
    """Browser tests depend on how fast a noisy machine answers: what fails is tried once more, alone, and named."""
    cache = tempfile.mkdtemp(prefix="toubib-cache-")
    kept = ["-o", f"addopts={WITH_CACHE}", "-o", f"cache_dir={cache}"]
    tests = [*kept, *places, "-m", "browser"]
    first = pytest_stage(name, *tests, *TWO_FILES, url=url)
    if first.ok or not 0 < first.failed <= MOST_RETRIED:
        return first
    again = pytest_stage(f"{name}: the failed ones once more", *tests, "--last-failed", url=url)
    passed = first.passed + again.passed
    seconds = first.seconds + again.seconds
    return Result(name, again.ok, seconds, passed, again.failed, first.skipped, retried=first.failed)


def static_stage() -> Result:
    """Format, lint, types, imports, migrations."""
    say("static checks")
    began = time.monotonic()
    with tempfile.TemporaryDirectory() as folder:
        env = throw_away_settings(Path(folder))
        codes = [
            run(BIN / "ruff", "format", "--check", "."),
            run(BIN / "ruff", "check", "."),
            run(BIN / "lint-imports", "--no-cache"),
            run(BIN / "mypy", "toubib", env=env),
            run(BIN / "python", "manage.py", "makemigrations", "--check", "--dry-run", env=env),
        ]
    return Result("static checks", not any(codes), time.monotonic() - began)


def throw_away_settings(folder: Path) -> dict[str, str]:
    return {"TOUBIB_DEMO": "1", "TOUBIB_DATA_DIR": str(folder), "TOUBIB_DATABASE_URL": ""}


def check() -> int:
    set_up(JUST_PYTHON)
    fast = pytest_stage("fast tests on SQLite", "-n", "2", "-m", "not browser and not slow")
    return summary([static_stage(), fast])


def test() -> int:
    set_up(ALL_BUT_SPARK)
    results = [static_stage(), pytest_stage("unit tests on SQLite", "-n", "2", "-m", "not browser")]
    with a_postgres() as url:
        results.append(
            pytest_stage("unit tests on PostgreSQL", "-n", "2", "-m", "not browser and not once", url=url)
        )
        results.append(browser_stage("browser tests", *WITH_BROWSER, url=url))
    results.append(browser_stage("browser smoke on SQLite", "tests/browser/test_journey.py"))
    return summary(results)


def spark() -> int:
    set_up(ON_SPARK, group="spark")
    return summary(
        [
            pytest_stage(
                "the rule book and the indicators on Spark",
                "toubib/rulebook",
                "toubib/observatory",
                "-m",
                "spark",
            )
        ]
    )


class a_postgres:
    """A throw-away server; the with block gets its TOUBIB_DATABASE_URL."""

    def __enter__(self) -> str:
        self.folder = Path(tempfile.mkdtemp(prefix="toubib-pg-", dir="/tmp"))  # short, for the socket
        return postgres.start(self.folder)

    def __exit__(self, *_: object) -> None:
        postgres.stop(self.folder)
        shutil.rmtree(self.folder, ignore_errors=True)


def screenshots() -> int:
    set_up(ALL_BUT_SPARK)
    with a_postgres() as url:
        return summary([pytest_stage("browser tests", *WITH_BROWSER, "-m", "browser", *TWO_FILES, url=url)])


def locale() -> int:
    set_up(["python3-venv", "gettext"])
    with tempfile.TemporaryDirectory() as folder:
        env = throw_away_settings(Path(folder))
        manage = [BIN / "python", ROOT / "manage.py"]
        must(
            *manage,
            "makemessages",
            "-l",
            "en",
            "--no-obsolete",
            "--no-wrap",
            "--no-location",
            "--ignore",
            ".venv",
            env=env,
        )
        must(*manage, "compilemessages", "--ignore", ".venv", env=env)
    return 0


def summary(results: list[Result]) -> int:
    say("summary")
    for result in results:
        counts = f"{result.passed} passed, {result.failed} failed, {result.skipped} skipped"
        word = "ok    " if result.ok else "FAILED"
        counts += f" ({result.retried} passed only at a second try)" if result.retried and result.ok else ""
        print(
            f"{word} {result.name:32} {result.seconds:6.0f} s   {counts if result.passed + result.failed else ''}"
        )
    passed, failed = sum(r.passed for r in results), sum(r.failed for r in results)
    print(f"{passed} passed, {failed} failed, {sum(r.skipped for r in results)} skipped", flush=True)
    return 0 if all(result.ok for result in results) else 1


def main() -> int:
    word = sys.argv[1] if len(sys.argv) > 1 else ""
    if word == "install":
        set_up(JUST_A_SERVER, dev=False)
        return 0
    if word == "setup":
        demo = "--demo" in sys.argv
        set_up(JUST_PYTHON if demo else ALL_BUT_SPARK, dev=not demo)
        return 0
    known = {"check": check, "test": test, "spark": spark, "locale": locale, "screenshots": screenshots}
    if word not in known:
        sys.exit(__doc__)
    return known[word]()


if __name__ == "__main__":
    sys.exit(main())
