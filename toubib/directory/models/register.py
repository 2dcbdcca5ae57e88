"""The public registers as they were published: RPPS and FINESS, a generation an import, the old one gone with the next."""

from __future__ import annotations

from django.db import models

from toubib.directory.enums import Profession, RegisterKind, Specialty
from toubib.ground.models import DataNote, Model


class DirectoryImport(Model):
    """A register taken in. `lines_done`: how far, so that a stopped import goes on; `done_at`: null until it is whole."""

    data = DataNote(personal=False, health=False, kept="always", erased="never")

    kind = models.CharField(max_length=8, choices=RegisterKind.choices)
    generation = models.PositiveIntegerField(unique=True)
    file = models.CharField(max_length=200)
    files_on = models.DateField()
    digest = models.CharField(max_length=64)
    started_at = models.DateTimeField()
    done_at = models.DateTimeField(null=True)
    lines_done = models.PositiveIntegerField(default=0)
    counts = models.JSONField(default=dict)

    class Meta:
        indexes = [models.Index(fields=["kind", "-generation"], name="directory_import_last")]


class RegisterEntry(models.Model):
    """One activity of a professional of the RPPS: FHIR PractitionerRole. Codes as published, with ours where they are known."""

    data = DataNote(personal=True, health=False, kept="until the next import", erased="by the next import")

    id = models.BigAutoField(primary_key=True)
    generation = models.PositiveIntegerField()
    rpps = models.CharField(max_length=11)
    family_name = models.CharField(max_length=120)
    given_name = models.CharField(max_length=120)
    profession = models.CharField(max_length=20, choices=Profession.choices)
    specialty = models.CharField(max_length=20, choices=Specialty.choices, blank=True)
    specialty_code = models.CharField(max_length=8, blank=True)
    mode = models.CharField(max_length=1, blank=True)  # L liberal, S salaried, B volunteer
    siret = models.CharField(max_length=14, blank=True)
    finess = models.CharField(max_length=9, blank=True)
    structure = models.CharField(max_length=200, blank=True)
    address = models.CharField(max_length=200, blank=True)
    postal_code = models.CharField(max_length=5, blank=True)
    code_insee = models.CharField(max_length=5, blank=True)
    phone = models.CharField(max_length=20, blank=True)

    class Meta:
        indexes = [models.Index(fields=["generation", "rpps"], name="register_entry_by_rpps")]


class RegisterPlace(models.Model):
    """One establishment of the FINESS. A point only where the file gives one in a projection that we know."""

    data = DataNote(personal=False, health=False, kept="until the next import", erased="by the next import")

    id = models.BigAutoField(primary_key=True)
    generation = models.PositiveIntegerField()
    finess = models.CharField(max_length=9)
    finess_ej = models.CharField(max_length=9, blank=True)
    siret = models.CharField(max_length=14, blank=True)
    name = models.CharField(max_length=200)
    category = models.CharField(max_length=4)
    category_label = models.CharField(max_length=200, blank=True)
    address = models.CharField(max_length=200, blank=True)
    postal_code = models.CharField(max_length=5, blank=True)
    code_insee = models.CharField(max_length=5, blank=True)
    phone = models.CharField(max_length=20, blank=True)
    lat = models.FloatField(null=True)
    lon = models.FloatField(null=True)

    class Meta:
        indexes = [models.Index(fields=["generation", "finess"], name="register_place_by_finess")]
