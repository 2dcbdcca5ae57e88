"""What holds on a day: a company's agrément, whom a professional works for, what is agreed with whom, which places are open.

Unknown is None, never « no »."""

from __future__ import annotations

from datetime import date

from django.db.models import Q, QuerySet

from toubib.directory.enums import PLACE_TYPES, PlaceKind
from toubib.directory.models import Agrement, Convention, Organisation, Place, PracticePlace, Practitioner
from toubib.territory.models import Commune, TerritorialOrganisation
from toubib.territory.queries import coverage_known, is_referenced, lasting, organisations_of


def agrement_of(*, organisation: Organisation, on: date) -> Agrement | None:
    """The agrément valid that day, not suspended nor withdrawn."""
    rows = Agrement.objects.filter(organisation=organisation, starts_on__lte=on, ends_on__gt=on)
    return rows.filter(lasting(on, "withdrawn_on")).order_by("-starts_on").first()


def has_agrement(*, organisation: Organisation, on: date) -> bool:
    return agrement_of(organisation=organisation, on=on) is not None


def organisation_of(*, practitioner: Practitioner, on: date) -> Organisation | None:
    """For whom the professional practises that day, at the main place first; None where no place is on file."""
    rows = PracticePlace.objects.filter(lasting(on), practitioner=practitioner, starts_on__lte=on)
    found = rows.select_related("organisation__territorial").order_by("-is_main", "-starts_on").first()
    return found.organisation if found else None


def is_organised(
    *, home: Commune, practitioner: Practitioner | None, place: Place | None, on: date
) -> bool | None:
    """Whether a territorial organisation that the caisse counts, and whose territory holds the patient's home, organises the
    act: the doctor's organisation is it or has a convention with it, or those of the place of care do.

    None where it could not be told: for whom the doctor works is not on file, or no list of organisations speaks of the
    home's département, and nobody else makes it so.
    """
    covering = [
        one for one in organisations_of(commune_id=home.pk, on=on) if is_referenced(organisation=one, on=on)
    ]
    employer = organisation_of(practitioner=practitioner, on=on) if practitioner else None
    bodies = [one for one in (employer, place and place.host, place and place.operator) if one]
    if any(_belongs(body, covering, on) for body in bodies):
        return True
    is_known = employer is not None and (covering or coverage_known(departement=home.departement))
    return False if is_known else None


def _belongs(body: Organisation, covering: list[TerritorialOrganisation], on: date) -> bool:
    if not covering:
        return False
    if body.territorial_id in {one.pk for one in covering}:
        return True
    rows = Convention.objects.filter(lasting(on), organisation=body, starts_on__lte=on)
    return rows.filter(territorial__in=covering).exists()


def place_type_of(*, place: Place) -> str:
    """The place in the words of the facts of an act."""
    return PLACE_TYPES.get(PlaceKind(place.kind), "other")


def places_open(*, on: date) -> QuerySet[Place]:
    """Places in service that day, whatever their hours."""
    rows = Place.objects.filter(opened_on__lte=on).filter(Q(closed_on__isnull=True) | Q(closed_on__gt=on))
    return rows.select_related("commune", "host", "operator")
