"""The room of a call: who is in it, guests, chat, what the browsers measured, what the patient said of it."""

from __future__ import annotations

from datetime import datetime

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from toubib.consultation.enums import InviteState, ParticipantRole
from toubib.ground.fields import EncryptedTextField
from toubib.ground.models import DataNote, Model
from toubib.people.models import Account
from toubib.record.models import RECORD_KEPT, Encounter


class Room(Model):
    """The room of one encounter; media never crosses the server."""

    data = DataNote(personal=True, health=False, kept=RECORD_KEPT, erased="with its encounter")

    encounter = models.OneToOneField(Encounter, on_delete=models.PROTECT, related_name="room")
    created_at = models.DateTimeField()
    opened_at = models.DateTimeField(null=True)
    closed_at = models.DateTimeField(null=True)


class Invite(Model):
    """A guest's link: it serves once, and the doctor admits the guest."""

    data = DataNote(personal=True, health=False, kept="30 days", erased="by the worker")

    room = models.ForeignKey(Room, on_delete=models.PROTECT, null=True, related_name="invites")
    ticket_id = models.UUIDField(db_index=True)
    role = models.CharField(max_length=14, choices=ParticipantRole.choices)
    token_digest = models.CharField(max_length=64, unique=True)
    invited_by = models.UUIDField()
    state = models.CharField(max_length=10, choices=InviteState.choices, default=InviteState.SENT)
    guest_name = EncryptedTextField(null=True)
    created_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    used_at = models.DateTimeField(null=True)
    answered_at = models.DateTimeField(null=True)

    def is_too_old(self, *, now: datetime) -> bool:
        """Past `invite.minutes`, which `expires_at` was made from."""
        return now >= self.expires_at


class Participant(Model):
    """Who may be in the room, named with role and RPPS."""

    data = DataNote(personal=True, health=False, kept=RECORD_KEPT, erased="with its encounter")

    room = models.ForeignKey(Room, on_delete=models.PROTECT, related_name="participants")
    account = models.ForeignKey(Account, on_delete=models.PROTECT, null=True)
    invite = models.OneToOneField(Invite, on_delete=models.PROTECT, null=True)
    role = models.CharField(max_length=14, choices=ParticipantRole.choices)
    name = models.CharField(max_length=120)
    rpps = models.CharField(max_length=11, blank=True)
    added_at = models.DateTimeField()
    joined_at = models.DateTimeField(null=True)
    last_seen_at = models.DateTimeField(null=True)
    removed_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["room", "account"],
                condition=Q(removed_at__isnull=True),
                name="participant_once",
                violation_error_message=_("Cette personne est déjà dans la salle."),
            )
        ]


class Measurement(Model):
    """What one browser says it received from another participant; the greatest values are kept."""

    data = DataNote(personal=True, health=False, kept=RECORD_KEPT, erased="with its encounter")

    room = models.ForeignKey(Room, on_delete=models.PROTECT, related_name="measurements")
    receiver = models.ForeignKey(Participant, on_delete=models.PROTECT, related_name="received")
    sender = models.ForeignKey(Participant, on_delete=models.PROTECT, related_name="sent")
    video_seconds = models.PositiveIntegerField(default=0)
    audio_seconds = models.PositiveIntegerField(default=0)
    relay = models.BooleanField(default=False)
    first_at = models.DateTimeField()
    last_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["receiver", "sender"],
                name="measurement_once_by_pair",
                violation_error_message=_("Cette mesure existe déjà."),
            )
        ]


class ChatMessage(Model):
    """A written word in the room; `client_id` makes a second sending harmless."""

    data = DataNote(personal=True, health=True, kept=RECORD_KEPT, erased="with its encounter")

    room = models.ForeignKey(Room, on_delete=models.PROTECT, related_name="messages")
    author = models.ForeignKey(Participant, on_delete=models.PROTECT, related_name="messages")
    client_id = models.UUIDField()
    text = EncryptedTextField()
    said_at = models.DateTimeField()

    class Meta:
        indexes = [models.Index(fields=["room", "id"], name="chat_by_room")]
        constraints = [
            models.UniqueConstraint(
                fields=["room", "client_id"],
                name="chat_once",
                violation_error_message=_("Ce message est déjà parti."),
            )
        ]


class PapersDue(Model):
    """The documents of this encounter are to be made: one row from the signature (a correction, a receipt) until they are."""

    data = DataNote(personal=False, health=False, kept="until the documents are made", erased="then")

    encounter = models.OneToOneField(Encounter, on_delete=models.PROTECT, related_name="papers_due")
    asked_at = models.DateTimeField()
    tries = models.PositiveSmallIntegerField(default=0)
    next_at = models.DateTimeField(db_index=True)


class Feedback(Model):
    """Two questions after the call, each from 1 to 5."""

    data = DataNote(personal=True, health=False, kept="2 years", erased="then, figures stay")

    encounter = models.OneToOneField(Encounter, on_delete=models.PROTECT, related_name="feedback")
    helped = models.PositiveSmallIntegerField()
    call_quality = models.PositiveSmallIntegerField()
    said_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="feedback_range",
                condition=Q(helped__range=(1, 5)) & Q(call_quality__range=(1, 5)),
                violation_error_message=_("Une note va de 1 à 5."),
            )
        ]


class Complaint(Model):
    """A complaint, read by the medical director and the compliance officer."""

    data = DataNote(personal=True, health=True, kept="5 years", erased="then")

    encounter = models.ForeignKey(Encounter, on_delete=models.PROTECT, related_name="complaints")
    text = EncryptedTextField()
    said_at = models.DateTimeField()
    said_by = models.UUIDField()
    answered_at = models.DateTimeField(null=True)
    answered_by = models.UUIDField(null=True)
    answer = EncryptedTextField(null=True)
