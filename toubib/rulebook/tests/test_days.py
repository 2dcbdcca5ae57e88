from datetime import UTC, date, datetime

import pytest

from toubib.rulebook.days import day_of, value_at
from toubib.rulebook.parameters import UnknownParameter

LAST_MINUTE = datetime(2025, 12, 31, 22, 59, tzinfo=UTC)
MIDNIGHT = datetime(2025, 12, 31, 23, 0, tzinfo=UTC)


def test_a_day_begins_at_midnight_in_paris() -> None:
    assert [day_of(at) for at in (LAST_MINUTE, MIDNIGHT)] == [date(2025, 12, 31), date(2026, 1, 1)]


def test_value_at_changes_at_midnight_in_paris() -> None:
    assert value_at(id="video.min_seconds", now=MIDNIGHT) == 30
    with pytest.raises(UnknownParameter):
        value_at(id="video.min_seconds", now=LAST_MINUTE)
