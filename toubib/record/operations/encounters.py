"""States of an encounter, its signature, and what is written beside the note."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from django.utils import timezone
from django.utils.translation import gettext as _

from toubib.ground.actors import Actor
from toubib.ground.journal import trace
from toubib.ground.locks import lock_row, save_changed, transactional
from toubib.ground.prepared import insert, read, read_one, update
from toubib.record.certificates import OPEN_PLACE, refused_words
from toubib.record.enums import (
    DECISION_OF,
    ENCOUNTER_MOVES,
    AbortReason,
    Attestation,
    Decision,
    EncounterState,
    Orientation,
)
from toubib.record.events import encounter_signed, secrecy_changed
from toubib.record.leaves import lacks_of_notice, notice_of
from toubib.record.models import Certificate, Encounter, Note, Prescription, SickLeave
from toubib.record.noted import REQUIRED, wrong_parts
from toubib.record.prescribed import reach_lacks
from toubib.record.queries import marked, prescription_lacks, sheets_of

OPEN = {EncounterState.ARRIVED, EncounterState.IN_PROGRESS, EncounterState.TO_SIGN}


class MoveRefused(Exception):
    """The encounter is not in a state that allows this; str() is a sentence for the user."""


class NoteWrong(Exception):
    """The note cannot be signed as it is; `parts` holds a sentence by the name of each part."""

    def __init__(self, parts: dict[str, str]) -> None:
        super().__init__(" ".join(parts.values()))
        self.parts = parts


class PaperIncomplete(Exception):
    """An ordonnance or a leave cannot be signed as it is; `lacks` are sentences for the doctor."""

    def __init__(self, sentence: str, lacks: list[str]) -> None:
        super().__init__(sentence)
        self.lacks = lacks


class PrescriptionIncomplete(PaperIncomplete):
    pass


class LeaveIncomplete(PaperIncomplete):
    pass


class CertificateIncomplete(PaperIncomplete):
    pass


class NoteIncomplete(Exception):
    """The note cannot be signed; `fields` names what is missing."""

    def __init__(self, fields: list[str]) -> None:
        super().__init__(_("Il manque une partie de la note."))
        self.fields = fields


def create_encounter(
    *, patient_id: UUID, practitioner_id: UUID, minor_secrecy: bool = False, by: Actor, now: datetime
) -> Encounter:
    """A walk-in encounter: the patient is there, the doctor took the case."""
    encounter = Encounter(
        patient_id=patient_id,
        practitioner_id=practitioner_id,
        state=EncounterState.ARRIVED,
        planned_at=now,
        arrived_at=now,
        minor_secrecy=minor_secrecy,
    )
    insert([encounter])
    trace(
        by=by,
        action="record.encounter.create",
        now=now,
        patient=patient_id,
        subject="encounter",
        subject_id=encounter.id,
    )
    return encounter


def move_encounter(
    *, encounter: Encounter, to: EncounterState, by: Actor, now: datetime, reason: str = ""
) -> None:
    """Change the state of a locked encounter. Raises MoveRefused."""
    _step(encounter, to, by=by, now=now, reason=reason)
    save_changed(encounter)


def _step(encounter: Encounter, to: EncounterState, *, by: Actor, now: datetime, reason: str = "") -> None:
    """One move and its trace, not yet saved. Raises MoveRefused."""
    if to not in ENCOUNTER_MOVES[EncounterState(encounter.state)]:
        raise MoveRefused(
            _("La consultation n’en est plus là : %(state)s.") % {"state": encounter.get_state_display()}
        )
    encounter.state = to
    trace(
        by=by,
        action=f"record.encounter.{to}",
        now=now,
        patient=encounter.patient_id,
        subject="encounter",
        subject_id=encounter.id,
        reason=reason,
    )


def lock_encounter(*, encounter_id: UUID) -> Encounter:
    """The row, locked until the transaction ends. Raises Encounter.DoesNotExist."""
    return lock_row(Encounter.objects.all(), pk=encounter_id)


@transactional
def start_encounter(*, encounter_id: UUID, by: Actor, now: datetime) -> Encounter:
    """The room opens (again). Idempotent while in progress."""
    encounter = lock_encounter(encounter_id=encounter_id)
    if encounter.state != EncounterState.IN_PROGRESS:
        encounter.started_at = encounter.started_at or now
        encounter.ended_at = None
        move_encounter(encounter=encounter, to=EncounterState.IN_PROGRESS, by=by, now=now)
    return encounter


@transactional
def end_encounter(*, encounter_id: UUID, by: Actor, now: datetime) -> Encounter:
    """The call is over; the note remains to be signed. Idempotent."""
    encounter = lock_encounter(encounter_id=encounter_id)
    if encounter.state != EncounterState.TO_SIGN:
        encounter.ended_at = now
        move_encounter(encounter=encounter, to=EncounterState.TO_SIGN, by=by, now=now)
    return encounter


@transactional
def abort_encounter(*, encounter_id: UUID, reason: AbortReason, by: Actor, now: datetime) -> Encounter:
    """End an unsigned encounter with its reason; nothing is owed. Idempotent."""
    encounter = lock_encounter(encounter_id=encounter_id)
    if encounter.state != EncounterState.ABORTED:
        encounter.abort_reason = reason
        encounter.ended_at = encounter.ended_at or now
        move_encounter(encounter=encounter, to=EncounterState.ABORTED, by=by, now=now, reason=reason)
    return encounter


@transactional
def sign_encounter(*, encounter_id: UUID, attestation: Attestation, by: Actor, now: datetime) -> Encounter:
    """Sign the note, ending the call if it runs: the patient may read it. Idempotent. Raises NoteIncomplete,
    NoteWrong, PaperIncomplete, MoveRefused."""
    encounter = lock_encounter(encounter_id=encounter_id)
    if encounter.state in {EncounterState.SIGNED, EncounterState.AMENDED}:
        return encounter
    note = read_one(Note.objects.all(), encounter=encounter, version=1)
    missing = (
        list(REQUIRED) if note is None else [name for name in REQUIRED if not getattr(note, name).strip()]
    )
    if missing or note is None:
        raise NoteIncomplete(missing)
    wrong = wrong_parts(note)
    if wrong:
        raise NoteWrong(wrong)
    _sign_papers(encounter, now=now)
    if encounter.state == EncounterState.IN_PROGRESS:
        encounter.ended_at = now
        _step(encounter, EncounterState.TO_SIGN, by=by, now=now)
    encounter.signed_at, encounter.attestation = now, attestation
    move_encounter(encounter=encounter, to=EncounterState.SIGNED, by=by, now=now)
    note.signed_at, note.signed_by = now, by.account_id
    update(note, ["signed_at", "signed_by"])
    encounter_signed.send(sender=Encounter, encounter=encounter, by=by, now=now)
    return encounter


def _sign_papers(encounter: Encounter, *, now: datetime) -> None:
    """What stands beside the note is frozen with it. Raises PaperIncomplete."""
    on = timezone.localdate(now)
    sheets = marked(sheets_of(encounter=encounter), encounter=encounter, on=on)
    lacks = prescription_lacks(sheets=sheets, on=on)
    if sheets:
        lacks += reach_lacks(encounter.practitioner)
    if lacks:
        raise PrescriptionIncomplete(_("L’ordonnance n’est pas complète."), lacks)
    leave = read_one(SickLeave.objects.all(), encounter=encounter)
    if leave is not None:
        missing = lacks_of_notice(
            notice_of(leave.content), act_day=timezone.localdate(encounter.started_at or now)
        )
        if missing:
            raise LeaveIncomplete(_("L’avis d’arrêt n’est pas complet."), list(missing.values()))
        leave.signed_at = now
        leave.save(update_fields=["signed_at"])
    certificates = read(Certificate.objects.all(), encounter=encounter)
    if any(OPEN_PLACE in one.body for one in certificates):
        raise CertificateIncomplete(
            _("Un certificat n’est pas complet."), [_("Complétez les passages entre crochets : […].")]
        )
    forbidden = [
        _("« %(word)s » : %(why)s (%(reference)s, cité de mémoire : à vérifier)")
        % {"word": word, "why": refusal.why, "reference": refusal.reference}
        for one in certificates
        for word, refusal in refused_words(body=one.body)
    ]
    if forbidden:
        raise CertificateIncomplete(_("Un certificat ne se donne pas à distance."), forbidden)
    papers: list[Certificate | Prescription] = [*certificates, *(sheet.row for sheet in sheets)]
    for row in papers:
        row.signed_at = now
        update(row, ["signed_at"])


@transactional
def orient_patient(
    *, encounter_id: UUID, to: Orientation, note: str, days: int | None = None, by: Actor, now: datetime
) -> Encounter:
    """Write what is decided: where the patient is sent, and within how many `days` they must be seen in person. The
    SAMU of the place may be called while the call goes on."""
    encounter = lock_encounter(encounter_id=encounter_id)
    if encounter.state not in OPEN:
        raise MoveRefused(_("La consultation est close : complétez la note par un ajout."))
    encounter.orientation, encounter.orientation_note = to, note
    encounter.orientation_days = days if DECISION_OF.get(to) == Decision.IN_PERSON else None
    encounter.save(update_fields=["orientation", "orientation_note", "orientation_days"])
    trace(
        by=by,
        action="record.encounter.orient",
        now=now,
        patient=encounter.patient_id,
        subject="encounter",
        subject_id=encounter.id,
        reason=to,
    )
    return encounter


@transactional
def check_at_start(*, encounter_id: UUID, identity: bool, place: bool, by: Actor, now: datetime) -> None:
    """The doctor asked again, at the start, who the patient is and where they are now."""
    encounter = lock_encounter(encounter_id=encounter_id)
    if encounter.state not in OPEN:
        raise MoveRefused(_("La consultation est close : complétez la note par un ajout."))
    encounter.identity_checked, encounter.place_checked = identity, place
    encounter.save(update_fields=["identity_checked", "place_checked"])
    trace(
        by=by,
        action="record.encounter.check",
        now=now,
        patient=encounter.patient_id,
        subject="encounter",
        subject_id=encounter.id,
    )


@transactional
def say_second_parent(*, encounter_id: UUID, agreed: bool | None, by: Actor, now: datetime) -> None:
    """For an act that is not ordinary both parents agree (C. civ. 372-2): the doctor writes what the second said."""
    encounter = lock_encounter(encounter_id=encounter_id)
    if encounter.state not in OPEN:
        raise MoveRefused(_("La consultation est close : complétez la note par un ajout."))
    encounter.second_parent_agreed = agreed
    encounter.save(update_fields=["second_parent_agreed"])
    trace(
        by=by,
        action="record.encounter.second_parent",
        now=now,
        patient=encounter.patient_id,
        subject="encounter",
        subject_id=encounter.id,
    )


def keep_video_seconds(*, encounter_id: UUID, by_patient: int, by_practitioner: int) -> None:
    """Seconds of video that each side received from the other, as their browsers measured."""
    row = Encounter(
        pk=encounter_id, video_seconds_patient=by_patient, video_seconds_practitioner=by_practitioner
    )
    update(row, ["video_seconds_patient", "video_seconds_practitioner"])


@transactional
def ask_minor_secrecy(*, encounter_id: UUID, secret: bool, by: Actor, now: datetime) -> None:
    """A minor may ask that parents do not learn of this encounter (L. 1111-5 CSP), or lift it, before
    the signature or after it. Idempotent. What stands above hears of it (`events.secrecy_changed`)."""
    encounter = lock_encounter(encounter_id=encounter_id)
    if encounter.minor_secrecy == secret:
        return
    encounter.minor_secrecy = secret
    encounter.save(update_fields=["minor_secrecy"])
    trace(
        by=by,
        action="record.encounter.secrecy",
        now=now,
        patient=encounter.patient_id,
        subject="encounter",
        subject_id=encounter.id,
    )
    secrecy_changed.send(sender=Encounter, encounter=encounter, by=by, now=now)
