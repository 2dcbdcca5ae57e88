"""Places of care where a patient is received at a distance, and what was seen there of the checklist."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from toubib.directory.enums import Assistance, PlaceKind, Verdict
from toubib.directory.models.organisations import Organisation
from toubib.ground.models import DataNote, Model
from toubib.territory.models import Commune


class Place(Model):
    """FHIR Location. Open over [opened_on, closed_on); `hours` in the syntax of OpenStreetMap, exceptions included."""

    data = DataNote(personal=False, health=False, kept="while in use", erased="never, closed instead")

    name = models.CharField(max_length=160)
    kind = models.CharField(max_length=20, choices=PlaceKind.choices)
    host = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="hosted_places")
    operator = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="operated_places")
    address = models.CharField(max_length=160)
    postal_code = models.CharField(max_length=5)
    commune = models.ForeignKey(Commune, on_delete=models.PROTECT, related_name="places")
    lat = models.FloatField()
    lon = models.FloatField()
    phone = models.CharField(max_length=16, blank=True)
    hours = models.CharField(max_length=500)
    way_in = models.CharField(max_length=300, blank=True)  # how to get in, in words
    assistance = models.CharField(max_length=12, choices=Assistance.choices)
    devices = models.JSONField(default=list)  # of Device: those in order
    access = models.JSONField(default=list)  # of Access
    ars_declared_on = models.DateField(null=True, blank=True)
    ars_reference = models.CharField(max_length=120, blank=True)
    opened_on = models.DateField(null=True, blank=True)  # null: not yet
    closed_on = models.DateField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["host", "name"],
                name="place_one_by_host_and_name",
                violation_error_message=_("Ce lieu existe déjà."),
            ),
            models.CheckConstraint(
                name="place_period",
                condition=Q(closed_on__isnull=True) | Q(closed_on__gte=F("opened_on")),
                violation_error_message=_("La fermeture ne précède pas l’ouverture."),
            ),
            models.CheckConstraint(
                name="place_on_earth",
                condition=Q(lat__range=(-90, 90)) & Q(lon__range=(-180, 180)),
                violation_error_message=_("Ce point n’est pas sur la Terre."),
            ),
        ]
        indexes = [models.Index(fields=["lat", "lon"], name="place_by_point")]


class PlaceEvidence(Model):
    """What somebody saw of one item of the checklist, on a day. The last one counts; none is ever changed."""

    data = DataNote(personal=True, health=False, kept="always", erased="never")

    place = models.ForeignKey(Place, on_delete=models.PROTECT, related_name="evidence")
    item = models.CharField(max_length=8)
    verdict = models.CharField(max_length=16, choices=Verdict.choices)
    words = models.CharField(max_length=500)
    seen_on = models.DateField()
    said_by = models.UUIDField(null=True)
    said_at = models.DateTimeField()

    class Meta:
        indexes = [models.Index(fields=["place", "item", "-seen_on"], name="place_evidence_last")]
