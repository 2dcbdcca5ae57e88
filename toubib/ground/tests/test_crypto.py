import base64
import json
import stat
import time
from datetime import UTC, datetime

import pytest

from toubib.ground.crypto import LOOK_EVERY, CannotDecrypt, KeyRing, forget_keys, key_ring
from toubib.ground.keyfile import (
    NoKeyFile,
    keep_retired,
    key_name,
    make_key_file,
    read_key_file,
    read_keys,
    replace_key_file,
)

NOW = datetime(2026, 11, 22, 5, 0, tzinfo=UTC)
OLD, NEW = b"o" * 32, b"n" * 32


def test_value_opens_where_it_was_sealed():
    ring = KeyRing([OLD])
    assert (
        ring.decrypt(ring.encrypt("fièvre".encode(), place="note.text"), place="note.text")
        == "fièvre".encode()
    )


def test_same_text_twice_gives_two_ciphertexts():
    ring = KeyRing([OLD])
    assert ring.encrypt(b"a", place="p") != ring.encrypt(b"a", place="p")


def test_stored_form_holds_nothing_of_the_text():
    assert b"angine" not in KeyRing([OLD]).encrypt(b"angine", place="p")


def test_value_moved_to_another_column_does_not_open():
    ring = KeyRing([OLD])
    with pytest.raises(CannotDecrypt, match=r"altered or moved"):
        ring.decrypt(ring.encrypt(b"a", place="note.text"), place="note.reason")


def test_value_of_an_unknown_key_does_not_open():
    with pytest.raises(CannotDecrypt, match="no key"):
        KeyRing([NEW]).decrypt(KeyRing([OLD]).encrypt(b"a", place="p"), place="p")


@pytest.mark.parametrize("position", range(1 + 8 + 12 + 1 + 16))
def test_value_with_one_byte_altered_does_not_open(position):
    ring = KeyRing([OLD])
    stored = bytearray(ring.encrypt(b"a", place="p"))
    stored[position] ^= 1
    with pytest.raises(CannotDecrypt):
        ring.decrypt(bytes(stored), place="p")


@pytest.mark.parametrize("stored", [b"", b"\x01", b"\x01" + b"x" * 20])
def test_value_cut_short_does_not_open(stored):
    with pytest.raises(CannotDecrypt):
        KeyRing([OLD]).decrypt(stored, place="p")


def test_last_key_seals_and_every_key_opens():
    before = KeyRing([OLD]).encrypt(b"a", place="p")
    ring = KeyRing([OLD, NEW])
    assert ring.decrypt(before, place="p") == b"a"
    assert KeyRing([NEW]).decrypt(ring.encrypt(b"b", place="p"), place="p") == b"b"


def test_ring_without_a_key_is_refused():
    with pytest.raises(ValueError, match="no key"):
        KeyRing([])


def test_key_file_is_for_its_owner_alone_and_made_once(tmp_path):
    path = tmp_path / "deep" / "encryption.keys"
    make_key_file(path)
    first = read_keys(path)
    make_key_file(path)
    assert (len(first), len(first[0]), read_keys(path) == first) == (1, 32, True)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_key_file_with_a_short_key_is_refused(tmp_path):
    path = tmp_path / "encryption.keys"
    path.write_text(json.dumps({"keys": [base64.b64encode(b"short").decode()]}))
    with pytest.raises(NoKeyFile, match="32 bytes"):
        read_keys(path)


@pytest.mark.parametrize(
    "held",
    [
        b"",
        b"kR3p-a-token-that-an-operator-wrote-here",
        b"{}",
        b"[]",
        b'{"keys": 1}',
        b'{"keys": ["%"]}',
        b"\xff",
    ],
)
def test_file_that_holds_no_keys_is_named_in_one_line(tmp_path, held):
    path = tmp_path / "encryption.keys"
    path.write_bytes(held)
    with pytest.raises(NoKeyFile) as refused:
        read_keys(path)
    assert str(refused.value) == f"{path} is not a key file: `toubib migrate` makes it, nobody fills it in"


@pytest.fixture
def no_key_file(settings, tmp_path):
    forget_keys()
    settings.ENCRYPTION_KEYS_FILE = tmp_path / "encryption.keys"
    yield settings
    forget_keys()


def test_lost_key_file_refuses_to_begin_a_new_one_outside_the_demo(no_key_file):
    no_key_file.DEMO = False
    with pytest.raises(NoKeyFile, match="is missing"):
        key_ring()
    assert not no_key_file.ENCRYPTION_KEYS_FILE.exists()


def test_demo_makes_its_own_key_file(no_key_file):
    no_key_file.DEMO = True
    key_ring()
    assert len(read_keys(no_key_file.ENCRYPTION_KEYS_FILE)) == 1


@pytest.fixture
def key_file(no_key_file):
    """Of a server that runs: the ring was read once."""
    path = no_key_file.ENCRYPTION_KEYS_FILE
    make_key_file(path)
    key_ring()
    return path


def test_coming_key_opens_and_does_not_seal(key_file):
    held = read_key_file(key_file).with_coming()
    replace_key_file(key_file, held)
    sealed = KeyRing([held.coming]).encrypt(b"a", place="p")
    assert key_ring().decrypt(sealed, place="p") == b"a"
    assert key_ring().head[1:] == key_name(held.keys[0])


def test_a_running_process_seals_with_the_new_key_a_second_later(key_file):
    held = read_key_file(key_file).with_coming().promoted(now=NOW)
    replace_key_file(key_file, held)
    time.sleep(LOOK_EVERY + 0.1)
    assert key_ring().head[1:] == key_name(held.keys[-1])


@pytest.mark.parametrize("bad", ["{", json.dumps({"keys": [base64.b64encode(OLD).decode()]}), None])
def test_a_key_file_that_went_bad_takes_no_key_from_a_running_process(key_file, bad, caplog):
    sealed = key_ring().encrypt(b"a", place="p")
    key_file.unlink() if bad is None else key_file.write_text(bad)
    time.sleep(LOOK_EVERY + 0.1)
    assert key_ring().decrypt(sealed, place="p") == b"a"
    assert "the keys of this process stay" in caplog.text


def test_a_process_that_slept_through_a_rotation_takes_the_key_that_is_left(key_file):
    held = read_key_file(key_file).with_coming().promoted(now=NOW).with_last_alone()
    replace_key_file(key_file, held)
    assert key_ring().decrypt(KeyRing(held.keys).encrypt(b"a", place="p"), place="p") == b"a"


def test_key_file_is_replaced_whole_with_its_permissions_and_its_link(tmp_path):
    path, link = tmp_path / "encryption.keys", tmp_path / "link"
    make_key_file(path)
    path.chmod(0o640)
    link.symlink_to(path)
    held = read_key_file(link).with_coming()
    replace_key_file(link, held)
    assert (read_key_file(path), link.is_symlink(), stat.S_IMODE(path.stat().st_mode)) == (held, True, 0o640)
    assert sorted(one.name for one in tmp_path.iterdir()) == ["encryption.keys", "link"]


def test_retired_keys_are_kept_once(tmp_path):
    path = tmp_path / "encryption.keys"
    for keys in ((OLD,), (OLD,), (NEW,)):
        kept = keep_retired(path, keys)
    assert (read_keys(kept), stat.S_IMODE(kept.stat().st_mode)) == ([OLD, NEW], 0o600)
