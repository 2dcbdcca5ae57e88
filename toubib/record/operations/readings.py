"""What devices sent: kept once each, carried into the note with where it came from."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import IntegrityError, transaction
from django.db.models import QuerySet
from django.utils import timezone

from toubib.directory.enums import Device
from toubib.ground.actors import Actor
from toubib.ground.journal import trace
from toubib.ground.locks import transactional
from toubib.record.enums import MeasuredBy
from toubib.record.models import Encounter, Reading
from toubib.record.noted import Measure
from toubib.record.readings import device_words, values_of
from toubib.ui.formats import say_hour


@transactional
def keep_reading(
    *,
    patient_id: UUID,
    ticket_id: UUID | None,
    encounter_id: UUID | None,
    client_id: UUID,
    content: dict[str, Any],
    by: Actor,
    now: datetime,
) -> Reading:
    """`content`: as `readings.content_of`. The same `client_id` again is the first one, if it is the same request's."""
    try:
        with transaction.atomic():
            row = Reading.objects.create(
                patient_id=patient_id,
                ticket_id=ticket_id,
                encounter_id=encounter_id,
                client_id=client_id,
                content=content,
                taken_at=now,
                taken_by=by.account_id,
            )
    except IntegrityError:
        return Reading.objects.get(client_id=client_id, ticket_id=ticket_id)
    trace(
        by=by, action="record.reading.keep", now=now, patient=patient_id, subject="reading", subject_id=row.id
    )
    return row


def with_sources(*, encounter: Encounter, measures: Sequence[Measure]) -> list[Measure]:
    """Each measure that a device sent, with its reading: the last of this visit with the very same value."""
    if not any(one.by == MeasuredBy.DEVICE for one in measures):
        return list(measures)
    found: dict[tuple[str, str], dict[str, Any]] = {}
    for row in Reading.objects.filter(encounter=encounter).order_by("taken_at", "id"):
        if not row.content["typed"]:
            for value in values_of(row.content):
                found[value.code, value.value] = source_of(row, plausible=value.plausible)
    return [
        replace(one, source=found.get((one.code, one.value.strip().replace(",", "."))))
        if one.by == MeasuredBy.DEVICE
        else one
        for one in measures
    ]


def source_of(row: Reading, *, plausible: bool) -> dict[str, Any]:
    """What a note keeps of a reading: enough to read it without the row."""
    device = row.content["device"] or {}
    kind = str(Device(device["kind"]).label)
    hour = say_hour(timezone.localtime(row.taken_at))
    return {
        "reading": str(row.id),
        "at": row.taken_at.isoformat(),
        "plausible": plausible,
        "words": device_words(row.content, kind=kind, hour=hour),
        **{name: device.get(name) for name in ("kind", "number", "maker", "model", "serial", "virtual")},
    }


def drop_readings(*, rows: QuerySet[Reading] | Iterable[Reading]) -> int:
    """Those of a request that no doctor served."""
    gone = [row.pk for row in rows]
    Reading.objects.filter(pk__in=gone, encounter__isnull=True).delete()
    return len(gone)
