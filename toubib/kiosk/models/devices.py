"""The devices of a place, each with its number: « appareil n° 6 »."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from toubib.directory.enums import Device
from toubib.directory.models import Place
from toubib.ground.models import DataNote, Model


class DeviceUnit(Model):
    """One device that stands there over [since, until). `serial`: as a browser reads it, see docs/devices.md; `ucum`: the
    unit it is set to, empty: any; `media_label`: how the machine names a camera or a microphone."""

    data = DataNote(personal=False, health=False, kept="while in use", erased="never, closed instead")

    place = models.ForeignKey(Place, on_delete=models.PROTECT, related_name="units")
    number = models.PositiveSmallIntegerField()
    kind = models.CharField(max_length=20, choices=Device.choices)
    maker = models.CharField(max_length=60, blank=True)
    model = models.CharField(max_length=60, blank=True)
    serial = models.CharField(max_length=60, blank=True)
    ucum = models.CharField(max_length=10, blank=True)
    media_label = models.CharField(max_length=80, blank=True)
    virtual = models.BooleanField(default=False)
    since = models.DateTimeField()
    until = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["place", "number"],
                condition=Q(until__isnull=True),
                name="unit_one_number_by_place",
                violation_error_message=_("Un appareil de ce lieu porte déjà ce numéro."),
            ),
            models.CheckConstraint(
                name="unit_number",
                condition=Q(number__range=(1, 99)),
                violation_error_message=_("Un numéro va de 1 à 99."),
            ),
            models.CheckConstraint(
                name="unit_period",
                condition=Q(until__isnull=True) | Q(until__gte=F("since")),
                violation_error_message=_("Le retrait suit la mise en service."),
            ),
        ]
