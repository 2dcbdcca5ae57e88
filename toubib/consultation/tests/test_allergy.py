"""A line that resembles a noted allergy is signed with a reason, and never without."""

from uuid import uuid4

import pytest
from django.utils import timezone

from toubib.consultation.tests.pages import FRAGMENT, TEXTS, save, text_of, url
from toubib.consultation.tests.test_ordonnance import WHOLE, add, items, lists  # noqa: F401
from toubib.record.enums import EncounterState
from toubib.record.models import Encounter
from toubib.record.operations import tell_health_summary

pytestmark = pytest.mark.django_db(transaction=True)
NOTED, WHY = "L’allergie notée « penicilline » ressemble à « amoxicilline ».", "Prise en 2024 sans réaction"


@pytest.fixture
def allergic(call):
    tell_health_summary(
        patient_id=call.encounter.patient_id,
        content={"allergies": "Pénicilline"},
        by=call.by,
        now=timezone.now(),
    )
    return call


def confirm(client, call, row, reason):
    sent = {"do": "confirm", "reason": reason}
    return client.post(url(call, f"/ordonnance/{row}/changer"), sent, headers=FRAGMENT)


def sign(client, call):
    return client.post(url(call, "/signer"), {**TEXTS, "base": "1", "attestation": "video"})


def test_a_line_like_a_noted_allergy_is_signed_with_its_reason_alone(doctor, allergic):
    row = uuid4()
    save(doctor, allergic)
    shown = add(doctor, allergic, text="amoxicilline", id=row, **WHOLE)
    assert NOTED in text_of(shown) and "vous seul jugez" in text_of(shown)
    assert "data-lacks" in shown.content.decode()
    refused = sign(doctor, allergic)
    assert (refused.status_code, Encounter.objects.get().state) == (422, EncounterState.IN_PROGRESS)
    assert NOTED in text_of(refused)
    short = confirm(doctor, allergic, row, "x")
    assert "Écrivez en quelques mots" in text_of(short) and 'value="x"' in short.content.decode()
    said = confirm(doctor, allergic, row, WHY)
    assert NOTED not in text_of(said) and f"prescrit parce que : {WHY}" in text_of(said)
    assert sign(doctor, allergic).status_code == 302
    assert [(one.allergy, one.allergy_reason) for one in items()] == [("penicilline", WHY)]


def test_the_reason_stays_with_its_medicine_and_goes_with_another(doctor, allergic):
    row = uuid4()
    add(doctor, allergic, text="amoxicilline", id=row, **WHOLE)
    confirm(doctor, allergic, row, WHY)
    add(doctor, allergic, text="amoxicilline", id=row, **{**WHOLE, "renewals": "2"})
    assert [one.allergy_reason for one in items()] == [WHY]
    add(doctor, allergic, id=row, **WHOLE)
    assert [(one.text, one.allergy_reason) for one in items()] == [("paracétamol", "")]
