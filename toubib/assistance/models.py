"""Who may assist where, who assists whom, and each gesture made for a doctor who is elsewhere, with its proof."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from toubib.assistance.enums import LIVE_GESTURES, GestureState, Ground, Image, Refusal, Setting
from toubib.directory.enums import Profession
from toubib.directory.models import Place, Practitioner
from toubib.ground.fields import EncryptedTextField
from toubib.ground.models import DataNote, Model
from toubib.people.models import Account, Patient
from toubib.record.models import RECORD_KEPT, Attachment, Encounter


class Posting(Model):
    """An account may assist at a place over [starts_on, ends_on)."""

    data = DataNote(personal=True, health=False, kept="10 years", erased="then")

    account = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="postings")
    place = models.ForeignKey(Place, on_delete=models.PROTECT, related_name="postings")
    starts_on = models.DateField()
    ends_on = models.DateField(null=True)
    secrecy_reference = models.CharField(max_length=120)  # the written undertaking of secrecy
    # Of their presences:
    setting = models.CharField(max_length=12, choices=Setting.choices, default=Setting.PLACE)
    made_by = models.UUIDField(null=True)
    made_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["account", "place"],
                condition=Q(ends_on__isnull=True),
                name="posting_one_open",
                violation_error_message=_("Cette personne assiste déjà dans ce lieu."),
            ),
            models.CheckConstraint(
                name="posting_period",
                condition=Q(ends_on__isnull=True) | Q(ends_on__gt=F("starts_on")),
                violation_error_message=_("Une affectation finit après son début."),
            ),
        ]


class Protocol(Model):
    """A delegation on file, from one doctor to one professional, for named gestures, over [starts_on, ends_on)."""

    data = DataNote(personal=True, health=False, kept="10 years", erased="then")

    ground = models.CharField(max_length=16, choices=Ground.choices)
    reference = models.CharField(max_length=120)
    delegator = models.ForeignKey(Practitioner, on_delete=models.PROTECT, related_name="+")
    delegate = models.ForeignKey(Practitioner, on_delete=models.PROTECT, related_name="+")
    gestures = models.JSONField(default=list)  # keys of the catalogue
    starts_on = models.DateField()
    ends_on = models.DateField(null=True)
    filed_by = models.UUIDField(null=True)
    filed_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["delegator", "delegate", "reference"],
                name="protocol_filed_once",
                violation_error_message=_("Ce protocole est déjà au dossier."),
            ),
            models.CheckConstraint(
                name="protocol_period",
                condition=Q(ends_on__isnull=True) | Q(ends_on__gt=F("starts_on")),
                violation_error_message=_("Un protocole finit après son début."),
            ),
            models.CheckConstraint(
                name="protocol_between_two",
                condition=~Q(delegator=F("delegate")),
                violation_error_message=_("Un protocole lie deux professionnels."),
            ),
        ]


class Presence(Model):
    """Someone beside the patient at a place of care, for one request. The patient agrees, and may take it back."""

    data = DataNote(personal=True, health=False, kept=RECORD_KEPT, erased="with the record")

    ticket_id = models.UUIDField(db_index=True)  # of the request, which is above this app
    patient = models.ForeignKey(Patient, on_delete=models.PROTECT, null=True, related_name="presences")
    place = models.ForeignKey(Place, on_delete=models.PROTECT, related_name="presences")
    helper = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="presences")
    practitioner = models.ForeignKey(Practitioner, on_delete=models.PROTECT, null=True, related_name="+")
    profession = models.CharField(
        max_length=20, choices=Profession.choices, blank=True
    )  # empty: a lay person
    setting = models.CharField(max_length=12, choices=Setting.choices, default=Setting.PLACE)
    began_at = models.DateTimeField()
    agreed = models.BooleanField(null=True)  # null: the patient has not answered
    answered_at = models.DateTimeField(null=True)
    answered_by = models.UUIDField(null=True)
    ended_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["ticket_id", "helper"],
                condition=Q(ended_at__isnull=True),
                name="presence_one_open",
                violation_error_message=_("Cette personne assiste déjà ce patient."),
            )
        ]


class Gesture(Model):
    """FHIR Procedure: a gesture that a doctor asks for at a distance, from the question to its end."""

    data = DataNote(personal=True, health=True, kept=RECORD_KEPT, erased="with its encounter")

    encounter = models.ForeignKey(Encounter, on_delete=models.PROTECT, related_name="gestures")
    ticket_id = models.UUIDField()
    place = models.ForeignKey(Place, on_delete=models.PROTECT, related_name="gestures")
    key = models.CharField(max_length=40)
    catalogue = models.CharField(max_length=12)  # the version of the catalogue, by its day
    state = models.CharField(max_length=12, choices=GestureState.choices, default=GestureState.ASKED)
    words = EncryptedTextField(default=str)  # what the doctor adds
    asked_at = models.DateTimeField()
    asked_by = models.UUIDField(null=True)
    presence = models.ForeignKey(Presence, on_delete=models.PROTECT, null=True, related_name="gestures")
    protocol = models.ForeignKey(Protocol, on_delete=models.PROTECT, null=True, related_name="gestures_made")
    answered_at = models.DateTimeField(null=True)
    refusal = models.CharField(max_length=12, choices=Refusal.choices, blank=True)
    refusal_words = EncryptedTextField(default=str)
    patient_answered_at = models.DateTimeField(null=True)
    patient_answered_by = models.UUIDField(null=True)
    started_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)
    image = models.CharField(max_length=8, choices=Image.choices, default=Image.NONE)
    attachment = models.ForeignKey(Attachment, on_delete=models.PROTECT, null=True, related_name="+")

    class Meta:
        indexes = [models.Index(fields=["encounter", "asked_at"], name="gesture_by_encounter")]
        constraints = [
            models.UniqueConstraint(
                fields=["encounter", "key"],
                condition=Q(state__in=LIVE_GESTURES),
                name="gesture_asked_once",
                violation_error_message=_("Ce geste est déjà demandé."),
            ),
            models.CheckConstraint(
                name="gesture_done_has_times",
                condition=~Q(state=GestureState.DONE) | Q(started_at__isnull=False, ended_at__isnull=False),
                violation_error_message=_("Un geste fait a son début et sa fin."),
            ),
            models.CheckConstraint(
                name="gesture_kept_has_its_image",
                condition=~Q(image=Image.KEPT) | Q(attachment__isnull=False),
                violation_error_message=_("Une image gardée est au dossier."),
            ),
        ]
