"""Coturn: the configuration that operators are given, and a real relay on loopback for the tests.

A TURN server relays to whatever address it is told; without the denied ranges below it would be a way into the
operator's own network.
"""

from __future__ import annotations

import contextlib
import shutil
import socket
import subprocess
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

# IANA special-purpose registries (RFC 6890 and after): nothing there is a patient or a doctor.
DENIED_PEERS = (
    "0.0.0.0-0.255.255.255",
    "10.0.0.0-10.255.255.255",
    "100.64.0.0-100.127.255.255",
    "127.0.0.0-127.255.255.255",
    "169.254.0.0-169.254.255.255",
    "172.16.0.0-172.31.255.255",
    "192.0.0.0-192.0.0.255",
    "192.0.2.0-192.0.2.255",
    "192.88.99.0-192.88.99.255",
    "192.168.0.0-192.168.255.255",
    "198.18.0.0-198.19.255.255",
    "198.51.100.0-198.51.100.255",
    "203.0.113.0-203.0.113.255",
    "224.0.0.0-239.255.255.255",
    "240.0.0.0-255.255.255.255",
    "::",
    "::1",
    "::ffff:0.0.0.0-::ffff:255.255.255.255",
    "64:ff9b::-64:ff9b::ffff:ffff",
    "64:ff9b:1::-64:ff9b:1:ffff:ffff:ffff:ffff:ffff",
    "100::-100::ffff:ffff:ffff:ffff",
    "2001::-2001:1ff:ffff:ffff:ffff:ffff:ffff:ffff",
    "2001:db8::-2001:db8:ffff:ffff:ffff:ffff:ffff:ffff",
    "2002::-2002:ffff:ffff:ffff:ffff:ffff:ffff:ffff",
    "fc00::-fdff:ffff:ffff:ffff:ffff:ffff:ffff:ffff",
    "fe80::-febf:ffff:ffff:ffff:ffff:ffff:ffff:ffff",
    "ff00::-ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff",
)


def production_config() -> str:
    """The text of `deploy/turnserver.conf` (coturn 4.6): words in capitals are for the operator to fill in."""
    denied = "\n".join(f"denied-peer-ip={block}" for block in DENIED_PEERS)
    return f"""# Coturn 4.6 for Toubib. Fill in the words in CAPITALS; keep this file readable by turnserver alone (0640).
# The secret is the content of the file that TOUBIB_TURN_SECRET_FILE names.
realm=REALM
server-name=REALM
external-ip=PUBLIC_ADDRESS
use-auth-secret
static-auth-secret=SECRET
fingerprint
stale-nonce=600

# Ports: open 3478 (udp, tcp), 5349 (tcp, TLS) and the relay range (udp) on the firewall.
listening-port=3478
tls-listening-port=5349
cert=/etc/letsencrypt/live/REALM/fullchain.pem
pkey=/etc/letsencrypt/live/REALM/privkey.pem
no-tlsv1
no-tlsv1_1
min-port=49152
max-port=65535

# Quotas: one person in a call of four needs at most twelve allocations; 2 Mbit/s each. Coturn cannot give the names
# of the device test (`test-…`) a smaller share. The application bounds them: `relay.tests_per_minute` (12) new names,
# each good for two minutes; a nonce lives ten, an allocation ten: at most 12 x 22 x 12 = 3,168 held by tests at any
# moment, and the rest of total-quota is left to calls. Raise both together.
user-quota=12
total-quota=6000
max-bps=250000
max-allocate-lifetime=600

# Nothing to steer it from outside, nothing relayed over TCP, nothing told about itself.
no-cli
no-tcp-relay
no-multicast-peers
no-rfc5780
no-stun-backward-compatibility
response-origin-only-with-rfc5780
no-software-attribute
no-stdout-log
syslog

# Never into the operator's own network: private, loopback, link-local, multicast, reserved, v4 and v6.
{denied}
"""


@dataclass(frozen=True)
class TestRelay:
    """A running relay: what to put into TOUBIB_TURN_URLS and the secret's file."""

    __test__ = False

    urls: tuple[str, ...]
    secret: str
    process: subprocess.Popen[bytes]


@contextlib.contextmanager
def start_test_relay(*, folder: Path, secret: str, loopback_peers: bool = True) -> Iterator[TestRelay]:
    """TEST ONLY: real coturn on a free port of 127.0.0.1, allowed to relay to 127.0.0.1.

    With `loopback_peers=False` the relay refuses them, as in production. Raises FileNotFoundError without coturn.
    """
    program = shutil.which("turnserver")
    if program is None:
        raise FileNotFoundError("turnserver (Debian package coturn)")
    port = _free_port()
    lines = [
        f"listening-port={port}",
        "listening-ip=127.0.0.1",
        "relay-ip=127.0.0.1",
        "realm=test.toubib",
        "use-auth-secret",
        f"static-auth-secret={secret}",
        "fingerprint",
        "no-tls",
        "no-dtls",
        "no-cli",
        "no-rfc5780",
        f"pidfile={folder / 'turnserver.pid'}",
        f"userdb={folder / 'turnserver.db'}",
        f"log-file={folder / 'turnserver.log'}",
        "simple-log",
        "allow-loopback-peers" if loopback_peers else "denied-peer-ip=127.0.0.0-127.255.255.255",
    ]
    config = folder / "turnserver.conf"
    config.write_text("\n".join(lines) + "\n", encoding="utf-8")
    process = subprocess.Popen(
        [program, "-c", str(config)], cwd=folder, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    try:
        _wait_for(port, process)
        urls = (f"turn:127.0.0.1:{port}?transport=udp", f"turn:127.0.0.1:{port}?transport=tcp")
        yield TestRelay(urls, secret, process)
    finally:
        process.terminate()
        try:
            process.wait(5)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait(5)


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _wait_for(port: int, process: subprocess.Popen[bytes]) -> None:
    for _ in range(100):
        if process.poll() is not None:
            raise RuntimeError("turnserver stopped at once")
        with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), 0.2):
            return
        time.sleep(0.05)
    raise RuntimeError("turnserver does not answer")
