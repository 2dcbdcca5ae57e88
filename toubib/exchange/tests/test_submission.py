"""Against a real SMTP server: what it takes, what it refuses, TLS, an account, and a server that is away."""

import pytest

from toubib.exchange.message import build_message
from toubib.exchange.submission import Parcel, RelayAway, RelayRefused, submit
from toubib.exchange.tests.factories import ADDRESS, STARTED, make_letter
from toubib.exchange.tests.relay import make_certificate, point_at, run_relay


def make_parcel(**over):
    letter = make_letter()
    facts = {
        "envelope_id": letter.delivery_id,
        "sender": letter.sender,
        "recipient": ADDRESS,
        "content": build_message(letter),
        **over,
    }
    return Parcel(**facts)


def test_the_relay_gets_the_message_whole_and_is_asked_for_a_report(settings):
    parcel = make_parcel()
    with run_relay() as relay:
        point_at(settings, relay)
        submit(parcel, now=STARTED)
    assert [(one.sender, one.recipients) for one in relay.received] == [(parcel.sender, [ADDRESS])]
    assert relay.received[0].content == parcel.content
    assert relay.asked == ["RET=HDRS", f"ENVID={parcel.envelope_id}", "NOTIFY=SUCCESS,FAILURE,DELAY"]


@pytest.mark.parametrize(
    ("place", "said", "error", "code"),
    [
        ("rcpt_answers", "450 4.2.1 busy", RelayAway, "smtp_450"),
        ("rcpt_answers", "550 5.1.1 no such user Jeanne MOREL", RelayRefused, "smtp_550"),
        ("data_answers", "451 4.3.0 later", RelayAway, "smtp_451"),
        ("data_answers", "554 5.7.1 refused", RelayRefused, "smtp_554"),
    ],
)
def test_what_the_relay_says_becomes_a_code_and_nothing_else(settings, place, said, error, code):
    with run_relay() as relay:
        point_at(settings, relay)
        setattr(relay, place, [said])
        with pytest.raises(error) as raised:
            submit(make_parcel(), now=STARTED)
    assert str(raised.value) == code
    assert relay.received == []


@pytest.mark.parametrize("mode", ["starttls", "tls"])
def test_tls_with_the_authority_of_the_operator(settings, tmp_path, mode):
    certificate = make_certificate(tmp_path)
    with run_relay(certificate=certificate, mode=mode) as relay:
        point_at(settings, relay, tls=mode)
        settings.MSSANTE_CA_FILE = str(certificate)
        submit(make_parcel(), now=STARTED)
    assert len(relay.received) == 1


def test_a_relay_that_proves_nothing_gets_nothing(settings, tmp_path):
    with run_relay(certificate=make_certificate(tmp_path), mode="starttls") as relay:
        point_at(settings, relay, tls="starttls")
        with pytest.raises(RelayAway, match="^tls$"):
            submit(make_parcel(), now=STARTED)
    assert relay.received == []


def test_a_relay_without_tls_gets_nothing_where_tls_is_asked_for(settings):
    with run_relay() as relay:
        point_at(settings, relay, tls="starttls")
        with pytest.raises(RelayAway, match="^tls_missing$"):
            submit(make_parcel(), now=STARTED)
    assert relay.received == []


def test_an_account_and_a_wrong_password(settings, tmp_path):
    certificate = make_certificate(tmp_path)
    with run_relay(certificate=certificate, mode="starttls", login=("toubib", "secret")) as relay:
        point_at(settings, relay, tls="starttls")
        settings.MSSANTE_CA_FILE = str(certificate)
        settings.MSSANTE_USER, settings.MSSANTE_PASSWORD = "toubib", "faux"
        with pytest.raises(RelayAway, match="^relay_535$"):
            submit(make_parcel(), now=STARTED)
        settings.MSSANTE_PASSWORD = "secret"
        submit(make_parcel(), now=STARTED)
    assert len(relay.received) == 1


def test_a_server_that_is_away(settings):
    with run_relay() as relay:
        point_at(settings, relay)
    with pytest.raises(RelayAway, match="^away$"):
        submit(make_parcel(), now=STARTED)


def test_no_relay_set_up(settings):
    settings.MSSANTE_GATEWAY = "none"
    settings.MSSANTE_DOMAINS = ["*.mssante.test"]
    with pytest.raises(RelayAway, match="^no_relay$"):
        submit(make_parcel(), now=STARTED)


@pytest.mark.parametrize(
    "address",
    [
        "marc@gmail.com",
        "marc@mssante.test.gmail.com",
        "marc@mssante.test",
        "279035121518989@patient.mssante.fr",
        "marc@xmssante.test",
        "a@b.mssante.test, c@gmail.com",
        "a@b.mssante.test\nRCPT TO:<c@gmail.com>",
        "",
    ],
)
def test_an_address_outside_the_trust_space_never_reaches_a_relay(settings, address):
    with run_relay() as relay:
        point_at(settings, relay)
        settings.MSSANTE_DOMAINS = ["*.mssante.test", "*.mssante.fr"]
        with pytest.raises(RelayRefused, match="^domain$"):
            submit(make_parcel(recipient=address), now=STARTED)
    assert relay.received == []
