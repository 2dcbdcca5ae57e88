"""The journal, the outbox and stored files: what every app stands on."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _

from toubib.ground.enums import Channel, MessageState
from toubib.ground.fields import EncryptedTextField
from toubib.ground.ids import new_id


@dataclass(frozen=True, slots=True)
class DataNote:
    """What a table holds about people. A test fails where a model has none."""

    personal: bool
    health: bool
    kept: str
    erased: str


class Model(models.Model):
    """Base of all models: a UUIDv7 key and a note on its data."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    data: ClassVar[DataNote]

    class Meta:
        abstract = True


class JournalEntry(models.Model):
    """One access to a person's data: ids and words of ours only, no content.

    Written in the transaction of the act itself; the sealer gives `seq`, `prev_hash` and `hash` later.
    The database refuses any other change and any deletion (triggers, migration 0002).
    """

    data = DataNote(personal=True, health=False, kept="never erased", erased="never alone")

    id = models.BigAutoField(primary_key=True)
    at = models.DateTimeField()
    account = models.UUIDField(null=True)
    role = models.CharField(max_length=40)
    action = models.CharField(max_length=60)
    patient = models.UUIDField(null=True)
    subject = models.CharField(max_length=40, blank=True)
    subject_id = models.CharField(max_length=40, blank=True)
    reason = models.CharField(max_length=60, blank=True)
    seq = models.BigIntegerField(null=True, unique=True)
    prev_hash = models.CharField(max_length=64, blank=True)
    hash = models.CharField(max_length=64, blank=True)

    class Meta:
        indexes = [
            models.Index(fields=["patient", "-id"], name="journal_by_patient"),
            models.Index(fields=["account", "-id"], name="journal_by_account"),
            models.Index(fields=["id"], name="journal_unsealed", condition=models.Q(seq__isnull=True)),
        ]


class OutboundMessage(Model):
    """An e-mail or SMS to send: a row first, sent after commit, tried again with growing delays."""

    data = DataNote(personal=True, health=False, kept="30 days", erased="by the worker, daily")

    channel = models.CharField(max_length=8, choices=Channel.choices)
    to = EncryptedTextField()
    subject = models.CharField(max_length=120, blank=True)
    body = EncryptedTextField()
    state = models.CharField(max_length=8, choices=MessageState.choices, default=MessageState.PENDING)
    created_at = models.DateTimeField()
    attempts = models.PositiveSmallIntegerField(default=0)
    next_attempt_at = models.DateTimeField(null=True)
    sent_at = models.DateTimeField(null=True)
    last_error = models.CharField(max_length=200, blank=True)

    class Meta:
        indexes = [
            models.Index(
                fields=["next_attempt_at"], name="outbox_due", condition=models.Q(state=MessageState.PENDING)
            )
        ]
        constraints = [
            models.CheckConstraint(
                name="outbox_pending_has_a_time",
                condition=~models.Q(state=MessageState.PENDING) | models.Q(next_attempt_at__isnull=False),
                violation_error_message=_("Un message à envoyer a une heure d’envoi."),
            )
        ]


class StoredFile(Model):
    """A file of a patient's record; its bytes lie encrypted in FILES_DIR under its id."""

    data = DataNote(personal=True, health=True, kept="as the record it belongs to", erased="with its record")

    media_type = models.CharField(max_length=80)
    size = models.PositiveIntegerField()
    created_at = models.DateTimeField()


class Beat(models.Model):
    """When a part last ran: the worker's sign of life, and each daily duty."""

    data = DataNote(personal=False, health=False, kept="one row a part", erased="never")

    name = models.CharField(max_length=80, primary_key=True)
    at = models.DateTimeField()
