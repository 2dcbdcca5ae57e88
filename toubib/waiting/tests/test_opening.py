"""Hours in local time: midnight, and both changes of summer time."""

from datetime import UTC, datetime, time
from zoneinfo import ZoneInfo

import pytest

from toubib.waiting.models import Pool
from toubib.waiting.queries import admission_to, is_open_at, next_opening
from toubib.waiting.tests.factories import make_pool

PARIS = ZoneInfo("Europe/Paris")


def pool(opens: int, closes: int) -> Pool:
    return Pool(opens_at=time(opens), closes_at=time(closes))


def at(*parts: int) -> datetime:
    return datetime(*parts, tzinfo=PARIS).astimezone(UTC)


@pytest.mark.parametrize(
    ("hours", "moment", "is_open"),
    [
        ((8, 20), at(2026, 11, 21, 7, 59), False),
        ((8, 20), at(2026, 11, 21, 8, 0), True),
        ((8, 20), at(2026, 11, 21, 19, 59), True),
        ((8, 20), at(2026, 11, 21, 20, 0), False),
        ((0, 0), at(2026, 11, 21, 0, 0), True),
        ((20, 2), at(2026, 11, 21, 23, 59), True),
        ((20, 2), at(2026, 11, 22, 0, 0), True),
        ((20, 2), at(2026, 11, 22, 2, 0), False),
        ((8, 20), at(2026, 3, 29, 8, 0), True),  # summer time begins that night
        ((8, 20), at(2026, 10, 25, 8, 0), True),  # and ends that one
        ((8, 20), datetime(2026, 3, 29, 5, 59, tzinfo=UTC), False),
        ((8, 20), datetime(2026, 10, 25, 6, 59, tzinfo=UTC), False),
    ],
)
def test_is_open_at_local_wall_time(hours, moment, is_open):
    assert is_open_at(pool=pool(*hours), now=moment) is is_open


@pytest.mark.parametrize(
    ("now", "opening"),
    [
        (at(2026, 11, 21, 7, 0), at(2026, 11, 21, 8, 0)),
        (at(2026, 11, 21, 21, 0), at(2026, 11, 22, 8, 0)),
        (at(2026, 3, 28, 21, 0), at(2026, 3, 29, 8, 0)),
        (at(2026, 10, 24, 21, 0), at(2026, 10, 25, 8, 0)),
        (at(2026, 12, 31, 23, 59), at(2027, 1, 1, 8, 0)),
    ],
)
def test_next_opening_is_the_next_local_hour(now, opening):
    assert next_opening(pool=pool(8, 20), now=now) == opening


@pytest.mark.django_db
def test_admission_when_closed_says_from_what_hour():
    row = make_pool(opens_at=time(8), closes_at=time(20))
    admission = admission_to(pool=row, now=at(2026, 11, 21, 22, 0))
    assert (admission.open, admission.reason) == (False, "Aucun médecin n’est là avant 8 h.")


@pytest.mark.django_db
def test_admission_when_no_committee_signed_and_not_the_demo(settings):
    settings.DEMO = False
    admission = admission_to(pool=make_pool(), now=at(2026, 11, 21, 10, 0))
    assert (admission.open, "comité médical" in admission.reason) == (False, True)
