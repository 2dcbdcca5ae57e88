"""What each doctor did here and declared of the rest: the ledger of the share of remote acts."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from toubib.activity.enums import ActOutcome
from toubib.directory.models import Practitioner
from toubib.ground.models import DataNote, Model


class DeclaredActivity(Model):
    """A doctor's word on the acts of a calendar year done outside this platform, as known that day. Never changed: the
    last one said counts."""

    data = DataNote(personal=True, health=False, kept="10 years", erased="then")

    practitioner = models.ForeignKey(Practitioner, on_delete=models.PROTECT, related_name="declared_activity")
    year = models.PositiveSmallIntegerField()
    conventioned_acts = models.PositiveIntegerField()
    counted_acts = models.PositiveIntegerField()
    own_mt_acts = models.PositiveIntegerField(null=True)
    declared_on = models.DateField()  # up to which day the figures go
    said_at = models.DateTimeField()
    said_by = models.UUIDField(null=True)

    class Meta:
        indexes = [models.Index(fields=["practitioner", "year", "-said_at"], name="declared_last")]
        constraints = [
            models.CheckConstraint(
                name="declared_counted_are_acts",
                condition=Q(counted_acts__lte=F("conventioned_acts")),
                violation_error_message=_("Les actes à distance font partie de tous les actes."),
            ),
            models.CheckConstraint(
                name="declared_own_are_acts",
                condition=Q(own_mt_acts__isnull=True) | Q(own_mt_acts__lte=F("conventioned_acts")),
                violation_error_message=_("Les actes de vos patients font partie de tous les actes."),
            ),
        ]


class CountedAct(Model):
    """One signed act of the platform and what the rule book said of it for the share; one row an encounter."""

    data = DataNote(personal=True, health=False, kept="10 years", erased="then")

    practitioner = models.ForeignKey(Practitioner, on_delete=models.PROTECT, related_name="counted_acts")
    encounter_id = models.UUIDField(unique=True)
    act_date = models.DateField()
    outcome = models.CharField(max_length=12, choices=ActOutcome.choices)
    in_denominator = models.BooleanField(null=True)
    own_patient = models.BooleanField(null=True)
    law_version = models.CharField(max_length=12)

    class Meta:
        indexes = [models.Index(fields=["practitioner", "act_date"], name="counted_by_day")]
