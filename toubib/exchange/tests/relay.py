"""A real SMTP server in the process: what an MSSanté operator's relay is to Toubib, with answers that a test chooses."""

from __future__ import annotations

import ipaddress
import socket
import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

HOST = "127.0.0.1"


@dataclass
class Received:
    sender: str
    recipients: list[str]
    content: bytes


@dataclass
class Relay:
    """`answers`: what is said to the next RCPT or DATA commands; « 250 » once they are used up."""

    port: int = 0
    rcpt_answers: list[str] = field(default_factory=list)
    data_answers: list[str] = field(default_factory=list)
    received: list[Received] = field(default_factory=list)
    asked: list[str] = field(default_factory=list)

    async def handle_EHLO(self, server, session, envelope, hostname, responses):
        session.host_name = hostname
        return [*responses[:-1], "250-DSN", responses[-1]]

    async def handle_RCPT(self, server, session, envelope, address, options):
        said = self.rcpt_answers.pop(0) if self.rcpt_answers else "250 OK"
        if said.startswith("250"):
            envelope.rcpt_tos.append(address)
        return said

    async def handle_DATA(self, server, session, envelope):
        said = self.data_answers.pop(0) if self.data_answers else "250 OK"
        if said.startswith("250"):
            self.received.append(Received(envelope.mail_from, envelope.rcpt_tos, envelope.content))
        return said


class Server(SMTP):
    """aiosmtpd, which refuses the parameters of RFC 3461: they are noted and taken away."""

    async def smtp_MAIL(self, arg):
        return await super().smtp_MAIL(self._without_dsn(arg))

    async def smtp_RCPT(self, arg):
        return await super().smtp_RCPT(self._without_dsn(arg))

    def _without_dsn(self, arg):
        words = (arg or "").split()
        dsn = [word for word in words if word.split("=")[0] in {"RET", "ENVID", "NOTIFY", "ORCPT"}]
        self.event_handler.asked += dsn
        return " ".join(word for word in words if word not in dsn)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        return int(probe.getsockname()[1])


class RelayController(Controller):
    def factory(self):
        return Server(self.handler, **self.SMTP_kwargs)


@contextmanager
def run_relay(
    *, certificate: Path | None = None, mode: str = "none", login: tuple[str, str] | None = None
) -> Iterator[Relay]:
    """`mode`: none, starttls or tls, as TOUBIB_MSSANTE_TLS; `login`: the one account that it takes."""
    relay, more = Relay(), {}
    if certificate is not None:
        context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
        context.load_cert_chain(certificate)
        if mode == "starttls":
            more = {"tls_context": context, "require_starttls": True}
        else:
            more = {"ssl_context": context}
    if login is not None:
        more |= {"auth_required": True, "authenticator": _authenticator(login)}
    controller = RelayController(relay, hostname=HOST, port=free_port(), decode_data=False, **more)
    controller.start()
    try:
        relay.port = controller.port
        yield relay
    finally:
        controller.stop()


def _authenticator(login):
    from aiosmtpd.smtp import AuthResult

    def decide(server, session, envelope, mechanism, data):
        good = (data.login.decode(), data.password.decode()) == login
        return AuthResult(success=good, handled=False)

    return decide


def make_certificate(folder: Path) -> Path:
    """A key and a certificate for 127.0.0.1, signed by itself, in one file."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "relais d’essai")])
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(
            x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address(HOST))]), critical=False
        )
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    path = folder / "relais.pem"
    path.write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
        + made.public_bytes(serialization.Encoding.PEM)
    )
    return path


def point_at(settings, relay: Relay, *, tls: str = "none") -> None:
    settings.MSSANTE_GATEWAY, settings.MSSANTE_HOST, settings.MSSANTE_PORT = "smtp", HOST, relay.port
    settings.MSSANTE_TLS, settings.MSSANTE_DOMAINS = tls, ["*.mssante.test"]
