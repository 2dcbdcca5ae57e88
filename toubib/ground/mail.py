"""E-mail and SMS: rows first, sent by the worker; gateways are adapters. No word of health in any of them."""

from __future__ import annotations

import logging
from datetime import datetime, timedelta
from typing import Protocol
from uuid import UUID

from django.conf import settings
from django.core.mail import get_connection, send_mail
from django.db import transaction
from django.utils.module_loading import import_string

from toubib.ground.crypto import CannotDecrypt
from toubib.ground.enums import Channel, MessageState
from toubib.ground.models import OutboundMessage

log = logging.getLogger("toubib.mail")
RETRY_AFTER = [timedelta(seconds=s) for s in (10, 60, 300, 1800, 7200)]
LEASE = timedelta(minutes=2)
SMTP_TIMEOUT = 10  # seconds, for each exchange


class Gateway(Protocol):
    """Delivers one message or raises GatewayDown."""

    def deliver(self, *, to: str, subject: str, body: str) -> None: ...


class GatewayDown(Exception):
    """The gateway did not take the message; it is tried again."""


class DemoGateway:
    """Delivers nowhere: the demo shows the row at /demo/messages."""

    def deliver(self, *, to: str, subject: str, body: str) -> None:
        return


class SmtpGateway:
    def deliver(self, *, to: str, subject: str, body: str) -> None:
        try:
            send_mail(subject, body, None, [to], connection=get_connection(timeout=SMTP_TIMEOUT))
        except OSError as error:  # smtplib's errors are OSErrors
            raise GatewayDown(type(error).__name__) from error


class NoGateway:
    def deliver(self, *, to: str, subject: str, body: str) -> None:
        raise GatewayDown("no SMS gateway is set up (TOUBIB_SMS_GATEWAY)")


def gateway_for(channel: str) -> Gateway:
    """The adapter that the settings name: demo, smtp, none, or a dotted path to a class of the operator's."""
    name = _gateway_name(channel)
    ours: dict[str, type[Gateway]] = {"demo": DemoGateway, "smtp": SmtpGateway, "none": NoGateway}
    gateway: type[Gateway] = ours[name] if name in ours else import_string(name)
    return gateway()


def is_plugged_in(channel: str) -> bool:
    """Whether a message on this channel can leave at all."""
    return _gateway_name(channel) != "none"


def _gateway_name(channel: str) -> str:
    return str(settings.EMAIL_GATEWAY if channel == Channel.EMAIL else settings.SMS_GATEWAY)


def queue_message(*, channel: str, to: str, subject: str = "", body: str, now: datetime) -> OutboundMessage:
    """Add a message to the outbox, in the act's own transaction."""
    return OutboundMessage.objects.create(
        channel=channel, to=to, subject=subject, body=body, created_at=now, next_attempt_at=now
    )


def deliver_due_messages(*, now: datetime, limit: int = 50) -> int:
    """Send what is due; returns how many left.

    Each message is claimed for LEASE and committed before its gateway is called, so that no transaction waits
    for the network. A sender that dies after the gateway took it sends it again: at least once, never lost.
    """
    sent = 0
    for _ in range(limit):
        claimed = _claim_one(now=now)
        if claimed is None:
            break
        sent += _deliver(claimed, now=now)
    return sent


def count_pending() -> int:
    return OutboundMessage.objects.filter(state=MessageState.PENDING).count()


def count_failed() -> int:
    """Given up after the last try, over the thirty days that messages are kept."""
    return OutboundMessage.objects.filter(state=MessageState.FAILED).count()


def _claim_one(*, now: datetime) -> UUID | None:
    with transaction.atomic():
        due = OutboundMessage.objects.filter(state=MessageState.PENDING, next_attempt_at__lte=now)
        row = (
            due.select_for_update(skip_locked=True).order_by("next_attempt_at").only("id", "attempts").first()
        )
        if row is None:
            return None
        row.attempts, row.next_attempt_at = row.attempts + 1, now + LEASE
        row.save(update_fields=["attempts", "next_attempt_at"])
        return row.id


def _deliver(message_id: UUID, *, now: datetime) -> bool:
    row = OutboundMessage.objects.filter(id=message_id)
    try:
        message = row.get()
        gateway_for(message.channel).deliver(to=message.to, subject=message.subject, body=message.body)
    except (GatewayDown, CannotDecrypt) as error:
        _note_failure(message_id, error, now=now)
        return False
    row.update(state=MessageState.SENT, sent_at=now, next_attempt_at=None)
    return True


def _note_failure(message_id: UUID, error: GatewayDown | CannotDecrypt, *, now: datetime) -> None:
    row = OutboundMessage.objects.filter(id=message_id)
    attempts = row.values_list("attempts", flat=True).get()
    log.warning("message %s not delivered, attempt %s: %s", message_id, attempts, error)
    if isinstance(error, CannotDecrypt) or attempts > len(RETRY_AFTER):
        row.update(state=MessageState.FAILED, next_attempt_at=None, last_error=str(error)[:200])
    else:
        row.update(next_attempt_at=now + RETRY_AFTER[attempts - 1], last_error=str(error)[:200])


def erase_old_messages(*, now: datetime, kept: timedelta) -> int:
    return OutboundMessage.objects.filter(created_at__lt=now - kept).delete()[0]
