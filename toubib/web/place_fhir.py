"""Places as FHIR R4 Locations, read only: each holds to sas-sos-location-aggregator (ans.fhir.fr.sas), and what that has no
word for stands in one extension of ours, documented in docs/places.md, which a reader may ignore.

Of the kiosk it says what FHIR has a word for, in `operationalStatus`: free, in use, or none that answers. Nothing here says
who waits, nor whether there is a slot.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, time
from typing import Any
from uuid import UUID

from django.utils.translation import override

from toubib.directory.enums import Access, Device, PlaceKind
from toubib.directory.models import Organisation, Place
from toubib.directory.queries import PlaceRow, usual_week
from toubib.kiosk.queries import PlaceState

Resource = dict[str, Any]
SAS = "https://interop.esante.gouv.fr/ig/fhir/sas/StructureDefinition"
IDENTIFIER_TYPE = "http://interopsante.org/fhir/CodeSystem/fr-location-identifier-type"
SIRET = "urn:oid:1.2.250.1.71.4.2.2"
EXTENSION = "urn:toubib:fhir:StructureDefinition:kiosk"
WEEK = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
OPERATIONAL = "http://terminology.hl7.org/CodeSystem/v2-0116"
STATES: dict[PlaceState, tuple[str, str]] = {
    "ready": ("U", "Unoccupied"),
    "busy": ("O", "Occupied"),
    "away": ("C", "Closed"),
}
LAST = time(23, 59, 59)  # what closes at midnight: FHIR has no 24:00


@dataclass(frozen=True, slots=True)
class Answer:
    """A page of what was found. `total`: of all pages. `kiosks`: what their machines do."""

    rows: Sequence[PlaceRow]
    total: int
    self_url: str
    kiosks: Mapping[UUID, PlaceState]
    next_url: str = ""


def searchset(*, answer: Answer, base: str, on: date) -> Resource:
    """Locations as matches, the organisations they point at beside them."""
    bodies = {row.place.operator_id: row.place.operator for row in answer.rows}
    links = [{"relation": "self", "url": answer.self_url}]
    if answer.next_url:
        links.append({"relation": "next", "url": answer.next_url})
    entries = [
        _entry(location_of(row=row, base=base, on=on, kiosk=answer.kiosks.get(row.place.id)), base, "match")
        for row in answer.rows
    ]
    entries += [_entry(_organisation(bodies[key]), base, "include") for key in sorted(bodies)]
    bundle = {"resourceType": "Bundle", "type": "searchset", "total": answer.total, "link": links}
    return {**bundle, **({"entry": entries} if entries else {})}


def _entry(resource: Resource, base: str, mode: str) -> Resource:
    full = f"{base}/fhir/{resource['resourceType']}/{resource['id']}"
    return {"fullUrl": full, "resource": resource, "search": {"mode": mode}}


def location_of(*, row: PlaceRow, base: str, on: date, kiosk: PlaceState | None) -> Resource:
    """`kiosk` is told only where the place is open, as in the public file."""
    place = row.place
    identifier = {
        "type": {"coding": [{"system": IDENTIFIER_TYPE, "code": "INTRN"}]},
        "system": f"{base}/lieux",
        "value": str(place.id),
    }
    found: Resource = {
        "resourceType": "Location",
        "id": str(place.id),
        "meta": {"profile": [f"{SAS}/sas-sos-location-aggregator"]},
        "extension": [_kiosk(place)],
        "identifier": [identifier],
        "status": "active",
        "name": place.name,
        "mode": "instance",
        "address": {"line": [place.address], "city": place.commune.name, "postalCode": place.postal_code, "country": "FR"},
        "position": {"longitude": place.lon, "latitude": place.lat},
        "managingOrganization": {"reference": f"Organization/{place.operator_id}", "display": place.operator.name},
    }  # fmt: skip
    if kiosk is not None and row.opening.is_open is not False:
        code, display = STATES[kiosk]
        found["operationalStatus"] = {"system": OPERATIONAL, "code": code, "display": display}
    if place.phone:
        found["telecom"] = [{"system": "phone", "value": place.phone}]
    if hours := _hours(place, on):
        found["hoursOfOperation"] = hours
    found["availabilityExceptions"] = place.hours
    return found


def _organisation(body: Organisation) -> Resource:
    found: Resource = {"resourceType": "Organization", "id": str(body.id), "name": body.name}
    if body.siret:
        kind = {"coding": [{"system": IDENTIFIER_TYPE, "code": "IDNST"}]}
        found["identifier"] = [{"type": kind, "system": SIRET, "value": body.siret}]
    return found


def _kiosk(place: Place) -> Resource:
    with override("fr"):
        kind = {"text": str(PlaceKind(place.kind).label)}
        devices = [{"text": str(Device(one).label)} for one in place.devices]
        access = [{"text": str(Access(one).label)} for one in place.access]
    parts: list[Resource] = [
        {"url": "kind", "valueCodeableConcept": kind},
        {"url": "assistance", "valueCode": place.assistance.replace("_", "-")},
    ]
    parts += [{"url": "device", "valueCodeableConcept": one} for one in devices]
    parts += [{"url": "access", "valueCodeableConcept": one} for one in access]
    return {"url": EXTENSION, "extension": parts}


def _hours(place: Place, on: date) -> list[Resource]:
    """The usual week, days with the same hours together; exceptions are in `availabilityExceptions`, as OpenStreetMap writes."""
    week = usual_week(hours=place.hours, departement=place.commune.departement, first=on)
    by_span: dict[tuple[time, time], list[str]] = {}
    for day, spans in zip(WEEK, week, strict=True):
        for span in spans:
            by_span.setdefault(span, []).append(day)
    return [_span(start, end, days) for (start, end), days in by_span.items()]


def _span(start: time, end: time, days: Sequence[str]) -> Resource:
    if start == end == time():
        return {"daysOfWeek": list(days), "allDay": True}
    closes = LAST if end == time() else end
    return {
        "daysOfWeek": list(days),
        "openingTime": start.isoformat("seconds"),
        "closingTime": closes.isoformat("seconds"),
    }


def outcome(*, code: str, sentence: str, where: Iterable[str] = ()) -> Resource:
    issue: Resource = {"severity": "error", "code": code, "diagnostics": sentence}
    if where := list(where):
        issue["expression"] = where
    return {"resourceType": "OperationOutcome", "issue": [issue]}


def ids(text: str) -> list[UUID]:
    """Of `_id`, commas between; raises ValueError."""
    return [UUID(one) for one in text.split(",") if one]
