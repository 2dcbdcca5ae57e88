"""Messages of the wrong shape, 1 MiB long or by the thousand, on what scripts talk to; the sockets' own are beside them."""

from __future__ import annotations

import json
import uuid

import pytest
from django.test import Client
from django.urls import reverse

from toubib.consultation.models import ChatMessage
from toubib.people.tests.factories import sign_in
from toubib.waiting.tests.walk import walk_to
from toubib.web.tests.journey import Journey

pytestmark = pytest.mark.django_db
MIB = 1024 * 1024
DEEP = "[" * 100_000
SHAPES = [
    "", "{", "null", "[]", '"a"', "1", "{}", DEEP, '{"a":' * 3000, "\x00", "\ud83d\ude00", '{"text": 1}', '{"peers": {}}',
    '{"peers": [[]]}', '{"token": [], "peers": []}', '{"client_id": "x", "text": "y"}', '{"steps": 3}',
    '{"steps": [{"step": {}, "status": [], "detail": 0}]}', '{"steps": {"0": 1}}', "NaN", '{"text": NaN}',
]  # fmt: skip


@pytest.fixture(autouse=True)
def demo(settings):
    settings.DEMO = True


def send(client, url, body):
    return client.post(url, data=body.encode("utf-8", "surrogatepass"), content_type="application/json")


@pytest.fixture
def endpoints():
    """Each address that reads JSON, with someone who may speak there."""
    visit = Journey.begin().open()
    patient, preparing = Client(raise_request_exception=False), Client(raise_request_exception=False)
    sign_in(patient, visit.ticket.account)
    walk_to(preparing, "test")
    room = [visit.room.id]
    return {
        "messages": (patient, reverse("consultation:messages", args=room)),
        "measures": (patient, reverse("consultation:measures", args=room)),
        "credentials": (patient, reverse("consultation:credentials", args=room)),
        "test_result": (preparing, reverse("waiting:test_result")),
    }


@pytest.mark.parametrize("name", ["messages", "measures", "test_result"])
def test_wrong_shape_is_answered_in_the_four_hundreds(name, endpoints):
    client, url = endpoints[name]
    statuses = {body[:40]: send(client, url, body).status_code for body in SHAPES}
    assert {body: status for body, status in statuses.items() if not 400 <= status < 500} == {}
    assert ChatMessage.objects.count() == 0


@pytest.mark.parametrize("name", ["messages", "measures", "test_result"])
def test_a_mebibyte_is_refused_before_it_is_read(name, endpoints):
    client, url = endpoints[name]
    body = json.dumps(
        {"client_id": str(uuid.uuid4()), "text": "x" * MIB, "token": "t", "peers": [], "steps": []}
    )
    assert send(client, url, body).status_code in (400, 413)


@pytest.mark.slow
def test_a_thousand_written_words_stay_bounded_and_each_is_kept_once(endpoints):
    """The same word sent a thousand times is one; a page never gets more than its share back."""
    client, url = endpoints["messages"]
    body = json.dumps({"client_id": str(uuid.uuid4()), "text": "Bonjour"})
    statuses = {send(client, url, body).status_code for _ in range(300)}
    others = [
        send(client, url, json.dumps({"client_id": str(uuid.uuid4()), "text": "x"})) for _ in range(300)
    ]
    assert statuses <= {201, 429}
    assert {answer.status_code for answer in others} <= {201, 429}
    assert len(client.get(url).json()["messages"]) <= 200
    assert ChatMessage.objects.filter(client_id=json.loads(body)["client_id"]).count() == 1


@pytest.mark.parametrize(
    "typed",
    [
        {"text": "x" * MIB},
        {"text": "\x00"},
        {"text": ["a"] * 999},
        {f"champ{number}": "x" for number in range(900)},
    ],
    ids=["mebibyte", "nul", "repeated", "many-fields"],
)
def test_form_that_is_far_too_much_says_so_and_breaks_nothing(typed):
    visit = Journey.begin().open()
    client = Client(raise_request_exception=False)
    sign_in(client, visit.doctor.account)
    for act in ("note", "signer", "orientation"):
        answer = client.post(
            f"/cabinet/salle/{visit.room.id}/{act}", {"reason": typed.get("text", ""), **typed}
        )
        assert answer.status_code in (200, 302, 400, 413, 422), (act, answer.status_code)
