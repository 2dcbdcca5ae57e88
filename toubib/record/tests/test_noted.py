"""What changed between versions: no word is ever lost; measurements as typed, checked at the signature."""

from types import SimpleNamespace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from toubib.people.tests.factories import NOW, make_cast
from toubib.record.enums import Attestation, EncounterState
from toubib.record.models import Note
from toubib.record.noted import TEXTS, Measure, changes_of, keep_measures, standing, word_diff, wrong_parts
from toubib.record.operations import NoteWrong, amend_note, correct_note, save_note, sign_encounter
from toubib.record.queries import notes_of
from toubib.record.tests.factories import TEXTS as FIRST
from toubib.record.tests.factories import doctor, make_encounter

words = st.text(alphabet=st.sampled_from(list("aàbc éœ,.;\n\t «»’0123")), max_size=60)


def text(spans, without):
    return "".join(span.text for span in spans if span.kind != without)


@given(old=words, new=words)
def test_diff_loses_no_word_of_either(old, new):
    spans = word_diff(old, new)
    assert (text(spans, "added"), text(spans, "removed")) == (old, new)


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("seed", range(3))
def test_amendments_lose_no_word_of_the_earlier_versions(seed):
    """A row of corrections and additions: every version stays as it was signed, and the page can show it."""
    cast = make_cast()
    made, by = make_encounter(cast.leo, cast.vasseur, EncounterState.IN_PROGRESS), doctor(cast.vasseur)
    save_note(encounter_id=made.id, base=0, by=by, now=NOW, **FIRST)
    sign_encounter(encounter_id=made.id, attestation=Attestation.VIDEO, by=by, now=NOW)
    signed = []
    for number in range(6):
        if (number + seed) % 3:
            texts = {**FIRST, "conclusion": f"Version {number}", "history": "x " * number}
            heart = [Measure("heart_rate", str(60 + number), "device")]
            correct_note(
                encounter_id=made.id, texts=texts, measurements=heart, why=f"Raison {number}",
                base=len(notes_of(encounter=made)), by=by, now=NOW,
            )  # fmt: skip
        else:
            amend_note(encounter_id=made.id, text=f"Ajout {number}", by=by, now=NOW)
        rows = [
            tuple(getattr(note, name) for name in (*TEXTS, "why", "measured"))
            for note in notes_of(encounter=made)
        ]
        assert rows[: len(signed)] == signed
        signed = rows
    notes = notes_of(encounter=made)
    full = [note for note in notes if note.version == 1 or note.why]
    for before, after, change in zip(full, full[1:], changes_of(notes), strict=False):
        shown = dict(change.parts)
        for label, spans in shown.items():
            old, new = text(spans, "added"), text(spans, "removed")
            assert (
                old in before.measured or old in [getattr(before, name) for name in TEXTS]
            ) and new != old, label
        assert (change.why, change.by) == (after.why, by.account_id)


@pytest.mark.django_db
def test_a_correction_needs_its_reason_and_complete_parts():
    cast = make_cast()
    made, by = make_encounter(cast.leo, cast.vasseur, EncounterState.IN_PROGRESS), doctor(cast.vasseur)
    save_note(encounter_id=made.id, base=0, by=by, now=NOW, **FIRST)
    sign_encounter(encounter_id=made.id, attestation=Attestation.VIDEO, by=by, now=NOW)
    common = {"encounter_id": made.id, "measurements": (), "base": 1, "by": by, "now": NOW}
    with pytest.raises(NoteWrong, match="pourquoi"):
        correct_note(texts={**FIRST, "reason": "Toux"}, why=" ", **common)
    with pytest.raises(NoteWrong) as refused:
        correct_note(texts={**FIRST, "reason": "", "conclusion": " "}, why="Erreur", **common)
    assert sorted(refused.value.parts) == ["conclusion", "reason"]
    assert correct_note(texts=FIRST, why="Rien ne change", **common).version == 1
    assert Note.objects.count() == 1


def test_measurements_keep_the_codes_of_their_day():
    kept = keep_measures(
        [
            Measure("weight", " 14,5 ", "patient"),
            Measure("temperature", "38.4", "device"),
            Measure("pain", " "),
        ]
    )
    assert kept == [
        {"code": "temperature", "value": "38.4", "by": "device", "loinc": "8310-5", "ucum": "Cel"},
        {"code": "weight", "value": "14,5", "by": "patient", "loinc": "29463-7", "ucum": "kg"},
    ]


@pytest.mark.parametrize(
    ("code", "value", "right"),
    [
        ("temperature", "38,4", True), ("temperature", "25", True), ("temperature", "24,9", False),
        ("temperature", "x", False), ("temperature", "NaN", False), ("saturation", "100", True), ("saturation", "101", False),
    ],
)  # fmt: skip
def test_plausible_is_what_a_device_can_show(code, value, right):
    note = SimpleNamespace(measurements=[{"code": code, "value": value, "by": "patient"}], diagnosis="")
    assert (wrong_parts(note) == {}) is right


def test_standing_is_the_last_full_version():
    rows = [
        SimpleNamespace(version=1, why=""),
        SimpleNamespace(version=2, why="x"),
        SimpleNamespace(version=3, why=""),
    ]
    assert (standing(rows).version, standing(rows[:1]).version, standing([])) == (2, 1, None)
