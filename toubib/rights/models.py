"""What people ask of their data: a copy, an erasure; and what keeps a record from being erased, or for how long."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from toubib.ground.fields import EncryptedJSONField, EncryptedTextField
from toubib.ground.models import DataNote, Model, StoredFile
from toubib.people.models import Account, Patient
from toubib.rights.enums import Answer, CopyState


class DataCopy(Model):
    """One archive of everything an account may see (GDPR, 15 and 20): made by the worker, kept for some days."""

    data = DataNote(personal=True, health=True, kept="7 days", erased="by the worker, daily")

    account = models.ForeignKey(Account, on_delete=models.CASCADE, related_name="copies")
    state = models.CharField(max_length=8, choices=CopyState.choices, default=CopyState.ASKED)
    asked_at = models.DateTimeField()
    tries = models.PositiveSmallIntegerField(default=0)
    next_at = models.DateTimeField(null=True)
    file = models.OneToOneField(StoredFile, on_delete=models.PROTECT, null=True, related_name="data_copy")
    ready_at = models.DateTimeField(null=True)
    expires_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name_plural = "data copies"
        indexes = [models.Index(fields=["next_at"], name="copy_due", condition=Q(state=CopyState.ASKED))]
        constraints = [
            models.UniqueConstraint(
                fields=["account"],
                condition=Q(state=CopyState.ASKED),
                name="copy_one_asked",
                violation_error_message=_("Une copie se prépare déjà."),
            ),
            models.CheckConstraint(
                name="copy_ready_has_its_file",
                condition=Q(state=CopyState.READY, file__isnull=False, expires_at__isnull=False)
                | (~Q(state=CopyState.READY) & Q(file__isnull=True)),
                violation_error_message=_("Une copie prête a son fichier et sa fin."),
            ),
        ]


class ErasureRequest(Model):
    """GDPR, 17: asked by an account, answered by the compliance officer with reasons. `done` counts what went."""

    data = DataNote(personal=True, health=False, kept="5 years", erased="then")

    account = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="erasure_requests")
    close_account = models.BooleanField(default=False)
    asked_at = models.DateTimeField()
    answer = models.CharField(max_length=8, choices=Answer.choices, default=Answer.WAITING)
    answered_at = models.DateTimeField(null=True)
    answered_by = models.UUIDField(null=True)
    words = EncryptedTextField(null=True)  # the reasons, as the person reads them
    done = EncryptedJSONField(default=dict)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["account"],
                condition=Q(answer=Answer.WAITING),
                name="erasure_one_waiting",
                violation_error_message=_("Une demande attend déjà sa réponse."),
            ),
            models.CheckConstraint(
                name="erasure_answer_has_a_time",
                condition=Q(answer=Answer.WAITING, answered_at__isnull=True)
                | (~Q(answer=Answer.WAITING) & Q(answered_at__isnull=False, words__isnull=False)),
                violation_error_message=_("Une réponse a son heure et ses raisons."),
            ),
        ]


class LegalHold(Model):
    """A dispute or a court keeps a record whole: nothing of it goes while the hold stands (R. 1112-7 CSP)."""

    data = DataNote(personal=True, health=False, kept="as the record", erased="with the record")

    patient = models.ForeignKey(Patient, on_delete=models.PROTECT, related_name="holds")
    why = EncryptedTextField()
    placed_at = models.DateTimeField()
    placed_by = models.UUIDField(null=True)
    lifted_at = models.DateTimeField(null=True)
    lifted_by = models.UUIDField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["patient"],
                condition=Q(lifted_at__isnull=True),
                name="hold_one_open",
                violation_error_message=_("Ce dossier est déjà gardé."),
            )
        ]


class PatientDeath(Model):
    """The day a patient died, as the compliance officer was told: it moves the end of the record in an establishment."""

    data = DataNote(personal=True, health=False, kept="as the record", erased="with the record")

    patient = models.OneToOneField(Patient, on_delete=models.PROTECT, related_name="death")
    died_on = models.DateField()
    known_by = EncryptedTextField()  # the paper that was seen
    told_at = models.DateTimeField()
    told_by = models.UUIDField(null=True)
