from datetime import UTC, datetime

import pytest

from toubib.ground.crypto import CannotDecrypt
from toubib.ground.files import read_file, store_file
from toubib.ground.models import StoredFile

NOW = datetime(2026, 11, 21, 20, 0, tzinfo=UTC)
pytestmark = pytest.mark.django_db


@pytest.fixture
def folder(settings, tmp_path):
    settings.FILES_DIR = tmp_path / "files"
    return settings.FILES_DIR


def on_disk(folder):
    return sorted(path for path in folder.rglob("*") if path.is_file())


def test_file_comes_back_as_it_was_given(folder):
    stored = store_file(content=b"photo", media_type="image/jpeg", now=NOW)
    assert read_file(StoredFile.objects.get()) == b"photo"
    assert (stored.media_type, stored.size) == ("image/jpeg", 5)


def test_disk_holds_no_plain_byte_and_no_name(folder):
    stored = store_file(content=b"photo of a rash", media_type="image/jpeg", now=NOW)
    (path,) = on_disk(folder)
    assert b"rash" not in path.read_bytes()
    assert path.name == stored.id.hex


def test_file_put_in_the_place_of_another_does_not_open(folder):
    first = store_file(content=b"a", media_type="text/plain", now=NOW)
    second = store_file(content=b"b", media_type="text/plain", now=NOW)
    paths = {path.name: path for path in on_disk(folder)}
    paths[first.id.hex].write_bytes(paths[second.id.hex].read_bytes())
    with pytest.raises(CannotDecrypt):
        read_file(first)


def test_file_that_is_gone_says_so(folder):
    stored = store_file(content=b"a", media_type="text/plain", now=NOW)
    on_disk(folder)[0].unlink()
    with pytest.raises(FileNotFoundError):
        read_file(stored)
