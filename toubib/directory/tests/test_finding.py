"""Places around a point: the nearest first, what is wanted, and those in service one by one."""

from datetime import UTC, date, datetime, time, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from toubib.directory.enums import Access, Assistance, Device
from toubib.directory.operations import close_place, open_place
from toubib.directory.queries import (
    Wanted,
    all_in_service,
    count_in_service,
    days_of,
    page_in_service,
    place_in_service,
    places_near,
    usual_week,
)
from toubib.directory.tests.factories import BY, NOW, TODAY, make_organisation, make_place
from toubib.territory.tests.factories import make_commune

pytestmark = pytest.mark.django_db
MONDAY = datetime(2026, 11, 23, 9, 30, tzinfo=UTC)  # 10:30 in Paris


def opened(name, *, north=0.0, **over):
    place = make_place(name=name, lat=44.41 + north, seen=True, **over)
    return open_place(place=place, on=TODAY, by=BY, now=NOW)


def names(found):
    return [row.place.name for row in found.rows]


def near(**wanted):
    return places_near(lat=44.41, lon=2.65, now=MONDAY, wanted=Wanted(**wanted))


@pytest.fixture
def three():
    host, commune = make_organisation(), make_commune()
    both = {"host": host, "commune": commune}
    return (
        opened("loin", north=0.2, hours="Mo-Su 18:00-20:00", **both),
        opened("ici", **both),
        opened("plus loin", north=0.03, assistance=Assistance.NONE, access=(Access.WHEELCHAIR,), **both),
    )


def test_the_nearest_come_first_with_how_far_they_are(three):
    found = near()
    assert [(row.place.name, round(row.km)) for row in found.rows] == [
        ("ici", 0),
        ("plus loin", 3),
        ("loin", 22),
    ]
    assert (found.within_km, found.is_cut) == (60.0, False)


def test_a_place_not_open_yet_closed_or_too_far_is_not_found(three):
    make_place(name="pas ouvert")
    opened("à cent kilomètres", north=0.9)
    close_place(place=three[1], on=TODAY, by=BY, now=NOW)
    assert names(near()) == ["plus loin", "loin"]


@pytest.mark.parametrize(
    ("wanted", "expected"),
    [
        ({"open_now": True}, ["ici", "plus loin"]),
        ({"assisted": True}, ["ici", "loin"]),
        ({"step_free": True}, ["plus loin"]),
        ({"device": Device.OTOSCOPE}, ["ici", "plus loin", "loin"]),
        ({"device": Device.SLIT_LAMP}, []),
        ({"open_now": True, "assisted": True}, ["ici"]),
    ],
)
def test_only_what_is_wanted_is_found(three, wanted, expected):
    assert names(near(**wanted)) == expected


def test_it_stops_near_where_enough_was_found_and_says_that_there_is_more(three):
    found = places_near(lat=44.41, lon=2.65, now=MONDAY, limit=1)
    assert (names(found), found.within_km, found.is_cut) == (["ici"], 6.0, True)


def test_queries_do_not_grow_with_the_places(three):
    counts = []
    for name in ("autre", "encore"):
        for number in range(12):
            opened(f"{name} {number}", host=three[0].host, commune=three[0].commune)
        with CaptureQueriesContext(connection) as asked:
            near()
        counts.append(len(asked))
    assert counts == [2, 2]


def test_as_few_widths_are_tried_as_the_places_allow(three):
    """None within 6 km: 15 would not hold twelve either, so 30 and 60 alone are looked at."""
    with CaptureQueriesContext(connection) as asked:
        found = places_near(lat=44.3, lon=2.65, now=MONDAY)
    widths = [one["sql"] for one in asked if "BETWEEN" in one["sql"]]
    assert (names(found), len(widths)) == (["ici", "plus loin", "loin"], 3)


def test_a_filter_that_refuses_many_goes_on_to_the_next_ones(three):
    for number in range(40):
        opened(f"seul {number}", assistance=Assistance.NONE, host=three[0].host, commune=three[0].commune)
    opened("aidé", north=0.04, host=three[0].host, commune=three[0].commune)
    assert names(near(assisted=True)) == ["ici", "aidé", "loin"]


def test_host_and_operator_are_read_where_they_are_asked_for(three, django_assert_num_queries):
    found = places_near(lat=44.41, lon=2.65, now=MONDAY, bodies=True)
    with django_assert_num_queries(0):
        assert {row.place.operator.name for row in found.rows} == {one.operator.name for one in three}


def test_places_in_service_are_read_one_by_one_and_by_page(three):
    ids = sorted(one.id for one in three)
    assert [row.place.id for row in all_in_service(now=MONDAY)] == ids
    assert [row.place.id for row in page_in_service(now=MONDAY, start=1, count=1)] == ids[1:2]
    assert count_in_service(now=MONDAY, postal_code="129") == 3
    assert count_in_service(now=MONDAY, postal_code="13") == 0
    assert count_in_service(now=MONDAY, ids=ids[:2]) == 2
    assert place_in_service(place_id=ids[0], now=NOW - timedelta(days=2)) is None


HOURS = "Mo-Fr 09:00-12:30,14:00-19:00; PH off; 2026 Dec 24 09:00-12:00"


def test_each_day_says_its_hours_and_whether_it_is_as_usual():
    days = days_of(hours=HOURS, departement="12", first=date(2026, 12, 23), count=4)
    usual = ((time(9), time(12, 30)), (time(14), time(19)))
    assert [(one.spans, one.is_usual) for one in days] == [
        (usual, True),
        (((time(9), time(12)),), False),
        ((), False),
        ((), True),
    ]


def test_the_usual_week_leaves_holidays_out():
    usual = ((time(9), time(12, 30)), (time(14), time(19)))
    assert usual_week(hours=HOURS, departement="12", first=date(2026, 12, 14)) == [usual] * 5 + [()] * 2


def test_hours_past_midnight_are_of_two_days():
    days = days_of(hours="Fr 20:00-02:00", departement="12", first=date(2026, 11, 27), count=2)
    assert [one.spans for one in days] == [((time(20), time(0)),), ((time(0), time(2)),)]


def test_day_and_night_is_from_midnight_to_midnight():
    days = days_of(hours="24/7", departement="971", first=date(2026, 11, 27), count=2)
    assert [one.spans for one in days] == [((time(0), time(0)),)] * 2
