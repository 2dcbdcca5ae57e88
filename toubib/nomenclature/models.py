"""Medicines and diagnoses as the official lists give them. Nothing here is about a person."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from toubib.ground.models import DataNote, Model
from toubib.nomenclature.enums import GroupPlace, ListKind

PUBLIC = DataNote(personal=False, health=False, kept="until the next import", erased="by the next import")


class NomenclatureImport(Model):
    """A list taken in: where from, of which day, when, how much of it. The latest of a kind is the one in use."""

    data = DataNote(personal=False, health=False, kept="always", erased="never")

    kind = models.CharField(max_length=8, choices=ListKind.choices)
    source = models.CharField(max_length=300)
    files_on = models.DateField()
    imported_at = models.DateTimeField()
    digest = models.CharField(max_length=64)
    is_demo = models.BooleanField(default=False)
    has_conditions = models.BooleanField(default=False)
    counts = models.JSONField(default=dict)

    class Meta:
        indexes = [models.Index(fields=["kind", "-imported_at"], name="nomenclature_latest")]


class Medicine(Model):
    """A speciality of the BDPM (CIS). `inn`: its substances as prescribed; `categories`: what its conditions mean
    (rulebook/prescription.py); `conditions`: those conditions word for word, and whether they are known at all: a file of
    conditions older than the medicine says nothing of it."""

    data = PUBLIC

    cis = models.CharField(max_length=8, unique=True)
    name = models.CharField(max_length=400)
    form = models.CharField(max_length=300)
    routes = models.JSONField(default=list)
    status = models.CharField(max_length=60)
    is_authorised = models.BooleanField()
    is_marketed = models.BooleanField()
    authorised_on = models.DateField(null=True)
    holder = models.CharField(max_length=200, blank=True)
    is_watched = models.BooleanField(default=False)
    inn = models.TextField(blank=True)
    substances = models.JSONField(default=list)
    group_code = models.CharField(max_length=12, blank=True)
    group_label = models.TextField(blank=True)
    group_place = models.CharField(max_length=1, choices=GroupPlace.choices, blank=True)
    conditions = models.JSONField(default=list)
    categories = models.JSONField(default=list)
    conditions_known = models.BooleanField(default=False)
    main_cip13 = models.CharField(max_length=13, blank=True)


class Presentation(Model):
    """A box (CIP7, CIP13) of a medicine."""

    data = PUBLIC

    medicine = models.ForeignKey(Medicine, on_delete=models.CASCADE, related_name="presentations")
    cip7 = models.CharField(max_length=7, db_index=True)
    cip13 = models.CharField(max_length=13)
    label = models.TextField()
    is_active = models.BooleanField()
    is_marketed = models.BooleanField()
    marketed_on = models.DateField(null=True)
    is_for_hospitals = models.BooleanField(default=False)
    rate = models.CharField(max_length=20, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["cip13"],
                name="presentation_cip13",
                violation_error_message=_("Ce code CIP existe déjà."),
            )
        ]


class Diagnosis(Model):
    """A code of the CIM-10, without its dot. `rank`: 0 codes of use first, then the rest."""

    data = PUBLIC

    code = models.CharField(max_length=8, unique=True)
    label = models.CharField(max_length=600)
    rank = models.PositiveSmallIntegerField(default=0)
