"""The command as an operator meets it: exit codes, one line on stderr."""

import os
import subprocess
import sys
from datetime import UTC, datetime

import pytest

from toubib.ground.actors import Actor
from toubib.ground.crypto import make_key_file


@pytest.fixture
def run(tmp_path):
    """Run `toubib …` on an own SQLite database in an own folder."""
    secret = tmp_path / "secret"
    secret.write_text("s" * 40)
    environment = {name: value for name, value in os.environ.items() if not name.startswith("TOUBIB_")}
    environment |= {
        "TOUBIB_DATA_DIR": str(tmp_path),
        "TOUBIB_SECRET_KEY_FILE": str(secret),
        "TOUBIB_ALLOW_HTTP": "1",
        "TOUBIB_LOG_LEVEL": "ERROR",
    }

    def go(*arguments, **extra):
        command = [sys.executable, "-m", "toubib.config", *arguments]
        environment_now = {
            name: value for name, value in {**environment, **extra}.items() if value is not None
        }
        done = subprocess.run(
            command, capture_output=True, text=True, env=environment_now, cwd=tmp_path, check=False
        )
        return done.returncode, done.stdout, done.stderr

    return go


@pytest.mark.parametrize(
    "command",
    [
        [],
        ["serve"],
        ["worker"],
        ["migrate"],
        ["audit"],
        ["audit", "verify"],
        ["rulebook"],
        ["rulebook", "show"],
        ["keys"],
        ["keys", "rotate"],
    ],
)
def test_every_command_has_help(command, capsys):
    from toubib.config.cli import main

    with pytest.raises(SystemExit) as stopped:
        main([*command, "--help"])
    assert stopped.value.code == 0
    assert capsys.readouterr().out.startswith("usage: toubib")


@pytest.mark.parametrize(
    "arguments", [[], ["fly"], ["serve", "now"], ["audit"], ["audit", "erase"], ["rulebook"], ["--x"]]
)
def test_bad_usage_is_one_line_and_2(arguments, capsys):
    from toubib.config.cli import main

    with pytest.raises(SystemExit) as stopped:
        main(arguments)
    said = capsys.readouterr()
    assert (stopped.value.code, said.out, said.err.count("\n")) == (2, "", 1)
    assert said.err.startswith("toubib")


@pytest.mark.slow
@pytest.mark.sqlite
@pytest.mark.parametrize(
    ("name", "value", "why"),
    [
        ("TOUBIB_DEMO", "maybe", "expected 0 or 1, got 'maybe'"),
        ("TOUBIB_SMTP_PORT", "0", "expected a whole number from 1 to 65535, got '0'"),
        ("TOUBIB_DATABASE_URL", "mysql://x", "expected sqlite:///PATH or postgresql://USER@HOST/NAME"),
        ("TOUBIB_ALLOW_HTTP", "0", None),
        ("TOUBIB_SECRET_KEY_FILE", "/nonexistent", "/nonexistent cannot be read (No such file or directory)"),
    ],
)
def test_bad_setting_refuses_the_start_in_one_line(run, name, value, why):
    code, out, err = run("migrate", **{name: value})
    assert (code, out, err.count("\n")) == (2, "", 1)
    if why:
        assert err == f"toubib: {name}: {why}\n"
    else:
        assert err == "toubib: TOUBIB_PUBLIC_URL: must begin with https:// outside the demo\n"


@pytest.mark.slow
@pytest.mark.sqlite
def test_bad_bind_refuses_the_start(run):
    assert run("serve", TOUBIB_BIND="nowhere") == (
        2,
        "",
        "toubib: TOUBIB_BIND: expected HOST:PORT, got 'nowhere'\n",
    )


@pytest.mark.slow
@pytest.mark.sqlite
@pytest.mark.parametrize(
    ("name", "value", "why"),
    [
        ("TOUBIB_LOG_LEVEL", "loud", "expected one of DEBUG, INFO, WARNING, ERROR, CRITICAL, got 'loud'"),
        ("TOUBIB_WEB_WORKERS", "0", "expected a whole number from 1 to 64, got '0'"),
        ("TOUBIB_WEB_THREADS", "many", "expected a whole number from 1 to 128, got 'many'"),
        ("TOUBIB_LIVE_BIND", "here", "expected HOST:PORT, got 'here'"),
        ("TOUBIB_EMAIL_GATEWAY", "mygw.Oups", "mygw.Oups cannot be imported: No module named 'mygw'"),
        ("TOUBIB_TURN_URLS", "garbage", "expected addresses like turn:HOST:3478, got 'garbage'"),
    ],
)
def test_serve_refuses_a_setting_of_any_part_before_it_starts_one(run, tmp_path, name, value, why):
    make_key_file(tmp_path / "encryption.keys")
    assert run("serve", **{name: value}) == (2, "", f"toubib: {name}: {why}\n")


@pytest.mark.slow
@pytest.mark.sqlite
@pytest.mark.parametrize("command", [("serve",), ("worker",), ("migrate",)])
def test_a_token_in_the_key_file_is_one_line_and_1(run, tmp_path, command):
    path = tmp_path / "encryption.keys"
    path.write_text("kR3p-a-token-that-an-operator-wrote-here")
    why = f"toubib: {path} is not a key file: `toubib migrate` makes it, nobody fills it in\n"
    assert run(*command) == (1, "", why)


@pytest.mark.slow
@pytest.mark.sqlite
def test_migrate_makes_database_static_files_and_keys_then_changes_nothing(run, tmp_path):
    assert run("migrate") == (0, "", "")
    keys = (tmp_path / "encryption.keys").read_text()
    assert (tmp_path / "static" / "staticfiles.json").exists()
    assert run("migrate") == (0, "", "")
    assert (tmp_path / "encryption.keys").read_text() == keys
    assert run("audit", "verify") == (0, "The journal is whole: 0 sealed entries.\n", "")
    (tmp_path / "encryption.keys").unlink()
    code, out, err = run("migrate")
    assert (code, out, err.count("\n")) == (1, "", 1)
    assert "encryption.keys is missing" in err


@pytest.mark.slow
@pytest.mark.sqlite
def test_audit_before_migrate_is_one_line_and_1(run):
    code, out, err = run("audit", "verify")
    assert (code, out, err.count("\n")) == (1, "", 1)
    assert err.startswith("toubib: the database does not answer as it should: ")


@pytest.mark.django_db
def test_audit_tells_each_fault_and_the_first_cause(capsys, settings, tmp_path):
    from toubib.config.cli import main
    from toubib.ground.journal import seal_journal, trace
    from toubib.ground.tests.journal_kit import by_hand

    settings.JOURNAL_HEAD_FILE = tmp_path / "head"
    for _ in range(3):
        trace(by=Actor.system("test"), action="test.thing.read", now=datetime(2026, 11, 21, tzinfo=UTC))
    seal_journal()
    assert main(["audit", "verify"]) == 0
    assert capsys.readouterr().out == "The journal is whole: 3 sealed entries.\n"
    by_hand("UPDATE ground_journalentry SET reason = 'x' WHERE seq = 2")
    by_hand("DELETE FROM ground_journalentry WHERE seq = 3")
    assert main(["audit", "verify"]) == 1
    said = capsys.readouterr()
    altered = "entry 2: the entry or its place in the chain was altered"
    cut = "entry 3: the journal was cut: the head file knows entries up to 3"
    assert said.out == f"{altered}\n{cut}\n"
    assert said.err == f"toubib: the journal is broken: {altered}\n"
