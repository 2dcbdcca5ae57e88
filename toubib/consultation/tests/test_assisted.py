"""Gestures in the doctor's room and on the patient's page; what the act and its report then say."""

import pytest
from django.test import Client
from django.utils import timezone

from toubib.assistance.models import Gesture, Presence
from toubib.assistance.operations import accept_gesture, ask_gesture, finish_gesture, start_gesture
from toubib.assistance.tests.factories import make_helper, make_post, make_protocol
from toubib.consultation.papers import report_of
from toubib.consultation.tests.factories import make_call
from toubib.consultation.tests.pages import client_of
from toubib.directory.enums import Device, PlaceKind, Profession, Specialty
from toubib.directory.models import Practitioner
from toubib.ground.actors import Actor
from toubib.record.models import Consent, Encounter
from toubib.record.operations import save_note
from toubib.record.queries import notes_of
from toubib.record.tests.factories import TEXTS
from toubib.waiting.models import Ticket
from toubib.waiting.operations import attest_in_consultation, sign_call
from toubib.waiting.queries.facts import facts_of, facts_of_ticket

pytestmark = pytest.mark.django_db(transaction=True)
FACTS = ("place_type", "assisted_by", "equipment_on_site")


class Scene:
    def __init__(self, profession=Profession.PHARMACIST, **place):
        self.call = make_call(opened=True)
        self.helper = make_helper(profession)
        self.place = make_post(self.helper, **place)
        Ticket.objects.filter(pk=self.call.ticket.pk).update(place_of_care=self.place)
        self.doctor, self.patient = client_of(self.call.doctor.account), client_of(self.call.account)
        self.by = Actor(self.helper.account_id, "assistant")
        self.desk, self.room = f"/cabinet/salle/{self.call.room.pk}", f"/salle/{self.call.room.pk}"

    def given(self):
        return {"account": self.helper.account, "by": self.by, "now": timezone.now()}

    def ask(self, key="otoscopy"):
        self.doctor.post(f"{self.desk}/gestes/demander", {"key": key, "words": "à droite"})
        return Gesture.objects.order_by("-asked_at").first()

    def answer(self, kind, about, answer="yes", client=None):
        client = client or self.patient
        return client.post(f"{self.room}/assistance/{kind}/{about}", {"answer": answer}).status_code

    def facts(self):
        ticket = Ticket.objects.get(pk=self.call.ticket.pk)
        encounter = Encounter.objects.get(pk=self.call.encounter.pk)
        found = facts_of(encounter=encounter, ticket=ticket, now=timezone.now())
        return tuple(found[name] for name in FACTS)


@pytest.fixture
def scene():
    return Scene()


def test_a_gesture_is_seen_on_both_sides_until_it_is_made(scene):
    page = scene.doctor.get(scene.desk).content.decode()
    assert "Personne n’est auprès du patient." in page and "Otoscopie" in page
    gesture = scene.ask()
    assert "Otoscopie" not in scene.patient.get(scene.room).content.decode()  # nobody accepted yet
    accept_gesture(gesture_id=gesture.pk, **scene.given())
    asked = scene.patient.get(f"{scene.room}/invites").content.decode()
    assert "Examen de l’oreille à l’otoscope" in asked and "Otoscopie" not in asked
    assert "J’accepte ce geste" in asked and "pharmacien (RPPS" in asked
    assert scene.answer("geste", gesture.pk) == 302
    start_gesture(gesture_id=gesture.pk, **scene.given())
    assert "Arrêter ce geste" in scene.patient.get(scene.room).content.decode()
    finish_gesture(gesture_id=gesture.pk, image="not_kept", content=None, **scene.given())
    part = scene.doctor.get(f"{scene.desk}/gestes", headers={"Toubib-Fragment": "1"}).content.decode()
    assert "image vue, non gardée" in part and "pharmacien (RPPS" in part


def test_a_refused_gesture_keeps_what_was_typed_and_says_why(scene):
    answer = scene.doctor.post(
        f"{scene.desk}/gestes/demander",
        {"key": "slit_lamp", "words": "œil gauche"},
        headers={"HX-Request": "true"},
    ).content.decode()
    assert "ophtalmologue" in answer and "œil gauche" in answer
    empty = scene.doctor.post(f"{scene.desk}/gestes/demander", {"key": ""}).content.decode()
    assert "Choisissez un geste." in empty
    assert Gesture.objects.count() == 0


def test_the_doctor_stops_a_gesture_of_their_own_room_alone(scene):
    gesture = scene.ask()
    stranger = client_of(scene.call.scene.cast.lenoir.account)
    assert stranger.post(f"{scene.desk}/gestes/{gesture.pk}/arreter").status_code == 404
    assert stranger.post(f"{scene.desk}/gestes/demander", {"key": "otoscopy"}).status_code == 404
    scene.doctor.post(f"{scene.desk}/gestes/{gesture.pk}/arreter")
    scene.doctor.post(f"{scene.desk}/gestes/{gesture.pk}/arreter")
    assert Gesture.objects.get().state == "withdrawn"


def test_nobody_but_the_patient_s_side_answers(scene):
    gesture = scene.ask()
    accept_gesture(gesture_id=gesture.pk, **scene.given())
    for account in (scene.helper.account, scene.call.scene.cast.stranger, scene.call.doctor.account):
        assert scene.answer("geste", gesture.pk, client=client_of(account)) == 404
    assert scene.answer("geste", scene.call.room.pk) == 404
    assert scene.answer("autre", gesture.pk) == 404
    assert scene.answer("geste", gesture.pk, "peut-être") == 404
    assert Client().post(f"{scene.room}/assistance/geste/{gesture.pk}", {"answer": "yes"}).status_code == 302
    assert Gesture.objects.get().state == "accepted"


def test_the_patient_stays_alone_again_and_the_gesture_stops(scene):
    gesture = scene.ask()
    accept_gesture(gesture_id=gesture.pk, **scene.given())
    scene.answer("geste", gesture.pk)
    assert scene.facts() == ("pharmacy", "pharmacist", True)
    assert scene.answer("presence", Presence.objects.get().pk, "no") == 302
    assert (Gesture.objects.get().state, scene.facts()) == ("revoked", ("pharmacy", "none", True))


def test_an_agreement_taken_back_from_one_s_space_stops_it_too(scene):
    gesture = scene.ask()
    accept_gesture(gesture_id=gesture.pk, **scene.given())
    scene.answer("geste", gesture.pk)
    page = scene.patient.get("/mon-espace/accords").content.decode()
    assert "Otoscopie" in page and "Lise Aubert" in page
    row = Consent.objects.get(about=f"presence:{gesture.presence_id or Presence.objects.get().pk}")
    scene.patient.post(f"/mon-espace/accords/{row.pk}/retirer")
    assert (Gesture.objects.get().state, Presence.objects.get().agreed) == ("revoked", False)


@pytest.mark.parametrize(
    ("kind", "devices", "facts"),
    [
        (PlaceKind.TOWN_HALL, (Device.PRINTER,), ("town_hall", "none", False)),
        (PlaceKind.OPTICIAN, (Device.SLIT_LAMP,), ("optician", "none", True)),
    ],
)
def test_the_facts_of_a_place_are_known(kind, devices, facts):
    assert Scene(kind=kind, devices=devices).facts() == facts


def test_at_home_nobody_assists_unless_the_doctor_says_so():
    call = make_call(opened=True)
    ticket = Ticket.objects.get(pk=call.ticket.pk)
    before = facts_of_ticket(ticket=ticket, now=timezone.now())
    assert [before[name] for name in FACTS] == [None, None, None]

    def say(**said):
        words = {fact: (value, "?") for fact, value in said.items()}
        attest_in_consultation(encounter_id=call.encounter.id, said=words, by=call.by, now=timezone.now())
        found = facts_of(encounter=call.encounter, ticket=ticket, now=timezone.now())
        return [found[name] for name in FACTS]

    assert say(place_type="home") == ["home", "none", False]
    assert say(assisted_by="nurse") == ["home", "nurse", False]


def test_the_eye_pathway_in_the_room_without_and_with_a_protocol():
    scene = Scene(Profession.ORTHOPTIST)
    Practitioner.objects.filter(pk=scene.call.doctor.practitioner_id).update(
        specialty=Specialty.OPHTHALMOLOGY
    )
    refused = scene.doctor.post(
        f"{scene.desk}/gestes/demander", {"key": "slit_lamp"}, headers={"HX-Request": "true"}
    ).content.decode()
    assert "R. 4342-1" in refused
    make_protocol(scene.call.doctor, scene.helper, "slit_lamp")
    gesture = scene.ask("slit_lamp")
    accept_gesture(gesture_id=gesture.pk, **scene.given())
    scene.answer("geste", gesture.pk)
    assert scene.facts()[1] == "orthoptist"
    assert "Protocole d’essai n° 1" in scene.doctor.get(scene.desk).content.decode()


def test_the_report_says_who_assisted_and_what_was_made(scene):
    gesture = scene.ask()
    accept_gesture(gesture_id=gesture.pk, **scene.given())
    scene.answer("geste", gesture.pk)
    start_gesture(gesture_id=gesture.pk, **scene.given())
    finish_gesture(gesture_id=gesture.pk, image="not_kept", content=None, **scene.given())
    ask_gesture(
        encounter=scene.call.encounter, ticket_id=scene.call.ticket.pk, place=scene.place, key="auscultation", words="",
        by=scene.call.by, now=timezone.now(),
    )  # fmt: skip
    encounter_id = scene.call.encounter.pk
    save_note(encounter_id=encounter_id, **TEXTS, base=0, by=scene.call.by, now=timezone.now())
    sign_call(encounter_id=encounter_id, attestation="video", by=scene.call.by, now=timezone.now())
    encounter = Encounter.objects.get(pk=encounter_id)
    report = report_of(encounter=encounter, notes=notes_of(encounter=encounter))
    assert report.assisted_by == f"Lise Aubert, pharmacien (RPPS {scene.helper.practitioner.rpps})"
    assert report.gestures.startswith("Otoscopie, de ") and "image vue, non gardée" in report.gestures
    assert sorted(Gesture.objects.values_list("state", flat=True)) == ["done", "withdrawn"]
    assert Presence.objects.get().ended_at is not None
