import ipaddress
import shutil
from pathlib import Path

import pytest

from toubib.consultation.turn import DENIED_PEERS, production_config, start_test_relay

SHIPPED = Path(__file__).resolve().parents[3] / "deploy" / "turnserver.conf"


def test_shipped_configuration_is_the_one_written_here():
    assert SHIPPED.read_text("utf-8") == production_config()


def denied(address: str) -> bool:
    wanted = ipaddress.ip_address(address)
    for block in DENIED_PEERS:
        low, _, high = block.partition("-")
        first, last = ipaddress.ip_address(low), ipaddress.ip_address(high or low)
        if first.version == wanted.version and first <= wanted <= last:
            return True
    return False


@pytest.mark.parametrize(
    "address",
    [
        "0.0.0.0",
        "10.1.2.3",
        "100.64.0.1",
        "127.0.0.1",
        "169.254.169.254",
        "172.16.0.1",
        "172.31.255.255",
        "192.168.1.1",
        "224.0.0.1",
        "239.255.255.255",
        "255.255.255.255",
        "::1",
        "::",
        "::ffff:127.0.0.1",
        "fc00::1",
        "fd12:3456::1",
        "fe80::1",
        "ff02::1",
        "64:ff9b::7f00:1",
    ],
)
def test_relay_refuses_what_is_inside(address):
    assert denied(address)


@pytest.mark.parametrize(
    "address", ["8.8.8.8", "172.32.0.1", "192.167.255.255", "2a01:e0a::1", "223.255.255.255"]
)
def test_relay_serves_what_is_outside(address):
    assert not denied(address)


def test_configuration_has_neither_command_line_nor_loopback():
    lines = production_config().splitlines()
    assert {"no-cli", "use-auth-secret", "no-multicast-peers", "no-tcp-relay"} <= set(lines)
    assert not [line for line in lines if "loopback-peers" in line]


@pytest.mark.skipif(shutil.which("turnserver") is None, reason="coturn is not installed")
def test_relay_of_the_tests_listens_and_is_gone_after(tmp_path):
    with start_test_relay(folder=tmp_path, secret="s" * 40) as relay:
        assert relay.process.poll() is None
        assert [url.split("?")[1] for url in relay.urls] == ["transport=udp", "transport=tcp"]
    assert relay.process.poll() is not None
