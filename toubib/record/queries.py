"""Reads of the record. Who shows a patient's data to someone leaves a trace (`trace_read`)."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from uuid import UUID

from django.db.models import Exists, OuterRef, Q, QuerySet, prefetch_related_objects
from django.utils import timezone
from django.utils.translation import gettext as _

from toubib.ground.actors import Actor
from toubib.ground.journal import trace
from toubib.ground.prepared import read
from toubib.people.enums import LinkKind
from toubib.people.identity import age_on
from toubib.people.models import PatientLink
from toubib.people.queries import live_links
from toubib.record.allergies import Mark, is_answered, marks_of
from toubib.record.enums import EncounterState, SheetKind, TaskState, VideoFinding
from toubib.record.models import (
    Attachment,
    Certificate,
    Consent,
    Encounter,
    EncounterDecision,
    HealthSummary,
    Note,
    NoteTemplate,
    PatientTask,
    Prescription,
    PrescriptionLine,
    Reading,
    SickLeave,
)
from toubib.record.prescribed import WEIGHED_UNDER, Item, item_of, lacks_of, verdict_on, weight_lacks
from toubib.rulebook.days import value_at

READABLE = (EncounterState.SIGNED, EncounterState.AMENDED)


@dataclass(frozen=True, slots=True)
class VideoVerdict:
    """What both browsers measured, beside the doctor's word: video when both report enough and agree."""

    finding: VideoFinding
    patient_seconds: int
    practitioner_seconds: int

    @property
    def measured(self) -> bool:
        return self.finding == VideoFinding.MEASURED


def video_verdict(*, encounter: Encounter) -> VideoVerdict:
    """Both sides at least `video.min_seconds`, apart by no more than `video.agreement` of the greater."""
    at = encounter.started_at or encounter.planned_at
    one, two = encounter.video_seconds_patient or 0, encounter.video_seconds_practitioner or 0
    enough = min(one, two) >= value_at(id="video.min_seconds", now=at)
    agree = abs(one - two) <= value_at(id="video.agreement", now=at) * max(one, two, 1)
    if enough:
        return VideoVerdict(VideoFinding.MEASURED if agree else VideoFinding.APART, one, two)
    return VideoVerdict(VideoFinding.TOO_SHORT if min(one, two) > 0 else VideoFinding.NONE, one, two)


def trace_read(*, what: str, patient_id: UUID, subject_id: UUID, by: Actor, now: datetime) -> None:
    """`what` is the thing read: encounter, note, file, summary, attachment."""
    trace(
        by=by, action=f"record.{what}.read", now=now, patient=patient_id, subject=what, subject_id=subject_id
    )


def encounters_for_account(*, account_id: UUID, now: datetime) -> QuerySet[Encounter]:
    """Encounters that this account may see for itself and those it acts for, newest first."""
    links = PatientLink.objects.filter(live_links(now=now), account_id=account_id)
    parent = links.exclude(kind=LinkKind.SELF).values("patient")
    own = links.filter(kind=LinkKind.SELF).values("patient")
    seen = Q(patient__in=own) | Q(patient__in=parent, minor_secrecy=False)
    rows = Encounter.objects.filter(seen).select_related("practitioner", "patient")
    return rows.order_by("-planned_at", "-id")


def get_encounter(*, encounter_id: UUID) -> Encounter | None:
    rows = Encounter.objects.select_related(
        "patient", "practitioner__professional", "practitioner__practice_commune"
    )
    return rows.filter(pk=encounter_id).first()


def notes_of(*, encounter: Encounter) -> list[Note]:
    return list(Note.objects.filter(encounter=encounter).order_by("version"))


def draft_note(*, encounter: Encounter) -> Note | None:
    return Note.objects.filter(encounter=encounter, version=1).first()


def latest_summary(*, patient_id: UUID, told_by: UUID | None = None) -> HealthSummary | None:
    """`told_by`: only what this account told, since a minor's own words may be secret from a parent."""
    rows = HealthSummary.objects.filter(patient_id=patient_id)
    if told_by is not None:
        rows = rows.filter(told_by=told_by)
    return rows.order_by("-told_at", "-id").first()


def of_request(ticket_id: UUID | None) -> Q:
    """Condition on Attachment: sent for this request, or for none in particular."""
    free = Q(ticket_id__isnull=True)
    return free if ticket_id is None else free | Q(ticket_id=ticket_id)


def attachments_for(
    *, patient_id: UUID, encounter: Encounter | None = None, ticket_id: UUID | None = None
) -> list[Attachment]:
    """The patient's files of this request not yet bound to a visit, and those of the given encounter."""
    rows = Attachment.objects.filter(patient_id=patient_id).select_related("file").order_by("added_at")
    mine = Q(encounter__isnull=True) & of_request(ticket_id)
    return list(rows.filter(mine | Q(encounter=encounter) if encounter else mine))


def readings_of(*, ticket_id: UUID | None = None, encounter: Encounter | None = None) -> list[Reading]:
    """What was measured for this request or visit, in order."""
    if encounter is not None:
        return list(Reading.objects.filter(encounter=encounter).order_by("taken_at", "id"))
    return list(Reading.objects.filter(ticket_id=ticket_id).order_by("taken_at", "id")) if ticket_id else []


def disposition(attachment: Attachment) -> str:
    """The header with which a file is served: pictures, which we drew, in the page; a PDF only to be saved."""
    is_picture = attachment.file.media_type == "image/jpeg"
    name = f"piece-{attachment.id.hex[-6:]}.{'jpg' if is_picture else 'pdf'}"
    return f'{"inline" if is_picture else "attachment"}; filename="{name}"'


def _past(patient_id: UUID, before: Encounter | None) -> QuerySet[Encounter]:
    rows = Encounter.objects.filter(patient_id=patient_id, state__in=READABLE)
    if before is not None:
        rows = rows.filter(planned_at__lt=before.planned_at).exclude(pk=before.pk)
    return rows


def past_encounters(
    *, patient_id: UUID, before: Encounter | None = None, limit: int = 20, skip: int = 0
) -> list[Encounter]:
    """Signed encounters of a patient, newest first, for the doctor who has the case: none that came after `before`."""
    rows = _past(patient_id, before).select_related("practitioner").order_by("-planned_at", "-id")
    return list(rows[skip : skip + limit])


def count_past(*, patient_id: UUID, before: Encounter | None = None) -> int:
    return _past(patient_id, before).count()


def notes_by_encounter(*, encounters: Sequence[Encounter]) -> dict[UUID, list[Note]]:
    """All versions of each, in one query."""
    notes: dict[UUID, list[Note]] = {}
    for note in Note.objects.filter(encounter__in=[row.pk for row in encounters]).order_by("version"):
        notes.setdefault(note.encounter_id, []).append(note)
    return notes


def templates_of(*, practitioner_id: UUID) -> list[NoteTemplate]:
    """By title, as people read them."""
    rows = NoteTemplate.objects.filter(practitioner_id=practitioner_id)
    return sorted(rows, key=lambda row: (row.title.casefold(), row.made_at))


def template_of(*, template_id: UUID, practitioner_id: UUID) -> NoteTemplate | None:
    return NoteTemplate.objects.filter(pk=template_id, practitioner_id=practitioner_id).first()


def consents_of(*, encounter: Encounter) -> list[Consent]:
    return list(Consent.objects.filter(encounter=encounter).order_by("said_at"))


def decisions_of(*, encounter: Encounter) -> list[EncounterDecision]:
    """What the rule book said of this act, first the one of the signature."""
    return list(EncounterDecision.objects.filter(encounter=encounter).order_by("version"))


@dataclass(frozen=True, slots=True)
class Line:
    """A line with what it lacks to be signed."""

    row: PrescriptionLine
    item: Item
    lacks: list[str]
    mark: Mark | None = None

    @property
    def is_answered(self) -> bool:
        return is_answered(self.item, self.mark)


@dataclass(frozen=True, slots=True)
class Sheet:
    """A sheet with its lines in order; `lacks`: of the sheet itself."""

    row: Prescription
    lines: list[Line]
    lacks: list[str]

    @property
    def with_ald(self) -> list[Line]:
        """The upper zone of an ordonnance bizone."""
        return [one for one in self.lines if one.item.ald]

    @property
    def without_ald(self) -> list[Line]:
        return [one for one in self.lines if not one.item.ald]

    @property
    def is_complete(self) -> bool:
        return not self.lacks and all(not line.lacks and line.is_answered for line in self.lines)


def is_weighed(*, encounter: Encounter) -> bool:
    """Whether a sheet of medicines carries the weight: under sixteen (R. 5132-3 CSP: where it is needed)."""
    on = timezone.localdate(encounter.planned_at)
    return age_on(encounter.patient.birth_date, on=on) < WEIGHED_UNDER


def sheets_of(*, encounter: Encounter) -> list[Sheet]:
    """The ordonnance of an encounter, a sheet of each kind, in the order of the kinds; the last version that was signed."""
    kept: dict[str, Prescription] = {}
    for row in read(Prescription.objects.all(), encounter=encounter):
        stands = row.version == 1 or row.signed_at is not None
        if stands and (row.sheet not in kept or kept[row.sheet].version < row.version):
            kept[row.sheet] = row
    rows = list(kept.values())
    if not rows:
        return []
    prefetch_related_objects(rows, "lines")
    weighed = is_weighed(encounter=encounter)
    order = list(SheetKind)
    return [
        _sheet(row, weighed=weighed)
        for row in sorted(rows, key=lambda row: order.index(SheetKind(row.sheet)))
    ]


def rework_of(*, encounter: Encounter) -> Sheet | None:
    """The signed sheet that is being taken up again."""
    rows = Prescription.objects.filter(encounter=encounter, version__gt=1, signed_at__isnull=True)
    row = rows.select_related("encounter").prefetch_related("lines").first()
    return _sheet(row, weighed=is_weighed(encounter=encounter)) if row else None


def _sheet(row: Prescription, *, weighed: bool) -> Sheet:
    lines = [_line(one, row.sheet) for one in row.lines.all()]
    needs = weighed and row.sheet == SheetKind.MEDICINES
    lack = weight_lacks(row.weight) if needs else ""
    return Sheet(row, lines, [lack] if lack else [])


def _line(row: PrescriptionLine, sheet: str) -> Line:
    item = item_of(row.content)
    return Line(row, item, lacks_of(item, sheet=sheet))


def marked(sheets: Sequence[Sheet], *, encounter: Encounter, on: date) -> list[Sheet]:
    """These sheets, with the noted allergy that the words of a line resemble (`allergies`)."""
    summary = latest_summary(patient_id=encounter.patient_id) if sheets else None
    items = [line.item for sheet in sheets for line in sheet.lines]
    marks = iter(marks_of(items, content=summary.content if summary else {}, on=on))
    return [
        replace(sheet, lines=[replace(line, mark=next(marks)) for line in sheet.lines]) for sheet in sheets
    ]


def encounter_of_line(*, line_id: UUID) -> UUID | None:
    """Whose this line is; None where there is none (any more)."""
    rows = PrescriptionLine.objects.filter(pk=line_id)
    return rows.values_list("prescription__encounter_id", flat=True).first()


def prescription_lacks(*, sheets: Iterable[Sheet], on: date) -> list[str]:
    """Why the ordonnance may not be signed, in sentences: each incomplete line, and each that may no longer be
    prescribed this way that day; where the sheets are `marked`, each like a noted allergy without a reason."""
    said = []
    for sheet in sheets:
        said += sheet.lacks
        for line in sheet.lines:
            refused = verdict_on(line.item, sheet=sheet.row.sheet, on=on)
            sentences = [*line.lacks, *([refused.text_doctor] if refused else [])]
            if line.mark is not None and not line.is_answered:
                sentences += [line.mark.words, _("Écrivez pourquoi vous prescrivez cette ligne.")]
            said += [f"{line.item.text} : {sentence}" for sentence in sentences]
    return said


def earlier_sheets(*, encounter: Encounter, limit: int = 5) -> list[Sheet]:
    """The patient's last signed sheets before this encounter, to renew lines from."""
    rows = Prescription.objects.filter(
        encounter__patient_id=encounter.patient_id,
        encounter__planned_at__lt=encounter.planned_at,
        signed_at__isnull=False,
    )
    newer = Prescription.objects.filter(
        encounter=OuterRef("encounter"),
        sheet=OuterRef("sheet"),
        version__gt=OuterRef("version"),
        signed_at__isnull=False,
    )
    found = rows.filter(~Exists(newer)).prefetch_related("lines").order_by("-signed_at", "sheet")[:limit]
    return [_sheet(row, weighed=False) for row in found]


def leave_of(*, encounter: Encounter) -> SickLeave | None:
    return SickLeave.objects.filter(encounter=encounter).first()


def certificates_of(*, encounter: Encounter) -> list[Certificate]:
    return list(Certificate.objects.filter(encounter=encounter).order_by("made_at", "id"))


def tasks_of(*, encounter: Encounter) -> list[PatientTask]:
    return list(PatientTask.objects.filter(encounter=encounter).order_by("opened_at"))


def stuck_tasks(*, followed: bool = False) -> QuerySet[PatientTask]:
    """Patients who said that they found nobody: the oldest first; those followed, the newest."""
    rows = PatientTask.objects.filter(state=TaskState.STUCK, followed_at__isnull=not followed)
    rows = rows.select_related("encounter__patient", "encounter__practitioner")
    return rows.order_by("-followed_at", "-id") if followed else rows.order_by("answered_at", "id")


def tasks_to_remind(*, now: datetime, limit: int = 50) -> list[PatientTask]:
    """Still open, never asked about again, of an account that can be told."""
    rows = PatientTask.objects.filter(
        state=TaskState.OPEN, reminded_at__isnull=True, remind_at__lte=now, account__isnull=False
    )
    return list(rows.order_by("remind_at")[:limit])
