from __future__ import annotations

import pytest

from toubib.config.env import (
    BadSetting,
    read_calling_codes,
    read_choice,
    read_database,
    read_dotted,
    read_oid,
    read_public_url,
    read_structure,
    read_urls,
)
from toubib.config.preflight import check_exchange, check_gateway
from toubib.config.tests.running import shipped_settings


def test_read_calling_codes_takes_a_list_and_refuses_names_of_countries(monkeypatch) -> None:
    monkeypatch.setenv("TOUBIB_SMS_COUNTRIES", "+33, +32")
    assert read_calling_codes("TOUBIB_SMS_COUNTRIES", ["+33"]) == ["+33", "+32"]
    monkeypatch.setenv("TOUBIB_SMS_COUNTRIES", "FR")
    with pytest.raises(BadSetting) as refused:
        read_calling_codes("TOUBIB_SMS_COUNTRIES", ["+33"])
    assert str(refused.value) == "toubib: TOUBIB_SMS_COUNTRIES: expected calling codes like +33,+32, got 'FR'"


@pytest.fixture
def said(monkeypatch):
    """Set TOUBIB_X, read it; what comes back or the reason of the refusal."""

    def read(reader, value: str, *arguments, **more):
        monkeypatch.setenv("TOUBIB_X", value)
        try:
            return reader("TOUBIB_X", *arguments, **more)
        except BadSetting as refused:
            return str(refused).removeprefix("toubib: TOUBIB_X: ")

    return read


def test_read_choice_takes_either_case_and_refuses_the_rest(said) -> None:
    levels = ("DEBUG", "INFO")
    found = [said(read_choice, value, "INFO", among=levels) for value in ("debug", "", "loud")]
    assert found == ["DEBUG", "INFO", "expected one of DEBUG, INFO, got 'loud'"]


def test_read_dotted_takes_a_word_or_a_path(said) -> None:
    found = [
        said(read_dotted, value, "smtp", words=("smtp", "none")) for value in ("none", "", "a.B", "a b", "x")
    ]
    wanted = "expected smtp, none or the dotted path of a class, got"
    assert found == ["none", "smtp", "a.B", f"{wanted} 'a b'", f"{wanted} 'x'"]


@pytest.mark.parametrize(
    ("path", "why"),
    [
        ("mygw.Oups", "mygw.Oups cannot be imported: No module named 'mygw'"),
        ("toubib.ground.mail.Oups", "toubib.ground.mail.Oups cannot be imported: "),
        ("toubib.ground.mail.LEASE", "toubib.ground.mail.LEASE has no method deliver(*, to, subject, body)"),
    ],
)
def test_a_gateway_that_cannot_deliver_is_refused(path: str, why: str) -> None:
    with pytest.raises(BadSetting) as refused:
        check_gateway("TOUBIB_EMAIL_GATEWAY", path)
    assert str(refused.value).startswith(f"toubib: TOUBIB_EMAIL_GATEWAY: {why}")
    check_gateway("TOUBIB_EMAIL_GATEWAY", "toubib.ground.mail.DemoGateway")


@pytest.mark.parametrize(
    "value", ["garbage", "turn:", "http://relay", "turn:a b", "turn:h:x", "turn:h?transport=sctp", "stun:h"]
)
def test_read_urls_refuses_what_is_no_relay(said, value: str) -> None:
    assert said(read_urls, value, schemes=("turn", "turns")) == (
        f"expected addresses like turn:HOST:3478, got {value!r}"
    )


def test_read_urls_takes_what_is_shipped(said) -> None:
    shipped = shipped_settings()
    assert said(read_urls, shipped["TOUBIB_TURN_URLS"], schemes=("turn", "turns")) == [
        "turn:turn.example.org:3478?transport=udp",
        "turns:turn.example.org:5349?transport=tcp",
    ]
    assert said(read_urls, shipped["TOUBIB_STUN_URLS"], schemes=("stun", "stuns")) == [
        "stun:turn.example.org:3478"
    ]
    assert said(read_urls, "turn:[2001:db8::1]:3478", schemes=("turn", "turns")) == [
        "turn:[2001:db8::1]:3478"
    ]


@pytest.mark.parametrize(
    ("value", "found"),
    [
        ("https://a.example/", "https://a.example"),
        ("https://a.example:8443", "https://a.example:8443"),
        ("http://a.example", "must begin with https:// outside the demo"),
        ("https://", "must begin with https:// outside the demo"),
        ("https://a.example/x", "expected https://HOST without a path, got 'https://a.example/x'"),
        ("https://a b", "expected https://HOST without a path, got 'https://a b'"),
    ],
)
def test_read_public_url(said, value: str, found: str) -> None:
    assert said(read_public_url, value, "http://127.0.0.1:8000", https_only=True) == found


@pytest.mark.parametrize(
    "value", ["postgresql://toubib@host:port/toubib", "postgresql://[x/toubib", "mysql://x"]
)
def test_read_database_refuses_in_words(said, tmp_path, value: str) -> None:
    assert said(read_database, value, data_dir=tmp_path) == (
        "expected sqlite:///PATH or postgresql://USER@HOST/NAME"
    )


def test_read_oid_takes_an_arc_that_documents_fit_under(said) -> None:
    found = [
        said(read_oid, value, "") for value in ("1.2.250.1.999", "", "1.02", "x", "1.2.250.1.999999999999")
    ]
    wanted = "expected an OID of at most 21 signs, like 1.2.250.1.999, got"
    assert found == [
        "1.2.250.1.999",
        "",
        *(f"{wanted} {v!r}" for v in ("1.02", "x", "1.2.250.1.999999999999")),
    ]


def test_read_structure_takes_a_national_number(said) -> None:
    good = ["1750803447", "12A0000012", "2123456789", "312345678901234", "4A1B2C3", ""]
    assert [said(read_structure, value, "") for value in good] == good
    wanted = "expected 1 and a FINESS, 2 and a SIREN or 3 and a SIRET, got"
    for bad in ("750803447", "3123", "9123456789"):
        assert said(read_structure, bad, "") == f"{wanted} {bad!r}"


def test_reports_leave_only_from_a_server_that_says_who_it_is_and_never_in_clear(settings) -> None:
    settings.MSSANTE_GATEWAY = "smtp"
    settings.MSSANTE_TLS, settings.MSSANTE_HOST = "starttls", "relais.operateur.mssante.fr"
    named = {"OID_ARC": "1.2.250.1.999", "STRUCTURE_NUMBER": "1750803447"}
    named |= {"MSSANTE_FROM": "a@b.mssante.fr", "MSSANTE_NIL": "NIL"}
    for name in named:
        for other, value in named.items():
            setattr(settings, other, "" if other == name else value)
        with pytest.raises(BadSetting, match=f"TOUBIB_{name}: needed to send reports"):
            check_exchange()
    for name, value in named.items():
        setattr(settings, name, value)
    check_exchange()
    settings.MSSANTE_TLS = "none"
    with pytest.raises(BadSetting, match="none is for a relay on this machine alone"):
        check_exchange()
    settings.MSSANTE_HOST = "localhost"
    check_exchange()


def test_what_the_demo_invents_stays_in_the_demo(settings) -> None:
    for name in ("MSSANTE_GATEWAY", "MSSANTE_DIRECTORY"):
        setattr(settings, name, "demo")
        with pytest.raises(BadSetting, match=f"TOUBIB_{name}: demo is for the demo alone"):
            check_exchange()
        setattr(settings, name, "none")
    settings.OID_ARC = "2.999.1"
    with pytest.raises(BadSetting, match="it identifies nothing"):
        check_exchange()


def test_an_adapter_of_the_operator_must_have_its_method(settings) -> None:
    settings.MSSANTE_DIRECTORY = "toubib.exchange.addresses.DemoAddressBook"
    check_exchange()
    settings.MSSANTE_DIRECTORY = "toubib.exchange.addresses.Mailbox"
    with pytest.raises(BadSetting, match="has no method find"):
        check_exchange()
