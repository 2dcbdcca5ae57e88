import asyncio
from datetime import timedelta

import pytest
from django.db import InterfaceError, OperationalError, connection, connections
from django.http import HttpResponse
from django.test import Client, override_settings
from django.urls import path
from django.utils import timezone

from toubib.config import health, urls
from toubib.config.heartbeat import LIVE, WORKER, beat, keep_beating, last_beat
from toubib.config.tests.running import shipped_settings
from toubib.ground.models import Beat


def ask(client, address, **headers):
    return client.get(address, headers=headers)


@pytest.fixture
def beating(db):
    for name in (WORKER, LIVE):
        beat(name=name, now=timezone.now())
    return Beat.objects.get(name=WORKER)


def test_healthz_asks_nothing_of_the_database(client, django_db_blocker):
    with django_db_blocker.block():
        response = ask(client, "/healthz")
    assert (response.status_code, response.content) == (200, b"ok\n")


def test_readyz_when_all_is_well(client, beating):
    response = ask(client, "/readyz")
    assert (response.status_code, response.json()) == (200, {"ready": True})


def test_readyz_when_no_worker_has_run(client, db):
    response = ask(client, "/readyz")
    assert (response.status_code, response.json()["part"]) == (503, "worker")


def test_readyz_when_the_worker_is_late(client, beating):
    Beat.objects.filter(name=WORKER).update(at=timezone.now() - timedelta(minutes=2))
    response = ask(client, "/readyz")
    assert (response.status_code, response.json()["part"]) == (503, "worker")


@pytest.mark.parametrize(("late", "why"), [(15, ""), (16, "no sign of the worker for 16 s")])
def test_worker_is_late_after_fifteen_seconds(beating, late, why):
    check, last = health.CHECKS["worker"], last_beat(name=WORKER)
    assert check(now=last + timedelta(seconds=late)) == why


@pytest.mark.parametrize("host", ["127.0.0.1:8000", "[::1]:8000", "10.0.0.7", "x_y"])
def test_the_inside_is_answered_whatever_host_is_asked_with_the_settings_shipped(
    client, beating, settings, host
):
    settings.ALLOWED_HOSTS = shipped_settings()["TOUBIB_HOSTS"].split(",")
    found = {path: ask(client, path, host=host).status_code for path in ("/healthz", "/readyz", "/metrics")}
    assert found == {"/healthz": 200, "/readyz": 200, "/metrics": 200}
    assert ask(client, "/", host=host).status_code == 400


def test_readyz_when_sockets_and_streams_are_silent(client, beating):
    """On SQLite one process does all: it has just answered."""
    Beat.objects.filter(name=LIVE).update(at=timezone.now() - timedelta(minutes=2))
    response = ask(client, "/readyz")
    wanted = (200, None) if connection.vendor == "sqlite" else (503, "live")
    assert (response.status_code, response.json().get("part")) == wanted


@pytest.mark.django_db(transaction=True)
def test_the_event_loop_leaves_signs_of_life():
    def seen():
        try:
            return last_beat(name=LIVE)
        finally:
            connections.close_all()

    async def live_a_little():
        task = asyncio.create_task(keep_beating(name=LIVE))
        while await asyncio.to_thread(seen) is None:
            await asyncio.sleep(0.02)
        task.cancel()

    asyncio.run(asyncio.wait_for(live_a_little(), timeout=10))
    assert last_beat(name=LIVE) is not None


def test_readyz_when_a_migration_waits(client, beating, monkeypatch):
    from django.db.migrations.recorder import MigrationRecorder

    monkeypatch.setattr(health, "_migrated", False)
    MigrationRecorder.Migration.objects.filter(app="ground").order_by("-id")[0].delete()
    response = ask(client, "/readyz")
    assert (response.status_code, response.json()["part"]) == (503, "migrations")


@pytest.mark.django_db
def test_metrics_tell_requests_by_view_and_hold_nobody(client):
    ask(client, "/healthz")
    response = ask(client, "/metrics")
    text = response.content.decode()
    assert response["Content-Type"].startswith("text/plain")
    assert 'toubib_requests_total{method="GET",status="200",view="healthz"}' in text
    assert 'toubib_request_seconds_bucket{le="0.005",view="healthz"}' in text
    assert "toubib_outbox_pending 0.0" in text
    assert "toubib_outbox_failed 0.0" in text
    assert "# TYPE toubib_tickets gauge" in text


@pytest.mark.django_db
def test_metrics_of_unknown_addresses_and_methods_make_no_new_rows(client):
    client.generic("FLY", "/healthz")
    for number in range(3):
        ask(client, f"/nowhere/{number}")
    text = ask(client, "/metrics").content.decode()
    assert "FLY" not in text
    assert "nowhere" not in text


def view_that_fails(error):
    def view(request):
        raise error("server closed the connection unexpectedly")

    view.login_required = False
    return view


def view_that_answers(request):
    return HttpResponse("ok")


view_that_answers.login_required = False
urlpatterns = [
    *urls.urlpatterns,
    path("away", view_that_fails(OperationalError), name="away"),
    path("away-too", view_that_fails(InterfaceError), name="away-too"),
    path("wrong", view_that_fails(ValueError), name="wrong"),
]
handler400, handler403, handler404, handler500 = (
    urls.handler400,
    urls.handler403,
    urls.handler404,
    urls.handler500,
)


@pytest.fixture
def browser():
    with override_settings(ROOT_URLCONF=__name__):
        yield Client(raise_request_exception=False, headers={"accept": "text/html,*/*"})


@pytest.mark.parametrize("address", ["/away", "/away-too"])
@pytest.mark.django_db(transaction=True)
def test_page_while_the_database_is_away_says_to_try_again(browser, address):
    response = browser.get(address)
    assert (response.status_code, response["Retry-After"]) == (503, "5")
    assert "Ce qui était enregistré le reste." in response.content.decode()
    assert "ce que vous avez tapé" not in response.content.decode()


@pytest.mark.django_db(transaction=True)
def test_form_sent_while_the_database_is_away_is_not_lost(browser):
    page = browser.post("/away", {"a": "b"}).content.decode()
    assert "ce que vous avez tapé y est encore" in page
    assert 'http-equiv="refresh"' not in page


@pytest.mark.parametrize(
    "headers", [{"accept": "application/json"}, {"accept": "text/html", "hx-request": "true"}]
)
@pytest.mark.django_db(transaction=True)
def test_script_while_the_database_is_away_is_told_in_json(browser, headers):
    response = browser.get("/away", headers=headers)
    assert (response.status_code, response["Retry-After"], response.json()["error"]) == (
        503,
        "5",
        "database_away",
    )


@pytest.mark.django_db
def test_fault_of_ours_stays_a_500(browser):
    assert browser.get("/wrong").status_code == 500
