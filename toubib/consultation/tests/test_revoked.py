"""A doctor whose role is taken in mid-call writes and signs what they owe, and nothing else."""

import pytest
from django.utils import timezone

from toubib.consultation.tests.pages import TEXTS, save, text_of, url
from toubib.ground.actors import Actor
from toubib.people.enums import Role
from toubib.people.operations import revoke_role
from toubib.record.enums import EncounterState
from toubib.record.models import Encounter, Note

pytestmark = pytest.mark.django_db(transaction=True)


def revoke(call) -> None:
    by = Actor(call.scene.cast.administrator.id, Role.ADMINISTRATOR)
    revoke_role(account=call.doctor.account, role=Role.PRACTITIONER, by=by, now=timezone.now())


def test_revoked_in_mid_call_the_doctor_writes_and_signs(doctor, call):
    revoke(call)
    assert "Notes à signer" in text_of(doctor.get("/mon-espace"))
    page = doctor.get(url(call, ""))
    assert (page.status_code, save(doctor, call).status_code) == (200, 200)
    data = {**TEXTS, "base": "1", "attestation": "video"}
    answers = [doctor.post(url(call, "/signer"), data) for _ in range(2)]
    assert [answer.url for answer in answers] == ["/mon-espace", "/mon-espace"]
    assert (Encounter.objects.get().state, Note.objects.get().conclusion) == (
        EncounterState.SIGNED,
        TEXTS["conclusion"],
    )
    assert doctor.get(url(call, "")).status_code == 404
    assert "Notes à signer" not in text_of(doctor.get("/mon-espace"))


def test_revoked_in_mid_call_the_doctor_does_nothing_else(doctor, call):
    revoke(call)
    asked = [doctor.get("/cabinet"), doctor.get("/cabinet/file"), doctor.get(url(call, "/invites"))]
    posted = [
        doctor.post(url(call, end)) for end in ("/ouvrir", "/quitter/confier", "/orientation", "/inviter")
    ]
    posted += [doctor.post("/cabinet/garde/commencer"), doctor.post(url(call, "/ajout"), {"text": "x"})]
    assert {answer.status_code for answer in [*asked, *posted]} == {404}
    assert Encounter.objects.get().state == EncounterState.IN_PROGRESS


def test_revoked_before_the_call_began_the_doctor_reads_nothing(doctor, call):
    Encounter.objects.update(state=EncounterState.ARRIVED)
    revoke(call)
    assert [doctor.get(url(call, "")).status_code, save(doctor, call).status_code] == [404, 404]
