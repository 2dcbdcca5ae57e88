"""The rule book inside a server: warmed again where it failed, named by all that can change an answer."""

import threading
from datetime import date

import pytest

from toubib.rulebook import live

HERE = live.HERE


def thread_of_warming():
    return next((one for one in threading.enumerate() if one.name == "rulebook-warm"), None)


def wait_for_it():
    found = thread_of_warming()
    if found is not None:
        found.join(60)


@pytest.mark.filterwarnings("ignore::pytest.PytestUnhandledThreadExceptionWarning")
def test_a_warming_that_fails_is_logged_and_tried_again(monkeypatch, caplog):
    monkeypatch.setattr(live, "_ready", threading.Event())
    live.warm_soon(on=date(1999, 1, 1))  # a day that the rules refuse
    wait_for_it()
    assert not live.is_warm()
    assert [one.message for one in caplog.records if one.name == live.__name__] == [
        "The rule book could not be warmed; it will be tried again."
    ]
    live.warm_soon(on=date(2025, 3, 10))
    wait_for_it()
    assert live.is_warm()


def test_the_version_is_of_all_that_judges():
    names = {path.relative_to(HERE).as_posix() for path in live.law_files()}
    judging = (
        "law.py",
        "facts.py",
        "facts.yaml",
        "decide.py",
        "codes.py",
        "codes.yaml",
        "cap_status.py",
        "days.py",
    )
    engine = {f"engine/{path.name}" for path in (HERE / "engine").glob("*.py")}
    rules = {f"rules/{path.name}" for path in (HERE / "rules").glob("*.py")}
    assert names >= {*judging, *engine, *rules, "parameters/cap.yaml", "parameters/loader.py"}
    assert not any(name.startswith(("tests/", "cases/")) or name in live.NO_LAW for name in names)
