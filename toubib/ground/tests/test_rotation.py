"""One pass over tables and files: what is renewed, what is left, what comes back never."""

import os
import time

import pytest
from django.apps import apps
from django.db import connection

from toubib.ground.crypto import HEAD, VERSION, forget_keys, key_ring
from toubib.ground.enums import Channel
from toubib.ground.fields import EncryptedTextField
from toubib.ground.files import drop_file, file_path, read_file, store_file
from toubib.ground.keyfile import key_name, make_key_file, read_key_file, replace_key_file
from toubib.ground.mail import queue_message
from toubib.ground.models import OutboundMessage, StoredFile
from toubib.ground.rotated_files import FileHolder
from toubib.ground.rotation import Tally, _Change, count_heads, renew_all, table_holders
from toubib.ground.tests.test_fields import NOW

pytestmark = pytest.mark.django_db


@pytest.fixture
def keys(settings, tmp_path):
    settings.FILES_DIR = tmp_path / "files"
    settings.ENCRYPTION_KEYS_FILE = path = tmp_path / "encryption.keys"
    make_key_file(path)
    forget_keys()

    def change():
        held = read_key_file(path).with_coming().promoted(now=NOW)
        replace_key_file(path, held)
        forget_keys()
        return [VERSION + key_name(key) for key in held.keys]

    yield change
    forget_keys()


def quiet(*_):
    return None


def outbox():
    (holder,) = [one for one in table_holders() if one.name == "ground.OutboundMessage"]
    return holder


def write(body="Votre code : 1"):
    return queue_message(channel=Channel.EMAIL, to="lea@exemple.test", subject="Code", body=body, now=NOW)


def test_every_encrypted_column_of_every_model_is_found():
    found = {(one.table, column): place for one in table_holders() for column, place in one.places.items()}
    wanted = {
        (model._meta.db_table, field.column): field.place
        for model in apps.get_models()
        for field in model._meta.concrete_fields
        if isinstance(field, EncryptedTextField)
    }
    assert (found, len(found) > 40) == (wanted, True)


def test_rows_are_sealed_again_and_read_the_same(keys):
    for n in range(250):
        write(str(n))
    old, new = keys()
    assert outbox().count() == {old: 500}
    done = renew_all(holders=[outbox()], tell=quiet)
    assert (done[outbox().name].renewed, outbox().count()) == (250, {new: 500})
    assert sorted(int(row.body) for row in OutboundMessage.objects.all()) == list(range(250))


def test_what_a_server_wrote_meanwhile_stays(keys):
    row = write("before")
    _old, _new = keys()
    holder = outbox()
    (read,) = holder._batch(key_ring().head, None)
    OutboundMessage.objects.update(body="after")

    done = Tally()
    holder._replace([_Change.of(read, holder, key_ring(), done)], done)
    assert (done.renewed, done.busy, OutboundMessage.objects.get(pk=row.pk).body) == (0, 1, "after")
    assert renew_all(holders=[holder], tell=quiet)[holder.name].busy == 0


def test_value_that_does_not_open_is_named_and_left_and_the_rest_goes_on(keys):
    first, second = write("a"), write("b")
    with connection.cursor() as cursor:
        cursor.execute('UPDATE ground_outboundmessage SET body = "to" WHERE id = %s', [_raw(first.pk)])
    old, new = keys()
    done = renew_all(holders=[outbox()], tell=quiet)[outbox().name]
    assert (done.renewed, len(done.unreadable), outbox().count()) == (2, 1, {old: 1, new: 3})
    assert "ground_outboundmessage.body was altered or moved" in done.unreadable[0]
    assert OutboundMessage.objects.get(pk=second.pk).body == "b"


def _raw(pk):
    return pk if connection.features.has_native_uuid_field else pk.hex


def test_files_are_sealed_again_strays_go_and_orphans_are_left(keys):
    stored = store_file(content=b"photo", media_type="image/jpeg", now=NOW)
    orphan = store_file(content=b"x", media_type="image/jpeg", now=NOW)
    gone = file_path(orphan)
    StoredFile.objects.filter(pk=orphan.pk).delete()
    ago = time.time() - 7200
    os.utime(gone, (ago, ago))
    stray = file_path(stored).with_suffix(".new")
    stray.write_bytes(b"half")
    old, new = keys()
    assert count_heads(holders=[FileHolder()]) == {"files": {old: 1}}
    done = renew_all(holders=[FileHolder()], tell=quiet)["files"]
    assert (done.renewed, done.busy, FileHolder().count(), stray.exists()) == (1, 0, {new: 1}, False)
    assert (read_file(stored), gone.read_bytes()[:HEAD]) == (b"photo", old)


def test_file_that_was_dropped_does_not_come_back(keys, django_capture_on_commit_callbacks):
    stored = store_file(content=b"photo", media_type="image/jpeg", now=NOW)
    path = file_path(stored)
    keys()
    with django_capture_on_commit_callbacks():  # the row is gone, the bytes not yet
        drop_file(stored)
    done = Tally()
    FileHolder()._renew(path, done)
    assert (done.renewed, list(path.parent.glob("*.new"))) == (0, [])
