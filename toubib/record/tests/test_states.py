"""Every pair of states: allowed moves are made, once, with their trace; all others are refused and change nothing."""

from itertools import product

import pytest
from django.db import IntegrityError, transaction

from toubib.ground.models import JournalEntry
from toubib.people.tests.factories import NOW, make_cast
from toubib.record.enums import ENCOUNTER_MOVES, UNSIGNED_STATES, AbortReason, Attestation, EncounterState
from toubib.record.models import Encounter, Note
from toubib.record.operations import (
    MoveRefused,
    abort_encounter,
    create_encounter,
    end_encounter,
    lock_encounter,
    move_encounter,
    sign_encounter,
    start_encounter,
)
from toubib.record.tests.factories import TEXTS, doctor, make_encounter

pytestmark = pytest.mark.django_db

S = EncounterState
PAIRS = list(product(S, S))
ALLOWED = [(one, two) for one, two in PAIRS if two in ENCOUNTER_MOVES[one]]
# Operations by the state they lead to; those in IDEMPOTENT change nothing when it is reached already.
IDEMPOTENT = {S.IN_PROGRESS, S.TO_SIGN, S.ABORTED, S.SIGNED}


@pytest.fixture
def cast():
    return make_cast()


def traces() -> list[tuple[str, str]]:
    return list(JournalEntry.objects.order_by("id").values_list("action", "reason"))


@pytest.mark.parametrize(("before", "after"), PAIRS)
def test_move(cast, before, after):
    made = make_encounter(cast.jeanne_patient, cast.vasseur, before)
    with transaction.atomic():
        row = lock_encounter(encounter_id=made.id)
        if after in {S.SIGNED, S.AMENDED}:
            row.signed_at = NOW
        if after == S.ABORTED:
            row.abort_reason = AbortReason.LINE_FAILED
        refused = ""
        try:
            move_encounter(encounter=row, to=after, by=doctor(cast.vasseur), now=NOW)
        except MoveRefused as error:
            refused = str(error)
    made.refresh_from_db()
    if (before, after) in ALLOWED:
        assert (made.state, refused, traces()) == (after, "", [(f"record.encounter.{after}", "")])
    else:
        sentence = f"La consultation n’en est plus là : {before.label}."
        assert (made.state, refused, traces()) == (before, sentence, [])


def act(to: EncounterState, encounter: Encounter, by):
    common = {"encounter_id": encounter.id, "by": by, "now": NOW}
    if to == S.IN_PROGRESS:
        return start_encounter(**common)
    if to == S.TO_SIGN:
        return end_encounter(**common)
    if to == S.ABORTED:
        return abort_encounter(**common, reason=AbortReason.LINE_FAILED)
    return sign_encounter(**common, attestation=Attestation.VIDEO)


@pytest.mark.parametrize(("before", "to"), list(product(S, sorted(IDEMPOTENT))))
def test_operation_twice_from_any_state(cast, before, to):
    """From each state: carried out once, whatever the number of clicks, or refused each time."""
    made = make_encounter(cast.jeanne_patient, cast.vasseur, before)
    Note.objects.create(encounter=made, saved_at=NOW, saves=1, **TEXTS)
    steps = {S.SIGNED: {S.IN_PROGRESS, S.TO_SIGN}}.get(to)
    may = before in steps if steps else to in ENCOUNTER_MOVES[before]
    there = before == to or (to == S.SIGNED and before == S.AMENDED)
    outcomes = []
    for _ in range(2):
        try:
            outcomes.append(act(to, made, doctor(cast.vasseur)).state)
        except MoveRefused:
            outcomes.append("refused")
    made.refresh_from_db()
    wanted = to if may else before
    assert (outcomes, made.state) == (([wanted] * 2, wanted) if may or there else (["refused"] * 2, before))
    assert len([action for action, _ in traces() if action == f"record.encounter.{to}"]) == int(may)


def test_states_that_are_never_left_or_entered_by_chance():
    entered = {state: {one for one, two in ALLOWED if two == state} for state in S}
    assert (ENCOUNTER_MOVES[S.ABORTED], entered[S.SIGNED], entered[S.PLANNED], entered[S.ABORTED]) == (
        set(),
        {S.TO_SIGN},
        set(),
        set(UNSIGNED_STATES),
    )


def test_create_leaves_a_trace(cast):
    made = create_encounter(
        patient_id=cast.leo.id, practitioner_id=cast.vasseur.practitioner_id, by=doctor(cast.vasseur), now=NOW
    )
    entry = JournalEntry.objects.get()
    assert (made.state, entry.action, entry.account, entry.patient, entry.subject_id) == (
        S.ARRIVED,
        "record.encounter.create",
        cast.vasseur.account_id,
        cast.leo.id,
        str(made.id),
    )


def test_abort_keeps_its_reason_and_when_it_ended(cast):
    made = make_encounter(cast.leo, cast.vasseur, S.IN_PROGRESS)
    act(S.ABORTED, made, doctor(cast.vasseur))
    made.refresh_from_db()
    assert (made.abort_reason, made.ended_at, traces()) == (
        AbortReason.LINE_FAILED,
        NOW,
        [("record.encounter.aborted", "line_failed")],
    )


@pytest.mark.parametrize("held", [S.IN_PROGRESS, S.TO_SIGN])
def test_the_database_refuses_a_second_held_encounter(cast, held):
    make_encounter(cast.leo, cast.vasseur, S.IN_PROGRESS)
    with pytest.raises(IntegrityError), transaction.atomic():
        make_encounter(cast.jeanne_patient, cast.vasseur, held)
    make_encounter(cast.jeanne_patient, cast.lenoir, held)


@pytest.mark.parametrize(
    "facts", [{"state": S.SIGNED, "signed_at": None}, {"state": S.ABORTED, "abort_reason": ""}]
)
def test_the_database_refuses_a_state_without_its_fact(cast, facts):
    with pytest.raises(IntegrityError), transaction.atomic():
        make_encounter(cast.leo, cast.vasseur, **facts)
