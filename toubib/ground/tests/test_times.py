"""Times are read from PostgreSQL as Django reads them, only sooner."""

from datetime import UTC, datetime

import pytest
from django.db import DataError, connection

pytestmark = [pytest.mark.django_db, pytest.mark.postgres]


@pytest.mark.parametrize(
    "text",
    [
        "2026-11-22 15:12:15.353090+00",
        "2026-11-22 15:12:15.3+00",
        "2026-03-29 03:00:00+02",
        "1900-01-01 00:00:00+00:09:21",
        "9999-12-31 23:59:59.999999+00",
    ],
)
def test_time_is_what_django_reads(text):
    from django.db.backends.postgresql.psycopg_any import BaseTzLoader

    class Plain(BaseTzLoader):
        timezone = UTC

    with connection.cursor() as cursor:
        cursor.execute("SELECT %s::timestamptz", [text])
        [found] = cursor.fetchone()
        cursor.adapters.register_loader("timestamptz", Plain)
        cursor.execute("SELECT %s::timestamptz", [text])
        [plain] = cursor.fetchone()
    assert (found, found.tzinfo, type(found)) == (plain, UTC, datetime)


@pytest.mark.parametrize("text", ["infinity", "0044-03-15 12:00:00+00 BC"])
def test_time_that_python_cannot_hold_is_refused_as_before(text):
    with connection.cursor() as cursor:
        cursor.execute("SELECT %s::timestamptz", [text])
        with pytest.raises(DataError, match="timestamp"):
            cursor.fetchone()
