"""Health professionals as the public directory (RPPS) knows them."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from toubib.directory.enums import Employer, Profession, Sector, Specialty, Title
from toubib.directory.models.organisations import Organisation
from toubib.ground.models import DataNote, Model
from toubib.territory.models import Commune


class Practitioner(Model):
    """FHIR Practitioner. `rpps` carries a Luhn key; the key proves nobody's identity."""

    data = DataNote(
        personal=True,
        health=False,
        kept="as the public directory",
        erased="with the account, acts keep the name",
    )

    rpps = models.CharField(max_length=11, unique=True)
    title = models.CharField(max_length=4, choices=Title.choices)
    given_name = models.CharField(max_length=80)
    family_name = models.CharField(max_length=80)
    profession = models.CharField(max_length=20, choices=Profession.choices)
    specialty = models.CharField(max_length=20, choices=Specialty.choices, blank=True)
    practice_name = models.CharField(max_length=120)
    practice_commune = models.ForeignKey(Commune, on_delete=models.PROTECT)
    languages = models.JSONField(default=list)
    portrait = models.CharField(max_length=40, blank=True)
    # Empty: unknown, and the rule book says so
    sector = models.CharField(max_length=8, choices=Sector.choices, blank=True)
    employer = models.CharField(max_length=16, choices=Employer.choices, blank=True)
    country = models.CharField(max_length=2, blank=True)  # of the main practice, ISO 3166 alpha-2
    # What a document's header asks of the place of practice; empty: unknown
    practice_address = models.CharField(max_length=120, blank=True)  # the lines above the postal code
    practice_phone = models.CharField(max_length=16, blank=True)  # E.164
    practice_email = models.CharField(max_length=254, blank=True)
    practice_finess = models.CharField(max_length=9, blank=True)
    am_number = models.CharField(
        max_length=9, blank=True
    )  # the Assurance maladie's number of the doctor there

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="practitioner_doctor_has_specialty",
                condition=~models.Q(profession=Profession.DOCTOR) | ~models.Q(specialty=""),
                violation_error_message="Un médecin a une spécialité.",
            )
        ]

    @property
    def full_name(self) -> str:
        return f"{self.title} {self.given_name} {self.family_name}"


class PracticePlace(Model):
    """Where a professional practises over [starts_on, ends_on), for whom. FHIR PractitionerRole."""

    data = DataNote(
        personal=True,
        health=False,
        kept="as the public directory",
        erased="with the account, acts keep the name",
    )

    practitioner = models.ForeignKey(Practitioner, on_delete=models.CASCADE, related_name="places")
    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="practices")
    commune = models.ForeignKey(Commune, on_delete=models.PROTECT, null=True, blank=True)
    employer = models.CharField(max_length=16, choices=Employer.choices, blank=True)
    is_main = models.BooleanField(default=False)
    starts_on = models.DateField()
    ends_on = models.DateField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["practitioner", "organisation", "starts_on"],
                name="practice_place_one_by_start",
                violation_error_message=_("Ce lieu d’exercice est déjà connu."),
            ),
            models.CheckConstraint(
                name="practice_place_period",
                condition=Q(ends_on__isnull=True) | Q(ends_on__gt=F("starts_on")),
                violation_error_message=_("La fin suit le début."),
            ),
        ]
