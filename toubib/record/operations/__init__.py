"""The only writers of the record. Each act leaves its trace in the journal, in its own transaction."""

from toubib.record.files import MOST_FILES, add_attachment, bind_to_encounter, pass_on, remove_attachment
from toubib.record.operations.encounters import (
    MoveRefused,
    NoteIncomplete,
    NoteWrong,
    abort_encounter,
    ask_minor_secrecy,
    check_at_start,
    create_encounter,
    end_encounter,
    keep_video_seconds,
    lock_encounter,
    move_encounter,
    orient_patient,
    say_second_parent,
    sign_encounter,
    start_encounter,
)
from toubib.record.operations.notes import StaleNote, amend_note, correct_note, save_note
from toubib.record.operations.said import say_consents, tell_health_summary, withdraw_consent
from toubib.record.operations.templates import (
    TemplateRefused,
    delete_template,
    keep_template,
    rename_template,
)

__all__ = [
    "MOST_FILES",
    "MoveRefused",
    "NoteIncomplete",
    "NoteWrong",
    "StaleNote",
    "TemplateRefused",
    "abort_encounter",
    "add_attachment",
    "amend_note",
    "ask_minor_secrecy",
    "bind_to_encounter",
    "check_at_start",
    "correct_note",
    "create_encounter",
    "delete_template",
    "end_encounter",
    "keep_template",
    "keep_video_seconds",
    "lock_encounter",
    "move_encounter",
    "orient_patient",
    "pass_on",
    "remove_attachment",
    "rename_template",
    "save_note",
    "say_consents",
    "say_second_parent",
    "sign_encounter",
    "start_encounter",
    "tell_health_summary",
    "withdraw_consent",
]
