"""Reads of the directory: keys of numbers, hours, what holds on a day, whether a place may open, registers."""

from toubib.directory.queries.hours import Opening, are_hours, opening_at
from toubib.directory.queries.numbers import (
    has_am_shape,
    has_valid_finess_key,
    has_valid_rpps_key,
    has_valid_siret_key,
)
from toubib.directory.queries.opening import Reason, may_open
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
    "Opening",
    "Reason",
    "agrement_of",
    "are_hours",
    "entries_of",
    "establishment_of",
    "has_agrement",
    "has_am_shape",
    "has_valid_finess_key",
    "has_valid_rpps_key",
    "has_valid_siret_key",
    "is_organised",
    "last_import",
    "may_open",
    "opening_at",
    "organisation_of",
    "place_type_of",
    "places_open",
]
