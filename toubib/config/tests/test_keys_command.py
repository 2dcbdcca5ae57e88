"""`toubib keys rotate` beside processes that read and write, killed in the middle, with a wrong file."""

import base64
import json
import os
import secrets
import signal
import stat
import subprocess
import sys
from collections import Counter

import pytest
from django.db import connection

from toubib.config.tests.rotating import FILES, MANY_ROWS, ROWS
from toubib.config.tests.running import toubib, wait_until
from toubib.ground.crypto import HEAD, VERSION
from toubib.ground.keyfile import key_name, only_one, read_key_file

pytestmark = [pytest.mark.slow, pytest.mark.django_db(transaction=True)]


def start(do, place, folder):
    command = [sys.executable, "-m", "toubib.config.tests.rotating", do, str(folder)]
    return subprocess.Popen(command, env=place, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


def run(do, place, folder):
    out, err = start(do, place, folder).communicate()
    assert err == ""
    return [int(word) for word in out.split()]


def rotate(place, *options):
    done = toubib("keys", "rotate", *options, env=place)
    return done.returncode, done.stdout, done.stderr


def heads(folder):
    """Which key the messages are under, as another program sees the database."""
    sql = "SELECT body FROM ground_outboundmessage"
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute(sql)
            rows = cursor.fetchall()
    else:
        import sqlite3

        with sqlite3.connect(f"file:{folder / 'toubib.sqlite3'}?mode=ro", uri=True) as db:
            rows = db.execute(sql).fetchall()
        db.close()
    return Counter(bytes(row[0])[1:HEAD] for row in rows)


def files_under(folder):
    return Counter(path.read_bytes()[:HEAD] for path in (folder / "files").glob("*/*"))


def names(folder):
    return [key_name(key) for key in read_key_file(folder / "encryption.keys").known]


def test_rotation_beside_two_writers_killed_in_the_middle_loses_nothing(place, tmp_path):
    run("seed-many", place, tmp_path)
    (old,) = names(tmp_path)
    writers = [start("write", place, tmp_path) for _ in range(2)]
    wait_until(lambda: len(list(tmp_path.glob("ready-*"))) == 2, what="the writers")
    killed = subprocess.Popen(
        [sys.executable, "-m", "toubib.config", "keys", "rotate"], env=place, stdout=subprocess.DEVNULL
    )

    def is_amid():
        return 500 < sum(many for name, many in heads(tmp_path).items() if name != old) < MANY_ROWS

    wait_until(is_amid, what="the middle")
    os.kill(killed.pid, signal.SIGKILL)
    killed.wait()
    amid = heads(tmp_path)
    assert len(amid) == 2 and amid[old] > 0, "the kill came too late to prove anything"

    code, out, err = rotate(place)
    assert (code, err) == (0, "")
    assert out.startswith(
        "Going on with the rotation that was begun: no key is made.\nground.OutboundMessage: "
    )
    (tmp_path / "stop").touch()
    said = [writer.communicate() for writer in writers]
    assert [err for _, err in said] == ["", ""]
    counted = [[int(word) for word in out.split()] for out, _ in said]
    added, stored = (sum(pair) for pair in zip(*counted, strict=True))
    assert added > 20
    assert run("summary", place, tmp_path) == [MANY_ROWS + added, added, FILES + stored]
    new = names(tmp_path)[-1]
    assert (list(heads(tmp_path)), list(files_under(tmp_path))) == ([new], [VERSION + new])


def test_old_key_is_retired_when_nothing_uses_it(place, tmp_path):
    run("seed", place, tmp_path)
    path = tmp_path / "encryption.keys"
    path.chmod(0o640)
    before = run("summary", place, tmp_path)
    assert rotate(place, "--retire")[:2] == (0, f"{path}: one key, nothing to retire.\n")
    code, out, err = rotate(place, "--prepare")
    assert (code, err, len(names(tmp_path)), len(heads(tmp_path))) == (0, "", 2, 1)
    code, out, err = rotate(place, "--retire")
    assert (code, out, err) == (
        1, "", "toubib: a key was prepared and does not serve yet: run `toubib keys rotate`\n",
    )  # fmt: skip
    old, prepared = names(tmp_path)
    code, out, err = rotate(place)
    assert (code, err, names(tmp_path), list(heads(tmp_path))) == (0, "", [old, prepared], [prepared])
    assert (
        f"ground.OutboundMessage: {ROWS} renewed\nfiles: {FILES} renewed\nDone: {ROWS + FILES} renewed."
        in out
    )
    code, out, err = rotate(place, "--retire")
    assert (code, out) == (1, "") and "serves since less than an hour" in err
    held = json.loads(path.read_text())
    path.write_text(json.dumps({**held, "since": "2026-01-01T00:00:00+00:00"}))
    code, out, err = rotate(place, "--retire")
    assert (code, err, names(tmp_path)) == (0, "", [prepared])
    assert [key_name(key) for key in read_key_file(tmp_path / "encryption.keys.retired").keys] == [old]
    assert run("summary", place, tmp_path) == before
    assert stat.S_IMODE(path.stat().st_mode) == 0o640


def test_key_in_use_is_not_retired(place, tmp_path):
    run("seed", place, tmp_path)
    path = tmp_path / "encryption.keys"
    held = json.loads(path.read_text())
    path.write_text(json.dumps({"keys": [*held["keys"], base64.b64encode(secrets.token_bytes(32)).decode()]}))
    code, out, err = rotate(place, "--retire")
    assert (code, out, err) == (
        1, "",
        f"toubib: still under an old key: ground.OutboundMessage {2 * ROWS}, files {FILES}"
        " (sessions end by themselves; else rotate again)\n",
    )  # fmt: skip
    assert len(names(tmp_path)) == 2


def test_wrong_key_file_is_one_line_and_2_and_nothing_is_changed(place, tmp_path):
    run("seed", place, tmp_path)
    path = tmp_path / "encryption.keys"
    (right,), kept = names(tmp_path), path.read_text()
    other = json.dumps({"keys": [base64.b64encode(b"o" * 32).decode()]})
    for text, said in [
        (other, f"{path}: keys: {2 * ROWS + FILES} values are sealed with a key it lacks ({right.hex()})\n"),
        ("{}", f"{path} is not a key file: `toubib migrate` makes it, nobody fills it in\n"),
    ]:
        path.write_text(text)
        assert rotate(place) == (2, "", said)
        assert path.read_text() == text
    path.unlink()
    assert rotate(place) == (
        2, "", f"{path} is missing; `toubib migrate` makes it for a new database only\n",
    )  # fmt: skip
    path.write_text(kept)
    assert run("summary", place, tmp_path) == [ROWS, 0, FILES]


def test_second_rotation_at_once_is_refused(place, tmp_path):
    path = tmp_path / "encryption.keys"
    with only_one(path):  # as the first holds it, for as long as this takes
        assert rotate(place) == (1, "", f"toubib: {path}: another `toubib keys rotate` is at work\n")
    assert rotate(place)[0] == 0
