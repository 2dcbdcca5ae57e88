"""The scripts' endpoints: who gets what, and every wrong body."""

import json
from datetime import timedelta
from uuid import uuid4

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from toubib.consultation.enums import ParticipantRole
from toubib.consultation.models import ChatMessage, Measurement
from toubib.consultation.operations import end_room, open_room, post_message, remove_participant
from toubib.consultation.tests.factories import admit, as_guest, make_call, make_guest
from toubib.consultation.tokens import PATIENT, PROFESSIONAL, make_room_token, read_room_token
from toubib.ground.ids import new_id
from toubib.ground.models import JournalEntry
from toubib.people.operations import forget_tries
from toubib.people.tests.factories import sign_in
from toubib.rulebook.days import value_at

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def call():
    return make_call(opened=True)


def client_of(account, **more):
    client = Client()
    sign_in(client, account, **more)
    return client


def post(client, url, body, **more):
    return client.post(url, json.dumps(body), content_type="application/json", **more)


def token_of(call, role=ParticipantRole.PATIENT):
    seat = call.seat(role)
    side = PROFESSIONAL if role == ParticipantRole.PRACTITIONER else PATIENT
    return make_room_token(
        room_id=call.room.id,
        participant_id=seat.id,
        role=seat.role,
        name=seat.name,
        rpps=seat.rpps,
        side=side,
        now=timezone.now(),
    )


def test_credentials_by_who_asks(call):
    guest = make_guest(call)
    admit(call, guest)
    by_link = Client()
    as_guest(by_link, guest)
    knocking = Client()
    as_guest(knocking, make_guest(call, name="Pas encore"))
    cast = call.scene.cast
    asks = {
        "doctor": client_of(call.doctor.account),
        "doctor without second factor": client_of(call.doctor.account, second_factor=False),
        "patient": client_of(call.account),
        "guest admitted": by_link,
        "guest at the door": knocking,
        "other doctor": client_of(cast.lenoir.account),
        "stranger": client_of(cast.stranger),
        "administrator": client_of(cast.administrator),
        "nobody": Client(),
    }
    url = f"/salle/{call.room.id}/acces"
    assert {who: post(client, url, {}).status_code for who, client in asks.items()} == {
        "doctor": 200,
        "doctor without second factor": 404,
        "patient": 200,
        "guest admitted": 200,
        "guest at the door": 404,
        "other doctor": 404,
        "stranger": 404,
        "administrator": 404,
        "nobody": 404,
    }


def test_credentials_name_the_person_and_leave_one_trace(call):
    client = client_of(call.doctor.account)
    url = f"/salle/{call.room.id}/acces"
    answer = post(client, url, {}).json()
    post(client, url, {})
    seat = call.seat(ParticipantRole.PRACTITIONER)
    room_pass = read_room_token(token=answer["token"], now=timezone.now())
    assert (room_pass.participant_id, room_pass.side, room_pass.rpps) == (
        str(seat.id),
        PROFESSIONAL,
        seat.rpps,
    )
    assert (answer["room"], answer["participant"], answer["ws"]) == (
        str(call.room.id),
        str(seat.id),
        "/ws/salle",
    )
    assert "iceServers" in answer["ice"]
    assert JournalEntry.objects.filter(action="consultation.room.enter").count() == 1


def test_credentials_before_and_after_the_room_is_open():
    call = make_call()
    client = client_of(call.account)
    url = f"/salle/{call.room.id}/acces"
    before = post(client, url, {})
    open_room(room_id=call.room.id, by=call.by, now=timezone.now())
    during = post(client, url, {})
    end_room(room_id=call.room.id, by=call.by, now=timezone.now())
    after = post(client, url, {})
    assert [(one.status_code, one.json().get("error")) for one in (before, during, after)] == [
        (409, "not_open"),
        (200, None),
        (410, "closed"),
    ]


def test_credentials_of_a_removed_guest(call):
    guest = make_guest(call)
    person = admit(call, guest)
    client = Client()
    as_guest(client, guest)
    remove_participant(participant_id=person.id, by=call.by, now=timezone.now())
    assert post(client, f"/salle/{call.room.id}/acces", {}).status_code == 404


def test_credentials_ask_for_the_csrf_token_and_for_post(call):
    client = Client(enforce_csrf_checks=True)
    sign_in(client, call.account)
    url = f"/salle/{call.room.id}/acces"
    assert (client.get(url).status_code, post(client, url, {}).status_code) == (405, 403)


def test_measures_count_by_the_pass_even_after_the_room_closed(call):
    patient, doctor = call.seat(ParticipantRole.PATIENT), call.seat(ParticipantRole.PRACTITIONER)
    url = f"/salle/{call.room.id}/mesures"
    body = {
        "token": token_of(call),
        "seq": 1,
        "peers": [{"participant": str(doctor.id), "video_seconds": 40, "audio_seconds": 41, "relay": True}],
    }
    client = Client(enforce_csrf_checks=True)  # no session at all
    assert post(client, url, body).json() == {"kept": 1}
    end_room(room_id=call.room.id, by=call.by, now=timezone.now())
    body["peers"][0]["video_seconds"] = 55
    assert post(client, url, body).status_code == 200
    call.encounter.refresh_from_db()
    row = Measurement.objects.get(receiver=patient)
    assert (row.video_seconds, row.relay, call.encounter.video_seconds_patient) == (55, True, 55)


def test_measures_with_a_wrong_pass_or_body(call):
    url = f"/salle/{call.room.id}/mesures"
    token = token_of(call)
    other = str(call.seat(ParticipantRole.PRACTITIONER).id)
    right = {"participant": other, "video_seconds": 1, "audio_seconds": 1, "relay": False}
    late = make_room_token(
        room_id=call.room.id,
        participant_id=other,
        role="patient",
        name="x",
        rpps="",
        side=PATIENT,
        now=timezone.now() - timedelta(hours=1),
    )
    bodies = {
        "no token": ({"peers": []}, 400),
        "forged": ({"token": token + "x", "peers": []}, 403),
        "past its time": ({"token": late, "peers": []}, 403),
        "no peers": ({"token": token}, 400),
        "a word": ({"token": token, "peers": "x"}, 400),
        "too many": ({"token": token, "peers": [right] * 9}, 400),
        "negative": ({"token": token, "peers": [{**right, "video_seconds": -1}]}, 400),
        "boolean seconds": ({"token": token, "peers": [{**right, "video_seconds": True}]}, 400),
        "not an id": ({"token": token, "peers": [{**right, "participant": "x"}]}, 400),
        "a list": ([], 400),
        "fine": ({"token": token, "peers": [right]}, 200),
        "a stranger's id changes nothing": (
            {"token": token, "peers": [{**right, "participant": str(uuid4())}]},
            200,
        ),
    }
    client = Client()
    got = {name: post(client, url, body).status_code for name, (body, _) in bodies.items()}
    assert got == {name: status for name, (_, status) in bodies.items()}
    assert Measurement.objects.count() == 1


def test_measures_of_another_room(call):
    token = token_of(call)
    body = {"token": token, "peers": []}
    assert post(Client(), f"/salle/{uuid4()}/mesures", body).status_code == 403


def test_bodies_that_cannot_be_read(call):
    client = client_of(call.account)
    url = f"/salle/{call.room.id}/messages"
    form = client.post(url, {"text": "x"})
    broken = client.post(url, "{", content_type="application/json")
    deep = client.post(url, "[" * 9000, content_type="application/json")
    huge = post(client, url, {"client_id": str(uuid4()), "text": "x" * 1_048_576})
    long = post(client, url, {"client_id": str(uuid4()), "text": "x" * 2001})
    empty = post(client, url, {"client_id": str(uuid4()), "text": "  "})
    number = post(client, url, {"client_id": 4, "text": "x"})
    half = post(client, url, {"client_id": str(uuid4()), "text": "\ud800"})
    answers = [
        (one.status_code, one.json()["error"])
        for one in (form, broken, deep, huge, long, empty, number, half)
    ]
    assert answers == [
        (400, "content_type"),
        (400, "json"),
        (400, "json"),
        (413, "too_large"),
        (400, "text"),
        (400, "text"),
        (400, "shape"),
        (400, "json"),
    ]
    assert ChatMessage.objects.count() == 0


def test_messages_are_kept_once_and_read_in_order(call):
    patient, doctor = client_of(call.account), client_of(call.doctor.account)
    url = f"/salle/{call.room.id}/messages"
    first = {"token": "", "client_id": str(uuid4()), "text": "Bonjour <b>docteur</b>"}
    assert [post(patient, url, first).status_code for _ in range(2)] == [201, 201]
    post(doctor, url, {"client_id": str(uuid4()), "text": "Bonjour"})
    lines = doctor.get(url).json()["messages"]
    assert [line["text"] for line in lines] == ["Bonjour <b>docteur</b>", "Bonjour"]
    assert [line["text"] for line in patient.get(url, {"after": lines[0]["id"]}).json()["messages"]] == [
        "Bonjour"
    ]
    assert patient.get(url, {"after": "x"}).status_code == 400
    assert JournalEntry.objects.filter(action="record.messages.read").count() == 2


def test_messages_of_a_room_that_is_not_yours(call):
    url = f"/salle/{call.room.id}/messages"
    strangers = [client_of(call.scene.cast.stranger), client_of(call.scene.cast.lenoir.account), Client()]
    assert [client.get(url).status_code for client in strangers] == [404, 404, 404]


def test_messages_after_the_room_closed(call):
    end_room(room_id=call.room.id, by=call.by, now=timezone.now())
    client = client_of(call.account)
    url = f"/salle/{call.room.id}/messages"
    assert post(client, url, {"client_id": str(uuid4()), "text": "x"}).status_code == 409
    assert client.get(url).status_code == 200


def test_ice_test_for_whom_and_how_often(call):
    with_ticket = Client()
    session = with_ticket.session
    session["ticket"] = str(call.ticket.id)
    session.save()
    assert [c.get("/relais/test").status_code for c in (Client(), with_ticket)] == [404, 200]
    client = client_of(call.account)
    assert [asked_alone(client) for _ in range(21)] == [200] * 20 + [429]
    assert set(with_ticket.get("/relais/test").json()) == {"iceServers"}


def asked_alone(client) -> int:
    """As if nobody else had asked in this minute."""
    forget_tries(key="relay:all")
    return client.get("/relais/test").status_code


def test_relays_of_the_test_are_bounded_by_network_address_too(call):
    def ask(address: str) -> int:
        client = Client(REMOTE_ADDR=address)
        session = client.session
        session["ticket"] = str(new_id())  # a new request each time
        session.save()
        return asked_alone(client)

    assert [ask("192.0.2.7") for _ in range(61)] == [200] * 60 + [429]
    assert ask("192.0.2.8") == 200


def relay_name(client) -> tuple[int, str]:
    (turn,) = client.get("/relais/test").json()["iceServers"]
    until, _, name = turn["username"].partition(":")
    return int(until), name


def test_relays_of_the_test_live_two_minutes_under_one_name_for_each_person(call, settings):
    settings.TURN_URLS, settings.TURN_SECRET = ["turn:relay.test:3478"], "secret-of-the-relay"
    client = client_of(call.account)
    names = [relay_name(client), relay_name(client), relay_name(client_of(call.scene.cast.stranger))]
    left = names[0][0] - timezone.now().timestamp()
    assert 110 < left <= 120
    assert names[0][1] == names[1][1] != names[2][1]
    assert str(call.account.id) not in names[0][1]


def test_relays_of_the_test_are_bounded_in_all_and_those_of_calls_are_not(call):
    def ask(number: int) -> int:
        client = Client(REMOTE_ADDR=f"192.0.2.{number}")
        session = client.session
        session["ticket"] = str(new_id())
        session.save()
        return client.get("/relais/test").status_code

    most = value_at(id="relay.tests_per_minute", now=timezone.now())
    assert [ask(number) for number in range(most + 1)] == [200] * most + [429]
    assert post(client_of(call.account), f"/salle/{call.room.id}/acces", {}).status_code == 200


def test_what_a_guest_writes_is_marked(call):
    guest = admit(call, make_guest(call))
    for seat, by in ((call.seat(ParticipantRole.PATIENT), call.by_patient), (guest, call.by_patient)):
        post_message(participant=seat, client_id=new_id(), text="x", by=by, now=timezone.now())
    lines = client_of(call.account).get(f"/salle/{call.room.id}/messages").json()["messages"]
    assert [line["name"] for line in lines] == [
        call.seat(ParticipantRole.PATIENT).name,
        f"{guest.name} (invité)",
    ]


def test_a_guest_reads_nothing_said_before_they_were_admitted(call):
    guest, client = make_guest(call), Client()
    seat = call.seat(ParticipantRole.PATIENT)
    for text in ("before", "after"):
        post_message(participant=seat, client_id=new_id(), text=text, by=call.by_patient, now=timezone.now())
        if text == "before":
            admit(call, guest)
    as_guest(client, guest)
    lines = client.get(f"/salle/{call.room.id}/messages").json()["messages"]
    both = client_of(call.account).get(f"/salle/{call.room.id}/messages").json()["messages"]
    assert [[line["text"] for line in one] for one in (lines, both)] == [["after"], ["before", "after"]]


def test_a_guest_reads_no_message_once_the_room_is_closed(call):
    guest, client = make_guest(call), Client()
    admit(call, guest)
    as_guest(client, guest)
    where = reverse("consultation:messages", args=[call.room.id])
    assert client.get(where).status_code == 200
    end_room(room_id=call.room.id, by=call.by, now=timezone.now())
    answers = [client.get(where), client_of(call.account).get(where)]
    assert [answer.status_code for answer in answers] == [404, 200]


def test_messages_read_after_one_are_journaled_too(call, doctor):
    where = reverse("consultation:messages", args=[call.room.id])
    first, last = (
        post_message(
            participant=call.seat(ParticipantRole.PATIENT),
            client_id=new_id(),
            text=text,
            by=call.by_patient,
            now=timezone.now(),
        )
        for text in ("Bonjour", "Encore")
    )
    reads = JournalEntry.objects.filter(action="record.messages.read")
    counts = []
    for after in (first, last):
        doctor.get(where, {"after": str(after.id)})
        counts.append(reads.count())
    assert counts == [1, 1], "what was read leaves a trace; an empty answer shows nothing"


def test_more_than_thirty_messages_a_minute_are_refused(call):
    seat, now = call.seat(ParticipantRole.PATIENT), timezone.now()
    ChatMessage.objects.bulk_create(
        ChatMessage(room=call.room, author=seat, client_id=new_id(), text="a", said_at=now) for _ in range(30)
    )
    client, where = client_of(call.account), reverse("consultation:messages", args=[call.room.id])
    known, more = ChatMessage.objects.filter(author=seat).first(), new_id()

    def say(one):
        return post(client, where, {"client_id": str(one), "text": "b"}).status_code

    assert [say(more), say(known.client_id)] == [429, 201], "a second sending is no new message"
    ChatMessage.objects.filter(pk=known.pk).update(said_at=now - timedelta(minutes=2))
    assert say(more) == 201
