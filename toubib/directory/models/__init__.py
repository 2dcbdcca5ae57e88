"""Professionals, organisations, places of care, and the public registers they are checked against."""

from toubib.directory.models.organisations import Agrement, Convention, Organisation
from toubib.directory.models.places import Place, PlaceEvidence
from toubib.directory.models.practitioners import PracticePlace, Practitioner
from toubib.directory.models.register import DirectoryImport, RegisterEntry, RegisterPlace

__all__ = [
    "Agrement",
    "Convention",
    "DirectoryImport",
    "Organisation",
    "Place",
    "PlaceEvidence",
    "PracticePlace",
    "Practitioner",
    "RegisterEntry",
    "RegisterPlace",
]
