"""What happened in care: encounters, notes, what the patient told, files, consents."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from toubib.directory.models import Practitioner
from toubib.ground.fields import EncryptedJSONField, EncryptedTextField
from toubib.ground.models import DataNote, Model, StoredFile
from toubib.people.models import Patient
from toubib.record.enums import (
    HELD_STATES,
    AbortReason,
    Attestation,
    ConsentScope,
    EncounterState,
    Orientation,
    SheetKind,
    TaskKind,
    TaskState,
)
from toubib.record.noted import measures_of

RECORD_KEPT = "5 years active, then 15 archived (CNIL, practices); 20 years for establishments"


def not_oriented() -> str:
    return Orientation.NONE.value


class Encounter(Model):
    """FHIR Encounter. Documents exist for the patient only once it is signed; an amendment never erases."""

    data = DataNote(personal=True, health=True, kept=RECORD_KEPT, erased="then; never while the law keeps it")

    patient = models.ForeignKey(Patient, on_delete=models.PROTECT, related_name="encounters")
    practitioner = models.ForeignKey(Practitioner, on_delete=models.PROTECT, related_name="encounters")
    state = models.CharField(max_length=12, choices=EncounterState.choices)
    planned_at = models.DateTimeField()
    arrived_at = models.DateTimeField(null=True)
    started_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)
    signed_at = models.DateTimeField(null=True)
    abort_reason = models.CharField(max_length=20, choices=AbortReason.choices, blank=True)
    minor_secrecy = models.BooleanField(default=False)
    second_parent_agreed = models.BooleanField(null=True)
    orientation = EncryptedTextField(default=not_oriented)  # one of enums.Orientation
    orientation_note = EncryptedTextField(null=True)
    orientation_days = models.PositiveSmallIntegerField(null=True)  # to be seen in person within so many days
    attestation = models.CharField(max_length=12, choices=Attestation.choices, blank=True)
    video_seconds_patient = models.PositiveIntegerField(null=True)
    video_seconds_practitioner = models.PositiveIntegerField(null=True)
    identity_checked = models.BooleanField(null=True)
    place_checked = models.BooleanField(null=True)

    class Meta:
        indexes = [
            models.Index(fields=["patient", "-planned_at"], name="encounter_by_patient"),
            models.Index(fields=["practitioner", "-planned_at"], name="encounter_by_practitioner"),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["practitioner"],
                condition=Q(state__in=HELD_STATES),
                name="encounter_one_held_by_practitioner",
                violation_error_message=_("Ce médecin a déjà une consultation ouverte."),
            ),
            models.CheckConstraint(
                name="encounter_signed_has_a_time",
                condition=~Q(state__in=[EncounterState.SIGNED, EncounterState.AMENDED])
                | Q(signed_at__isnull=False),
                violation_error_message=_("Une consultation signée a son heure."),
            ),
            models.CheckConstraint(
                name="encounter_aborted_has_a_reason",
                condition=~Q(state=EncounterState.ABORTED) | ~Q(abort_reason=""),
                violation_error_message=_("Une consultation interrompue a sa raison."),
            ),
        ]


class Note(Model):
    """The doctor's note, one row a version; version 1 is the draft until signed. Later ones, which erase nothing: an
    addition has `conclusion` alone; a correction has every part anew and its reason (`why`)."""

    data = DataNote(personal=True, health=True, kept=RECORD_KEPT, erased="with its encounter")

    encounter = models.ForeignKey(Encounter, on_delete=models.PROTECT, related_name="notes")
    version = models.PositiveSmallIntegerField(default=1)
    reason = EncryptedTextField()
    findings = EncryptedTextField()
    conclusion = EncryptedTextField()
    advice = EncryptedTextField()
    history = EncryptedTextField(default=str)
    warning_signs = EncryptedTextField(default=str)
    diagnosis = EncryptedTextField(default=str)  # CIM-10, « code label », or nothing
    measurements = EncryptedJSONField(default=list)  # as `noted.Measure`
    why = EncryptedTextField(default=str)
    saved_at = models.DateTimeField()
    saves = models.PositiveIntegerField(default=0)
    signed_at = models.DateTimeField(null=True)
    signed_by = models.UUIDField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["encounter", "version"],
                name="note_one_per_version",
                violation_error_message=_("Cette version existe déjà."),
            )
        ]

    @property
    def measured(self) -> str:
        """The measurements in words, one a line."""
        return "\n".join(one.words for one in measures_of(self.measurements))


class NoteTemplate(Model):
    """A doctor's own words, kept to begin other notes with."""

    data = DataNote(
        personal=True,
        health=False,
        kept="until its doctor deletes it",
        erased="by its doctor, or with the account",
    )

    practitioner = models.ForeignKey(Practitioner, on_delete=models.PROTECT, related_name="note_templates")
    title = EncryptedTextField()
    content = EncryptedJSONField(default=dict)  # texts by the names of `noted.TEXTS`
    made_at = models.DateTimeField()

    class Meta:
        indexes = [models.Index(fields=["practitioner", "made_at"], name="template_by_practitioner")]


class Prescription(Model):
    """One sheet of an ordonnance; a draft with its encounter, frozen when that is signed. `version`: a signed sheet that
    was taken up again is another row, with a signature of its own."""

    data = DataNote(personal=True, health=True, kept=RECORD_KEPT, erased="with its encounter")

    encounter = models.ForeignKey(Encounter, on_delete=models.PROTECT, related_name="prescriptions")
    sheet = models.CharField(max_length=12, choices=SheetKind.choices)
    version = models.PositiveSmallIntegerField(default=1)
    weight = EncryptedTextField(default=str)  # in kilos, as typed
    made_at = models.DateTimeField()
    signed_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["encounter", "sheet", "version"],
                name="prescription_one_per_version",
                violation_error_message=_("Cette feuille existe déjà."),
            )
        ]


class PrescriptionLine(Model):
    """One line of a sheet: a medicine by its substance, or free words. `content`: as `prescribed.Item`."""

    data = DataNote(personal=True, health=True, kept=RECORD_KEPT, erased="with its encounter")

    prescription = models.ForeignKey(Prescription, on_delete=models.PROTECT, related_name="lines")
    position = models.PositiveSmallIntegerField()
    content = EncryptedJSONField()
    renews = models.ForeignKey("self", on_delete=models.PROTECT, null=True, related_name="renewed_by")

    class Meta:
        ordering = ("position", "id")
        constraints = [
            models.UniqueConstraint(
                fields=["prescription", "renews"],
                condition=Q(renews__isnull=False),
                name="line_renewed_once_a_sheet",
                violation_error_message=_("Cette ligne est déjà renouvelée ici."),
            )
        ]


class SickLeave(Model):
    """The contents of a sick-leave notice (`leaves.Notice`), to be entered in the Cnam's online service. Nothing of it
    goes to the patient before the receipt of that service is entered here."""

    data = DataNote(personal=True, health=True, kept=RECORD_KEPT, erased="with its encounter")

    encounter = models.OneToOneField(Encounter, on_delete=models.PROTECT, related_name="sick_leave")
    content = EncryptedJSONField()
    written_at = models.DateTimeField()
    signed_at = models.DateTimeField(null=True)
    receipt = EncryptedTextField(null=True)
    receipt_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="sick_leave_receipt_after_signature",
                condition=Q(receipt__isnull=True)
                | (Q(signed_at__isnull=False) & Q(receipt_at__isnull=False)),
                violation_error_message=_("L’accusé de réception vient après la signature."),
            )
        ]


class Certificate(Model):
    """A certificate by one of `certificates.TEMPLATES`; a draft with its encounter, frozen when that is signed."""

    data = DataNote(personal=True, health=True, kept=RECORD_KEPT, erased="with its encounter")

    encounter = models.ForeignKey(Encounter, on_delete=models.PROTECT, related_name="certificates")
    template = models.CharField(max_length=20)
    body = EncryptedTextField()
    made_at = models.DateTimeField()
    signed_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["encounter", "template"],
                name="certificate_one_per_template",
                violation_error_message=_("Ce certificat est déjà écrit."),
            )
        ]


class PatientTask(Model):
    """Something that the patient leaves with, and is asked about again: `account` hears of it, nobody else."""

    data = DataNote(personal=True, health=True, kept=RECORD_KEPT, erased="with its encounter")

    encounter = models.ForeignKey(Encounter, on_delete=models.PROTECT, related_name="tasks")
    kind = models.CharField(max_length=12, choices=TaskKind.choices)
    state = models.CharField(max_length=8, choices=TaskState.choices, default=TaskState.OPEN)
    account = models.UUIDField(null=True)
    opened_at = models.DateTimeField()
    remind_at = models.DateTimeField()
    reminded_at = models.DateTimeField(null=True)
    answered_at = models.DateTimeField(null=True)
    followed_at = models.DateTimeField(null=True)  # the medical director did something about it
    followed_by = models.UUIDField(null=True)
    outcome = EncryptedTextField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["encounter", "kind"],
                name="task_one_per_kind",
                violation_error_message=_("Cette tâche existe déjà."),
            )
        ]
        indexes = [
            models.Index(
                fields=["remind_at"],
                condition=Q(state="open", reminded_at__isnull=True),
                name="task_to_remind",
            )
        ]


class HealthSummary(Model):
    """What the patient (or who acts for them) said of allergies, treatments, history; the last row holds."""

    data = DataNote(personal=True, health=True, kept=RECORD_KEPT, erased="with the record")

    patient = models.ForeignKey(Patient, on_delete=models.PROTECT, related_name="summaries")
    content = EncryptedJSONField()
    told_at = models.DateTimeField()
    told_by = models.UUIDField(null=True)

    class Meta:
        indexes = [models.Index(fields=["patient", "-told_at"], name="summary_by_patient")]


class Attachment(Model):
    """A photo or an old ordonnance that the patient sent."""

    data = DataNote(personal=True, health=True, kept=RECORD_KEPT, erased="with the record")

    patient = models.ForeignKey(Patient, on_delete=models.PROTECT, related_name="attachments")
    encounter = models.ForeignKey(Encounter, on_delete=models.PROTECT, null=True, related_name="attachments")
    ticket_id = models.UUIDField(
        null=True
    )  # the request that it was sent for: it joins the encounter of no other
    file = models.OneToOneField(StoredFile, on_delete=models.PROTECT)
    title = EncryptedTextField()
    added_at = models.DateTimeField()
    added_by = models.UUIDField(null=True)


class Consent(Model):
    """FHIR Consent: one scope, given or refused at a time, withdrawable; who said it is kept."""

    data = DataNote(personal=True, health=True, kept=RECORD_KEPT, erased="with the record")

    patient = models.ForeignKey(Patient, on_delete=models.PROTECT, related_name="consents")
    encounter = models.ForeignKey(Encounter, on_delete=models.PROTECT, null=True, related_name="consents")
    scope = models.CharField(max_length=16, choices=ConsentScope.choices)
    given = models.BooleanField()
    about = models.CharField(max_length=120, blank=True)
    said_at = models.DateTimeField()
    said_by = models.UUIDField(null=True)
    withdrawn_at = models.DateTimeField(null=True)


class EncounterDecision(Model):
    """What the rule book said of a signed act: its facts, its answers, the version of the law. One row at the signature
    and one at each amendment; the first is never written over."""

    data = DataNote(personal=True, health=True, kept=RECORD_KEPT, erased="with its encounter")

    encounter = models.ForeignKey(Encounter, on_delete=models.PROTECT, related_name="decisions")
    version = models.PositiveSmallIntegerField()
    facts = EncryptedJSONField()
    decision = EncryptedJSONField()
    estimate = EncryptedJSONField()
    law_version = models.CharField(max_length=12)
    decided_at = models.DateTimeField()
    decided_by = models.UUIDField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["encounter", "version"],
                name="decision_one_per_version",
                violation_error_message=_("Cette décision existe déjà."),
            )
        ]


class Reading(Model):
    """FHIR Observation: what one device said once, or what somebody typed in its place. Values wait here for the doctor,
    who carries them into the note. `content`: as `readings.Kept`. A second sending of the same `client_id` is the first."""

    data = DataNote(personal=True, health=True, kept=RECORD_KEPT, erased="with the record")

    patient = models.ForeignKey(Patient, on_delete=models.PROTECT, related_name="readings")
    encounter = models.ForeignKey(Encounter, on_delete=models.PROTECT, null=True, related_name="readings")
    ticket_id = models.UUIDField(null=True)  # the request that it was taken for
    client_id = models.UUIDField(unique=True)
    content = EncryptedJSONField()
    taken_at = models.DateTimeField()
    taken_by = models.UUIDField(null=True)

    class Meta:
        indexes = [
            models.Index(fields=["ticket_id", "taken_at"], name="reading_by_ticket"),
            models.Index(fields=["patient", "-taken_at"], name="reading_by_patient"),
        ]
