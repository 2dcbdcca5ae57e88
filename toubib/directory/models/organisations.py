"""Organisations with their numbers, a company's agrément, what is agreed with a territorial organisation; all dated."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from toubib.directory.enums import OrganisationKind
from toubib.ground.models import DataNote, Model
from toubib.territory.models import TerritorialOrganisation

PERIOD = Q(ends_on__isnull=True) | Q(ends_on__gt=F("starts_on"))


class Organisation(Model):
    """FHIR Organization. `territorial`: the CPTS or the like that it is, which says its communes."""

    data = DataNote(personal=False, health=False, kept="while in use", erased="never, closed instead")

    kind = models.CharField(max_length=16, choices=OrganisationKind.choices)
    name = models.CharField(max_length=160)
    siret = models.CharField(max_length=14, blank=True)
    finess = models.CharField(max_length=9, blank=True)
    territorial = models.OneToOneField(
        TerritorialOrganisation, on_delete=models.PROTECT, related_name="organisation", null=True, blank=True
    )

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["siret"],
                condition=~Q(siret=""),
                name="organisation_one_by_siret",
                violation_error_message=_("Ce numéro SIRET est déjà connu."),
            ),
            models.UniqueConstraint(
                fields=["finess"],
                condition=~Q(finess=""),
                name="organisation_one_by_finess",
                violation_error_message=_("Ce numéro FINESS est déjà connu."),
            ),
        ]


class Agrement(Model):
    """A company's agrément over [starts_on, ends_on), L. 4081-1 CSP. `withdrawn_on`: suspended or withdrawn from that day."""

    data = DataNote(personal=False, health=False, kept="always", erased="never")

    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="agrements")
    reference = models.CharField(max_length=200)
    starts_on = models.DateField()
    ends_on = models.DateField()
    withdrawn_on = models.DateField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["organisation", "starts_on"],
                name="agrement_one_by_start",
                violation_error_message=_("Cet agrément est déjà connu."),
            ),
            models.CheckConstraint(
                name="agrement_period",
                condition=Q(ends_on__gt=F("starts_on")),
                violation_error_message=_("La fin suit le début."),
            ),
        ]


class Convention(Model):
    """What an organisation agreed with a territorial organisation over [starts_on, ends_on)."""

    data = DataNote(personal=False, health=False, kept="always", erased="never")

    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="conventions")
    territorial = models.ForeignKey(
        TerritorialOrganisation, on_delete=models.PROTECT, related_name="conventions"
    )
    reference = models.CharField(max_length=200)
    starts_on = models.DateField()
    ends_on = models.DateField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["organisation", "territorial", "starts_on"],
                name="convention_one_by_start",
                violation_error_message=_("Cette convention est déjà connue."),
            ),
            models.CheckConstraint(
                name="convention_period",
                condition=PERIOD,
                violation_error_message=_("La fin suit le début."),
            ),
        ]
