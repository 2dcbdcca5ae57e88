"""Communes, the emergency service that answers for each, and the zones of care of each, by date."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from toubib.ground.models import DataNote, Model
from toubib.territory.enums import ZoneKind


class Samu(Model):
    """A SAMU and its direct number: the 15 dialled by a doctor reaches the doctor's own SAMU, not the patient's."""

    data = DataNote(personal=False, health=False, kept="while in service", erased="when closed")

    name = models.CharField(max_length=120)
    direct_number = models.CharField(max_length=20)
    verified_on = models.DateField()


class Commune(Model):
    data = DataNote(personal=False, health=False, kept="always", erased="never")

    code_insee = models.CharField(max_length=5, unique=True)
    name = models.CharField(max_length=120)
    postal_codes = models.JSONField(default=list)
    departement = models.CharField(max_length=3)
    lat = models.FloatField()
    lon = models.FloatField()
    samu = models.ForeignKey(Samu, on_delete=models.PROTECT, related_name="communes")
    neighbours = models.ManyToManyField("self", blank=True)

    class Meta:
        indexes = [models.Index(fields=["name"], name="commune_by_name")]


class Zone(Model):
    """The zone of a commune over [starts_on, ends_on), as an arrêté of the ARS says it (L. 1434-4 CSP)."""

    data = DataNote(personal=False, health=False, kept="always", erased="never")

    commune = models.ForeignKey(Commune, on_delete=models.PROTECT, related_name="zones")
    kind = models.CharField(max_length=4, choices=ZoneKind.choices)
    arrete = models.CharField(max_length=200)
    starts_on = models.DateField()
    ends_on = models.DateField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["commune", "starts_on"],
                name="zone_one_by_commune_and_start",
                violation_error_message=_("Cette zone existe déjà."),
            ),
            models.UniqueConstraint(
                fields=["commune"],
                condition=Q(ends_on__isnull=True),
                name="zone_one_open_by_commune",
                violation_error_message=_("Cette commune a déjà une zone en cours."),
            ),
            models.CheckConstraint(
                name="zone_period",
                condition=Q(ends_on__isnull=True) | Q(ends_on__gt=F("starts_on")),
                violation_error_message=_("La fin suit le début."),
            ),
        ]
