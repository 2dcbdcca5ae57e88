"""E-mail and SMS: rows first, sent by the worker; gateways are adapters. No word of health in any of them."""

from __future__ import annotations

import logging
from datetime import datetime, timedelta
from typing import Protocol

from django.conf import settings
from django.core.mail import send_mail
from django.db import transaction
from django.utils.module_loading import import_string

from toubib.ground.enums import Channel, MessageState
from toubib.ground.models import OutboundMessage

log = logging.getLogger("toubib.mail")
RETRY_AFTER = [timedelta(seconds=s) for s in (10, 60, 300, 1800, 7200)]
KEPT = timedelta(days=30)


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
            send_mail(subject, body, None, [to])
        except OSError as error:  # smtplib's errors are OSErrors
            raise GatewayDown(type(error).__name__) from error


class NoGateway:
    def deliver(self, *, to: str, subject: str, body: str) -> None:
        raise GatewayDown("no SMS gateway is set up (TOUBIB_SMS_GATEWAY)")


def gateway_for(channel: str) -> Gateway:
    """The adapter that the settings name: demo, smtp, none, or a dotted path to a class of the operator's."""
    name = settings.EMAIL_GATEWAY if channel == Channel.EMAIL else settings.SMS_GATEWAY
    ours = {"demo": DemoGateway, "smtp": SmtpGateway, "none": NoGateway}
    return (ours.get(name) or import_string(name))()


def queue_message(*, channel: str, to: str, subject: str = "", body: str, now: datetime) -> OutboundMessage:
    """Add a message to the outbox, in the act's own transaction."""
    return OutboundMessage.objects.create(
        channel=channel, to=to, subject=subject, body=body, created_at=now, next_attempt_at=now
    )


def deliver_due_messages(*, now: datetime, limit: int = 50) -> int:
    """Send what is due; returns how many left. Each message is claimed, sent and marked on its own."""
    sent = 0
    for _ in range(limit):
        with transaction.atomic():
            due = OutboundMessage.objects.filter(state=MessageState.PENDING, next_attempt_at__lte=now)
            message = due.select_for_update(skip_locked=True).order_by("next_attempt_at").first()
            if message is None:
                return sent
            sent += _deliver(message, now=now)
    return sent


def _deliver(message: OutboundMessage, *, now: datetime) -> bool:
    message.attempts += 1
    try:
        gateway_for(message.channel).deliver(to=message.to, subject=message.subject, body=message.body)
    except GatewayDown as error:
        log.warning("message %s not delivered, attempt %s: %s", message.id, message.attempts, error)
        message.last_error = str(error)[:200]
        if message.attempts > len(RETRY_AFTER):
            message.state, message.next_attempt_at = MessageState.FAILED, None
        else:
            message.next_attempt_at = now + RETRY_AFTER[message.attempts - 1]
        message.save(update_fields=["state", "attempts", "next_attempt_at", "last_error"])
        return False
    message.state, message.sent_at, message.next_attempt_at = MessageState.SENT, now, None
    message.save(update_fields=["state", "attempts", "sent_at", "next_attempt_at"])
    return True


def erase_old_messages(*, now: datetime) -> int:
    return OutboundMessage.objects.filter(created_at__lt=now - KEPT).delete()[0]
