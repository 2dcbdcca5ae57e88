"""Writes of the directory: professionals, organisations and places one by one, registers as a stream."""

from toubib.directory.operations.organisations import (
    agree_with,
    grant_agrement,
    keep_organisation,
    say_practice_place,
    withdraw_agrement,
)
from toubib.directory.operations.own_lists import import_organisations, import_places, import_practices
from toubib.directory.operations.places import (
    BadPlace,
    CannotOpen,
    PlaceFacts,
    close_place,
    keep_place,
    open_place,
    say_devices,
    say_evidence,
    say_help,
    say_hours,
)
from toubib.directory.operations.practitioners import (
    BadPractice,
    BadRpps,
    Practice,
    PractitionerFacts,
    register_practitioner,
    say_practice,
)
from toubib.directory.operations.register import Registered, import_register

__all__ = [
    "BadPlace",
    "BadPractice",
    "BadRpps",
    "CannotOpen",
    "PlaceFacts",
    "Practice",
    "PractitionerFacts",
    "Registered",
    "agree_with",
    "close_place",
    "grant_agrement",
    "import_organisations",
    "import_places",
    "import_practices",
    "import_register",
    "keep_organisation",
    "keep_place",
    "open_place",
    "register_practitioner",
    "say_devices",
    "say_evidence",
    "say_help",
    "say_hours",
    "say_practice",
    "say_practice_place",
    "withdraw_agrement",
]
