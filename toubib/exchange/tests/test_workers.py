"""Several workers at once: each report leaves once. (SQLite in memory refuses a second thread; in a file it waits.)"""

import threading
from datetime import timedelta

import pytest
from django.db import connections

from toubib.documents.contents import MedecinTraitant
from toubib.exchange.enums import DeliveryState
from toubib.exchange.models import Delivery
from toubib.exchange.operations import deliver_due, send_report
from toubib.exchange.tests.factories import SIGNED, make_report, make_scene
from toubib.exchange.tests.relay import point_at, run_relay
from toubib.ground.hub import _listeners

pytestmark = pytest.mark.django_db(transaction=True)
NOW = SIGNED + timedelta(minutes=1)
REPORTS, WORKERS = 6, 3


@pytest.mark.postgres
def test_three_workers_send_six_reports_once_each(settings):
    scene = make_scene(settings=settings)
    doctor = MedecinTraitant("Dr Lenoir", scene.cast.lenoir.practitioner.rpps)
    reports = [make_report(scene.encounter, medecin_traitant=doctor) for _ in range(REPORTS)]
    sent = []

    def work():
        sent.append(deliver_due(now=NOW))
        connections.close_all()

    with run_relay() as relay:
        point_at(settings, relay)
        for report in reports:
            send_report(document=report, by=scene.by, now=NOW)
        workers = [threading.Thread(target=work) for _ in range(WORKERS)]
        for worker in workers:
            worker.start()
        for worker in workers:
            worker.join()
    assert sum(sent) == REPORTS
    assert len({received.content for received in relay.received}) == len(relay.received) == REPORTS
    assert {one.state for one in Delivery.objects.all()} == {DeliveryState.SENT}


@pytest.mark.postgres
def test_the_same_wish_twice_at_once_is_one_delivery(settings):
    scene = make_scene(settings=settings)
    failed = []

    def ask():
        try:
            send_report(document=scene.report, by=scene.by, now=NOW)
        except Exception as error:
            failed.append(error)
        connections.close_all()

    askers = [threading.Thread(target=ask) for _ in range(4)]
    for asker in askers:
        asker.start()
    for asker in askers:
        asker.join()
    assert (failed, Delivery.objects.count()) == ([], 1)


@pytest.mark.sqlite
def test_the_doctor_s_open_page_hears_each_step(settings):
    scene = make_scene(settings=settings)
    heard = []

    def listen(topic, news):
        heard.append((topic, news["event"], news["encounter"]))

    _listeners.append(listen)
    try:
        send_report(document=scene.report, by=scene.by, now=NOW)
        deliver_due(now=NOW)
    finally:
        _listeners.remove(listen)
    topic = f"account:{scene.by.account_id}"
    assert heard == [(topic, "delivery", str(scene.encounter.id))] * 2
