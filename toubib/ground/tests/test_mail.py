import socket
from datetime import UTC, datetime, timedelta

import pytest
from django.db.models import F

from toubib.ground.enums import Channel, MessageState
from toubib.ground.mail import (
    LEASE,
    RETRY_AFTER,
    GatewayDown,
    count_failed,
    count_pending,
    deliver_due_messages,
    erase_old_messages,
    queue_message,
)
from toubib.ground.models import OutboundMessage

NOW = datetime(2026, 11, 21, 20, 0, tzinfo=UTC)
pytestmark = pytest.mark.django_db


class Recorder:
    """A gateway of the operator's, named in the settings by its path."""

    down = False
    crash = False
    delivered: list[tuple[str, str, str]] = []

    def deliver(self, *, to, subject, body):
        if self.crash:
            raise RuntimeError("a fault in the gateway's own code")
        if self.down:
            raise GatewayDown("the line is cut")
        self.delivered.append((to, subject, body))


@pytest.fixture(autouse=True)
def gateway(settings):
    settings.EMAIL_GATEWAY = settings.SMS_GATEWAY = f"{__name__}.Recorder"
    Recorder.down, Recorder.crash, Recorder.delivered = False, False, []
    return Recorder


def queue(to="lea@exemple.test", **more):
    return queue_message(channel=Channel.EMAIL, to=to, subject="S", body="B", now=NOW, **more)


def state():
    return OutboundMessage.objects.values(
        "state", "attempts", "next_attempt_at", "sent_at", "last_error"
    ).get()


def test_due_message_is_sent_once(gateway):
    queue()
    assert (deliver_due_messages(now=NOW), deliver_due_messages(now=NOW)) == (1, 0)
    assert gateway.delivered == [("lea@exemple.test", "S", "B")]
    assert state() == {
        "state": MessageState.SENT,
        "attempts": 1,
        "next_attempt_at": None,
        "sent_at": NOW,
        "last_error": "",
    }


def test_message_of_the_future_waits(gateway):
    queue()
    assert (deliver_due_messages(now=NOW - timedelta(seconds=1)), gateway.delivered) == (0, [])


def test_message_is_tried_again_after_growing_delays_then_given_up(gateway):
    gateway.down = True
    queue()
    now, waits = NOW, []
    for _ in RETRY_AFTER:
        deliver_due_messages(now=now)
        following = state()["next_attempt_at"]
        assert deliver_due_messages(now=following - timedelta(microseconds=1)) == 0
        waits.append(following - now)
        now = following
    deliver_due_messages(now=now)
    assert waits == RETRY_AFTER
    assert state() == {
        "state": MessageState.FAILED,
        "attempts": len(RETRY_AFTER) + 1,
        "next_attempt_at": None,
        "sent_at": None,
        "last_error": "the line is cut",
    }
    assert (count_pending(), count_failed()) == (0, 1)


def test_message_goes_out_when_the_gateway_is_back(gateway):
    gateway.down = True
    queue()
    deliver_due_messages(now=NOW)
    gateway.down = False
    assert deliver_due_messages(now=NOW + RETRY_AFTER[0]) == 1
    assert state()["attempts"] == 2


def test_gateway_that_crashes_holds_back_its_message_and_no_other(gateway):
    first = queue()
    gateway.crash = True
    with pytest.raises(RuntimeError):
        deliver_due_messages(now=NOW)
    gateway.crash = False
    queue(to="hugo@exemple.test")
    assert deliver_due_messages(now=NOW) == 1
    assert OutboundMessage.objects.get(id=first.id).next_attempt_at == NOW + LEASE
    assert deliver_due_messages(now=NOW + LEASE) == 1


def test_message_that_no_key_opens_is_given_up(gateway):
    queue()
    OutboundMessage.objects.update(body=F("to"))
    assert deliver_due_messages(now=NOW) == 0
    assert state()["state"] == MessageState.FAILED


def test_limit_bounds_one_round():
    for _ in range(3):
        queue()
    assert (deliver_due_messages(now=NOW, limit=2), count_pending()) == (2, 1)


def test_smtp_server_that_is_away_is_a_gateway_down(settings):
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        settings.EMAIL_GATEWAY = "smtp"
        settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
        settings.EMAIL_HOST, settings.EMAIL_PORT, settings.EMAIL_USE_TLS = (
            "127.0.0.1",
            free.getsockname()[1],
            False,
        )
        queue()
        assert deliver_due_messages(now=NOW) == 0
    assert state()["last_error"] == "ConnectionRefusedError"


def test_smtp_gateway_hands_over_the_message(settings, mailoutbox):
    settings.EMAIL_GATEWAY = "smtp"
    queue()
    assert deliver_due_messages(now=NOW) == 1
    assert [(mail.to, mail.subject, mail.body) for mail in mailoutbox] == [(["lea@exemple.test"], "S", "B")]


def test_sms_without_a_gateway_stays_in_the_outbox(settings):
    settings.SMS_GATEWAY = "none"
    queue_message(channel=Channel.SMS, to="+33600000000", body="B", now=NOW)
    assert deliver_due_messages(now=NOW) == 0
    assert state()["last_error"] == "no SMS gateway is set up (TOUBIB_SMS_GATEWAY)"


def test_old_messages_are_erased_after_their_time():
    queue()
    kept = timedelta(days=30)
    assert (erase_old_messages(now=NOW + kept, kept=kept), OutboundMessage.objects.count()) == (0, 1)
    assert (
        erase_old_messages(now=NOW + kept + timedelta(seconds=1), kept=kept),
        OutboundMessage.objects.count(),
    ) == (
        1,
        0,
    )
