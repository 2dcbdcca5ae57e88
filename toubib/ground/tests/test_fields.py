from datetime import UTC, datetime

import pytest
from django.core.exceptions import FieldError
from django.db import connection
from django.db.models import F

from toubib.ground.crypto import CannotDecrypt
from toubib.ground.enums import Channel
from toubib.ground.fields import EncryptedJSONField
from toubib.ground.mail import queue_message
from toubib.ground.models import OutboundMessage

NOW = datetime(2026, 11, 21, 20, 0, tzinfo=UTC)
pytestmark = pytest.mark.django_db


@pytest.fixture
def message():
    return queue_message(
        channel=Channel.EMAIL, to="lea@exemple.test", subject="Code", body="Votre code : 123456", now=NOW
    )


def read_raw(message, column):
    with connection.cursor() as cursor:
        cursor.execute(f'SELECT "{column}" FROM ground_outboundmessage')
        return bytes(cursor.fetchone()[0])


def test_text_comes_back_as_it_was_written(message):
    again = OutboundMessage.objects.get()
    assert (again.to, again.body) == ("lea@exemple.test", "Votre code : 123456")


def test_database_holds_no_plain_text(message):
    assert b"123456" not in read_raw(message, "body")
    assert b"lea" not in read_raw(message, "to")


def test_value_moved_between_columns_does_not_open(message):
    OutboundMessage.objects.update(body=F("to"))
    with pytest.raises(CannotDecrypt):
        OutboundMessage.objects.get()


def test_search_in_an_encrypted_column_is_refused(message):
    with pytest.raises(FieldError, match="exact"):
        OutboundMessage.objects.filter(to="lea@exemple.test").exists()
    assert OutboundMessage.objects.filter(to__isnull=False).count() == 1


def test_many_rows_changed_in_one_statement_open_again(message):
    message.body = "Autre"
    OutboundMessage.objects.bulk_update([message], ["body"])
    assert OutboundMessage.objects.get().body == "Autre"


@pytest.mark.parametrize("value", [{"a": [1, None, "é"]}, [], "", 0, False])
def test_json_comes_back_as_it_was_written(value):
    field = EncryptedJSONField()
    assert field.to_plain(field.to_raw(value)) == value
