"""A machine that stands in a place of care: enrolled by a code that serves once, known by a key of its own."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from toubib.directory.models import Place
from toubib.ground.models import DataNote, Model


class Machine(Model):
    """A kiosk. Only a digest of its key is kept: the key itself lies on the machine."""

    data = DataNote(personal=True, health=False, kept="always", erased="never, closed instead")

    place = models.ForeignKey(Place, on_delete=models.PROTECT, related_name="machines")
    name = models.CharField(max_length=80)
    key_digest = models.CharField(max_length=64, unique=True)
    enrolled_at = models.DateTimeField()
    enrolled_by = models.UUIDField(null=True)  # the account that made the code
    revoked_at = models.DateTimeField(null=True)
    revoked_by = models.UUIDField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["place", "name"],
                condition=Q(revoked_at__isnull=True),
                name="machine_one_name_by_place",
                violation_error_message=_("Une borne de ce lieu porte déjà ce nom."),
            ),
        ]


class EnrolmentCode(Model):
    """A code that enrols one machine of a place, once; only a digest is kept."""

    data = DataNote(personal=True, health=False, kept="30 days", erased="by the worker, daily")

    place = models.ForeignKey(Place, on_delete=models.PROTECT, related_name="+")
    name = models.CharField(max_length=80)
    code_digest = models.CharField(max_length=64, unique=True)
    made_by = models.UUIDField(null=True)
    made_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    used_at = models.DateTimeField(null=True)
    machine = models.ForeignKey(Machine, on_delete=models.PROTECT, null=True, related_name="+")

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="enrolment_used_by_a_machine",
                condition=Q(used_at__isnull=True, machine__isnull=True)
                | Q(used_at__isnull=False, machine__isnull=False),
                violation_error_message=_("Un code utilisé nomme sa borne."),
            ),
            models.CheckConstraint(
                name="enrolment_period",
                condition=Q(expires_at__gt=F("made_at")),
                violation_error_message=_("La fin suit le début."),
            ),
        ]


class MachineState(models.Model):
    """What a machine last said of itself; one row a machine, many written in one statement."""

    data = DataNote(personal=False, health=False, kept="while in use", erased="never")

    machine = models.OneToOneField(
        Machine, on_delete=models.CASCADE, primary_key=True, related_name="last_state"
    )
    at = models.DateTimeField()
    checks = models.JSONField(default=dict)  # Check → CheckResult
    version = models.CharField(max_length=40, blank=True)
