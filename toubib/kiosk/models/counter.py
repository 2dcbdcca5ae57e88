"""The assistant's post beside a kiosk: the cabin seen and cleaned, people without a phone vouched for."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from toubib.ground.models import DataNote, Model
from toubib.kiosk.models.machine import Machine
from toubib.kiosk.models.session import KioskSession
from toubib.people.models import Account


class CabinCheck(Model):
    """Room, door and each device, as somebody saw and cleaned them before the next person. Rows are only added."""

    data = DataNote(personal=True, health=False, kept="10 years", erased="then")

    machine = models.ForeignKey(Machine, on_delete=models.PROTECT, related_name="cabin_checks")
    room_ready = models.BooleanField()
    door_closes = models.BooleanField()
    cleaned = models.JSONField(default=list)  # of directory Device
    checked_at = models.DateTimeField()
    checked_by = models.UUIDField(null=True)

    class Meta:
        indexes = [models.Index(fields=["machine", "-checked_at"], name="cabin_check_last")]


class Voucher(Model):
    """A code that lets one person without a phone into the session before them. It proves no identity."""

    data = DataNote(personal=True, health=False, kept="30 days", erased="by the worker, daily")

    session = models.ForeignKey(KioskSession, on_delete=models.CASCADE, related_name="vouchers")
    account = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="vouchers")
    code_digest = models.CharField(max_length=64)
    made_by = models.UUIDField(null=True)
    made_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    attempts_left = models.PositiveSmallIntegerField(default=5)
    used_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="voucher_period",
                condition=Q(expires_at__gt=F("made_at")),
                violation_error_message=_("La fin suit le début."),
            )
        ]
