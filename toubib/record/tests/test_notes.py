"""The note: drafted, never lost to another page, signed once, amended and never erased; what the doctor checks."""

import threading
from datetime import timedelta

import pytest
from django.db import connection

from toubib.ground.models import JournalEntry
from toubib.people.tests.factories import NOW, make_cast
from toubib.record.enums import Attestation, EncounterState, Orientation
from toubib.record.models import Encounter, Note
from toubib.record.operations import (
    MoveRefused,
    NoteIncomplete,
    StaleNote,
    amend_note,
    ask_minor_secrecy,
    check_at_start,
    keep_video_seconds,
    orient_patient,
    save_note,
    say_second_parent,
    sign_encounter,
)
from toubib.record.queries import draft_note, notes_of, past_encounters
from toubib.record.tests.factories import TEXTS, doctor, make_encounter

pytestmark = pytest.mark.django_db

S = EncounterState
OPEN = (S.ARRIVED, S.IN_PROGRESS, S.TO_SIGN)


def minutes(n: float):
    return NOW + timedelta(minutes=n)


def save(made, by, *, base, now=NOW, **texts):
    return save_note(encounter_id=made.id, base=base, by=by, now=now, **{**TEXTS, **texts})


def sign(made, by, now=NOW):
    return sign_encounter(encounter_id=made.id, attestation=Attestation.VIDEO, by=by, now=now)


def actions():
    return list(JournalEntry.objects.order_by("id").values_list("action", flat=True))


@pytest.fixture
def call():
    """(encounter in progress, its doctor)."""
    cast = make_cast()
    return make_encounter(cast.jeanne_patient, cast.vasseur, S.IN_PROGRESS), doctor(cast.vasseur)


def test_save_counts_and_leaves_a_trace(call):
    made, by = call
    first = save(made, by, base=0)
    second = save(made, by, base=1, findings="38,9 °C", now=minutes(2))
    assert (first.id, second.saves, second.saved_at, draft_note(encounter=made).findings) == (
        second.id,
        2,
        minutes(2),
        "38,9 °C",
    )
    assert actions() == ["record.note.save"] * 2


def test_save_of_the_same_words_again_changes_nothing_whatever_the_base(call):
    made, by = call
    save(made, by, base=0)
    assert [save(made, by, base=base, now=minutes(1)).saves for base in (0, 1, 7)] == [1, 1, 1]
    assert (actions(), draft_note(encounter=made).saved_at) == (["record.note.save"], NOW)


def test_save_of_nothing_makes_no_row(call):
    made, by = call
    save(made, by, base=0, **dict.fromkeys(TEXTS, ""))
    assert (Note.objects.count(), actions()) == (0, [])


def test_save_from_a_second_page_is_refused_and_shows_what_stands(call):
    made, by = call
    save(made, by, base=0)
    save(made, by, base=1, conclusion="Angine virale")
    with pytest.raises(StaleNote, match="Rien n’est perdu") as refused:
        save(made, by, base=1, conclusion="Otite")
    assert (refused.value.current.conclusion, refused.value.current.saves) == ("Angine virale", 2)
    assert save(made, by, base=refused.value.current.saves, conclusion="Otite").saves == 3


@pytest.mark.parametrize("state", sorted(set(S) - set(OPEN)))
def test_write_once_closed_is_refused(state):
    cast = make_cast()
    made, by = make_encounter(cast.leo, cast.vasseur, state), doctor(cast.vasseur)
    for write in (
        lambda: save(made, by, base=0),
        lambda: orient_patient(encounter_id=made.id, to=Orientation.KIOSK, note="", by=by, now=NOW),
        lambda: check_at_start(encounter_id=made.id, identity=True, place=True, by=by, now=NOW),
        lambda: say_second_parent(encounter_id=made.id, agreed=True, by=by, now=NOW),
    ):
        with pytest.raises(MoveRefused, match="ajout"):
            write()
    assert (Note.objects.count(), actions()) == (0, [])


@pytest.mark.parametrize("state", OPEN)
def test_write_while_open_is_kept_with_its_trace(state):
    cast = make_cast()
    made, by = make_encounter(cast.leo, cast.vasseur, state), doctor(cast.vasseur)
    orient_patient(encounter_id=made.id, to=Orientation.SAMU, note="SAMU 59 appelé", by=by, now=NOW)
    check_at_start(encounter_id=made.id, identity=True, place=False, by=by, now=NOW)
    say_second_parent(encounter_id=made.id, agreed=False, by=by, now=NOW)
    keep_video_seconds(encounter_id=made.id, by_patient=61, by_practitioner=58)
    made.refresh_from_db()
    assert (
        made.orientation, made.orientation_note, made.identity_checked, made.place_checked,
        made.second_parent_agreed, made.video_seconds_patient, made.video_seconds_practitioner, made.state,
    ) == (Orientation.SAMU, "SAMU 59 appelé", True, False, False, 61, 58, state)  # fmt: skip
    assert list(JournalEntry.objects.order_by("id").values_list("action", "reason", "patient")) == [
        ("record.encounter.orient", "samu", cast.leo.id),
        ("record.encounter.check", "", cast.leo.id),
        ("record.encounter.second_parent", "", cast.leo.id),
    ]


@pytest.mark.parametrize(
    "empty", [("reason",), ("findings", "conclusion"), ("reason", "findings", "conclusion")]
)
def test_sign_an_incomplete_note_names_what_is_missing(call, empty):
    made, by = call
    save(made, by, base=0, **dict.fromkeys(empty, "  \n"))
    with pytest.raises(NoteIncomplete) as refused:
        sign(made, by)
    made.refresh_from_db()
    assert (refused.value.fields, made.state, made.signed_at) == (list(empty), S.IN_PROGRESS, None)


def test_sign_without_a_note_names_everything(call):
    made, by = call
    with pytest.raises(NoteIncomplete) as refused:
        sign(made, by)
    assert refused.value.fields == ["reason", "findings", "conclusion"]


def test_sign_while_the_call_runs_ends_it_and_twice_is_once(call):
    made, by = call
    save(made, by, base=0, advice="")
    sign(made, by, now=minutes(3))
    sign(made, by, now=minutes(4))
    made.refresh_from_db()
    note = Note.objects.get()
    assert (made.state, made.ended_at, made.signed_at, made.attestation) == (
        S.SIGNED, minutes(3), minutes(3), Attestation.VIDEO,
    )  # fmt: skip
    assert (note.signed_at, note.signed_by) == (minutes(3), by.account_id)
    assert actions() == [
        "record.note.save",
        "record.encounter.to_sign",
        "record.encounter.signed",
        "record.decision.keep",
    ]


def test_sign_before_the_room_was_opened_is_refused_and_signs_nothing():
    cast = make_cast()
    made, by = make_encounter(cast.leo, cast.vasseur), doctor(cast.vasseur)
    save(made, by, base=0)
    with pytest.raises(MoveRefused):
        sign(made, by)
    assert (Note.objects.get().signed_at, Encounter.objects.get().state) == (None, S.ARRIVED)


def test_amend_adds_versions_and_erases_nothing(call):
    made, by = call
    save(made, by, base=0)
    sign(made, by)
    amend_note(encounter_id=made.id, text="Test rapide positif", by=by, now=minutes(9))
    for _ in range(2):
        amend_note(encounter_id=made.id, text="Allergie signalée", by=by, now=minutes(10))
    made.refresh_from_db()
    first, second, third = notes_of(encounter=made)
    assert [(n.version, n.conclusion, n.signed_at) for n in (first, second, third)] == [
        (1, "Angine", NOW),
        (2, "Test rapide positif", minutes(9)),
        (3, "Allergie signalée", minutes(10)),
    ]
    assert ({name: getattr(first, name) for name in TEXTS}, made.state) == (TEXTS, S.AMENDED)
    assert actions()[-4:] == ["record.encounter.amended", "record.decision.keep"] * 2
    assert past_encounters(patient_id=made.patient_id) == [made]


@pytest.mark.parametrize("state", sorted(set(S) - {S.SIGNED, S.AMENDED}))
def test_amend_before_signing_is_refused(state):
    cast = make_cast()
    made = make_encounter(cast.leo, cast.vasseur, state)
    with pytest.raises(MoveRefused):
        amend_note(encounter_id=made.id, text="Ajout", by=doctor(cast.vasseur), now=NOW)
    assert Note.objects.count() == 0


def test_secrecy_asked_and_taken_back_leaves_traces(call):
    made, by = call
    seen = []
    for secret in (True, False):
        ask_minor_secrecy(encounter_id=made.id, secret=secret, by=by, now=NOW)
        made.refresh_from_db()
        seen.append(made.minor_secrecy)
    assert (seen, actions()) == ([True, False], ["record.encounter.secrecy"] * 2)


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_pages_that_save_at_once_lose_no_word():
    cast = make_cast()
    made, by = make_encounter(cast.leo, cast.vasseur, S.IN_PROGRESS), doctor(cast.vasseur)
    outcomes: list[str] = []

    def page(number: int) -> None:
        try:
            outcomes.append(save(made, by, base=0, conclusion=f"page {number}").conclusion)
        except StaleNote:
            outcomes.append("stale")
        finally:
            connection.close()

    threads = [threading.Thread(target=page, args=(number,)) for number in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    kept = Note.objects.get()
    assert (sorted(outcomes), kept.saves) == (sorted([kept.conclusion, *["stale"] * 5]), 1)
