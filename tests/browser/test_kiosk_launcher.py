"""The launcher of a Linux kiosk: killed in the middle of a session, it leaves no name, code or picture behind."""

from __future__ import annotations

import contextlib
import os
import re
import shutil
import signal
import subprocess
import time
from pathlib import Path

import pytest

from tests.browser.kit import CHROMIUM, FAKE_CAMERA, ROOT, free_port

pytestmark = [pytest.mark.browser, pytest.mark.slow]
LAUNCHER = ROOT / "deploy" / "kiosk" / "toubib-kiosk"
NAME, PHONE = "Zéphyrine-Effacée", "+33639981077"
CHUNK = 1 << 20


@pytest.fixture
def in_memory():
    folder = Path("/dev/shm") / f"toubib-kiosk-{os.getpid()}"
    folder.mkdir(mode=0o700)
    yield folder
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture
def machine(app, in_memory, tmp_path):
    """An enrolled machine whose launcher runs, with a page left in the printer's spool."""
    spool, port = tmp_path / "spool", free_port()
    spool.mkdir()
    (spool / "d00001-001").write_bytes(f"ordonnance de {NAME}".encode())
    environment = {
        **os.environ,
        "TOUBIB_KIOSK_URL": app.url,
        "TOUBIB_KIOSK_KEY_FILE": str(tmp_path / "kiosk.key"),
        "TOUBIB_KIOSK_RUN_DIR": str(in_memory),
        "TOUBIB_KIOSK_SPOOL": str(spool),
        "TOUBIB_KIOSK_CHROMIUM": CHROMIUM,
        "TOUBIB_KIOSK_FLAGS": " ".join(["--headless=new", f"--remote-debugging-port={port}", *FAKE_CAMERA]),
    }
    code = app.do("tests.browser.seed_kiosk:pharmacy")["code"]
    subprocess.run([LAUNCHER, "enrol", code], env=environment, check=True, capture_output=True)
    assert Path(environment["TOUBIB_KIOSK_KEY_FILE"]).stat().st_mode & 0o077 == 0
    running = subprocess.Popen(
        [LAUNCHER, "run"],
        env=environment,
        start_new_session=True,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    yield in_memory, spool, port, running.pid
    with contextlib.suppress(ProcessLookupError):
        os.killpg(running.pid, signal.SIGTERM)
    running.wait(10)
    with contextlib.suppress(ProcessLookupError):
        os.killpg(running.pid, signal.SIGKILL)


def browser_of(playwright, port, *, seconds=60):
    end = time.monotonic() + seconds
    while True:
        try:
            return playwright.chromium.connect_over_cdp(f"http://127.0.0.1:{port}")
        except Exception:
            if time.monotonic() > end:
                raise
            time.sleep(0.5)


def cookies_of(page):
    """Of the private window: the context that Playwright names is the other one."""
    return {
        one["name"]: one["value"]
        for one in page.context.new_cdp_session(page).send("Network.getCookies")["cookies"]
    }


def processes_of(folder):
    """Those whose command names the profile, by their id."""
    found = []
    for entry in Path("/proc").iterdir():
        with contextlib.suppress(OSError, ValueError):
            words = (entry / "cmdline").read_bytes().split(b"\0")
            if any(one == f"--user-data-dir={folder / 'profile'}".encode() for one in words):
                found.append(int(entry.name))
    return found


def holders(folder, needles):
    """Files that hold one of these, in UTF-8 or as a browser keeps text in memory."""
    wanted = [form for one in needles for form in (one.encode(), one.encode("utf-16-le"))]
    found = []
    for parent, _folders, names in os.walk(folder):
        for path in (Path(parent) / name for name in names):
            with contextlib.suppress(OSError):
                if path.is_file() and any(one in path.read_bytes() for one in wanted):
                    found.append(str(path))
    return found


def test_killed_browser_leaves_nothing_in_profile_or_spool(app, playwright, machine):
    folder, spool, port, launcher = machine
    assert holders(spool, [NAME]) == [] or time.sleep(3) or holders(spool, [NAME]) == []
    browser = browser_of(playwright, port)
    page = browser.contexts[0].pages[0]
    page.set_default_timeout(20_000)
    page.wait_for_url("**/borne*")
    page.wait_for_selector("[data-selftest][data-done]")
    key = cookies_of(page)["toubib_borne"]
    page.get_by_role("main").get_by_role("button", name="Voir un médecin").click()
    page.wait_for_url("**/consulter/signes")
    for box in page.locator("input[value=no]").all():
        box.check()
    page.get_by_role("main").get_by_role("button", name="Continuer").click()
    page.fill("#id_phone", PHONE)
    page.get_by_role("main").get_by_role("button", name="Recevoir un code").click()
    page.wait_for_url("**/code")
    code = app.last_code(PHONE)
    page.fill("#id_code", code)
    page.get_by_role("main").get_by_role("button", name="Entrer avec ce code").click()
    page.wait_for_url("**/pour-qui")
    page.get_by_label("Moi", exact=True).check()
    page.evaluate("(name) => { document.title = name; history.pushState({name}, '', '?patient=1'); }", NAME)
    page.evaluate("navigator.mediaDevices.getUserMedia({video: true}).then((one) => { window.kept = one; })")
    session = cookies_of(page)["toubib_session"]
    arguments = [(Path("/proc") / str(one) / "cmdline").read_bytes() for one in processes_of(folder)]
    assert [one for one in arguments if key.encode() in one] == []
    assert any(b"--enable-speech-dispatcher" in one for one in arguments)  # or « Écouter » has no voice
    first = processes_of(folder)
    os.kill(
        launcher, signal.SIGSTOP
    )  # what the browser leaves is looked at before the launcher takes it away
    for one in first:
        with contextlib.suppress(ProcessLookupError):
            os.kill(one, signal.SIGKILL)
    left = holders(folder, [NAME, session, re.sub(r"\D", "", PHONE)])
    os.kill(launcher, signal.SIGCONT)
    assert left == []
    with contextlib.suppress(Exception):
        browser.close()
    again = browser_of(playwright, port)
    page = again.contexts[0].pages[0]
    page.wait_for_selector("[data-selftest][data-done]", timeout=60_000)
    cookies = set(cookies_of(page))
    said = app.do("tests.browser.seed_kiosk:session")
    assert (cookies - {"csrftoken"}, said["state"], said["reason"]) == (
        {"toubib_borne"},
        "wiped",
        "restarted",
    )
    assert set(first) & set(processes_of(folder)) == set()
    assert holders(folder, [NAME, session]) == []


def test_a_page_that_the_printer_keeps_back_is_taken_back(tmp_path):
    spool, tools = tmp_path / "spool", tmp_path / "bin"
    spool.mkdir()
    tools.mkdir()
    environment = {
        **os.environ,
        "PATH": f"{tools}:{os.environ['PATH']}",
        "TOUBIB_KIOSK_URL": f"http://127.0.0.1:{free_port()}",
        "TOUBIB_KIOSK_KEY_FILE": str(tmp_path / "kiosk.key"),
        "TOUBIB_KIOSK_RUN_DIR": str(tmp_path / "run"),
        "TOUBIB_KIOSK_SPOOL": str(spool),
    }
    (tmp_path / "kiosk.key").write_text("key")
    (tools / "cancel").write_text("#!/bin/sh\nexit 0\n")
    (tools / "cancel").chmod(0o755)
    kept = {}
    for word in ("idle", "media-empty", "disabled"):
        (spool / "d00001-001").write_bytes(NAME.encode())
        (tools / "lpstat").write_text(f"#!/bin/sh\necho 'printer kiosk is {word}.'\n")
        (tools / "lpstat").chmod(0o755)
        subprocess.run([LAUNCHER, "report"], env=environment, check=True, capture_output=True, timeout=60)
        kept[word] = [one.name for one in spool.iterdir()]
    assert kept == {"idle": ["d00001-001"], "media-empty": [], "disabled": []}


def test_a_machine_is_enrolled_from_its_settings_and_says_what_lacks(app, in_memory, tmp_path):
    settings = tmp_path / "kiosk.env"
    settings.write_text(f"TOUBIB_KIOSK_URL={app.url}/\nDISPLAY=:0\n", encoding="utf-8")
    environment = {
        **{name: value for name, value in os.environ.items() if name not in {"DISPLAY", "WAYLAND_DISPLAY"}},
        "TOUBIB_KIOSK_SETTINGS": str(settings),
        "TOUBIB_KIOSK_KEY_FILE": str(tmp_path / "kiosk.key"),
        "TOUBIB_KIOSK_RUN_DIR": str(in_memory / "run"),
        "TOUBIB_KIOSK_CHROMIUM": CHROMIUM,
    }

    def launch(*arguments, **more):
        done = subprocess.run(
            [LAUNCHER, *arguments], env={**environment, **more}, capture_output=True, text=True
        )
        return done.returncode, done.stderr

    assert launch("enrol", "ABCDE-23456", TOUBIB_KIOSK_SETTINGS="/nowhere") == (
        2,
        "toubib-kiosk: no address: write TOUBIB_KIOSK_URL=https://… in /nowhere\n",
    )
    other = f"{app.url}/ailleurs"
    assert launch("enrol", "ABCDE-23456", TOUBIB_KIOSK_URL=other) == (
        1,
        f"toubib-kiosk: refused: {other} does not answer as Toubib does; check the address\n",
    )
    code, said = launch("check")
    assert (code, [line.split()[1] for line in said.splitlines()]) == (
        1,
        ["yes", "yes", "yes", "yes", "NO", "NO", "yes", "printer:", "2"],
    )
    assert launch("enrol", app.do("tests.browser.seed_kiosk:pharmacy")["code"])[0] == 0
    code, said = launch("check")
    assert (code, "NO" in said, list(in_memory.iterdir())) == (0, False, [])
