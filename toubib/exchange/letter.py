"""What one sending says, as plain data: the one source of CDA, METADATA, archive and message."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID, uuid5

from toubib.exchange.codes import Coded


@dataclass(frozen=True, slots=True)
class Person:
    """A professional's name; `civility` M, MME or empty, `suffix` DR, PR or empty."""

    family: str
    given: str
    civility: str = ""
    suffix: str = ""


@dataclass(frozen=True, slots=True)
class Structure:
    """`number`: Struct_IdNat (« 1 » and FINESS, « 3 » and SIRET…); the phone as dialled."""

    number: str
    name: str
    address: tuple[str, ...] = ()
    phone: str = ""


@dataclass(frozen=True, slots=True)
class Professional:
    rpps: str
    person: Person
    specialty: Coded
    structure: Structure
    address: tuple[str, ...] = ()
    phone: str = ""


@dataclass(frozen=True, slots=True)
class Recipient:
    rpps: str
    name: str
    given: str
    address: str  # MSSanté


@dataclass(frozen=True, slots=True)
class Subject:
    """The patient. `ins` and `ins_oid` are given for a qualified identity alone; `local_id` always."""

    local_id: str
    birth_name: str
    first_names: tuple[str, ...]
    sex: str
    birth_date: date
    birth_place: str = ""
    used_name: str = ""
    used_first_name: str = ""
    ins: str = ""
    ins_oid: str = ""

    @property
    def is_qualified(self) -> bool:
        return bool(self.ins)


@dataclass(frozen=True, slots=True)
class Letter:
    """One report to one recipient. `arc`: the operator's OID, under which patients, encounters and documents stand."""

    delivery_id: UUID
    document_id: UUID
    set_id: UUID
    version: int
    replaces: UUID | None
    arc: str
    title: str
    kind: Coded
    created_at: datetime
    prepared_at: datetime
    subject: Subject
    author: Professional
    custodian: Structure
    recipient: Recipient
    act: Coded
    facility: Coded
    setting: Coded
    encounter_id: UUID
    encounter_kind: Coded
    started_at: datetime
    ended_at: datetime | None
    pdf: bytes
    sender: str  # the MSSanté address that sends
    product: str  # X-MSS-NIL

    @property
    def patient_root(self) -> str:
        return f"{self.arc}.1"

    @property
    def document_oid(self) -> str:
        return document_oid(self.arc, self.document_id)

    @property
    def set_oid(self) -> str:
        return f"{self.arc}.3.{self.set_id.int}"

    @property
    def submission_oid(self) -> str:
        return f"{self.arc}.4.{self.delivery_id.int}"

    @property
    def encounter_root(self) -> str:
        return f"{self.arc}.5"

    def made_id(self, part: str) -> str:
        """An identifier of this archive, the same at every attempt."""
        return f"urn:uuid:{uuid5(self.delivery_id, part)}"


def document_oid(arc: str, document_id: UUID) -> str:
    return f"{arc}.2.{document_id.int}"


def trait(text: str) -> str:
    """A trait as INSi writes it: capitals without accents, letters, hyphens, apostrophes and single spaces."""
    return " ".join(plain(text).upper().split())


def plain(text: str) -> str:
    """Without accents; what has no plain letter falls away."""
    changed = text.translate(_LIGATURES)
    bare = "".join(c for c in unicodedata.normalize("NFKD", changed) if not unicodedata.combining(c))
    return bare.encode("ascii", "ignore").decode()


def file_part(text: str) -> str:
    """A part of a file name: letters, digits and hyphens."""
    return re.sub(r"[^A-Za-z0-9]+", "-", plain(text)).strip("-")


_LIGATURES = str.maketrans({
    "œ": "oe", "Œ": "OE", "æ": "ae", "Æ": "AE", "’": "'", "‑": "-", "–": "-", "ß": "ss", "ø": "o", "Ø": "O", "ł": "l", "Ł": "L",
})  # fmt: skip
