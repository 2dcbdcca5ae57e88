"""Gestures that may be asked for, as dated data: data/gestures.yaml."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from pathlib import Path
from typing import Any

import yaml
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from toubib.assistance.enums import Basis
from toubib.directory.enums import Device, Profession, Specialty

DATA = Path(__file__).parent / "data" / "gestures.yaml"
# Titles are data: their words are marked here, so that translators see them. A test holds both lists to each other.
TITLES = (
    gettext_noop("Otoscopie"),
    gettext_noop("Auscultation au stéthoscope connecté"),
    gettext_noop("Dermatoscopie"),
    gettext_noop("Prise de la tension"),
    gettext_noop("Glycémie capillaire"),
    gettext_noop("Mesure de la réfraction et de l’acuité"),
    gettext_noop("Examen à la lampe à fente"),
    gettext_noop("Rétinographie"),
    gettext_noop("Audiométrie"),
    gettext_noop("Otoscopie avant appareillage"),
    gettext_noop("Examen général"),
    gettext_noop("Filière de l’œil"),
    gettext_noop("Filière de l’audition"),
)

# The same to who is examined, where the title is a carer's word
PLAIN = {
    "Otoscopie": gettext_noop("Examen de l’oreille à l’otoscope"),
    "Auscultation au stéthoscope connecté": gettext_noop("Écoute du cœur et des poumons au stéthoscope"),
    "Dermatoscopie": gettext_noop("Examen de la peau à la loupe éclairante"),
    "Glycémie capillaire": gettext_noop("Mesure du sucre dans une goutte de sang, au bout du doigt"),
    "Mesure de la réfraction et de l’acuité": gettext_noop("Mesure de la vue"),
    "Examen à la lampe à fente": gettext_noop("Examen de l’œil à la lampe"),
    "Rétinographie": gettext_noop("Photo du fond de l’œil"),
    "Audiométrie": gettext_noop("Mesure de l’audition"),
    "Otoscopie avant appareillage": gettext_noop("Examen de l’oreille avant un appareil auditif"),
}


class UnknownGesture(Exception):
    """No gesture of that key stands in the catalogue of that day."""


@dataclass(frozen=True, slots=True)
class Kind:
    """One gesture of the catalogue. `specialties`: of the doctor who may delegate it; empty: any."""

    key: str
    name: str
    pathway: str
    device: str
    has_image: bool
    basis: Basis
    who: frozenset[str]
    lay: bool
    specialties: frozenset[str]
    source: str
    confidence: str

    @property
    def title(self) -> str:
        return _(self.name)

    @property
    def plain_title(self) -> str:
        """For who is examined."""
        return _(PLAIN.get(self.name, self.name))

    @property
    def needs_protocol(self) -> bool:
        return self.basis == Basis.PROTOCOL

    def may_be_made_by(self, profession: str) -> bool:
        """Empty profession: a lay person."""
        return profession in self.who if profession else self.lay


@dataclass(frozen=True, slots=True)
class Catalogue:
    """A version, from its day until the next."""

    starts_on: date
    verified: bool
    pathways: dict[str, str]
    kinds: tuple[Kind, ...]

    @property
    def version(self) -> str:
        return self.starts_on.isoformat()

    def kind(self, key: str) -> Kind:
        found = next((one for one in self.kinds if one.key == key), None)
        if found is None:
            raise UnknownGesture(key)
        return found


def catalogue_on(*, on: date) -> Catalogue:
    """The version in force. Raises UnknownGesture before the first."""
    held = [one for one in versions() if one.starts_on <= on]
    if not held:
        raise UnknownGesture(on.isoformat())
    return held[-1]


def kind_of(*, key: str, version: str) -> Kind:
    """As it stood in that version. Raises UnknownGesture."""
    for one in versions():
        if one.version == version:
            return one.kind(key)
    raise UnknownGesture(key)


@lru_cache(maxsize=1)
def versions() -> tuple[Catalogue, ...]:
    rows = yaml.safe_load(DATA.read_text(encoding="utf-8"))
    return tuple(sorted((_version(row) for row in rows), key=lambda one: one.starts_on))


def _version(row: dict[str, Any]) -> Catalogue:
    return Catalogue(
        starts_on=row["from"],
        verified=bool(row["verified"]),
        pathways=dict(row["pathways"]),
        kinds=tuple(_kind(one, row["pathways"]) for one in row["gestures"]),
    )


def _kind(row: dict[str, Any], pathways: dict[str, str]) -> Kind:
    if row["pathway"] not in pathways:
        raise ValueError(f"gestures.yaml, {row['key']}: no pathway {row['pathway']!r} in this version")
    return Kind(
        key=row["key"],
        name=row["title"],
        pathway=row["pathway"],
        device=Device(row["device"]).value if row["device"] else "",
        has_image=bool(row["image"]),
        basis=Basis(row["basis"]),
        who=frozenset(Profession(one).value for one in row["who"]),
        lay=bool(row.get("lay", False)),
        specialties=frozenset(Specialty(one).value for one in row.get("of", [])),
        source=row["source"],
        confidence=row["confidence"],
    )
