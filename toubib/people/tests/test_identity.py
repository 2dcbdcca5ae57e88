from __future__ import annotations

from datetime import date, datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from toubib.ground.enums import Channel
from toubib.people.identity import (
    Address,
    BadInput,
    age_on,
    check_birth_date,
    check_birth_place,
    check_identity,
    check_name,
    check_nir,
    has_valid_ins_key,
    majority_at,
    parse_address,
    parse_phone,
    takes_sms,
)
from toubib.people.tests.factories import make_identity

PARIS = ZoneInfo("Europe/Paris")
TODAY = date(2026, 11, 21)


@pytest.mark.parametrize(
    ("typed", "expected"),
    [
        (" Jeanne@Exemple.FR ", Address(Channel.EMAIL, "jeanne@exemple.fr")),
        ("06 39 98 00 42", Address(Channel.SMS, "+33639980042")),
        ("06.39.98.00.42", Address(Channel.SMS, "+33639980042")),
        ("+33 (0)6 39 98 00 42", Address(Channel.SMS, "+33639980042")),
        ("0033639980042", Address(Channel.SMS, "+33639980042")),
        ("\u202a+33 6 39 98 00 42\u202c", Address(Channel.SMS, "+33639980042")),
        ("0692 12 34 56", Address(Channel.SMS, "+262692123456")),
        ("0696 12 34 56", Address(Channel.SMS, "+596696123456")),
        ("０６ ３９ ９８ ００ ４２", Address(Channel.SMS, "+33639980042")),
    ],
)
def test_parse_address_makes_it_regular(typed: str, expected: Address) -> None:
    assert parse_address(typed) == expected


@pytest.mark.parametrize(
    "typed",
    [
        "",
        "   ",
        "jeanne",
        "jeanne@",
        "@exemple.fr",
        "jeanne@exemple",
        "😀@exemple.fr",
        "jeanne@exémple.fr😀",
        "06",
        "0",
        "06 39 98 00 4",
        "06 39 98 00 42 1",
        "+33 6 39 98 00",
        "+0123456789",
        "01 23 45 67 89",
        "٠٦٣٩٩٨٠٠٤٢x",
        "++33639980042",
        "a" * 10_000,
        "0" * 10_000,
        "a" * 300 + "@exemple.fr",
        "06 39 98 00 4O",
        "x' OR 1=1 --",
        "\x00",
    ],
)
def test_parse_address_refuses_with_a_sentence_when_it_is_nonsense(typed: str) -> None:
    with pytest.raises(BadInput) as caught:
        parse_address(typed)
    assert caught.value.field == "address"
    assert str(caught.value.sentence).endswith(".")


def test_parse_phone_takes_a_landline_where_no_sms_goes() -> None:
    assert parse_phone("05 65 00 00 15") == "+33565000015"


@given(st.text())
def test_parse_address_never_breaks(text: str) -> None:
    try:
        found = parse_address(text)
    except BadInput:
        return
    assert parse_address(found.value) == found


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("  Jean-Pierre  d’Ormesson ", "Jean-Pierre d’Ormesson"),
        ("Éloïse", "Éloïse"),
        ("e\u0301ve", "éve"),
        ("O'Neil", "O'Neil"),
        ("Nguyễn", "Nguyễn"),
        ("Петров", "Петров"),
    ],
)
def test_check_name_keeps_names(typed: str, kept: str) -> None:
    assert check_name(typed, field="birth_name", longest=100) == kept


@pytest.mark.parametrize("typed", ["", " ", "😀", "Jean2", "a" * 101, "a" * 10_000, "<b>", "-", "Jean\x00"])
def test_check_name_refuses_what_is_no_name(typed: str) -> None:
    with pytest.raises(BadInput):
        check_name(typed, field="birth_name", longest=100)


@pytest.mark.parametrize("born", [date(2026, 11, 22), date(2090, 1, 1), date(1800, 1, 1)])
def test_check_birth_date_refuses_the_future_and_the_dead(born: date) -> None:
    with pytest.raises(BadInput):
        check_birth_date(born, today=TODAY)


def test_check_birth_date_takes_a_child_born_today() -> None:
    assert check_birth_date(TODAY, today=TODAY) == TODAY


@pytest.mark.parametrize(
    "typed", ["2 55 08 14 168 025 38", "180072a00402 57".replace(" ", ""), "1 80 07 2B 004 025 "]
)
def test_check_nir_judges_the_key(typed: str) -> None:
    from stdnum.fr import nir

    body = "".join(typed.split()).upper()[:13]
    body = body.ljust(13, "0")
    right = body + nir.calc_check_digits(body)
    wrong = body + f"{(int(right[-2:]) % 97) + 1:02}"
    assert check_nir(f"{right[:1]} {right[1:3]} {right[3:].lower()}") == right
    assert has_valid_ins_key(right)
    assert not has_valid_ins_key(wrong)
    with pytest.raises(BadInput):
        check_nir(wrong)


@pytest.mark.parametrize("typed", ["1", "2" * 15, "😀", "x" * 10_000, "2550814168025"])
def test_check_nir_refuses_nonsense(typed: str) -> None:
    with pytest.raises(BadInput) as caught:
        check_nir(typed)
    assert caught.value.field == "nir_assure"


@pytest.mark.parametrize(
    ("typed", "kept"), [("", ""), ("12202", "12202"), (" 2a004 ", "2A004"), ("99351", "99351")]
)
def test_check_birth_place_takes_insee_codes(typed: str, kept: str) -> None:
    assert check_birth_place(typed) == kept


@pytest.mark.parametrize("typed", ["1220", "122021", "2C004", "Rodez", "１２２０２"])
def test_check_birth_place_refuses_others(typed: str) -> None:
    with pytest.raises(BadInput):
        check_birth_place(typed)


def test_check_identity_names_the_wrong_field() -> None:
    with pytest.raises(BadInput) as caught:
        check_identity(make_identity(sex="X"), today=TODAY)
    assert caught.value.field == "sex"


def test_identity_does_not_print_the_nir() -> None:
    assert "255081416802538" not in repr(make_identity(nir_assure="255081416802538"))


@pytest.mark.parametrize(
    ("born", "at"),
    [
        (date(2008, 11, 21), datetime(2026, 11, 21, 0, 0, tzinfo=PARIS)),
        (date(2008, 2, 29), datetime(2026, 3, 1, 0, 0, tzinfo=PARIS)),
        (date(2008, 3, 30), datetime(2026, 3, 30, 0, 0, tzinfo=PARIS)),
    ],
)
def test_majority_at_is_midnight_in_paris(born: date, at: datetime) -> None:
    assert majority_at(born) == at


def test_age_on_counts_complete_years() -> None:
    assert [age_on(date(2008, 2, 29), on=day) for day in (date(2026, 2, 28), date(2026, 3, 1))] == [17, 18]


@pytest.mark.parametrize(
    "typed", ["+1 212 555 0100", "+44 7700 900123", "+88216 1234567", "+32 470 12 34 56"]
)
def test_a_code_by_sms_goes_to_france_alone(typed: str, settings) -> None:
    with pytest.raises(BadInput) as caught:
        parse_address(typed)
    assert str(caught.value.sentence) == "Nous n’envoyons pas de SMS vers ce pays. Donnez une adresse e-mail."


def test_an_sms_goes_to_the_countries_that_the_operator_added(settings) -> None:
    settings.SMS_COUNTRIES = ["+33", "+32"]
    assert [takes_sms(one) for one in ("+33639980042", "+32470123456", "+689871234", "+352621123456")] == [
        True, True, False, False,
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("typed", "kept", "sms"),
    [
        ("0262 12 34 56", "+262262123456", False),
        ("0269 12 34 56", "+262269123456", False),
        ("0590 12 34 56", "+590590123456", False),
        ("0690 12 34 56", "+590690123456", True),
        ("0639 12 34 56", "+262639123456", True),
        ("05 65 00 00 15", "+33565000015", False),
        ("+44 20 7946 0000", "+442079460000", False),
        ("+689 87 12 34 56", "+68987123456", True),
    ],
)
def test_parse_phone_knows_the_territories(typed: str, kept: str, sms: bool) -> None:
    assert (parse_phone(typed), takes_sms(kept)) == (kept, sms)


def test_parse_phone_says_why_it_takes_no_sms() -> None:
    said = []
    for typed in ("05 65 00 00 15", "+44 7700 900123"):
        with pytest.raises(BadInput) as caught:
            parse_phone(typed, mobile=True)
        said.append(str(caught.value.sentence))
    assert said == [
        "Un SMS demande un numéro de mobile. Les fixes n’en reçoivent pas.",
        "Nous n’envoyons pas de SMS vers ce pays. Donnez un numéro de mobile français.",
    ]
