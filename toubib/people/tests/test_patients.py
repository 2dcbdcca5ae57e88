from __future__ import annotations

from datetime import date, timedelta

import pytest
from django.db import IntegrityError, connection, transaction

from toubib.ground.actors import Actor
from toubib.ground.models import JournalEntry
from toubib.people.enums import InsStatus, Role
from toubib.people.identity import OID_NIR, OID_TEST, BadInput
from toubib.people.insi import DemoInsi, InsiAnswer, InsiUnavailable, ask_insi
from toubib.people.models import Patient
from toubib.people.operations import (
    BadInsiAnswer,
    IdentityLocked,
    MayNotValidate,
    create_patient,
    record_ins_from_insi,
    set_own_identity,
    update_identity,
    validate_identity,
)
from toubib.people.tests.factories import NOW, make_account, make_identity, make_patient

pytestmark = pytest.mark.django_db
BY = Actor(None, Role.PRACTITIONER)
NIR = "255081416802538"


def test_create_patient_is_provisional_and_a_typed_nir_is_no_matricule() -> None:
    patient = create_patient(identity=make_identity(nir_assure="2 55 08 14 168 025 38"), by=BY, now=NOW)
    patient.refresh_from_db()
    assert (patient.ins_status, patient.ins_matricule, patient.ins_oid, patient.nir_assure) == (
        InsStatus.PROVISOIRE,
        None,
        "",
        NIR,
    )
    with connection.cursor() as cursor:
        cursor.execute("SELECT nir_assure FROM people_patient")
        assert NIR.encode() not in bytes(cursor.fetchone()[0])
    assert JournalEntry.objects.get().action == "people.identity.create"


def test_create_patient_refuses_a_wrong_key_and_keeps_nothing() -> None:
    with pytest.raises(BadInput):
        create_patient(identity=make_identity(nir_assure=NIR[:-1] + "9"), by=BY, now=NOW)
    assert not Patient.objects.exists()


def test_update_identity_keeps_the_nir_when_none_is_typed() -> None:
    patient = create_patient(identity=make_identity(nir_assure=NIR), by=BY, now=NOW)
    changed = update_identity(patient=patient, identity=make_identity(birth_name="Petit"), by=BY, now=NOW)
    assert (changed.birth_name, changed.nir_assure) == ("Petit", NIR)


def test_set_own_identity_twice_is_one_patient() -> None:
    account = make_account()
    by = Actor(account.id, Role.PATIENT)
    first = set_own_identity(account=account, identity=make_identity(), by=by, now=NOW)
    second = set_own_identity(account=account, identity=make_identity(sex="M"), by=by, now=NOW)
    assert (first, second.sex, Patient.objects.count()) == (second, "M", 1)
    account.refresh_from_db()
    assert account.display_name == "Camille Durand"


def test_record_ins_from_insi_keeps_the_demo_s_test_oid_in_the_demo_alone(settings) -> None:
    patient = make_patient(birth_place_code="2A004")
    answer = DemoInsi().find(
        birth_name="Durand", given_names="Camille", sex="F", birth_date=date(1990, 5, 17), place="2A004"
    )
    assert answer is not None
    assert answer.oid == OID_TEST
    with pytest.raises(BadInsiAnswer):
        record_ins_from_insi(patient=patient, answer=answer, by=BY, now=NOW)
    settings.DEMO = True
    assert ask_insi(patient=patient) == answer
    kept = record_ins_from_insi(patient=patient, answer=answer, by=BY, now=NOW)
    assert (kept.ins_status, kept.ins_matricule, kept.ins_oid) == (
        InsStatus.RECUPEREE,
        answer.matricule,
        OID_TEST,
    )


@pytest.mark.parametrize(
    "answer", [InsiAnswer(NIR[:-1] + "9", OID_NIR), InsiAnswer(NIR, "1.2.3"), InsiAnswer("", OID_NIR)]
)
def test_record_ins_from_insi_refuses_a_wrong_key_or_oid(answer: InsiAnswer) -> None:
    patient = make_patient()
    with pytest.raises(BadInsiAnswer):
        record_ins_from_insi(patient=patient, answer=answer, by=BY, now=NOW)
    patient.refresh_from_db()
    assert patient.ins_matricule is None


def test_ask_insi_says_that_production_has_no_adapter() -> None:
    with pytest.raises(InsiUnavailable):
        ask_insi(patient=make_patient())


def test_an_identity_is_qualified_by_both_the_service_and_a_document_seen() -> None:
    answer = InsiAnswer(NIR, OID_NIR)
    one, other = make_patient(), make_patient()
    first = [
        record_ins_from_insi(patient=one, answer=answer, by=BY, now=NOW).ins_status,
        validate_identity(patient=one, by=BY, now=NOW).ins_status,
    ]
    second = [
        validate_identity(patient=other, by=BY, now=NOW).ins_status,
        record_ins_from_insi(patient=other, answer=answer, by=BY, now=NOW).ins_status,
    ]
    assert (first, second) == (["recuperee", "qualifiee"], ["validee", "qualifiee"])


@pytest.mark.parametrize("role", [Role.ASSISTANT, Role.PATIENT, Role.ADMINISTRATOR])
def test_an_assistant_s_voucher_never_validates(role: Role) -> None:
    with pytest.raises(MayNotValidate):
        validate_identity(patient=make_patient(), by=Actor(None, role), now=NOW)


def test_update_identity_leaves_the_traits_of_a_verified_identity() -> None:
    patient = validate_identity(
        patient=create_patient(identity=make_identity(), by=BY, now=NOW), by=BY, now=NOW
    )
    with pytest.raises(IdentityLocked):
        update_identity(patient=patient, identity=make_identity(birth_name="Petit"), by=BY, now=NOW)
    assert (
        update_identity(patient=patient, identity=make_identity(used_name="Petit"), by=BY, now=NOW).used_name
        == "Petit"
    )


@pytest.mark.parametrize(
    "facts", [{"ins_matricule": NIR, "ins_oid": OID_NIR}, {"ins_matricule": NIR, "ins_status": "qualifiee"}]
)
def test_the_database_refuses_a_matricule_without_status_or_oid(facts) -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        make_patient(**facts)


def test_set_own_identity_twice_at_once_is_one_patient_when_the_later_click_is_served_first() -> None:
    account = make_account()
    by = Actor(account.id, Role.PATIENT)
    first = set_own_identity(account=account, identity=make_identity(), by=by, now=NOW)
    second = set_own_identity(
        account=account, identity=make_identity(), by=by, now=NOW - timedelta(milliseconds=8)
    )
    assert (first, Patient.objects.count()) == (second, 1)
