"""Communes and the emergency service that answers for each."""

from __future__ import annotations

from django.db import models

from toubib.ground.models import DataNote, Model


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
