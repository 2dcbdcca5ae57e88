"""Certificates that may be given from afar; the task of who has no médecin traitant."""

from datetime import timedelta

import pytest
from django.utils import timezone

from toubib.consultation.operations import remind_of_tasks
from toubib.consultation.tests.pages import FRAGMENT, TEXTS, client_of, save, text_of, url
from toubib.ground.models import OutboundMessage
from toubib.record.enums import EncounterState, TaskState
from toubib.record.models import Certificate, Encounter, PatientTask

pytestmark = pytest.mark.django_db(transaction=True)


def write(client, call, **data):
    return text_of(client.post(url(call, "/certificat"), data, headers=FRAGMENT))


def sign(client, call, base="0"):
    return client.post(url(call, "/signer"), {**TEXTS, "base": base, "attestation": "video"})


@pytest.mark.parametrize("template", ["sport", "injuries", "guardianship", "death", "unheard"])
def test_no_certificate_where_an_examination_is_needed(doctor, call, template):
    shown = doctor.post(url(call, "/certificat"), {"template": template}, headers=FRAGMENT).content.decode()
    assert ('role="alert"' in shown, Certificate.objects.count()) == (True, 0)


def test_a_certificate_is_begun_completed_and_frozen(doctor, call):
    save(doctor, call)
    assert "vue en téléconsultation" in write(doctor, call, template="sick_child")
    refused = sign(doctor, call, base="1")
    assert (refused.status_code, Encounter.objects.get().state) == (422, EncounterState.IN_PROGRESS)
    body = Certificate.objects.get().body.replace("[…]", "lundi")
    write(doctor, call, template="sick_child", body=body)
    write(doctor, call, template="presence")
    write(doctor, call, template="presence", do="drop")
    assert sign(doctor, call, base="1").url == "/cabinet"
    kept = Certificate.objects.get()
    assert (kept.body, kept.signed_at is not None) == (body, True)
    assert "ne change plus" in write(doctor, call, template="sick_child", body="autre")
    assert "Présence auprès d’un enfant malade" in text_of(doctor.get(url(call)))


def test_free_words_are_no_way_round_the_certificates_that_need_an_examination(doctor, call):
    save(doctor, call)
    write(
        doctor,
        call,
        template="presence",
        body="Aucune contre-indication à la pratique du rugby. ITT : 8 jours.",
    )
    refused = text_of(sign(doctor, call, base="1"))
    for words in (
        "« contre-indication » : Ce certificat demande un examen",
        "« ITT » : Des lésions",
        "C. sport L. 231-2",
    ):
        assert words in refused
    assert Encounter.objects.get().state == EncounterState.IN_PROGRESS
    write(doctor, call, template="presence", body="Vu ce jour.")
    assert sign(doctor, call, base="1").url == "/cabinet"


def test_who_has_no_medecin_traitant_leaves_with_a_task_and_is_asked_again_once(doctor, call):
    call.ticket.medecin_traitant, call.ticket.own_practitioner = "none", None
    call.ticket.save()
    sign(doctor, call)
    mine, there = client_of(call.account), f"/consultation/{call.encounter.id}"
    assert "Trouver un médecin traitant" in text_of(mine.get(there))
    now = timezone.now()
    before = OutboundMessage.objects.count()
    assert [remind_of_tasks(now=now), remind_of_tasks(now=now + timedelta(days=15)), remind_of_tasks(now=now + timedelta(days=16))] == [
        0, 1, 0,
    ]  # fmt: skip
    assert OutboundMessage.objects.count() == before + 1
    told = OutboundMessage.objects.order_by("-created_at").first()
    assert "médecin" not in told.subject + told.body
    for answer, state in (("stuck", TaskState.STUCK), ("?", TaskState.STUCK), ("done", TaskState.DONE)):
        mine.post(f"{there}/tache", {"answer": answer})
        assert PatientTask.objects.get().state == state
    assert "Trouver un médecin traitant" not in text_of(doctor.get(there))


def test_who_has_one_leaves_without_a_task(doctor, call):
    call.ticket.medecin_traitant = "unavailable"
    call.ticket.save()
    sign(doctor, call)
    assert PatientTask.objects.count() == 0
