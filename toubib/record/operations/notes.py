"""The note: a draft that saves itself, then signed versions, none of which erases another."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, cast
from uuid import UUID

from django.utils.translation import gettext as _

from toubib.ground.actors import Actor
from toubib.ground.journal import trace
from toubib.ground.locks import transactional
from toubib.ground.prepared import insert, read_one, update
from toubib.record.enums import EncounterState
from toubib.record.events import encounter_amended
from toubib.record.models import Encounter, Note
from toubib.record.noted import TEXTS, Measure, keep_measures, missing_parts, parts_of, standing, wrong_parts
from toubib.record.operations.encounters import OPEN, MoveRefused, NoteWrong, lock_encounter, move_encounter
from toubib.record.operations.readings import with_sources


class StaleNote(Exception):
    """Someone saved the note since this page read it; `current` is what stands now."""

    def __init__(self, current: Note) -> None:
        super().__init__(
            _("Cette note a changé dans une autre page. Rien n’est perdu : comparez, puis enregistrez.")
        )
        self.current = current


@transactional
def save_note(
    *,
    encounter_id: UUID,
    reason: str,
    findings: str,
    conclusion: str,
    advice: str,
    history: str | None = None,
    warning_signs: str | None = None,
    diagnosis: str | None = None,
    measurements: Sequence[Measure] | None = None,
    base: int,
    by: Actor,
    now: datetime,
) -> Note:
    """Save the draft, whatever it still lacks; a part that is not given stays as it is. `base` is the number of saves
    that the page knows. Raises StaleNote, MoveRefused."""
    encounter = lock_encounter(encounter_id=encounter_id)
    if encounter.state not in OPEN:
        raise MoveRefused(_("La note est signée : complétez-la par un ajout."))
    note = read_one(Note.objects.all(), encounter=encounter, version=1) or Note(
        encounter=encounter, version=1, reason="", findings="", conclusion="", advice="", saved_at=now
    )
    more = {"history": history, "warning_signs": warning_signs, "diagnosis": diagnosis}
    parts: dict[str, Any] = {
        "reason": reason,
        "findings": findings,
        "conclusion": conclusion,
        "advice": advice,
    }
    parts |= {name: text for name, text in more.items() if text is not None}
    if measurements is not None:
        parts["measurements"] = keep_measures(with_sources(encounter=encounter, measures=measurements))
    if all(getattr(note, name) == part for name, part in parts.items()):
        return note
    if note.saves != base:
        raise StaleNote(note)
    for name, part in parts.items():
        setattr(note, name, part)
    note.saves, note.saved_at = note.saves + 1, now
    if note._state.adding:
        insert([note])
    else:
        update(note, [*parts, "saves", "saved_at"])
    _trace("record.note.save", note, by=by, now=now)
    return note


def _trace(action: str, note: Note, *, by: Actor, now: datetime) -> None:
    trace(
        by=by,
        action=action,
        now=now,
        patient=note.encounter.patient_id,
        subject="note",
        subject_id=note.id,
    )


@transactional
def amend_note(*, encounter_id: UUID, text: str, by: Actor, now: datetime) -> Note:
    """Add a signed version after the first; nothing is erased. The same words twice are one. Raises MoveRefused."""
    encounter = lock_encounter(encounter_id=encounter_id)
    last = Note.objects.filter(encounter=encounter).order_by("-version").first()
    if last and last.version > 1 and (last.conclusion, last.signed_by) == (text, by.account_id):
        return last
    move_encounter(encounter=encounter, to=EncounterState.AMENDED, by=by, now=now)
    encounter_amended.send(sender=Encounter, encounter=encounter, by=by, now=now)
    return Note.objects.create(
        encounter=encounter,
        version=(last.version if last else 0) + 1,
        reason="",
        findings="",
        conclusion=text,
        advice="",
        saved_at=now,
        signed_at=now,
        signed_by=by.account_id,
    )


@transactional
def correct_note(
    *,
    encounter_id: UUID,
    texts: Mapping[str, str],
    measurements: Sequence[Measure],
    why: str,
    base: int,
    by: Actor,
    now: datetime,
) -> Note:
    """A new signed version with every part anew and its reason; those before it stay as they are. `base` is the last
    version that the page knows. What changes nothing makes no version. Raises NoteWrong, StaleNote, MoveRefused."""
    encounter = lock_encounter(encounter_id=encounter_id)
    if not why.strip():
        raise NoteWrong({"why": _("Écrivez pourquoi vous corrigez.")})
    notes = list(Note.objects.filter(encounter=encounter).order_by("version"))
    now_stands = standing(notes)
    made = Note(encounter=encounter, version=len(notes) + 1, why=why, saved_at=now, signed_at=now)
    carried = with_sources(encounter=encounter, measures=measurements)
    made.signed_by, made.measurements = by.account_id, keep_measures(carried)
    for name in TEXTS:
        setattr(made, name, texts.get(name, ""))
    if now_stands is not None and parts_of(made) == parts_of(now_stands):
        return cast(Note, now_stands)
    if base != len(notes):
        raise StaleNote(notes[-1])
    lacks = missing_parts(made) | wrong_parts(made)
    if lacks:
        raise NoteWrong(lacks)
    move_encounter(encounter=encounter, to=EncounterState.AMENDED, by=by, now=now)
    insert([made])
    _trace("record.note.correct", made, by=by, now=now)
    encounter_amended.send(sender=Encounter, encounter=encounter, by=by, now=now)
    return made
