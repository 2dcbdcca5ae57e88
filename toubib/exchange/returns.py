"""What comes back about a message: delivery reports (RFC 3464) and receipts (RFC 8098), read from their bytes.

Nothing is believed of a sender: a return only moves the state of a delivery that it names by its random identifier, and
never makes anything leave again.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from email import message_from_bytes
from email.message import Message
from email.policy import compat32
from typing import Protocol
from uuid import UUID

from django.conf import settings
from django.utils.module_loading import import_string

from toubib.exchange.enums import Returned

MESSAGE_ID = re.compile(r"<([0-9a-f-]{36})@[^<>\s]+>", re.I)
STATUS = re.compile(r"[245]\.\d{1,3}\.\d{1,3}")
ACTIONS = {
    "delivered": Returned.DELIVERED,
    "relayed": Returned.DELIVERED,
    "expanded": Returned.DELIVERED,
    "failed": Returned.BOUNCED,
    "delayed": Returned.DELAYED,
}


@dataclass(frozen=True, slots=True)
class Return:
    """`code` is a short word of ours: `dsn_5.1.1`, `mdn_904`; never what the other side wrote."""

    kind: Returned
    delivery_id: UUID | None = None
    code: str = ""


class Mailbox(Protocol):
    """Where returns arrive: the operator's (IMAP, or a folder of files)."""

    def fetch(self) -> Iterable[tuple[str, bytes]]:
        """(key, message) of what waits. Raises OSError when the box is away."""

    def done(self, key: str) -> None:
        """This one was read: it is not given again."""


def mailbox() -> Mailbox | None:
    """The operator's class named by TOUBIB_MSSANTE_MAILBOX, None where there is none."""
    name = str(settings.MSSANTE_MAILBOX)
    if name == "none":
        return None
    box: type[Mailbox] = import_string(name)
    return box()


def parse_return(raw: bytes) -> Return:
    """Any bytes are read; what is no report of ours is OTHER."""
    message = message_from_bytes(raw, policy=compat32)
    for part in message.walk():
        if part.get_content_type() == "message/delivery-status":
            return _delivery_report(message, part)
        if part.get_content_type() == "message/disposition-notification":
            return _receipt(message, part)
    return Return(Returned.OTHER)


def _delivery_report(message: Message, status: Message) -> Return:
    blocks = list(_blocks(status))
    action = next((block["Action"] for block in blocks if block["Action"]), "")
    number = next((block["Status"] for block in blocks if block["Status"]), "")
    kind = ACTIONS.get(str(action).strip().lower(), Returned.OTHER)
    found = STATUS.search(str(number))
    envelope = next((block["Original-Envelope-Id"] for block in blocks if block["Original-Envelope-Id"]), "")
    named = _uuid(str(envelope)) or _original(message)
    return Return(kind, named, f"dsn_{found.group()}" if found else "dsn")


def _receipt(message: Message, notification: Message) -> Return:
    """« processed/Error: 904^… »: the recipient's software could not file it, and says why by a code."""
    fields = next(iter(_blocks(notification)), Message())
    disposition = str(fields["Disposition"] or "").lower()
    named = _named(str(fields["Original-Message-ID"] or "")) or _original(message)
    if "/error" in disposition or "/failure" in disposition or "failed" in disposition:
        said = f"{fields['Disposition']} {fields['Error'] or ''} {message['Subject'] or ''}"
        found = re.search(r"\b(\d{3})\s*\^", said) or re.search(r"\]\s*\[\s*(\d{3})\s*\]", said)
        return Return(Returned.REJECTED, named, f"mdn_{found.group(1)}" if found else "mdn")
    if "deleted" in disposition:
        return Return(Returned.OTHER, named, "mdn_deleted")
    return Return(Returned.READ, named, "mdn")


def _blocks(part: Message) -> Iterator[Message]:
    """The groups of fields of a status part, which the parser gives as messages; or as text where it is encoded."""
    payload = part.get_payload()
    if isinstance(payload, list):
        yield from (block for block in payload if isinstance(block, Message))
    else:
        text = part.get_payload(decode=True)
        for block in re.split(rb"\r?\n\r?\n", text if isinstance(text, bytes) else b""):
            yield message_from_bytes(block + b"\n\n", policy=compat32)


def _original(message: Message) -> UUID | None:
    """The message that the report is about, from its returned headers."""
    for part in message.walk():
        if part.get_content_type() in {"message/rfc822", "text/rfc822-headers", "message/rfc822-headers"}:
            payload = part.get_payload()
            text = str(payload[0]) if isinstance(payload, list) else str(part.get_payload())
            match = re.search(r"^message-id:\s*(<\S+>)", text, re.I | re.M)
            if match:
                return _named(match.group(1))
    return None


def _named(message_id: str) -> UUID | None:
    found = MESSAGE_ID.search(message_id)
    return _uuid(found.group(1)) if found else None


def _uuid(text: str) -> UUID | None:
    bare = text.strip()
    return UUID(bare) if re.fullmatch(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", bare, re.I) else None
