"""Reports and receipts as servers and software write them, in French too; what is nothing of ours changes nothing."""

from uuid import UUID

import pytest

from toubib.exchange.enums import Returned
from toubib.exchange.returns import Return, parse_return

ID = UUID("01935a00-0000-7000-8000-0000000000d1")

DSN = """\
From: MAILER-DAEMON@relais.mssante.test
To: toubib@demo.mssante.test
Subject: Undelivered Mail Returned to Sender
MIME-Version: 1.0
Content-Type: multipart/report; report-type=delivery-status; boundary="b"

--b
Content-Type: text/plain; charset=utf-8

Le message n’a pas pu être remis.

--b
Content-Type: message/delivery-status

Reporting-MTA: dns; relais.mssante.test
{envelope}
Final-Recipient: rfc822; marc.lenoir@medecins.mssante.test
Action: {action}
Status: {status}

--b
Content-Type: {original}

Message-ID: <01935a00-0000-7000-8000-0000000000d1@demo.mssante.test>
Subject: XDM/1.0/DDM+CR

--b--
"""

MDN = """\
From: marc.lenoir@medecins.mssante.test
To: toubib@demo.mssante.test
Subject: {subject}
MIME-Version: 1.0
Content-Type: multipart/report; report-type=disposition-notification; boundary="b"

--b
Content-Type: text/plain

Accusé

--b
Content-Type: message/disposition-notification

Reporting-UA: Logiciel
Final-Recipient: rfc822;marc.lenoir@medecins.mssante.test
Original-Message-ID: <01935a00-0000-7000-8000-0000000000d1@demo.mssante.test>
Disposition: {disposition}

--b--
"""


def dsn(action, status, *, envelope=f"Original-Envelope-Id: {ID}", original="text/rfc822-headers"):
    text = DSN.format(action=action, status=status, envelope=envelope, original=original)
    return parse_return(text.replace("\n\n\n", "\n\n").encode())


@pytest.mark.parametrize(
    ("action", "status", "kind"),
    [
        ("delivered", "2.0.0", Returned.DELIVERED),
        ("relayed", "2.1.9", Returned.DELIVERED),
        ("failed", "5.1.1", Returned.BOUNCED),
        ("delayed", "4.4.1", Returned.DELAYED),
        ("eaten", "5.0.0", Returned.OTHER),
    ],
)
def test_delivery_reports(action, status, kind):
    assert dsn(action, status) == Return(kind, ID, f"dsn_{status}")


@pytest.mark.parametrize("original", ["text/rfc822-headers", "message/rfc822"])
def test_a_report_without_envelope_names_the_message_by_its_headers(original):
    assert dsn("failed", "5.2.2", envelope="", original=original) == Return(Returned.BOUNCED, ID, "dsn_5.2.2")


def mdn(disposition, subject="Lu"):
    return parse_return(MDN.format(disposition=disposition, subject=subject).encode())


def test_receipts():
    assert mdn("manual-action/MDN-sent-manually; displayed") == Return(Returned.READ, ID, "mdn")
    assert mdn("automatic-action/MDN-sent-automatically; processed") == Return(Returned.READ, ID, "mdn")
    assert mdn("automatic-action/MDN-sent-automatically; deleted") == Return(
        Returned.OTHER, ID, "mdn_deleted"
    )


def test_a_software_that_cannot_file_it_says_why_by_a_code():
    in_field = mdn("automatic-action/MDN-sent-automatically; processed/Error: 904^Identité différente")
    assert in_field == Return(Returned.REJECTED, ID, "mdn_904")
    in_subject = mdn(
        "automatic-action/MDN-sent-automatically; processed/error",
        "[KO Integration systeme !][903] XDM/1.0/DDM+CR de telemedecine",
    )
    assert in_subject == Return(Returned.REJECTED, ID, "mdn_903")
    assert mdn("automatic-action/MDN-sent-automatically; failed") == Return(Returned.REJECTED, ID, "mdn")


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        b"\x00\xff\xfe",
        b"Subject: Bonjour\r\n\r\nVotre patient va mieux.",
        b"Content-Type: multipart/report; report-type=delivery-status; boundary=b\r\n\r\n--b\r\n\r\n--b--",
        b"Content-Type: message/delivery-status\r\n\r\n",
        b"Content-Type: message/disposition-notification\r\n\r\nDisposition: displayed\r\n",
    ],
)
def test_what_is_nothing_of_ours_names_no_delivery(raw):
    assert parse_return(raw).delivery_id is None
