from datetime import UTC, date, datetime, time, timedelta

import pytest
from django.utils.translation import override

from toubib.ui import formats

NB = "\u00a0"


@pytest.mark.parametrize(
    ("moment", "said"),
    [
        (time(14, 32), f"14{NB}h{NB}32"),
        (time(8, 0), f"8{NB}h"),
        (time(0, 5), f"0{NB}h{NB}05"),
        (datetime(2026, 11, 21, 13, 32, tzinfo=UTC), f"14{NB}h{NB}32"),
        (datetime(2026, 7, 1, 13, 32, tzinfo=UTC), f"15{NB}h{NB}32"),
    ],
)
def test_say_hour_in_paris(moment, said):
    assert formats.say_hour(moment) == said


@pytest.mark.parametrize(
    ("moment", "hour"),
    [
        (datetime(2026, 3, 29, 0, 59, tzinfo=UTC), f"1{NB}h{NB}59"),
        (datetime(2026, 3, 29, 1, 0, tzinfo=UTC), f"3{NB}h"),
        (datetime(2026, 10, 25, 0, 30, tzinfo=UTC), f"2{NB}h{NB}30"),
        (datetime(2026, 10, 25, 1, 30, tzinfo=UTC), f"2{NB}h{NB}30"),
    ],
)
def test_say_hour_at_both_changes_of_summer_time(moment, hour):
    assert formats.say_hour(moment) == hour


@pytest.mark.parametrize(
    ("day", "said"),
    [
        (date(2026, 11, 3), f"3{NB}novembre{NB}2026"),
        (date(2027, 1, 1), f"1er{NB}janvier{NB}2027"),
        (date(2026, 11, 21), f"21{NB}novembre{NB}2026"),
        (datetime(2026, 12, 31, 23, 30, tzinfo=UTC), f"1er{NB}janvier{NB}2027"),
    ],
)
def test_say_day_in_french(day, said):
    assert formats.say_day(day) == said


def test_say_day_in_english_has_no_ordinal():
    with override("en"):
        assert formats.say_day(date(2027, 1, 1)) == f"1{NB}January{NB}2027"


def test_say_short_day_of_both_kinds():
    assert [
        formats.say_short_day(date(2026, 3, 4)),
        formats.say_short_day(datetime(2026, 3, 4, 23, 30, tzinfo=UTC)),
    ] == [
        "04/03/2026",
        "05/03/2026",
    ]


def test_say_moment_joins_day_and_hour():
    assert formats.say_moment(datetime(2026, 11, 3, 13, 32, tzinfo=UTC)) == (
        f"3{NB}novembre{NB}2026 à 14{NB}h{NB}32"
    )


@pytest.mark.parametrize(
    ("low", "high", "said"),
    [
        (8, 20, f"8{NB}à{NB}20{NB}min"),
        (0, 5, f"0{NB}à{NB}5{NB}min"),
        (8, 8, f"8{NB}min"),
        (60, 100, f"1{NB}h{NB}à{NB}1{NB}h{NB}40{NB}min"),
        (50, 65, f"50{NB}min{NB}à{NB}1{NB}h{NB}05{NB}min"),
    ],
)
def test_say_interval_under_and_over_an_hour(low, high, said):
    assert formats.say_interval(low, high) == said


@pytest.mark.parametrize(
    ("length", "said"),
    [
        (42, f"42{NB}s"),
        (252, f"4{NB}min{NB}12"),
        (240, f"4{NB}min"),
        (3900, f"1{NB}h{NB}05{NB}min"),
        (timedelta(minutes=3, seconds=48), f"3{NB}min{NB}48"),
    ],
)
def test_say_length_of_a_call(length, said):
    assert formats.say_length(length) == said


@pytest.mark.parametrize(
    ("birth", "said"),
    [
        (date(1955, 3, 14), f"71{NB}ans"),
        (date(1955, 11, 22), f"70{NB}ans"),
        (date(2024, 11, 21), f"2{NB}ans"),
        (date(2024, 11, 22), f"23{NB}mois"),
        (date(2026, 10, 22), f"30{NB}jours"),
        (date(2026, 10, 21), f"1{NB}mois"),
        (date(2026, 11, 20), f"1{NB}jour"),
        (date(2024, 2, 29), f"2{NB}ans"),
    ],
)
def test_say_age_by_years_months_and_days(birth, said):
    assert formats.say_age(birth, on=date(2026, 11, 21)) == said


@pytest.mark.parametrize(
    ("rank", "french", "english"), [(1, "re", "st"), (2, "e", "nd"), (11, "e", "th"), (23, "e", "rd")]
)
def test_rank_suffix_in_both_languages(rank, french, english):
    with override("en"):
        said = formats.rank_suffix(rank)
    assert (formats.rank_suffix(rank), said) == (french, english)


@pytest.mark.parametrize(
    ("number", "said"),
    [
        ("0639980042", NB.join(["06", "39", "98", "00", "42"])),
        ("+33639980042", NB.join(["06", "39", "98", "00", "42"])),
        ("+442079460000", "+442079460000"),
        ("15", "15"),
        ("", ""),
    ],
)
def test_say_phone_by_pairs_when_french(number, said):
    assert formats.say_phone(number) == said


@pytest.mark.parametrize(
    ("name", "letters"),
    [
        ("Julien Morel", "JM"),
        ("Dre Salomé Vasseur", "SV"),
        ("Jean-Luc de La Tour", "JT"),
        ("Fatou", "F"),
        ("", ""),
        ("Dr", ""),
    ],
)
def test_initials_leave_titles_out(name, letters):
    assert formats.initials(name) == letters


def test_say_euros_keeps_thousands_apart_and_whole():
    amounts = ("25.00", "1088.00", "1234567.5", None)
    thin = "\u202f"
    expected = [f"25,00{NB}€", f"1{thin}088,00{NB}€", f"1{thin}234{thin}567,50{NB}€", ""]
    assert [formats.say_euros(one) for one in amounts] == expected
    with override("en"):
        assert formats.say_euros("1088.00") == f"1,088.00{NB}€"


def test_say_birth_agrees_with_the_sex_where_it_is_known():
    day = date(1988, 3, 4)
    said = [formats.say_birth(day, sex=sex).replace(NB, " ") for sex in ("F", "M", "U")]
    assert said == ["née le 4 mars 1988", "né le 4 mars 1988", "né(e) le 4 mars 1988"]
