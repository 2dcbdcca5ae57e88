"""A copy of the database and of the files shows no clinical word."""

import base64
import subprocess
import sys
import unicodedata

import pytest
from django.db import connection

from toubib.config.tests.clinical import WORDS
from toubib.config.tests.running import run_inside, toubib, wait_until

pytestmark = [pytest.mark.slow, pytest.mark.django_db(transaction=True)]
DRAWN = """
from toubib.documents.models import Document
from toubib.ground.files import read_file
from toubib.ground.models import StoredFile
print(Document.objects.count(), sum(read_file(row).startswith(b"%PDF") for row in StoredFile.objects.all()))
"""
SESSIONS = """
from django.contrib.sessions.models import Session
from toubib.people.session_store import SessionStore
print([SessionStore().decode(row.session_data) for row in Session.objects.all()])
"""


def forms(word):
    """How a word may lie in a file: by encoding, in capitals, hexadecimal, in base64 at each of its three places."""
    found = set()
    for text in (
        word,
        word.upper(),
        unicodedata.normalize("NFD", word),
        unicodedata.normalize("NFKD", word).encode("ascii", "ignore").decode(),
    ):
        for code in ("utf-8", "latin-1", "utf-16-le", "utf-16-be"):
            raw = text.encode(code, "ignore")
            found |= {raw, raw.hex().encode(), text.encode("unicode_escape")}
            for before in range(3):
                coded = base64.b64encode(b"\0" * before + raw)
                inner = coded[(0, 2, 3)[before] : len(coded) // 4 * 4 - 4]
                found |= {inner, inner.replace(b"+", b"-").replace(b"/", b"_")}
    return found


def shown(data):
    return sorted(name for name, word in WORDS.items() if any(form in data for form in forms(word)))


@pytest.fixture
def visit(place, tmp_path):
    """The folder of a server while the process that wrote a whole visit still holds its database."""
    (tmp_path / "tmp").mkdir()
    env = {
        **place,
        "TOUBIB_DEMO": "1",
        "TOUBIB_HOSTS": "testserver,127.0.0.1",
        "TMPDIR": str(tmp_path / "tmp"),
    }
    assert toubib("migrate", env=env).returncode == 0
    command = [sys.executable, "-W", "error", "-m", "toubib.config.tests.clinical", str(tmp_path)]
    with (tmp_path / "words.log").open("wb") as log:
        process = subprocess.Popen(command, env=env, stdout=log, stderr=log)
    wait_until(
        lambda: (tmp_path / "ready").exists() or process.poll() is not None, seconds=60, what="the visit"
    )
    assert process.poll() is None, (tmp_path / "words.log").read_text()
    yield env
    (tmp_path / "stop").touch()
    process.wait(10)


def dumped():
    """Every row of every table, as PostgreSQL itself copies them."""
    with connection.cursor() as cursor:
        for table in connection.introspection.table_names():
            with cursor.copy(f'COPY "{table}" TO STDOUT (FORMAT BINARY)') as copy:
                yield table, b"".join(bytes(block) for block in copy)


def test_copy_of_database_and_files_shows_no_clinical_word(visit, tmp_path):
    places = {
        str(path.relative_to(tmp_path)): path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()
    }
    places["sessions"] = run_inside(SESSIONS, env=visit).encode()
    if connection.vendor == "postgresql":
        places |= dict(dumped())
        people = places["people_patient"]
    else:
        assert places["toubib.sqlite3-wal"], "nothing lies in the log: the proof would miss it"
        people = places["toubib.sqlite3"] + places["toubib.sqlite3-wal"]
    assert b"_auth_user_id" in places["sessions"]
    assert b"Attente" in people, "a word in clear is found by this search"
    assert {name: found for name, data in places.items() if (found := shown(data))} == {}
    documents, opened = (int(word) for word in run_inside(DRAWN, env=visit).split())
    assert (documents >= 3, opened > documents) == (True, True)


@pytest.mark.parametrize("code", ["utf-8", "latin-1", "utf-16-le"])
def test_the_search_finds_a_word_in_each_form(code):
    word = WORDS["motif"]
    raw = f"avant {word} après".encode(code)
    for data in (raw, raw.hex().encode(), *(base64.b64encode(b"x" * n + raw) for n in range(3))):
        assert shown(data) == ["motif"]
