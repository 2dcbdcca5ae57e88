"""The note: a draft that saves itself, then signed versions, none of which erases another."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from django.utils.translation import gettext as _

from toubib.ground.actors import Actor
from toubib.ground.journal import trace
from toubib.ground.locks import transactional
from toubib.ground.prepared import insert, read_one, update
from toubib.record.enums import EncounterState
from toubib.record.events import encounter_amended
from toubib.record.models import Encounter, Note
from toubib.record.operations.encounters import MoveRefused, lock_encounter, move_encounter


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
    base: int,
    by: Actor,
    now: datetime,
) -> Note:
    """Save the draft. `base` is the number of saves the page knows. Raises StaleNote, MoveRefused."""
    encounter = lock_encounter(encounter_id=encounter_id)
    if encounter.state not in {EncounterState.ARRIVED, EncounterState.IN_PROGRESS, EncounterState.TO_SIGN}:
        raise MoveRefused(_("La note est signée : complétez-la par un ajout."))
    note = read_one(Note.objects.all(), encounter=encounter, version=1) or Note(
        encounter=encounter, version=1, reason="", findings="", conclusion="", advice="", saved_at=now
    )
    texts = {"reason": reason, "findings": findings, "conclusion": conclusion, "advice": advice}
    if all(getattr(note, name) == text for name, text in texts.items()):
        return note
    if note.saves != base:
        raise StaleNote(note)
    for name, text in texts.items():
        setattr(note, name, text)
    note.saves, note.saved_at = note.saves + 1, now
    if note._state.adding:
        insert([note])
    else:
        update(note, [*texts, "saves", "saved_at"])
    trace(
        by=by,
        action="record.note.save",
        now=now,
        patient=encounter.patient_id,
        subject="note",
        subject_id=note.id,
    )
    return note


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
