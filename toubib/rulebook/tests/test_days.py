from datetime import UTC, date, datetime

import pytest

from toubib.rulebook.days import day_of, value_at, working_day_from
from toubib.rulebook.parameters import UnknownParameter

LAST_MINUTE = datetime(2025, 12, 31, 22, 59, tzinfo=UTC)
MIDNIGHT = datetime(2025, 12, 31, 23, 0, tzinfo=UTC)


def test_a_day_begins_at_midnight_in_paris() -> None:
    assert [day_of(at) for at in (LAST_MINUTE, MIDNIGHT)] == [date(2025, 12, 31), date(2026, 1, 1)]


def test_value_at_changes_at_midnight_in_paris() -> None:
    assert value_at(id="video.min_seconds", now=MIDNIGHT) == 30
    with pytest.raises(UnknownParameter):
        value_at(id="video.min_seconds", now=LAST_MINUTE)


def test_working_day_is_neither_of_a_weekend_nor_a_holiday() -> None:
    asked = [date(2025, 12, 25), date(2025, 11, 8), date(2026, 5, 14), date(2026, 4, 4), date(2026, 11, 20)]
    assert [working_day_from(day) for day in asked] == [
        date(2025, 12, 26),
        date(2025, 11, 10),
        date(2026, 5, 15),
        date(2026, 4, 7),  # Easter Monday between
        date(2026, 11, 20),
    ]
