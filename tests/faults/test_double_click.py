"""A double click on every button: each form of each page, sent once and sent twice, leaves the same."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.db import transaction
from django.test import Client, TestCase
from django.utils import timezone

from tests.access.world import ADMINISTRATOR, COMPLIANCE, DIRECTOR, DOCTOR, OWNER, PREPARING, make_world
from tests.faults.forms import final_state, forms_of
from toubib.people.tests.factories import sign_in
from toubib.waiting.enums import NotifyWhen
from toubib.waiting.operations import dispatch_all, go_away, pause_duty
from toubib.waiting.tests.factories import doctor_actor, make_scene, patient_actor, put_on_duty
from toubib.web.tests.journey import Journey

pytestmark = [pytest.mark.django_db, pytest.mark.slow]


@pytest.fixture(autouse=True)
def demo(settings):
    settings.DEMO = True


def browser(account: Any) -> Client:
    client = Client(raise_request_exception=False)
    sign_in(client, account)
    return client


def in_world(who: str, path: str) -> Callable[[], tuple[Any, str]]:
    def make() -> tuple[Any, str]:
        world = make_world()
        return (lambda: world.client(who)), path.format(**world.leo)

    return make


def of_patient(path: str, *, until: str = "begin") -> Callable[[], tuple[Any, str]]:
    def make() -> tuple[Any, str]:
        visit = Journey.begin()
        if until != "begin":
            getattr(visit, until)()
        words = {"ticket": visit.ticket.id}
        if until != "begin":
            words |= {"encounter": visit.encounter.id, "room": visit.room.id}
        return (lambda: browser(visit.ticket.account)), path.format(**words)

    return make


def away() -> tuple[Any, str]:
    visit = Journey.begin()
    by = patient_actor(visit.ticket.account)
    go_away(ticket_id=visit.ticket.id, notify_when=NotifyWhen.ONE_AHEAD, phone="", by=by, now=visit.now)
    return (lambda: browser(visit.ticket.account)), f"/attente/{visit.ticket.id}"


def off_duty() -> tuple[Any, str]:
    cast = make_scene().cast
    return (lambda: browser(cast.vasseur.account)), "/cabinet"


def free() -> tuple[Any, str]:
    scene = make_scene()
    put_on_duty(scene, scene.cast.vasseur, now=timezone.now())
    return (lambda: browser(scene.cast.vasseur.account)), "/cabinet"


def paused() -> tuple[Any, str]:
    scene, now = make_scene(), timezone.now()
    duty = put_on_duty(scene, scene.cast.vasseur, now=now)
    pause_duty(duty_id=duty.id, by=doctor_actor(scene.cast.vasseur), now=now)
    return (lambda: browser(scene.cast.vasseur.account)), "/cabinet"


def offered() -> tuple[Any, str]:
    visit = Journey.begin()
    put_on_duty(visit.scene, visit.doctor, now=visit.now)
    dispatch_all(now=visit.now)
    return (lambda: browser(visit.doctor.account)), "/cabinet"


def of_doctor(until: str) -> Callable[[], tuple[Any, str]]:
    def make() -> tuple[Any, str]:
        visit = getattr(Journey.begin(), until)()
        return (lambda: browser(visit.doctor.account)), f"/cabinet/salle/{visit.room.id}"

    return make


PAGES: dict[str, Callable[[], tuple[Any, str]]] = {
    "signs": in_world(PREPARING, "/consulter/signes"),
    **{
        f"path-{step}": in_world(PREPARING, f"/consulter/{step}")
        for step in (
            "lieu", "pour-qui", "motif", "medecin-traitant", "identite", "sante", "consentements", "test", "pret",
            "pause",
        )
    },
    "line-waiting": of_patient("/attente/{ticket}"),
    "line-place": of_patient("/attente/{ticket}/lieu"),
    "line-worsening": of_patient("/attente/{ticket}/aggravation"),
    "line-away": away,
    "line-accepted": of_patient("/attente/{ticket}", until="take"),
    "line-in-call": of_patient("/attente/{ticket}", until="open"),
    "call": of_patient("/salle/{room}", until="open"),
    "call-with-guests": in_world(OWNER, "/salle/{room}"),
    "visit-to-sign": of_patient("/consultation/{encounter}", until="end"),
    "visit-signed": of_patient("/consultation/{encounter}", until="sign"),
    "space": in_world(OWNER, "/mon-espace"),
    "my-data": in_world(OWNER, "/mon-espace/mes-donnees"),
    "consents": in_world(OWNER, "/mon-espace/accords"),
    "profile": in_world(OWNER, "/mon-espace/profil"),
    "relative-add": in_world(OWNER, "/mon-espace/proches/ajouter"),
    "relatives": in_world(OWNER, "/mon-espace/proches"),
    "desk-off-duty": off_duty,
    "desk-free": free,
    "desk-paused": paused,
    "desk-offered": offered,
    "desk-priority": in_world(DOCTOR, "/cabinet/priorite/{waiting_ticket}"),
    "room-before": of_doctor("take"),
    "room-call": of_doctor("open"),
    "room-with-guests": in_world(DOCTOR, "/cabinet/salle/{room}"),
    "room-ended": of_doctor("end"),
    "room-signed": of_doctor("sign"),
    "direction-follow-up": in_world(DIRECTOR, "/direction/rappels/{follow_up}"),
    "direction-complaint": in_world(DIRECTOR, "/direction/reclamations/{complaint}"),
    "direction-professional": in_world(DIRECTOR, "/direction/professionnels/{professional_id}"),
    "compliance": in_world(COMPLIANCE, "/conformite"),
    "compliance-erasure": in_world(COMPLIANCE, "/conformite/droits/{erasure_id}"),
    "compliance-record": in_world(COMPLIANCE, "/conformite/dossiers/{patient}"),
    "account-new": in_world(ADMINISTRATOR, "/administration/comptes/nouveau"),
    "account": in_world(ADMINISTRATOR, "/administration/comptes/{account_id}"),
}  # fmt: skip
# On the desk the form without an address is that of the priority: the script names the person (desk-priority).
# A second link to invite is another link: the first is shown once, and may be lost.
MANY = ("/inviter",)


@pytest.mark.parametrize("page", sorted(PAGES))
def test_sent_twice_is_sent_once(page):
    make_client, url = PAGES[page]()
    shown = make_client().get(url)
    assert shown.status_code == 200, (url, shown.status_code, shown.headers.get("Location"))
    forms = [
        form
        for form in forms_of(shown.content.decode())
        if form.action or "priorite" in url or not url.startswith("/cabinet")
    ]
    sent = [one for form in forms for one in form.submissions(url)]
    assert sent, "a page without a form has no place here"
    faults = []
    for where, typed in sent:
        if where.startswith(("/langue", "/theme")):
            continue
        (first, once), (second, twice) = (send(make_client, where, typed, times=times) for times in (1, 2))
        changed = {name: (once[name], twice[name]) for name in once if once[name] != twice[name]}
        if max(*first, *second) >= 400 and not ({*first, *second} <= {200, 302, 422}):
            faults.append((where, first, second))
        if changed and not where.endswith(MANY):
            faults.append((where, changed))
    assert faults == []


def send(
    make_client: Any, where: str, typed: dict[str, Any], *, times: int
) -> tuple[list[int], dict[str, Any]]:
    """Statuses, and what is left; then all is taken back."""
    with transaction.atomic():
        client, statuses = make_client(), []
        for _ in range(times):
            with TestCase.captureOnCommitCallbacks(execute=True):
                statuses.append(client.post(where, typed).status_code)
        left = final_state()
        transaction.set_rollback(True)
    return statuses, left
