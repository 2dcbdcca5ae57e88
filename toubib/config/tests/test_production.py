"""The production form, whole: PostgreSQL, `toubib serve`, Debian's nginx with the configuration that is shipped."""

import os
import signal
import ssl
import uuid

import httpx
import psycopg
import pytest
from websockets.exceptions import ConnectionClosed
from websockets.sync.client import connect

from toubib.config.tests.running import environment, free_port, nginx, run_inside, serving, toubib, wait_until

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
    more = {"TOUBIB_PUBLIC_URL": f"https://localhost:{port}", "TOUBIB_HOSTS": "localhost,127.0.0.1"}
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


def test_socket_opens_through_nginx_and_a_wrong_pass_closes_it(site):
    _, address, trust, _ = site
    place = address.replace("https", "wss") + "/ws/salle"
    with connect(place, ssl=trust, origin=address) as socket, pytest.raises(ConnectionClosed):
        socket.send('{"type":"hello","pass":"wrong"}')
        while True:
            socket.recv(timeout=10)


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


@pytest.mark.parametrize("part", ["pages", "live", "worker"])
def test_each_part_that_is_killed_comes_back(site, part):
    server, address, trust, _ = site
    first = server.pid_of(part)
    os.kill(first, signal.SIGKILL)
    wait_until(lambda: server.pid_of(part) != first, what="the new process")
    server.wait_ready(seconds=15)
    assert httpx.get(f"{address}/healthz", verify=trust).status_code == 200
    live = f"http://{server.env['TOUBIB_LIVE_BIND']}/healthz"
    wait_until(lambda: httpx.get(live).status_code == 200, what="the live process")
