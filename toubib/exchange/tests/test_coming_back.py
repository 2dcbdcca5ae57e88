"""What comes back moves the delivery that it names, and nothing else."""

from datetime import timedelta

import pytest

from toubib.exchange.enums import DeliveryState, Returned
from toubib.exchange.models import Delivery
from toubib.exchange.operations import deliver_due, read_mailbox, read_return, send_report
from toubib.exchange.queries import delivery_of
from toubib.exchange.tasks import read
from toubib.exchange.tests.factories import SIGNED, make_scene
from toubib.exchange.tests.relay import point_at, run_relay
from toubib.exchange.tests.test_returns import DSN, MDN
from toubib.ground.models import JournalEntry

pytestmark = pytest.mark.django_db
NOW = SIGNED + timedelta(minutes=1)


class Box:
    def __init__(self, *messages):
        self.waiting = {str(number): raw for number, raw in enumerate(messages)}

    def fetch(self):
        return list(self.waiting.items())

    def done(self, key):
        del self.waiting[key]


class AwayBox:
    def fetch(self):
        raise ConnectionRefusedError

    def done(self, key): ...


def state_of(scene):
    delivery = Delivery.objects.get(document=scene.report)
    return delivery.state, delivery.reason, delivery.last_error


def actions():
    rows = JournalEntry.objects.filter(action__startswith="exchange.").order_by("id")
    return list(rows.values_list("action", "reason"))


def sent_scene(settings):
    scene = make_scene(settings=settings)
    with run_relay() as relay:
        point_at(settings, relay)
        send_report(document=scene.report, by=scene.by, now=NOW)
        deliver_due(now=NOW)
    return scene, Delivery.objects.get()


def dsn(delivery, action, status):
    text = DSN.format(
        action=action,
        status=status,
        envelope=f"Original-Envelope-Id: {delivery.id}",
        original="text/rfc822-headers",
    )
    return text.encode()


def mdn(delivery, disposition):
    text = MDN.format(disposition=disposition, subject="Accusé")
    return text.replace("01935a00-0000-7000-8000-0000000000d1", str(delivery.id)).encode()


def test_a_delivery_report_says_that_it_arrived(settings):
    scene, delivery = sent_scene(settings)
    later = NOW + timedelta(minutes=3)
    found = read_return(raw=dsn(delivery, "delivered", "2.0.0"), now=later)
    assert (found.kind, found.delivery_id) == (Returned.DELIVERED, delivery.id)
    news = delivery_of(document=scene.report)
    assert (news.state, news.tone, news.at) == (DeliveryState.DELIVERED, "good", later)
    read_return(raw=dsn(delivery, "delivered", "2.0.0"), now=later + timedelta(hours=1))
    assert delivery_of(document=scene.report) == news


def test_a_bounce_comes_back_to_the_doctor(settings):
    scene, delivery = sent_scene(settings)
    read_return(raw=dsn(delivery, "delayed", "4.4.1"), now=NOW)
    assert state_of(scene) == (DeliveryState.SENT, "", "")
    read_return(raw=dsn(delivery, "failed", "5.1.1"), now=NOW)
    assert state_of(scene) == (DeliveryState.BOUNCED, "", "dsn_5.1.1")
    news = delivery_of(document=scene.report)
    assert news.words == "Le message est revenu : l’adresse du médecin traitant ne l’a pas reçu."
    assert news.may_retry
    assert actions()[-1] == ("exchange.delivery.bounce", "dsn_5.1.1")


def test_a_software_that_cannot_file_it_overrules_the_arrival(settings):
    scene, delivery = sent_scene(settings)
    read_return(raw=mdn(delivery, "automatic-action/MDN-sent-automatically; processed"), now=NOW)
    assert state_of(scene)[0] == DeliveryState.DELIVERED
    read_return(
        raw=mdn(delivery, "automatic-action/MDN-sent-automatically; processed/Error: 904^Traits"), now=NOW
    )
    assert state_of(scene) == (DeliveryState.BOUNCED, "", "mdn_904")
    read_return(raw=mdn(delivery, "manual-action/MDN-sent-manually; displayed"), now=NOW)
    assert state_of(scene)[0] == DeliveryState.BOUNCED


def test_a_return_about_what_never_left_changes_nothing(settings):
    scene = make_scene(settings=settings)
    delivery = send_report(document=scene.report, by=scene.by, now=NOW)
    assert read_return(raw=dsn(delivery, "failed", "5.1.1"), now=NOW).delivery_id == delivery.id
    assert state_of(scene) == (DeliveryState.WAITING, "", "")


def test_the_operator_s_box_is_read_and_emptied(settings):
    scene, delivery = sent_scene(settings)
    box = Box(b"Subject: publicit\xe9\r\n\r\n", dsn(delivery, "delivered", "2.0.0"))
    assert read_mailbox(box=box, now=NOW) == 2
    assert box.waiting == {}
    assert state_of(scene)[0] == DeliveryState.DELIVERED


def test_a_box_that_is_away_stops_nothing(settings):
    settings.MSSANTE_MAILBOX = f"{__name__}.AwayBox"
    read(now=NOW)
    settings.MSSANTE_MAILBOX = "none"
    read(now=NOW)
