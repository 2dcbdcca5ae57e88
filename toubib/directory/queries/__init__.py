"""Reads of the directory: keys of numbers, hours, what holds on a day, whether a place may open, registers."""

from toubib.directory.queries.finding import (
    Found,
    PlaceRow,
    PublicRow,
    Wanted,
    all_in_service,
    count_in_service,
    opening_of,
    page_in_service,
    place_in_service,
    places_near,
)
from toubib.directory.queries.hours import OpenDay, Opening, are_hours, days_of, opening_at, usual_week
from toubib.directory.queries.numbers import (
    has_am_shape,
    has_valid_finess_key,
    has_valid_rpps_key,
    has_valid_siret_key,
)
from toubib.directory.queries.opening import (
    Reason,
    all_places,
    evidence_of,
    get_place,
    last_evidence,
    may_open,
)
from toubib.directory.queries.registers import entries_of, establishment_of, last_import
from toubib.directory.queries.standing import (
    agrement_of,
    has_agrement,
    is_organised,
    organisation_of,
    place_type_of,
    places_open,
)

__all__ = [
    "Found",
    "OpenDay",
    "Opening",
    "PlaceRow",
    "PublicRow",
    "Reason",
    "Wanted",
    "agrement_of",
    "all_in_service",
    "all_places",
    "are_hours",
    "count_in_service",
    "days_of",
    "entries_of",
    "establishment_of",
    "evidence_of",
    "get_place",
    "has_agrement",
    "has_am_shape",
    "has_valid_finess_key",
    "has_valid_rpps_key",
    "has_valid_siret_key",
    "is_organised",
    "last_evidence",
    "last_import",
    "may_open",
    "opening_at",
    "opening_of",
    "organisation_of",
    "page_in_service",
    "place_in_service",
    "place_type_of",
    "places_near",
    "places_open",
    "usual_week",
]
