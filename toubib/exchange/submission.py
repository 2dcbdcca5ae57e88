"""Submission to the operator's MSSanté relay: an adapter, like the gateways of `ground.mail`.

Plain Internet addresses are outside the trust space: `is_allowed` is asked before, and here again.
"""

from __future__ import annotations

import smtplib
import ssl
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol
from uuid import UUID

from django.conf import settings
from django.utils.module_loading import import_string

from toubib.exchange.addresses import is_allowed
from toubib.ground.enums import Channel
from toubib.ground.mail import queue_message

TIMEOUT = 20  # seconds, for each exchange
DSN = ["NOTIFY=SUCCESS,FAILURE,DELAY"]


class RelayAway(Exception):
    """It may go later: the relay is away, busy, or not set up. str() is a short code without personal data."""


class RelayRefused(Exception):
    """It will never go: the relay refused this recipient or this message. str() is a short code."""


@dataclass(frozen=True, slots=True)
class Parcel:
    """One message for one recipient. `envelope_id` comes back in delivery reports (RFC 3461)."""

    envelope_id: UUID
    sender: str
    recipient: str
    content: bytes


class Relay(Protocol):
    def submit(self, parcel: Parcel, *, now: datetime) -> None:
        """Hand the message over. Raises RelayAway or RelayRefused."""


class NoRelay:
    def submit(self, parcel: Parcel, *, now: datetime) -> None:
        raise RelayAway("no_relay")


class DemoRelay:
    """Nothing leaves the machine: a row of the demo's own messages says what would have been sent."""

    def submit(self, parcel: Parcel, *, now: datetime) -> None:
        if not settings.DEMO:
            raise RelayAway("demo_only")
        weight = f"{len(parcel.content) / 1024:.0f}"
        body = (
            f"Démonstration : ce message MSSanté n’est pas parti, la démonstration n’a pas d’opérateur.\n"
            f"Destinataire inventé : {parcel.recipient}\nPoids : {weight} Ko, archive IHE_XDM.ZIP et PDF compris."
        )
        queue_message(
            channel=Channel.EMAIL, to=parcel.recipient, subject="MSSanté (démonstration)", body=body, now=now
        )


class SmtpRelay:
    """SMTP submission as the settings TOUBIB_MSSANTE_… say: TLS always but for a relay on this machine."""

    def submit(self, parcel: Parcel, *, now: datetime) -> None:
        try:
            with self._connected() as relay:
                self._hand_over(relay, parcel)
        except smtplib.SMTPRecipientsRefused as error:
            raise _verdict(*next(iter(error.recipients.values()))) from error
        except (smtplib.SMTPSenderRefused, smtplib.SMTPAuthenticationError) as error:
            raise RelayAway(f"relay_{error.smtp_code}") from error  # the operator's account, not this message
        except smtplib.SMTPDataError as error:
            raise _verdict(error.smtp_code, error.smtp_error) from error
        except ssl.SSLError as error:
            raise RelayAway("tls") from error
        except smtplib.SMTPNotSupportedError as error:
            raise RelayAway("tls_missing") from error
        except OSError as error:  # smtplib's other errors are OSErrors
            raise RelayAway("away") from error

    def _connected(self) -> smtplib.SMTP:
        host, port = settings.MSSANTE_HOST, settings.MSSANTE_PORT
        if settings.MSSANTE_TLS == "tls":
            relay: smtplib.SMTP = smtplib.SMTP_SSL(host, port, timeout=TIMEOUT, context=_tls_context())
        else:
            relay = smtplib.SMTP(host, port, timeout=TIMEOUT)
        try:
            if settings.MSSANTE_TLS == "starttls":
                relay.starttls(context=_tls_context())
            if settings.MSSANTE_USER:
                relay.login(settings.MSSANTE_USER, settings.MSSANTE_PASSWORD)
        except OSError:
            relay.close()
            raise
        return relay

    def _hand_over(self, relay: smtplib.SMTP, parcel: Parcel) -> None:
        relay.ehlo_or_helo_if_needed()
        asks = relay.has_extn("dsn")
        relay.sendmail(
            parcel.sender,
            [parcel.recipient],
            parcel.content,
            mail_options=["RET=HDRS", f"ENVID={parcel.envelope_id}"] if asks else [],
            rcpt_options=DSN if asks else [],
        )


def relay() -> Relay:
    """The adapter that TOUBIB_MSSANTE_GATEWAY names: none, smtp, demo, or the dotted path of the operator's class."""
    ours: dict[str, type[Relay]] = {"none": NoRelay, "smtp": SmtpRelay, "demo": DemoRelay}
    name = str(settings.MSSANTE_GATEWAY)
    found: type[Relay] = ours[name] if name in ours else import_string(name)
    return found()


def submit(parcel: Parcel, *, now: datetime) -> None:
    """Through the operator's relay, to an allowed domain only. Raises RelayAway or RelayRefused."""
    if not is_allowed(parcel.recipient, tuple(settings.MSSANTE_DOMAINS)):
        raise RelayRefused("domain")
    relay().submit(parcel, now=now)


def _tls_context() -> ssl.SSLContext:
    """The operator's own authority (IGC-Santé) where one is named, and our certificate where the relay asks for it."""
    context = ssl.create_default_context(cafile=settings.MSSANTE_CA_FILE or None)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    if settings.MSSANTE_CERT_FILE:
        context.load_cert_chain(settings.MSSANTE_CERT_FILE, settings.MSSANTE_KEY_FILE or None)
    return context


def _verdict(code: int, _said: bytes | str) -> RelayAway | RelayRefused:
    """5xx is final, the rest is not; what the relay says may name people, so its code alone is kept."""
    return RelayRefused(f"smtp_{code}") if code >= 500 else RelayAway(f"smtp_{code}")
