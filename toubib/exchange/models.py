"""Reports on their way to another professional: one row a document and recipient."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from toubib.documents.models import Document
from toubib.exchange.enums import DeliveryState
from toubib.ground.fields import EncryptedTextField
from toubib.ground.models import DataNote, Model


class Delivery(Model):
    """FHIR Communication. The message itself is not kept: it is made again, the same, from the document.

    `reason` and `last_error` are codes of ours: nothing that a relay or a receiver wrote stands here.
    """

    data = DataNote(
        personal=True, health=True, kept="as the document that it sends", erased="with that document"
    )

    document = models.ForeignKey(Document, on_delete=models.CASCADE, related_name="deliveries")
    recipient_rpps = models.CharField(max_length=11, blank=True)
    recipient_name = models.CharField(max_length=160, blank=True)
    recipient_address = models.CharField(max_length=254, blank=True)
    state = models.CharField(max_length=12, choices=DeliveryState.choices, default=DeliveryState.WAITING)
    reason = models.CharField(max_length=24, blank=True)
    last_error = models.CharField(max_length=40, blank=True)
    attempts = models.PositiveSmallIntegerField(default=0)
    next_attempt_at = models.DateTimeField(null=True)
    queued_at = models.DateTimeField()
    queued_by = models.UUIDField(null=True)
    message_id = models.CharField(max_length=160, blank=True)
    message_sha256 = models.CharField(max_length=64, blank=True)
    sent_at = models.DateTimeField(null=True)
    answered_at = models.DateTimeField(null=True)  # when it arrived, or came back
    followed_at = models.DateTimeField(null=True)  # the medical director did something about it
    followed_by = models.UUIDField(null=True)
    outcome = EncryptedTextField(null=True)

    class Meta:
        verbose_name_plural = "deliveries"
        indexes = [
            models.Index(
                fields=["next_attempt_at"],
                name="delivery_due",
                condition=Q(state=DeliveryState.WAITING),
            )
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["document", "recipient_rpps"],
                name="delivery_one_per_recipient",
                violation_error_message=_("Ce compte rendu est déjà en chemin vers ce médecin."),
            ),
            models.CheckConstraint(
                name="delivery_waiting_has_a_time",
                condition=~Q(state=DeliveryState.WAITING) | Q(next_attempt_at__isnull=False),
                violation_error_message=_("Un envoi en attente a une heure d’envoi."),
            ),
            models.CheckConstraint(
                name="delivery_sent_has_a_time",
                condition=~Q(state__in=[DeliveryState.SENT, DeliveryState.DELIVERED])
                | Q(sent_at__isnull=False),
                violation_error_message=_("Un envoi fait a son heure."),
            ),
            models.CheckConstraint(
                name="delivery_refused_has_a_reason",
                condition=~Q(state=DeliveryState.REFUSED) | ~Q(reason=""),
                violation_error_message=_("Un envoi refusé a sa raison."),
            ),
        ]
