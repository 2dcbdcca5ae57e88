"""The public file of places: one row a place in service, the columns of `/lieux.csv` and the properties of `/lieux.geojson`.

`open_now` and `next_opening` are of the minute `as_of`; `wait_min` and `wait_max` (minutes) are those of the general line,
which is the same everywhere, and are empty where the place is closed, its machines silent, or the wait not known. `kiosk_state`:
of the machines of an open place. Unknown is empty (null).
"""

from __future__ import annotations

import io
import json
from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from itertools import islice
from typing import Any
from uuid import UUID

from toubib.directory.queries import PublicRow
from toubib.ground.sheets import write_sheet
from toubib.kiosk.queries import PlaceState
from toubib.waiting.queries import Interval

COLUMNS = (
    "id", "name", "kind", "operator", "host", "finess", "code_insee", "address", "lat", "lon", "hours", "open_now",
    "next_opening", "wait_min", "wait_max", "as_of", "assistance", "devices", "access", "kiosk_state",
)  # fmt: skip
A_PIECE = 200  # rows sent at a time
Kiosks = Mapping[UUID, PlaceState]
ENCODER = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"))


def facts_of(row: PublicRow, *, wait: Interval | None, now: datetime, kiosks: Kiosks) -> dict[str, Any]:
    """By COLUMNS, which are the order of both files."""
    place, opening = row.place, row.opening
    kiosk = None if opening.is_open is False else kiosks.get(place.id)
    known = wait if opening.is_open and kiosk != "away" else None
    opens = opening.next_change if opening.is_open is False else None
    facts = {
        "id": str(place.id),
        "name": place.name,
        "kind": place.kind,
        "operator": place.operator,
        "host": place.host,
        "finess": place.finess or None,
        "code_insee": place.code_insee,
        "address": f"{place.address}, {place.postal_code} {place.commune}",
        "lat": place.lat,
        "lon": place.lon,
        "hours": place.hours,
        "open_now": opening.is_open,
        "next_opening": opens.isoformat(timespec="minutes") if opens else None,
        "wait_min": known.low if known else None,
        "wait_max": known.high if known else None,
        "as_of": now.isoformat(timespec="seconds"),
        "assistance": place.assistance,
        "devices": place.devices,
        "access": place.access,
        "kiosk_state": kiosk,
    }
    return {name: facts[name] for name in COLUMNS}


def csv_pieces(
    rows: Iterable[PublicRow], *, wait: Interval | None, now: datetime, kiosks: Kiosks
) -> Iterator[bytes]:
    def piece(lines: Iterable[Iterable[object]]) -> bytes:
        out = io.StringIO()
        write_sheet(out, lines)
        return out.getvalue().encode()

    yield piece([COLUMNS])
    for batch in _batches(rows):
        yield piece(
            [_cell(value) for value in facts_of(row, wait=wait, now=now, kiosks=kiosks).values()]
            for row in batch
        )


def _cell(value: object) -> object:
    if isinstance(value, bool):
        return "true" if value else "false"
    return "|".join(value) if isinstance(value, list) else value


def geojson_pieces(
    rows: Iterable[PublicRow], *, wait: Interval | None, now: datetime, kiosks: Kiosks
) -> Iterator[bytes]:
    """RFC 7946: longitude first. Lists are lists here."""
    yield b'{"type":"FeatureCollection","features":['
    parting = ""
    for batch in _batches(rows):
        features = [_feature(facts_of(row, wait=wait, now=now, kiosks=kiosks)) for row in batch]
        yield (parting + ENCODER.encode(features)[1:-1]).encode()
        parting = ","
    yield b"]}"


def _feature(facts: dict[str, Any]) -> dict[str, Any]:
    point = {"type": "Point", "coordinates": [facts["lon"], facts["lat"]]}
    return {"type": "Feature", "id": facts["id"], "geometry": point, "properties": facts}


def _batches(rows: Iterable[PublicRow]) -> Iterator[list[PublicRow]]:
    source = iter(rows)
    while batch := list(islice(source, A_PIECE)):
        yield batch
