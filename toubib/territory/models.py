"""Communes, the emergency service that answers for each, and by date: zones of care, accessibility, organisations."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from toubib.ground.models import DataNote, Model
from toubib.territory.enums import ListKind, OrganisationKind, ZoneKind


class Samu(Model):
    """A SAMU and its direct number: the 15 dialled by a doctor reaches the doctor's own SAMU, not the patient's."""

    data = DataNote(personal=False, health=False, kept="while in service", erased="when closed")

    name = models.CharField(max_length=120)
    direct_number = models.CharField(max_length=20)
    verified_on = models.DateField()
    departement = models.CharField(
        max_length=3, blank=True
    )  # whose communes it answers for, those to come too


class TerritoryImport(Model):
    """A published list taken in: which, from where, of which day. The same file twice is one row."""

    data = DataNote(personal=False, health=False, kept="always", erased="never")

    kind = models.CharField(max_length=8, choices=ListKind.choices)
    source = models.CharField(max_length=300)
    files_on = models.DateField()
    imported_at = models.DateTimeField()
    digest = models.CharField(max_length=64)
    counts = models.JSONField(default=dict)

    class Meta:
        indexes = [models.Index(fields=["kind", "-imported_at"], name="territory_import_last")]


class Commune(Model):
    """A commune, or an arrondissement of Paris, Lyon or Marseille (`part_of`: the code of the commune).

    What a list does not say is unknown: centre and population null, `samu` null until its number is entered.
    """

    data = DataNote(personal=False, health=False, kept="always", erased="never")

    code_insee = models.CharField(max_length=5, unique=True)
    name = models.CharField(max_length=120)
    postal_codes = models.JSONField(default=list)
    departement = models.CharField(max_length=3)
    region = models.CharField(max_length=3, blank=True)
    population = models.PositiveIntegerField(null=True, blank=True)
    lat = models.FloatField(null=True, blank=True)
    lon = models.FloatField(null=True, blank=True)
    part_of = models.CharField(max_length=5, blank=True)
    neighbour_codes = models.JSONField(default=list, blank=True)
    samu = models.ForeignKey(Samu, on_delete=models.PROTECT, related_name="communes", null=True, blank=True)
    listed_in = models.ForeignKey(
        TerritoryImport, on_delete=models.PROTECT, related_name="communes", null=True, blank=True
    )  # null: entered by hand
    gone_on = models.DateField(null=True, blank=True)  # of the first list that has it no more

    class Meta:
        indexes = [
            models.Index(fields=["name"], name="commune_by_name"),
            models.Index(fields=["departement"], name="commune_by_departement"),
        ]


class Zone(Model):
    """The zone of a commune over [starts_on, ends_on), as an arrêté of the ARS says it (L. 1434-4 CSP)."""

    data = DataNote(personal=False, health=False, kept="always", erased="never")

    commune = models.ForeignKey(Commune, on_delete=models.PROTECT, related_name="zones")
    kind = models.CharField(max_length=4, choices=ZoneKind.choices)
    arrete = models.CharField(max_length=200)
    label = models.CharField(max_length=60, blank=True)  # as the file writes it: HZ and ZAR are `none`
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


class Accessibility(Model):
    """The APL of a commune in a year (DREES): acts a year for a standardised inhabitant."""

    data = DataNote(personal=False, health=False, kept="always", erased="never")

    commune = models.ForeignKey(Commune, on_delete=models.PROTECT, related_name="accessibility")
    year = models.PositiveSmallIntegerField()
    apl = models.FloatField()
    apl_65 = models.FloatField(null=True)  # counting doctors of 65 or less
    standardised_population = models.FloatField(null=True)
    population = models.FloatField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["commune", "year"],
                name="accessibility_one_by_commune_and_year",
                violation_error_message=_("L’APL de cette commune est déjà connue pour cette année."),
            )
        ]


class TerritorialOrganisation(Model):
    """A CPTS or its like. `referenced_from`: since when the caisse counts it; null: not known to be referenced."""

    data = DataNote(personal=False, health=False, kept="always", erased="never")

    kind = models.CharField(max_length=16, choices=OrganisationKind.choices)
    name = models.CharField(max_length=160)
    finess = models.CharField(max_length=9, unique=True)
    referenced_from = models.DateField(null=True, blank=True)
    referenced_until = models.DateField(null=True, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="territorial_organisation_period",
                condition=Q(referenced_until__isnull=True) | Q(referenced_until__gt=F("referenced_from")),
                violation_error_message=_("La fin suit le début."),
            )
        ]


class Coverage(Model):
    """A commune of a territorial organisation over [starts_on, ends_on)."""

    data = DataNote(personal=False, health=False, kept="always", erased="never")

    organisation = models.ForeignKey(
        TerritorialOrganisation, on_delete=models.CASCADE, related_name="coverage"
    )
    commune = models.ForeignKey(Commune, on_delete=models.PROTECT, related_name="coverage")
    starts_on = models.DateField()
    ends_on = models.DateField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["organisation", "commune", "starts_on"],
                name="coverage_one_by_start",
                violation_error_message=_("Cette commune y est déjà."),
            ),
            models.CheckConstraint(
                name="coverage_period",
                condition=Q(ends_on__isnull=True) | Q(ends_on__gt=F("starts_on")),
                violation_error_message=_("La fin suit le début."),
            ),
        ]
