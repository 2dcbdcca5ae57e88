"""Devices of a place come and go; what they send is judged by what they can show, then kept."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from toubib.consultation.models import Room
from toubib.directory.enums import Device
from toubib.directory.models import Place
from toubib.ground.actors import Actor
from toubib.ground.hub import publish
from toubib.ground.journal import trace
from toubib.ground.locks import transactional
from toubib.kiosk.guides import GUIDES
from toubib.kiosk.models import DeviceUnit
from toubib.kiosk.queries.devices import unit_of
from toubib.record.enums import MeasuredBy
from toubib.record.models import Reading
from toubib.record.noted import CATALOGUE
from toubib.record.operations import keep_reading
from toubib.record.readings import BadReading, Kept, Sent, content_of, convert, unit_words
from toubib.waiting.models import Ticket

MOST_READINGS = 200  # of one request: beyond, something sends on its own
WEAK_BATTERY = 10


class BadUnit(ValueError):
    """A device cannot be put on file so; str() says why."""


class ReadingRefused(ValueError):
    """The value was not kept; `code`: serial, unit, kind, unreadable, many. str() is the user's sentence."""

    def __init__(self, code: str, sentence: str) -> None:
        super().__init__(sentence)
        self.code = code


@dataclass(frozen=True, slots=True)
class Told:
    """What a page says that a device sent, or that somebody typed."""

    client_id: UUID
    kind: Device
    values: tuple[Sent, ...]
    unit_id: UUID | None = None
    typed: bool = False
    serial: str = ""
    maker: str = ""
    model: str = ""
    at: str = ""
    battery: int | None = None
    virtual: bool = False
    faults: tuple[str, ...] = ()


@transactional
def put_unit(
    *,
    place: Place,
    number: int,
    kind: Device,
    serial: str = "",
    maker: str = "",
    model: str = "",
    ucum: str = "",
    media_label: str = "",
    virtual: bool = False,
    by: Actor,
    now: datetime,
) -> DeviceUnit:
    """A device in service at this place from now on. The same again changes nothing. Raises BadUnit."""
    said = {"serial": serial, "maker": maker, "model": model, "ucum": ucum, "media_label": media_label}
    same = DeviceUnit.objects.filter(place=place, number=number, until__isnull=True).first()
    if (
        same
        and (same.kind, same.virtual) == (kind, virtual)
        and all(getattr(same, k) == v for k, v in said.items())
    ):
        return same
    try:
        with transaction.atomic():
            row = DeviceUnit.objects.create(
                place=place, number=number, kind=kind, virtual=virtual, since=now, **said
            )
    except IntegrityError:
        raise BadUnit(_("Un appareil de ce lieu porte déjà ce numéro.")) from None
    trace(by=by, action="kiosk.unit.put", now=now, subject="unit", subject_id=row.id)
    return row


@transactional
def take_unit_away(*, unit: DeviceUnit, by: Actor, now: datetime) -> None:
    """Out of service; what it measured keeps its number and serial. Idempotent."""
    if DeviceUnit.objects.filter(pk=unit.pk, until__isnull=True).update(until=now):
        trace(by=by, action="kiosk.unit.take_away", now=now, subject="unit", subject_id=unit.id)


def take_reading(*, ticket: Ticket, told: Told, who: MeasuredBy, by: Actor, now: datetime) -> Reading:
    """Judge by the device, keep, tell the room. The same `client_id` is kept once. Raises ReadingRefused."""
    if ticket.patient_id is None:
        raise ReadingRefused("patient", _("Dites d’abord pour qui est la consultation."))
    unit = _unit(ticket, told)
    if Reading.objects.filter(ticket_id=ticket.id).count() >= MOST_READINGS:
        raise ReadingRefused("many", _("Trop de mesures pour une seule demande."))
    values = _values(told, unit)
    row = keep_reading(
        patient_id=ticket.patient_id,
        ticket_id=ticket.id,
        encounter_id=ticket.encounter_id,
        client_id=told.client_id,
        content=content_of(values=values, by=who, device=_device(told, unit), typed=told.typed),
        by=by,
        now=now,
    )
    room = Room.objects.filter(encounter_id=ticket.encounter_id).first() if ticket.encounter_id else None
    if room is not None:
        publish(f"room:{room.id}", "reading", reading=str(row.id))
    return row


def _unit(ticket: Ticket, told: Told) -> DeviceUnit | None:
    """The device on file, where there is one: of this place, of this kind, with this serial."""
    if told.unit_id is None:
        if told.virtual:
            raise ReadingRefused("kind", _("Cet appareil n’est pas de ce lieu."))
        return None
    unit = (
        unit_of(unit_id=told.unit_id, place_id=ticket.place_of_care_id) if ticket.place_of_care_id else None
    )
    if unit is None or unit.kind != told.kind or (told.virtual and not unit.virtual):
        raise ReadingRefused("kind", _("Cet appareil n’est pas de ce lieu."))
    if unit.serial and not told.typed and told.serial != unit.serial:
        words = _("Ce n’est pas l’appareil n° %(number)s : son numéro de série est %(found)s, nous attendions %(wanted)s. Reprenez celui du lieu, puis recommencez.")  # fmt: skip
        found = told.serial or _("inconnu")
        raise ReadingRefused("serial", words % {"number": unit.number, "found": found, "wanted": unit.serial})
    return unit


def _values(told: Told, unit: DeviceUnit | None) -> list[Kept]:
    wanted = set(GUIDES[told.kind].codes)
    sent = [one for one in told.values if one.code in wanted]
    if not sent:
        raise ReadingRefused("unreadable", _("L’appareil n’a envoyé aucune mesure. Recommencez."))
    if unit is not None and unit.ucum and not told.typed and sent[0].ucum != unit.ucum:
        words = _("L’appareil n° %(number)s est réglé en %(found)s, nous attendions %(wanted)s. Réglez-le, ou tapez la valeur.")  # fmt: skip
        named = {"found": unit_words(sent[0].ucum), "wanted": unit_words(unit.ucum)}
        raise ReadingRefused("unit", words % {"number": unit.number, **named})
    try:
        return [convert(sent=one, kind=told.kind) for one in sent]
    except BadReading as error:
        if str(error) == "unit":
            words = _("L’appareil a envoyé une unité inconnue. Tapez la valeur qu’il affiche.")
            raise ReadingRefused("unit", words) from None
        raise ReadingRefused("unreadable", _("Écrivez un nombre, par exemple 38,4.")) from None


def _device(told: Told, unit: DeviceUnit | None) -> dict[str, Any]:
    """Where it comes from; of what was typed, which device showed it."""
    return {
        "kind": told.kind.value,
        "number": unit.number if unit else None,
        "maker": (unit.maker if unit else "") or told.maker,
        "model": (unit.model if unit else "") or told.model,
        "serial": "" if told.typed else told.serial or (unit.serial if unit else ""),
        "virtual": told.virtual,
        "at": told.at,
        "battery": told.battery,
        "faults": list(told.faults),
    }


def typed_values(*, kind: Device, typed: dict[str, str]) -> Sequence[Sent]:
    """What was typed, in the units of the catalogue."""
    codes = GUIDES[kind].codes
    found = [(code, typed.get(code, "").strip().replace(",", ".")) for code in codes]
    return [Sent(code, value, CATALOGUE[code].ucum) for code, value in found if value]
