"""Organisations with their numbers, agréments, conventions, and for whom a professional practises."""

from __future__ import annotations

from datetime import date, datetime

from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from toubib.directory.enums import Employer, OrganisationKind
from toubib.directory.models import Agrement, Convention, Organisation, PracticePlace, Practitioner
from toubib.directory.queries.numbers import has_valid_finess_key, has_valid_siret_key
from toubib.ground.actors import Actor
from toubib.ground.journal import trace
from toubib.territory.models import Commune, TerritorialOrganisation
from toubib.territory.queries import lasting


class BadOrganisation(ValueError):
    """A number that cannot be: which field, and the sentence for who typed it."""

    SENTENCES = {
        "siret": _("Ce numéro SIRET ne va pas. Il a quatorze chiffres ; relisez-le."),
        "finess": _("Ce numéro FINESS ne va pas. Il a neuf signes ; relisez-le."),
        "name": _("Écrivez le nom."),
        "ends_on": _("La fin suit le début."),
    }

    def __init__(self, field: str) -> None:
        super().__init__(str(self.SENTENCES[field]))
        self.field, self.sentence = field, self.SENTENCES[field]


@transaction.atomic
def keep_organisation(
    *,
    kind: OrganisationKind,
    name: str,
    by: Actor,
    now: datetime,
    siret: str = "",
    finess: str = "",
    territorial: TerritorialOrganisation | None = None,
) -> Organisation:
    """Add an organisation, or refresh the one with this SIRET or FINESS, or else this kind and name. Raises BadOrganisation."""
    name, siret = " ".join(name.split()), "".join(siret.split())
    finess = "".join(finess.split()).upper()
    if not name:
        raise BadOrganisation("name")
    if siret and not has_valid_siret_key(siret):
        raise BadOrganisation("siret")
    if finess and not has_valid_finess_key(finess):
        raise BadOrganisation("finess")
    numbers = Q(siret=siret) & ~Q(siret="") | Q(finess=finess) & ~Q(finess="")
    rows = Organisation.objects.select_for_update(of=("self",))
    found = rows.filter(numbers).order_by("id").first() if siret or finess else None
    found = found or rows.filter(kind=kind, name=name, siret="", finess="").first() or Organisation()
    found.kind, found.name, found.siret, found.finess = kind, name, siret, finess
    found.territorial = territorial
    found.save()
    trace(by=by, action="directory.organisation.keep", now=now, subject="organisation", subject_id=found.id)
    return found


@transaction.atomic
def grant_agrement(
    *, organisation: Organisation, reference: str, starts_on: date, ends_on: date, by: Actor, now: datetime
) -> Agrement:
    """Write down a company's agrément over [starts_on, ends_on). Raises BadOrganisation. Idempotent by its start."""
    if ends_on <= starts_on:
        raise BadOrganisation("ends_on")
    found, _made = Agrement.objects.update_or_create(
        organisation=organisation, starts_on=starts_on, defaults={"reference": reference, "ends_on": ends_on}
    )
    trace(
        by=by, action="directory.agrement.grant", now=now, subject="organisation", subject_id=organisation.id
    )
    return found


@transaction.atomic
def withdraw_agrement(*, agrement: Agrement, on: date, by: Actor, now: datetime) -> None:
    """Suspended or withdrawn from a day: acts of the company are no longer covered from it."""
    agrement.withdrawn_on = on
    agrement.save(update_fields=["withdrawn_on"])
    trace(by=by, action="directory.agrement.withdraw", now=now, subject="organisation", subject_id=agrement.organisation_id)  # fmt: skip


@transaction.atomic
def agree_with(
    *,
    organisation: Organisation,
    territorial: TerritorialOrganisation,
    reference: str,
    starts_on: date,
    by: Actor,
    now: datetime,
    ends_on: date | None = None,
) -> Convention:
    """Write down a convention with a CPTS or the like over [starts_on, ends_on). Raises BadOrganisation. Idempotent."""
    if ends_on is not None and ends_on <= starts_on:
        raise BadOrganisation("ends_on")
    found, _made = Convention.objects.update_or_create(
        organisation=organisation,
        territorial=territorial,
        starts_on=starts_on,
        defaults={"reference": reference, "ends_on": ends_on},
    )
    trace(
        by=by, action="directory.convention.sign", now=now, subject="organisation", subject_id=organisation.id
    )
    return found


@transaction.atomic
def say_practice_place(
    *,
    practitioner: Practitioner,
    organisation: Organisation,
    starts_on: date,
    by: Actor,
    now: datetime,
    commune: Commune | None = None,
    employer: Employer | str = "",
    is_main: bool = True,
) -> PracticePlace:
    """The professional practises there from a day; a new main place ends the main one before. Idempotent."""
    if is_main:
        before = PracticePlace.objects.filter(lasting(starts_on), practitioner=practitioner, is_main=True)
        before.filter(starts_on__lt=starts_on).update(ends_on=starts_on)
    found, _made = PracticePlace.objects.update_or_create(
        practitioner=practitioner,
        organisation=organisation,
        starts_on=starts_on,
        defaults={"commune": commune, "employer": employer, "is_main": is_main, "ends_on": None},
    )
    trace(
        by=by, action="directory.practice.place", now=now, subject="practitioner", subject_id=practitioner.id
    )
    return found
