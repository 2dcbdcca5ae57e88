"""At the signature: facts gathered in one place, decisions kept with the law's version, the act in the ledger once."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from toubib.activity.models import CountedAct
from toubib.consultation.operations import sign_room
from toubib.consultation.tests.factories import make_call
from toubib.directory.models import Practitioner
from toubib.ground.models import JournalEntry
from toubib.record.enums import Attestation
from toubib.record.models import EncounterDecision
from toubib.record.operations import amend_note, save_note
from toubib.rulebook.live import law_version
from toubib.waiting.enums import MedecinTraitant
from toubib.waiting.models import Attestation as Said
from toubib.waiting.operations import attest_in_consultation
from toubib.waiting.queries.facts import NOT_YET_KNOWN, facts_of

pytestmark = pytest.mark.django_db(transaction=True)


def write(call, now):
    save_note(
        encounter_id=call.encounter.id,
        reason="a",
        findings="b",
        conclusion="c",
        advice="",
        base=0,
        by=call.by,
        now=now,
    )


def sign(call, now, attestation=Attestation.VIDEO):
    write(call, now)
    return sign_room(room_id=call.room.id, attestation=attestation, by=call.by, now=now)


def conventioned(call):
    Practitioner.objects.filter(pk=call.doctor.practitioner_id).update(
        sector="s1", employer="liberal", country="FR"
    )


def test_facts_of_what_was_said_before_the_line_and_nothing_invented():
    now = timezone.now()
    call = make_call(opened=True, medecin_traitant=MedecinTraitant.UNAVAILABLE)
    facts = facts_of(encounter=call.encounter, ticket=call.ticket, now=now)
    assert {name: facts[name] for name in NOT_YET_KNOWN} == dict.fromkeys(NOT_YET_KNOWN)
    wanted = {
        "act_kind": "teleconsultation",
        "funding": "amo",
        "modality": None,
        "secure_channel": None,
        "consent": True,
        "has_medecin_traitant": True,
        "mt_unavailable": True,
        "is_medecin_traitant": False,
        "practitioner_sector": None,
        "patient_departement": None,
        "patient_zone": None,
        "same_territory": None,
        "c2s": None,
        "leave_kind": "none",
    }
    assert {name: facts.get(name) for name in wanted} == wanted


def test_facts_of_the_home_once_it_is_said():
    now = timezone.now()
    call = make_call(opened=True)
    attest_in_consultation(
        encounter_id=call.encounter.id, said={"lives_here": (True, "?")}, by=call.by, now=now
    )
    facts = facts_of(encounter=call.encounter, ticket=call.ticket, now=now)
    assert (facts["same_territory"], facts["patient_departement"]) == (
        True,
        call.ticket.place_commune.departement,
    )


def test_what_is_attested_last_counts_and_both_are_kept_with_who_said_it():
    now = timezone.now()
    call = make_call(opened=True)
    for value in (True, True, False):
        attest_in_consultation(
            encounter_id=call.encounter.id, said={"emergency": (value, "Urgent ?")}, by=call.by, now=now
        )
    rows = Said.objects.filter(fact="emergency").order_by("said_at", "id")
    assert [(row.value, row.words, row.said_by, row.role) for row in rows] == [
        (True, "Urgent ?", call.doctor.account_id, "practitioner"),
        (False, "Urgent ?", call.doctor.account_id, "practitioner"),
    ]
    assert facts_of(encounter=call.encounter, ticket=call.ticket, now=now)["emergency"] is False


def test_signing_keeps_facts_decision_and_law_and_counts_the_act_once():
    now = timezone.now()
    call = make_call(opened=True)
    conventioned(call)
    said = {"lives_here": (True, "?"), "emergency": (False, "?")}
    attest_in_consultation(encounter_id=call.encounter.id, said=said, by=call.by, now=now)
    sign(call, now)
    sign_room(room_id=call.room.id, attestation=Attestation.VIDEO, by=call.by, now=now)
    [row] = EncounterDecision.objects.all()
    assert row.law_version == law_version()
    assert row.facts["modality"] == "video"
    assert row.decision["classification"]["outcome"] == "UNDETERMINED"  # nobody checked who is there
    assert row.decision["cap"]["outcome"] == "COUNTED"
    [act] = CountedAct.objects.all()
    assert (act.outcome, act.in_denominator, act.own_patient, act.act_date) == (
        "COUNTED",
        True,
        False,
        timezone.localtime(now).date(),
    )
    kept = JournalEntry.objects.filter(action="record.decision.keep")
    assert [entry.patient for entry in kept] == [call.patient.id]


def test_an_amendment_adds_a_decision_keeps_the_first_and_doubles_no_act():
    now = timezone.now()
    call = make_call(opened=True)
    sign(call, now)
    first = EncounterDecision.objects.get().decision
    amend_note(encounter_id=call.encounter.id, text="plus", by=call.by, now=now + timedelta(hours=1))
    rows = EncounterDecision.objects.order_by("version")
    assert [row.version for row in rows] == [1, 2]
    assert rows[0].decision == first
    assert CountedAct.objects.count() == 1


def test_a_call_by_voice_alone_is_not_reimbursed_and_says_so():
    now = timezone.now()
    call = make_call(opened=True)
    sign(call, now, Attestation.AUDIO_ONLY)
    decision = EncounterDecision.objects.get().decision
    assert decision["reimbursement"]["outcome"] == "NO"
    assert "REIMB.NOT_VIDEO" in {one["code"] for one in decision["reimbursement"]["reasons"]}


def test_what_is_kept_is_unreadable_in_the_table():
    from django.db import connection

    call = make_call(opened=True)
    sign(call, timezone.now())
    with connection.cursor() as cursor:
        cursor.execute("SELECT facts, decision, estimate FROM record_encounterdecision")
        raw = b"".join(bytes(value) for value in cursor.fetchone())
    assert b"teleconsultation" not in raw
