"""The message: addresses, subject, headers, and its two attachments held against each other."""

from __future__ import annotations

import re
from collections.abc import Iterator
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from email.utils import parseaddr

from lxml import etree

from toubib.exchange.addresses import is_allowed
from toubib.exchange.checks.archive import check_archive, documents_of
from toubib.exchange.checks.cda import body_of
from toubib.exchange.checks.finding import Finding
from toubib.exchange.checks.shape import HL7
from toubib.exchange.codes import INS_REAL, INS_TEST
from toubib.exchange.letter import trait

MOST = 25 * 1024 * 1024
SUBJECT = re.compile(r"XDM/1\.0/DDM\+.{1,40} [A-Z][A-Z '\-]* \S.*")
PDF_NAME = re.compile(r"\d{8}_[^_]{1,40}_[A-Z\-]+_[A-Za-z\-]+\.pdf")
MESSAGE_ID = re.compile(r"<[^<>@\s]+@[^<>@\s]+>")


def check_message(content: bytes, *, domains: tuple[str, ...], allow_test: bool) -> list[Finding]:
    """`domains`: where it may go, « *.mssante.fr »."""
    message = message_from_bytes(content, policy=default)
    if not isinstance(message, EmailMessage):  # pragma: no cover  the default policy makes no other
        return [Finding("MSG.FORM", "message", "not an e-mail")]
    found = [*_addresses(message, domains), *_headers(message, content)]
    attached = {part.get_filename() or "": part.get_content() for part in message.iter_attachments()}
    archive = attached.get("IHE_XDM.ZIP")
    if archive is None or len(attached) != 2:
        return [*found, Finding("MSG.PARTS", "attachments", "expected IHE_XDM.ZIP and one PDF")]
    inside = check_archive(archive, allow_test=allow_test)
    if inside:
        return [*found, *inside]
    return [*found, *_against_documents(message, attached, documents_of(archive))]


def _addresses(message: EmailMessage, domains: tuple[str, ...]) -> Iterator[Finding]:
    for name in ("From", "To"):
        headers = message.get_all(name, [])
        if len(headers) != 1 or len(headers[0].addresses) != 1:
            yield Finding("MSG.ADDRESS", name, "exactly one")
        elif not is_allowed(parseaddr(str(message[name]))[1], domains):
            yield Finding("MSG.DOMAIN", name, "outside the domains of MSSanté that the operator allows")
    for name in ("Cc", "Bcc"):
        if name in message:
            yield Finding("MSG.ADDRESS", name, "one patient, one recipient: no copy")
    wanted = parseaddr(str(message["From"]))[1]
    if str(message.get("Disposition-Notification-To", "")) != wanted:
        yield Finding("MSG.RECEIPT", "Disposition-Notification-To", "not the address of the sender")
    if str(message["To"]).endswith("@patient.mssante.fr"):
        yield Finding("MSG.ADDRESS", "To", "this message is for professionals")


def _headers(message: EmailMessage, content: bytes) -> Iterator[Finding]:
    if not MESSAGE_ID.fullmatch(str(message.get("Message-ID", ""))):
        yield Finding("MSG.MESSAGE_ID", "Message-ID", "missing or not of its form")
    if "Date" not in message:
        yield Finding("MSG.DATE", "Date", "missing")
    if not SUBJECT.fullmatch(str(message.get("Subject", ""))):
        yield Finding("MSG.SUBJECT", "Subject", "expected XDM/1.0/DDM+<type> <NOM> <prénom> <date>")
    if not re.fullmatch(r"[\w.-]{3,}", str(message.get("X-MSS-NIL", ""))):
        yield Finding("MSG.NIL", "X-MSS-NIL", "the reference of the product is missing")
    if message.get("X-MSS-INS") not in {"O", "N"}:
        yield Finding("MSG.INS", "X-MSS-INS", "expected O or N")
    if len(content) > MOST:
        yield Finding("MSG.SIZE", "message", "over 25 MB")


def _against_documents(
    message: EmailMessage, attached: dict[str, bytes], documents: list[bytes]
) -> Iterator[Finding]:
    """What the headers and the PDF say, against the CDA inside."""
    roots = [
        etree.fromstring(one, etree.XMLParser(resolve_entities=False, huge_tree=True)) for one in documents
    ]
    codes = ",".join(one.get("code") or "" for root in roots for one in root.findall(f"{{{HL7}}}code"))
    if message.get("X-MSS-CODECDA") != codes:
        yield Finding("MSG.CODECDA", "X-MSS-CODECDA", f"expected {codes}")
    ids = {one.get("root") for root in roots for one in root.findall(f".//{{{HL7}}}patientRole/{{{HL7}}}id")}
    if (message.get("X-MSS-INS") == "O") != bool(ids & (INS_REAL | INS_TEST)):
        yield Finding("MSG.INS", "X-MSS-INS", "does not say what the document holds")
    for root in roots:
        families = [
            trait(one.text or "")
            for one in root.findall(f".//{{{HL7}}}patient/{{{HL7}}}name/*[@qualifier='BR']")
        ]
        if families and f" {families[0]} " not in str(message["Subject"]):
            yield Finding("MSG.SUBJECT", "Subject", "another patient than the document's")
    pdfs = {name: body for name, body in attached.items() if name != "IHE_XDM.ZIP"}
    for name, body in pdfs.items():
        if not PDF_NAME.fullmatch(name):
            yield Finding("MSG.PDF_NAME", name, "expected <date>_<type>_<NOM>_<prénom>.pdf")
        if body not in [body_of(one) for one in documents]:
            yield Finding("MSG.PDF", name, "not the PDF that the document holds")
    mailed = {
        one.get("value")
        for root in roots
        for one in root.findall(f".//{{{HL7}}}intendedRecipient/{{{HL7}}}telecom")
    }
    if f"mailto:{message['To']}" not in mailed:
        yield Finding("MSG.RECIPIENT", "To", "not the recipient of the document")
