"""The production form, whole: PostgreSQL, `toubib serve`, Debian's nginx with the configuration that is shipped."""

import contextlib
import json
import os
import re
import signal
import socket
import ssl
import uuid
from urllib.parse import urlsplit

import httpx
import psycopg
import pytest
from websockets.exceptions import ConnectionClosed, InvalidMessage, InvalidStatus
from websockets.sync.client import connect

from toubib.config.tests.running import (
    DEPLOY,
    environment,
    free_port,
    nginx,
    run_inside,
    serving,
    toubib,
    wait_until,
)
from toubib.consultation.signalling import BAD_PASS, MAX_UNNAMED_FROM_ONE, POLICY

pytestmark = [pytest.mark.slow, pytest.mark.postgres]

SIGN_IN = """
from importlib import import_module
from django.conf import settings
from django.utils import timezone
from toubib.people.models import Account
account = Account(email="lea@exemple.test", created_at=timezone.now())
account.set_unusable_password()
account.save()
session = import_module(settings.SESSION_ENGINE).SessionStore()
session["_auth_user_id"] = str(account.pk)
session["_auth_user_backend"] = settings.AUTHENTICATION_BACKENDS[0]
session["_auth_user_hash"] = account.get_session_auth_hash()
session.create()
print(session.session_key, account.pk)
"""
PUBLISH = """
from toubib.ground.hub import publish
publish("account:{account}", "note_signed", note="7")
"""


@pytest.fixture(scope="module")
def database():
    """A database beside the tests' own, on the same server."""
    admin, name = os.environ["TOUBIB_DATABASE_URL"], f"toubib_serve_{uuid.uuid4().hex[:8]}"
    with psycopg.connect(admin, autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name}")
    head, _, query = admin.partition("?")
    yield f"{head.rsplit('/', 1)[0]}/{name}?{query}"
    with psycopg.connect(admin, autocommit=True) as connection:
        connection.execute(f"DROP DATABASE {name} WITH (FORCE)")


@pytest.fixture(scope="module")
def site(database, tmp_path_factory):
    """(server, https address, TLS context, folder) behind nginx."""
    folder, port = tmp_path_factory.mktemp("production"), free_port()
    more = {
        "TOUBIB_PUBLIC_URL": f"https://localhost:{port}",
        "TOUBIB_HOSTS": "localhost",
    }  # as shipped: no address
    env = environment(folder, TOUBIB_DATABASE_URL=database, **more)
    migrated = toubib("migrate", env=env)
    assert migrated.returncode == 0, migrated.stderr
    pages, live = env["TOUBIB_BIND"], env["TOUBIB_LIVE_BIND"]
    with (
        serving(env, folder) as server,
        nginx(folder, pages=pages, live=live, static=str(folder / "static"), port=port),
    ):
        server.wait_ready()
        trust = ssl.create_default_context(cafile=str(folder / "certificate.pem"))
        address = f"https://localhost:{port}"
        wait_until(lambda: httpx.get(f"{address}/healthz", verify=trust).status_code == 200, what="nginx")
        yield server, address, trust, folder
        assert server.stop() == 0


def test_page_comes_through_nginx_with_each_security_header_once(site):
    _, address, trust, _ = site
    response = httpx.get(f"{address}/nowhere", verify=trust)
    once = [
        "content-security-policy",
        "x-content-type-options",
        "referrer-policy",
        "x-frame-options",
        "strict-transport-security",
        "cross-origin-opener-policy",
        "permissions-policy",
    ]
    assert response.status_code == 404
    assert {name: len(response.headers.get_list(name)) for name in once} == dict.fromkeys(once, 1)


def test_static_file_is_served_by_nginx_under_its_digest_and_for_long(site):
    _, address, trust, folder = site
    name = next(path.name for path in (folder / "static" / "ui").glob("tokens.*.css"))
    response = httpx.get(f"{address}/static/ui/{name}", verify=trust, headers={"Accept-Encoding": "gzip"})
    assert response.status_code == 200
    assert response.headers["content-type"].startswith("text/css")
    assert "immutable" in response.headers["cache-control"]


def test_figures_and_readiness_stay_inside(site):
    server, address, trust, _ = site
    for path in ("/metrics", "/readyz"):
        assert httpx.get(address + path, verify=trust).status_code == 404
    text = httpx.get(server.address + "/metrics").text
    assert 'toubib_worker_ticks_total{outcome="done",tick="journal"}' in text
    assert 'view="healthz"' in text


def test_news_reaches_an_open_stream_through_nginx(site):
    server, address, trust, _ = site
    key, account = run_inside(SIGN_IN, env=server.env).split()
    with httpx.stream(
        "GET", f"{address}/sse", verify=trust, cookies={"toubib_session": key}, timeout=15
    ) as stream:
        assert (stream.status_code, stream.headers["content-type"].split(";")[0]) == (
            200,
            "text/event-stream",
        )
        lines = stream.iter_lines()
        next(lines)
        run_inside(PUBLISH.format(account=account), env=server.env)
        assert next(line for line in lines if line.startswith("event: note_signed"))


def test_stream_of_nobody_is_refused(site):
    _, address, trust, _ = site
    assert httpx.get(f"{address}/sse", verify=trust).status_code == 401


HELLO = {"type": "hello", "token": "eyJyb29tIjoxfQ:d3Jvbmcgc2lnbmF0dXJl", "tab": "tab-1"}


@pytest.mark.parametrize(
    ("said", "code"),
    [(HELLO, BAD_PASS), ({"type": "hello", "pass": "x"}, POLICY)],
    ids=["a wrong pass", "no hello at all"],
)
def test_socket_opens_through_nginx_and_who_may_not_come_in_is_told_why(site, said, code):
    _, address, trust, _ = site
    place = address.replace("https", "wss") + "/ws/salle"
    with connect(place, ssl=trust, origin=address) as line, pytest.raises(ConnectionClosed) as closed:
        line.send(json.dumps(said))
        while True:
            line.recv(timeout=10)
    assert closed.value.rcvd.code == code


def open_socket(address, trust, *, source, tries=3, **headers):
    """A socket that says nothing yet, from one of the machine's own addresses; a line that a busy machine drops is
    opened again, an answer (403) is not."""
    line = socket.create_connection(("127.0.0.1", urlsplit(address).port), source_address=(source, 0))
    place = address.replace("https", "wss") + "/ws/salle"
    try:
        return connect(place, sock=line, ssl=trust, origin=address, additional_headers=headers)
    except (InvalidMessage, TimeoutError):
        if tries == 1:
            raise
    return open_socket(address, trust, source=source, tries=tries - 1, **headers)


def fill_the_share(address, trust, held):
    """Sockets of one address until the next is refused; each is let go after five seconds without a word."""
    for _ in range(4 * MAX_UNNAMED_FROM_ONE):
        try:
            held.enter_context(open_socket(address, trust, source="127.0.0.2"))
        except InvalidStatus as refused:
            return refused.response.status_code
    return None


def test_sockets_without_a_name_are_counted_by_the_address_that_nginx_sees(site):
    """One address that fills its share shuts out neither another one nor, by a forged header, a stranger."""
    _, address, trust, _ = site
    with contextlib.ExitStack() as held:
        assert fill_the_share(address, trust, held) == 403
        with pytest.raises(InvalidStatus):
            open_socket(address, trust, source="127.0.0.2", **{"X-Forwarded-For": "127.0.0.3"})
        held.enter_context(open_socket(address, trust, source="127.0.0.3"))


@pytest.mark.parametrize("place", ["/", "/connexion", "/consulter/signes", "/sse", "/ws/salle"])
def test_every_place_of_nginx_names_the_address_that_it_sees(place):
    """In nginx a location with a header of its own loses all those set above it."""
    text = (DEPLOY / "nginx.conf").read_text()
    head = re.search(rf"location (= )?({place}|{place.rpartition('/')[0]}/) {{(.*?)\n    }}", text, re.DOTALL)
    assert head is not None
    named = "proxy_set_header X-Forwarded-For $remote_addr;"
    assert named in head[3] or ("proxy_set_header" not in head[3] and named in text.partition("location ")[0])


def test_log_of_nginx_holds_no_query_and_no_whole_address(site):
    _, address, trust, folder = site
    httpx.get(f"{address}/nowhere?code=123456", verify=trust)
    httpx.get(f"{address}/invite/very-secret", verify=trust)
    log = wait_until(
        lambda: "/invite/-" in (text := (folder / "toubib.log").read_text()) and text, what="the log"
    )
    assert "123456" not in log
    assert "very-secret" not in log
    assert "127.0.0.1" not in log
    assert "127.0.0.0 " in log


def test_form_too_large_is_refused_by_nginx(site):
    _, address, trust, _ = site
    assert httpx.post(f"{address}/langue", content=b"x" * 14_000_000, verify=trust).status_code == 413


@pytest.mark.parametrize("part", ["pages", "live", "worker", "papers"])
def test_each_part_that_is_killed_comes_back(site, part):
    server, address, trust, _ = site
    first = server.pid_of(part)
    os.kill(first, signal.SIGKILL)
    wait_until(lambda: server.pid_of(part) != first, what="the new process")
    server.wait_ready(seconds=15)
    assert httpx.get(f"{address}/healthz", verify=trust).status_code == 200
    live = f"http://{server.env['TOUBIB_LIVE_BIND']}/healthz"
    wait_until(lambda: httpx.get(live).status_code == 200, what="the live process")
