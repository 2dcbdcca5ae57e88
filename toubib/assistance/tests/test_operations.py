"""From the doctor's question to the end of a gesture, and everything that stops it on the way."""

from datetime import date, timedelta

import pytest
from django.db import IntegrityError, transaction

from toubib.assistance.enums import GESTURE_MOVES, GestureState, Image, Refusal
from toubib.assistance.models import Gesture, Presence
from toubib.assistance.operations import (
    BadPeriod,
    GestureRefused,
    NotPosted,
    accept_gesture,
    answer_gesture,
    answer_presence,
    ask_gesture,
    begin_presence,
    end_posting,
    end_presence,
    end_protocol,
    file_protocol,
    finish_gesture,
    leave_left_open,
    post_helper,
    refuse_gesture,
    start_gesture,
    withdraw_gesture,
)
from toubib.assistance.queries import assisted_by, gestures_of, made_of, places_of, presences_of
from toubib.assistance.tests.factories import BY, SINCE, make_helper, make_post, make_protocol, post
from toubib.directory.enums import Device, Profession, Specialty
from toubib.directory.tests.factories import make_practitioner
from toubib.ground.actors import Actor
from toubib.ground.ids import new_id
from toubib.ground.models import JournalEntry
from toubib.people.models import RoleGrant
from toubib.people.tests.factories import NOW, make_cast, make_professional
from toubib.record.images import BadFile
from toubib.record.models import Attachment, Consent, Encounter
from toubib.record.tests.factories import make_encounter, make_picture

pytestmark = pytest.mark.django_db
LATER = NOW + timedelta(minutes=5)


class Room:
    """A pharmacist posted at a place, and a patient there with a doctor."""

    def __init__(self, doctor=None, helper=None, **place):
        self.cast = make_cast()
        self.doctor = doctor or self.cast.vasseur
        self.helper = helper or self.cast.haddad
        self.place = make_post(self.helper, **place)
        self.encounter = make_encounter(self.cast.jeanne_patient, self.doctor, state="in_progress")
        self.ticket_id = new_id()
        self.by = Actor(self.helper.account_id, "assistant")
        self.by_patient = Actor(self.cast.jeanne.id, "patient")
        self.by_doctor = Actor(self.doctor.account_id, "practitioner")

    def ask(self, key="otoscopy", **over):
        facts = {"encounter": self.encounter, "ticket_id": self.ticket_id, "place": self.place, "words": ""}
        return ask_gesture(**{**facts, **over}, key=key, by=self.by_doctor, now=NOW)

    def accept(self, gesture):
        account = self.helper.account
        return accept_gesture(gesture_id=gesture.pk, account=account, by=self.by, now=NOW)

    def agree(self, gesture, agreed=True):
        return answer_gesture(gesture_id=gesture.pk, agreed=agreed, by=self.by_patient, now=NOW)

    def start(self, gesture):
        return start_gesture(gesture_id=gesture.pk, account=self.helper.account, by=self.by, now=NOW)

    def finish(self, gesture, image=Image.NOT_KEPT, content=None):
        return finish_gesture(
            gesture_id=gesture.pk, account=self.helper.account, image=image, content=content, by=self.by, now=LATER
        )  # fmt: skip

    def begin(self):
        return begin_presence(
            ticket_id=self.ticket_id, patient_id=None, place_id=self.place.pk, account=self.helper.account,
            by=self.by, now=NOW,
        )  # fmt: skip

    def say(self, presence, agreed=True):
        return answer_presence(
            presence_id=presence.pk, agreed=agreed, patient_id=self.cast.jeanne_patient.pk, by=self.by_patient, now=NOW
        )  # fmt: skip


@pytest.fixture
def room():
    return Room()


@pytest.fixture
def eye():
    doctor = make_professional(make_practitioner(specialty=Specialty.OPHTHALMOLOGY))
    return Room(doctor=doctor, helper=make_helper())


def states(room):
    return [one.state for one in gestures_of(encounter_id=room.encounter.pk)]


def test_a_gesture_goes_from_the_question_to_its_end_and_leaves_its_proof(room):
    gesture = room.ask(words="oreille droite")
    room.accept(gesture)
    room.agree(gesture)
    room.start(gesture)
    room.finish(gesture)
    made = Gesture.objects.get()
    assert (made.state, made.started_at, made.ended_at, made.image) == ("done", NOW, LATER, "not_kept")
    assert (made.words, made.presence.helper_id) == ("oreille droite", room.helper.account_id)
    assert [one.pk for one in made_of(encounter_id=room.encounter.pk)] == [made.pk]
    said = Consent.objects.order_by("said_at", "id").values_list("scope", "given", "about")
    assert sorted(said) == sorted([
        ("care", True, f"gesture:{made.pk}"), ("third_person", True, f"presence:{made.presence_id}")
    ])  # fmt: skip
    actions = set(JournalEntry.objects.values_list("action", flat=True))
    assert {
        f"assistance.gesture.{word}" for word in ("ask", "accepted", "agreed", "under_way", "done")
    } < actions
    assert "assistance.presence.propose" in actions


def test_each_step_twice_is_once(room):
    first, second = room.ask(), room.ask()
    assert first.pk == second.pk
    for step in (room.accept, room.agree, room.start, room.finish):
        step(first)
        again = step(first)
    assert again.state == "done"
    assert (Gesture.objects.count(), Presence.objects.count(), Consent.objects.count()) == (1, 1, 2)


def test_a_gesture_does_not_begin_without_the_patient(room):
    gesture = room.ask()
    with pytest.raises(GestureRefused, match="Attendez l’accord"):
        room.accept(gesture)
        room.start(gesture)


def test_a_kept_image_joins_the_record_of_the_visit(room):
    gesture = room.ask()
    for step in (room.accept, room.agree, room.start):
        step(gesture)
    with pytest.raises(GestureRefused, match="Choisissez l’image"):
        room.finish(gesture, Image.KEPT)
    with pytest.raises(BadFile):
        room.finish(gesture, Image.KEPT, b"rien")
    room.finish(gesture, Image.KEPT, make_picture())
    row = Attachment.objects.get()
    assert (row.encounter_id, row.title) == (room.encounter.pk, "Otoscopie")
    assert Gesture.objects.get().attachment_id == row.pk


def test_a_gesture_without_picture_keeps_none(room):
    gesture = room.ask("auscultation")
    for step in (room.accept, room.agree, room.start):
        step(gesture)
    with pytest.raises(GestureRefused, match="ne fait pas d’image"):
        room.finish(gesture, Image.NOT_KEPT)
    assert room.finish(gesture, Image.NONE).state == "done"


def test_a_refusal_of_who_assists_has_its_reason(room):
    gesture = room.ask()
    refuse_gesture(
        gesture_id=gesture.pk, account=room.helper.account, reason=Refusal.DEVICE_OUT, words="batterie vide",
        by=room.by, now=NOW,
    )  # fmt: skip
    made = Gesture.objects.get()
    assert (made.state, made.refusal, made.refusal_words) == ("refused", "device_out", "batterie vide")
    with pytest.raises(GestureRefused, match="n’attend plus"):
        room.accept(gesture)
    assert room.ask().pk != gesture.pk  # may be asked for again


def test_the_patient_refuses_or_stops_it(room):
    gesture = room.ask()
    room.accept(gesture)
    assert room.agree(gesture, False).state == "declined"
    again = room.ask()
    for step in (room.accept, room.agree, room.start):
        step(again)
    assert room.agree(again, False).state == "revoked"
    with pytest.raises(GestureRefused):
        room.finish(again)
    assert Consent.objects.filter(withdrawn_at__isnull=True, given=True, scope="care").count() == 0


def test_taking_the_presence_back_stops_the_gesture_and_what_is_told_of_the_act(room):
    presence = room.begin()
    assert assisted_by(ticket_id=room.ticket_id) == "none"
    room.say(presence)
    assert assisted_by(ticket_id=room.ticket_id) == "pharmacist"
    gesture = room.ask()
    for step in (room.accept, room.agree, room.start):
        step(gesture)
    room.say(presence, False)
    assert (states(room), assisted_by(ticket_id=room.ticket_id)) == (["revoked"], "none")
    assert presences_of(ticket_id=room.ticket_id)[0].ended_at == NOW


def test_who_leaves_stops_the_gesture_but_did_assist(room):
    room.say(room.begin())
    gesture = room.ask()
    for step in (room.accept, room.agree):
        step(gesture)
    end_presence(presence_id=Presence.objects.get().pk, by=room.by, now=LATER)
    assert (states(room), assisted_by(ticket_id=room.ticket_id, accepted_at=NOW)) == (["left"], "pharmacist")
    assert assisted_by(ticket_id=room.ticket_id) == "none"  # no doctor had taken the case


def test_the_end_of_the_request_leaves_nobody_beside_the_patient(room):
    room.begin()
    assert leave_left_open(ticket_id=room.ticket_id, by=BY, now=LATER) == 1
    assert leave_left_open(ticket_id=room.ticket_id, by=BY, now=LATER) == 0


def test_the_doctor_stops_it_at_any_step_before_the_end(room):
    gesture = room.ask()
    room.accept(gesture)
    withdraw_gesture(gesture_id=gesture.pk, by=room.by_doctor, now=NOW)
    assert withdraw_gesture(gesture_id=gesture.pk, by=room.by_doctor, now=NOW).state == "withdrawn"


def test_nothing_is_asked_where_it_cannot_be_done(room):
    with pytest.raises(GestureRefused, match="pas dans un lieu équipé"):
        room.ask(place=None)
    with pytest.raises(GestureRefused, match="pas au catalogue"):
        room.ask("surgery")
    with pytest.raises(GestureRefused, match="Personne"):
        room.ask("audiometry")
    with pytest.raises(GestureRefused, match="ophtalmologue"):
        room.ask("slit_lamp")
    Encounter.objects.filter(pk=room.encounter.pk).update(state="signed", signed_at=NOW)
    room.encounter.refresh_from_db()
    with pytest.raises(GestureRefused, match="signée"):
        room.ask()


def test_a_device_that_the_place_has_not_cannot_be_asked_for():
    room = Room(devices=(Device.STETHOSCOPE,))
    with pytest.raises(GestureRefused, match="otoscope connecté"):
        room.ask()


def test_the_eye_pathway_without_a_protocol_is_refused_and_its_own_gestures_are_not(eye):
    with pytest.raises(GestureRefused, match="R. 4342-1"):
        eye.ask("slit_lamp")
    assert eye.ask("refraction").state == "asked"


def test_the_eye_pathway_under_a_dated_protocol_is_made_and_names_it(eye):
    protocol = make_protocol(eye.doctor, eye.helper, "slit_lamp")
    with pytest.raises(GestureRefused, match="R. 4342-1"):
        eye.ask("retinography")  # the protocol does not name it
    gesture = eye.ask("slit_lamp")
    for step in (eye.accept, eye.agree, eye.start, eye.finish):
        step(gesture)
    assert Gesture.objects.get().protocol_id == protocol.pk


@pytest.mark.parametrize(
    ("starts_on", "ends_on"), [(date(2027, 1, 1), None), (date(2024, 1, 1), date(2026, 11, 21))]
)
def test_a_protocol_of_another_time_is_none(eye, starts_on, ends_on):
    make_protocol(eye.doctor, eye.helper, "slit_lamp", starts_on=starts_on, ends_on=ends_on)
    with pytest.raises(GestureRefused, match="protocole daté"):
        eye.ask("slit_lamp")


def test_a_protocol_that_ended_between_the_question_and_the_answer_is_none(eye):
    protocol = make_protocol(eye.doctor, eye.helper, "slit_lamp")
    gesture = eye.ask("slit_lamp")
    end_protocol(protocol_id=protocol.pk, on=NOW.date(), by=BY, now=NOW)
    with pytest.raises(GestureRefused, match="Aucun protocole"):
        eye.accept(gesture)
    assert states(eye) == ["asked"]


def test_a_colleague_without_the_protocol_does_not_make_it(eye):
    make_protocol(eye.doctor, eye.helper, "slit_lamp")
    other = make_helper(family_name="Bon")
    post(other, eye.place)
    gesture = eye.ask("slit_lamp")
    with pytest.raises(GestureRefused, match="Aucun protocole"):
        accept_gesture(gesture_id=gesture.pk, account=other.account, by=eye.by, now=NOW)
    eye.accept(gesture)
    eye.agree(gesture)
    with pytest.raises(GestureRefused, match="Une autre personne"):
        start_gesture(gesture_id=gesture.pk, account=other.account, by=eye.by, now=NOW)


def test_the_hearing_pathway_is_the_same_mechanism():
    room = Room(helper=make_helper(Profession.AUDIOPROTHESISTE))
    gesture = room.ask("audiometry")
    for step in (room.accept, room.agree, room.start):
        step(gesture)
    room.finish(gesture, Image.NONE)
    assert (states(room), assisted_by(ticket_id=room.ticket_id)) == (["done"], "other_professional")


def test_someone_posted_elsewhere_or_no_more_assists_nobody(room):
    stranger = make_helper()
    make_post(stranger, name="Ailleurs", host=room.place.host)
    gesture = room.ask()
    with pytest.raises(GestureRefused, match="compétence"):
        accept_gesture(gesture_id=gesture.pk, account=stranger.account, by=room.by, now=NOW)
    nurse = make_helper(Profession.NURSE)
    with pytest.raises(NotPosted):
        accept_gesture(gesture_id=gesture.pk, account=nurse.account, by=room.by, now=NOW)
    with pytest.raises(NotPosted):
        refuse_gesture(
            gesture_id=gesture.pk, account=nurse.account, reason=Refusal.OTHER, words="", by=room.by, now=NOW
        )
    RoleGrant.objects.filter(account=room.helper.account).update(ends_at=NOW)
    room.helper.account.__dict__.pop("_toubib_grants", None)
    with pytest.raises(NotPosted):
        room.begin()


def test_a_posting_is_dated_and_names_the_secrecy(room):
    assert [one.pk for one in places_of(account=room.helper.account, now=NOW)] == [room.place.pk]
    again = post(room.helper, room.place)
    with pytest.raises(BadPeriod, match="secret"):
        post_helper(
            account=room.helper.account, place=room.place, starts_on=SINCE, secrecy_reference=" ", by=BY, now=NOW
        )  # fmt: skip
    with pytest.raises(BadPeriod):
        end_posting(posting_id=again.pk, on=SINCE, by=BY, now=NOW)
    end_posting(posting_id=again.pk, on=NOW.date(), by=BY, now=NOW)
    assert places_of(account=room.helper.account, now=NOW) == []


def test_a_protocol_has_its_reference_and_its_period(eye):
    with pytest.raises(BadPeriod, match="référence"):
        make_protocol(eye.doctor, eye.helper, reference=" ")
    with pytest.raises(BadPeriod, match="fin suit"):
        make_protocol(eye.doctor, eye.helper, ends_on=SINCE)
    with pytest.raises(BadPeriod, match="deux professionnels"):
        make_protocol(eye.doctor, eye.doctor)
    first = make_protocol(eye.doctor, eye.helper)
    assert make_protocol(eye.doctor, eye.helper).pk == first.pk
    with pytest.raises(BadPeriod):
        end_protocol(protocol_id=first.pk, on=SINCE, by=BY, now=NOW)
    assert file_protocol is not None


def test_the_database_refuses_a_gesture_asked_twice_or_done_without_times(room):
    gesture = room.ask()
    twin = {
        "encounter": room.encounter,
        "ticket_id": room.ticket_id,
        "place": room.place,
        "catalogue": "2024-01-01",
    }
    with pytest.raises(IntegrityError), transaction.atomic():
        Gesture.objects.create(**twin, key="otoscopy", asked_at=NOW)
    for wrong in ({"state": "done"}, {"image": "kept"}):
        with pytest.raises(IntegrityError), transaction.atomic():
            Gesture.objects.filter(pk=gesture.pk).update(**wrong)


def test_every_state_says_where_it_leads():
    assert set(GESTURE_MOVES) == set(GestureState)
