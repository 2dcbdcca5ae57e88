"""MSSanté addresses: which may be written to, and where the address of a professional is found by their RPPS.

The directory of mailboxes (national, FHIR: `mailbox-mss`) is behind an adapter; the production one is the operator's.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Protocol

from django.conf import settings
from django.utils.module_loading import import_string

from toubib.directory.models import Practitioner
from toubib.exchange.letter import file_part

ADDRESS = re.compile(r"[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}@([A-Za-z0-9-]{1,63}(\.[A-Za-z0-9-]{1,63})+)")
PATIENTS = "patient.mssante.fr"
DEMO_DOMAIN = "medecins.mssante.test"
OURS = {
    "none": "addresses.NoAddressBook",
    "demo": "addresses.DemoAddressBook",
    "annuaire": "annuaire.Annuaire",
}


@dataclass(frozen=True, slots=True)
class Mailbox:
    """A professional's mailbox as the directory gives it; one on the red list is never given."""

    address: str
    family: str
    given: str


class DirectoryAway(Exception):
    """The directory did not answer: asked again later. str() is a short code without personal data."""


class AddressBook(Protocol):
    def find(self, *, rpps: str) -> Mailbox | None:
        """The mailbox of this professional, None where they have none. Raises DirectoryAway."""


class NoAddressBook:
    def find(self, *, rpps: str) -> Mailbox | None:
        raise DirectoryAway("no_directory")


class DemoAddressBook:
    """Invents an address under a test domain, for the invented doctors of the demo's own directory."""

    def find(self, *, rpps: str) -> Mailbox | None:
        if not settings.DEMO:
            raise DirectoryAway("demo_only")
        found = Practitioner.objects.filter(rpps=rpps).first()
        if found is None:
            return None
        local = f"{file_part(found.given_name)}.{file_part(found.family_name)}".lower()
        return Mailbox(f"{local}@{DEMO_DOMAIN}", found.family_name, found.given_name)


def address_book() -> AddressBook:
    """The adapter that TOUBIB_MSSANTE_DIRECTORY names: none, annuaire, demo, or the dotted path of the operator's."""
    ours = {name: f"{__package__}.{path}" for name, path in OURS.items()}
    name = str(settings.MSSANTE_DIRECTORY)
    book: type[AddressBook] = import_string(ours.get(name, name))
    return book()


def is_allowed(address: str, domains: tuple[str, ...]) -> bool:
    """Whether this address lies in one of these domains, « *.mssante.fr »; a patient's never does."""
    found = ADDRESS.fullmatch(address)
    if found is None:
        return False
    domain = found.group(1).lower()
    if domain == PATIENTS:
        return False
    return any(
        domain.endswith(pattern[1:].lower()) if pattern.startswith("*.") else domain == pattern.lower()
        for pattern in domains
    )
