"""A kiosk can do nothing but its sessions: whoever signs in on it, every other address is not there."""

from __future__ import annotations

import pytest
from django.urls import reverse
from django.utils import timezone

from tests.access.table import TABLE
from tests.access.test_addresses import values
from tests.access.world import ADMINISTRATOR, ANONYMOUS, DOCTOR, OWNER, World, make_world, undone
from toubib.ground.actors import Actor
from toubib.kiosk.operations import open_session
from toubib.kiosk.tests.factories import make_machine
from toubib.kiosk.web import DEMO, PATIENT, SESSION, TOOLS
from toubib.ui.context import KIOSK_COOKIE

pytestmark = pytest.mark.django_db
OPEN = {
    "healthz",
    "readyz",
    "metrics",
    "web:line_rule",
    "web:rules",
    "web:your_data",
    "web:accessibility",
    "ui:language",
    "ui:theme",
}
PATH = ("waiting:", "people:sign_in", "people:code", "billing:payer", "consultation:ice_test", "consultation:credentials", "consultation:measures",
        "consultation:messages", "web:waiting", "web:measures", "web:take_reading", "web:call", "web:visit", "web:test_relays")  # fmt: skip


@pytest.fixture
def world(settings) -> World:
    settings.DEMO = True
    return make_world()


def reached(name: str, *, session: bool) -> bool:
    if name.startswith("kiosk:"):
        return not name.startswith("kiosk:machine")
    return (
        name in OPEN
        or name in {"people:demo_messages", "counter:enter"}
        or (session and name.startswith(PATH))
    )


@pytest.mark.slow
@pytest.mark.parametrize(
    ("who", "session"),
    [(ANONYMOUS, False), (ANONYMOUS, True), (OWNER, True), (DOCTOR, True), (ADMINISTRATOR, True)],
)
def test_nothing_but_its_sessions_is_there(who, session, world):
    machine, key = make_machine(name="Borne d’accès", now=timezone.now())
    faults = []
    for name in TABLE:
        url = reverse(name, args=values(world, name, "leo"))
        for method in ("get", "post"):
            client = world.client(who)
            client.cookies[KIOSK_COOKIE] = key

            def ask(client=client, method=method, url=url):
                if session:
                    opened = open_session(machine=machine, by=Actor.system("test"), now=timezone.now())
                    kept = client.session
                    kept[SESSION] = str(opened.id)
                    kept.save()
                    client.cookies["toubib_session"] = kept.session_key
                return getattr(client, method)(url)

            answer = undone(ask)
            to = answer.headers.get("Location", "")
            shut = answer.status_code == 404 or (answer.status_code == 302 and to == "/borne")
            if not shut and not reached(name, session=session):
                faults.append(f"{name} {method}: {answer.status_code} {to}")
    assert faults == []


def test_patterns_do_not_open_more_than_they_say():
    shut = ("/cabinet", "/cabinet/salle/x", "/administration/bornes", "/direction", "/conformite", "/mon-espace",
            "/borneo", "/salles", "/documents/x.pdf", "/metrics", "/verifier/x", "/connexions", DEMO)  # fmt: skip
    assert [one for one in shut if TOOLS.fullmatch(one) or PATIENT.fullmatch(one)] == []
