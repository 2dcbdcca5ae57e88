"""The checks in the room, what the doctor attests there, and the page of the cap."""

from __future__ import annotations

import pytest
from django.utils import timezone

from toubib.activity.models import DeclaredActivity
from toubib.activity.tests.factories import add_acts
from toubib.consultation.tests.factories import make_call
from toubib.consultation.tests.pages import client_of, url
from toubib.directory.models import Practitioner
from toubib.record.operations import check_at_start
from toubib.waiting.enums import MedecinTraitant
from toubib.waiting.models import Attestation

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def call():
    found = make_call(opened=True, medecin_traitant=MedecinTraitant.UNAVAILABLE)
    Practitioner.objects.filter(pk=found.doctor.practitioner_id).update(
        sector="s1", employer="liberal", country="FR"
    )
    check_at_start(
        encounter_id=found.encounter.id, identity=True, place=True, by=found.by, now=timezone.now()
    )
    return found


def panel(doctor, call, **query):
    return doctor.get(url(call, "/regles"), {"attestation": "video", **query}).content.decode()


def test_room_shows_the_five_checks(doctor, call):
    page = doctor.get(url(call, "")).content.decode()
    for words in (
        "Nature de l’acte",
        "Prise en charge",
        "Seuil d’activité à distance",
        "Arrêt de travail",
        "Prix",
    ):
        assert words in page


def test_panel_asks_what_lacks_and_settles_it_by_a_word(doctor, call):
    before = panel(doctor, call)
    assert "Le patient habite-t-il la commune où il se trouve ?" in before
    doctor.post(url(call, "/attester"), {"lives_here": "yes"})
    after = panel(doctor, call)
    assert "Prise en charge</b> : oui" in after
    assert "Dit par le médecin" in after
    row = Attestation.objects.get()
    assert (row.fact, row.value, row.said_by) == ("lives_here", True, call.doctor.account_id)


def test_panel_follows_what_is_about_to_be_attested(doctor, call):
    doctor.post(url(call, "/attester"), {"lives_here": "yes"})
    assert "Prise en charge</b> : non" in panel(doctor, call, attestation="phone")


def test_panel_answers_for_a_sick_leave(doctor, call):
    fragment = {"HTTP_HX_REQUEST": "true"}
    typed = {"leave_kind": "initial", "leave_days": "7", "leave_motive_given": "yes", "open": "sick_leave"}
    answer = doctor.post(url(call, "/attester"), typed, **fragment).content.decode()
    assert "Arrêt de travail</b> : non ; au plus 3 jours" in answer
    again = doctor.post(url(call, "/attester"), {**typed, "leave_days": "3"}, **fragment).content.decode()
    assert "Arrêt de travail</b> : oui" in again


@pytest.mark.parametrize(
    "typed",
    [
        {"leave_days": "99999999"},
        {"leave_days": "-1"},
        {"c2s": "maybe"},
        {"leave_kind": "x"},
        {"zone": "ZIP"},
    ],
)
def test_panel_keeps_nothing_that_cannot_be(doctor, call, typed):
    assert doctor.post(url(call, "/attester"), typed).status_code == 302
    assert Attestation.objects.count() == 0


def test_panel_is_of_its_doctor_alone(call):
    other = client_of(call.scene.cast.lenoir.account)
    patient = client_of(call.account)
    asked = [one.get(url(call, "/regles")).status_code for one in (other, patient)]
    said = [one.post(url(call, "/attester"), {"c2s": "yes"}).status_code for one in (other, patient)]
    assert (asked, said) == ([404, 404], [404, 404])


def test_signed_page_shows_what_was_kept_with_the_law_of_that_day(doctor, call):
    texts = {"reason": "a", "findings": "b", "conclusion": "c", "advice": "", "base": "0"}
    doctor.post(url(call, "/signer"), {**texts, "attestation": "video"})
    page = doctor.get(url(call, "")).content.decode()
    assert "À la signature" in page
    assert "Version de la règle" in page
    refused = doctor.post(url(call, "/attester"), {"c2s": "yes"})
    assert (refused.status_code, Attestation.objects.count()) == (302, 0)


FIGURES = {"conventioned_acts": "1000", "counted_acts": "190", "own_mt_acts": ""}


def test_cap_is_a_range_until_the_doctor_declares_then_a_share(doctor, call):
    assert (
        "il manque votre activité hors de cette plateforme" in doctor.get("/cabinet/seuil").content.decode()
    )
    assert doctor.post("/cabinet/seuil", FIGURES).status_code == 302
    doctor.post("/cabinet/seuil", FIGURES)  # twice: once
    page = doctor.get("/cabinet/seuil").content.decode()
    assert "19,0\u00a0%" in page
    assert "Proche du seuil" in page
    assert DeclaredActivity.objects.count() == 1


def test_cap_with_unsure_acts_is_the_outcome_and_a_range_or_is_not_pronounced(doctor, call):
    doctor.post("/cabinet/seuil", {**FIGURES, "counted_acts": "10", "own_mt_acts": "0"})
    unsure = {"outcome": "UNDETERMINED", "in_denominator": None, "own_patient": None}
    add_acts(call.encounter.practitioner, 20, act_date=timezone.localdate(), **unsure)
    page = doctor.get("/cabinet/seuil").content.decode()
    assert "Sous le seuil" in page
    assert "1,0\u00a0% – 2,9\u00a0%" in page
    assert "20 actes dont la règle ne sait pas dire s’ils comptent." in page
    assert "il manque votre activité" not in page
    doctor.post("/cabinet/seuil", {**FIGURES, "counted_acts": "195", "own_mt_acts": "0"})
    page = doctor.get("/cabinet/seuil").content.decode()
    assert "Votre part peut aller de 19,1\u00a0% à 21,1\u00a0%" in page


def test_cap_refuses_more_remote_acts_than_acts_and_keeps_what_was_typed(doctor, call):
    answer = doctor.post("/cabinet/seuil", {**FIGURES, "counted_acts": "1001"})
    page = answer.content.decode()
    assert (answer.status_code, DeclaredActivity.objects.count()) == (422, 0)
    assert "Les actes à distance font partie de tous vos actes." in page
    assert 'value="1001"' in page


def test_cap_is_no_page_of_a_patient(call):
    assert client_of(call.account).get("/cabinet/seuil").status_code == 404
