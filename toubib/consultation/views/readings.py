"""What devices sent for this visit, beside the note: it arrives live, and is carried there by one touch."""

from __future__ import annotations

import json
from dataclasses import dataclass
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET

from toubib.consultation.views.common import own_room
from toubib.directory.enums import Device
from toubib.people.enums import Role
from toubib.people.web import current_actor, role_required
from toubib.record.enums import EncounterState, MeasuredBy
from toubib.record.models import Encounter, Reading
from toubib.record.queries import readings_of, trace_read
from toubib.record.readings import Kept, device_words, measured_by, values_of
from toubib.ui.formats import say_hour
from toubib.ui.posting import part_of_page


@dataclass(frozen=True, slots=True)
class Shown:
    """One reading as the doctor sees it; `carried`: for the script, value by code of the catalogue."""

    values: list[Kept]
    words: str
    by: str
    unsure: bool

    @property
    def carried(self) -> str:
        return json.dumps({one.code: one.value.replace(".", ",") for one in self.values})


def shown_readings(encounter: Encounter) -> list[Shown]:
    """The newest first; none of a visit that was given up."""
    if encounter.state == EncounterState.ABORTED:
        return []
    return [_shown(one) for one in reversed(readings_of(encounter=encounter))]


def _shown(row: Reading) -> Shown:
    values, by = values_of(row.content), measured_by(row.content)
    kind, hour = str(Device(row.content["device"]["kind"]).label), say_hour(timezone.localtime(row.taken_at))
    words = device_words(row.content, kind=kind, hour=hour)
    typed = row.content["typed"]
    return Shown(
        values, f"{MeasuredBy(by).label}, {words}", by, typed or not all(one.plausible for one in values)
    )


@part_of_page
@role_required(Role.PRACTITIONER)
@never_cache
@require_GET
def readings(request: HttpRequest, room: UUID) -> HttpResponse:
    """The fragment that the news `reading` of the room renews."""
    found = own_room(request, room)
    trace_read(
        what="reading",
        patient_id=found.encounter.patient_id,
        subject_id=found.encounter_id,
        by=current_actor(request),
        now=timezone.now(),
    )
    shown = {"room": found, "readings": shown_readings(found.encounter)}
    return render(request, "consultation/_readings.html", shown)
