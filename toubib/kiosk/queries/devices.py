"""Devices of a place, and what was measured with them for a request."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.utils.translation import gettext as _

from toubib.directory.enums import Device
from toubib.directory.models import Place
from toubib.kiosk.guides import CAMERAS, EXAMINING, GUIDES, MEASURING, SOUNDS, Guide
from toubib.kiosk.models import DeviceUnit
from toubib.record.models import Reading
from toubib.record.noted import CATALOGUE
from toubib.record.queries import readings_of
from toubib.record.readings import Kept, values_of, words_of
from toubib.waiting.models import Ticket


@dataclass(frozen=True, slots=True)
class Row:
    """One device as the page shows it; `unit` None: the person's own, at home. `values`: the last that it gave."""

    kind: Device
    guide: Guide
    unit: DeviceUnit | None
    values: list[Kept]
    reading: Reading | None

    @property
    def key(self) -> str:
        return str(self.unit.id) if self.unit else self.kind.value

    @property
    def label(self) -> str:
        return str(self.kind.label)

    @property
    def measures(self) -> bool:
        return self.kind in MEASURING

    @property
    def media(self) -> str:
        return "camera" if self.kind in CAMERAS else "sound" if self.kind in SOUNDS else ""

    @property
    def fields(self) -> list[dict[str, str]]:
        """What may be typed instead: name, label, unit."""
        found = [(code, CATALOGUE[code]) for code in self.guide.codes]
        return [{"code": code, "label": str(one.label), "unit": one.unit} for code, one in found]

    @property
    def words(self) -> str:
        """« 126/78 mmHg, pouls 72 »; empty before the first."""
        return words_of(self.values)

    @property
    def plausible(self) -> bool:
        return all(one.plausible for one in self.values)

    @property
    def typed(self) -> bool:
        return bool(self.reading and self.reading.content["typed"])


def units_of(*, place_id: UUID, now: datetime) -> list[DeviceUnit]:
    """In service, by number."""
    rows = DeviceUnit.objects.filter(place_id=place_id, since__lte=now)
    return list(rows.filter(until__isnull=True).order_by("number"))


def unit_of(*, unit_id: UUID, place_id: UUID) -> DeviceUnit | None:
    return DeviceUnit.objects.filter(pk=unit_id, place_id=place_id, until__isnull=True).first()


def place_of(*, place_id: UUID) -> Place | None:
    return Place.objects.select_related("commune").filter(pk=place_id).first()


def device_rows(*, ticket: Ticket, now: datetime) -> list[Row]:
    """The numbered devices where this request stands; at home, the kinds that a person may own."""
    readings = readings_of(ticket_id=ticket.id)
    if ticket.place_of_care_id is None:
        return [_row(kind, None, readings) for kind in MEASURING]
    units = units_of(place_id=ticket.place_of_care_id, now=now)
    return [_row(Device(unit.kind), unit, readings) for unit in units if Device(unit.kind) in GUIDES]


def _row(kind: Device, unit: DeviceUnit | None, readings: list[Reading]) -> Row:
    mine = [one for one in readings if _is_of(one.content, kind, unit)]
    last = mine[-1] if mine else None
    return Row(kind, GUIDES[kind], unit, values_of(last.content) if last else [], last)


def _is_of(content: dict[str, Any], kind: Device, unit: DeviceUnit | None) -> bool:
    device = content["device"] or {}
    return device.get("kind") == kind and (unit is None or device.get("number") in (unit.number, None))


def shown_units(rows: list[Row]) -> list[dict[str, Any]]:
    """For the script of the call: what the doctor may ask for by its number."""
    return [
        {
            "id": row.key,
            "number": row.unit.number,
            "kind": row.kind.value,
            "label": _("%(label)s (virtuel)") % {"label": row.label} if row.unit.virtual else row.label,
            "media": row.media,
            "media_label": row.unit.media_label,
            "virtual": row.unit.virtual,
        }
        for row in rows
        if row.unit is not None and (row.measures or row.kind in EXAMINING)
    ]
