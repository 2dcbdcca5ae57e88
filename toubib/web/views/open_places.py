"""Places as open data: `/lieux.csv`, `/lieux.geojson`, `/fhir/Location`. No account, no cookie; kept a minute by who asks."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime
from hashlib import sha256
from typing import Any
from uuid import UUID

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponseNotModified, JsonResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.utils import timezone
from django.utils.cache import patch_cache_control
from django.utils.http import parse_etags, quote_etag, urlencode
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from toubib.directory.queries import (
    PlaceRow,
    all_in_service,
    count_in_service,
    page_in_service,
    place_in_service,
    places_near,
)
from toubib.kiosk.queries import state_of_place, states_of_places
from toubib.waiting.queries import Interval
from toubib.web import place_fhir as fhir
from toubib.web.place_data import csv_pieces, geojson_pieces
from toubib.web.views.start import current_line

MINUTE = 60
Pieces = Callable[..., Iterator[bytes]]
FHIR_JSON = "application/fhir+json; charset=utf-8"
USUAL, MOST = 50, 500  # resources a page
KM = {"": 1.0, "km": 1.0, "m": 0.001, "[mi_i]": 1.609344}
NEAR_MOST = 60.0


@login_not_required
@require_safe
def places_csv(request: HttpRequest) -> HttpResponseBase:
    return _file(request, csv_pieces, "text/csv; charset=utf-8", "lieux.csv")


@login_not_required
@require_safe
def places_geojson(request: HttpRequest) -> HttpResponseBase:
    return _file(request, geojson_pieces, "application/geo+json", "lieux.geojson")


def _file(request: HttpRequest, pieces: Pieces, kind: str, name: str) -> HttpResponseBase:
    """As of the minute: within it the same tag, and what one has is not sent again."""
    now = timezone.now().replace(second=0, microsecond=0)
    wait = _wait(request)
    tag = _tag(name, now, wait)
    if _has(request, tag):
        answer: HttpResponseBase = HttpResponseNotModified()
    else:
        told = pieces(all_in_service(now=now), wait=wait, now=now, kiosks=states_of_places(now=now))
        answer = StreamingHttpResponse(told, content_type=kind)
        answer["Content-Disposition"] = f'attachment; filename="{name}"'
    return _shared(answer, tag)


def _wait(request: HttpRequest) -> Interval | None:
    line = current_line(request)
    return line.wait if line.open else None


def _tag(name: str, now: datetime, wait: Interval | None) -> str:
    """Weak: packing changes bytes on the way."""
    said = f"{name} {now.isoformat()} {(wait.low, wait.high) if wait else ''}"
    return "W/" + quote_etag(sha256(said.encode()).hexdigest()[:24])


def _has(request: HttpRequest, tag: str) -> bool:
    held = parse_etags(request.headers.get("If-None-Match", ""))
    return "*" in held or tag in held


def _shared(answer: HttpResponseBase, tag: str) -> HttpResponseBase:
    answer["ETag"] = tag
    answer["Access-Control-Allow-Origin"] = "*"  # anyone's page may read it; no cookie goes with it
    answer["Link"] = '<https://www.etalab.gouv.fr/licence-ouverte-open-licence>; rel="license"'
    patch_cache_control(answer, public=True, max_age=MINUTE)
    return answer


# FHIR


@login_not_required
@require_safe
def locations(request: HttpRequest) -> HttpResponseBase:
    """`_count`, `_offset`, `_id`, `address-postalcode`, `near` (lat|lon|distance|units). Others are left aside, and the
    self link says what was understood. A value that cannot be read: 400 with an OperationOutcome."""
    now = timezone.now()
    try:
        asked = _asked(request)
    except BadSearch as wrong:
        return _fhir(fhir.outcome(code="invalid", sentence=str(wrong), where=[wrong.name]), status=400)
    rows, total = _rows(asked, now)
    start, count = asked["_offset"], asked["_count"]
    following = _link({**asked["said"], "_count": count, "_offset": start + count})
    answer = fhir.Answer(
        rows=rows,
        total=total,
        self_url=_link({**asked["said"], "_count": count, "_offset": start}),
        kiosks=states_of_places(now=now, places=[row.place.pk for row in rows]),
        next_url=following if count and start + count < total else "",
    )
    bundle = fhir.searchset(answer=answer, base=settings.PUBLIC_URL, on=timezone.localdate(now))
    return _fhir(bundle, request=request)


@login_not_required
@require_safe
def location(request: HttpRequest, place: UUID) -> HttpResponseBase:
    now = timezone.now()
    row = place_in_service(place_id=place, now=now)
    if row is None:
        return _fhir(fhir.outcome(code="not-found", sentence=_("Ce lieu n’est pas en service.")), status=404)
    kiosk = state_of_place(place=row.place, now=now)
    found = fhir.location_of(row=row, base=settings.PUBLIC_URL, on=timezone.localdate(now), kiosk=kiosk)
    return _fhir(found, request=request)


class BadSearch(ValueError):
    """A parameter that cannot be read."""

    def __init__(self, name: str) -> None:
        super().__init__(_("%(name)s ne se lit pas.") % {"name": name})
        self.name = name


def _asked(request: HttpRequest) -> dict[str, Any]:
    given = request.GET
    said = {name: given[name] for name in ("_id", "address-postalcode", "near") if given.get(name)}
    return {
        "said": said,
        "_count": min(MOST, _whole(given.get("_count", ""), "_count", USUAL)),
        "_offset": _whole(given.get("_offset", ""), "_offset", 0),
        "ids": _read("_id", fhir.ids, said["_id"]) if "_id" in said else None,
        "postal_code": _read("address-postalcode", _postal_code, said.get("address-postalcode", "")),
        "near": _read("near", _point, said["near"]) if "near" in said else None,
    }


def _read(name: str, how: Callable[[str], Any], text: str) -> Any:
    try:
        return how(text)
    except ValueError:
        raise BadSearch(name) from None


def _whole(text: str, name: str, usual: int) -> int:
    if not text:
        return usual
    if not (text.isascii() and text.isdigit() and len(text) < 10):
        raise BadSearch(name)
    return int(text)


def _postal_code(text: str) -> str:
    """The beginning of one, raises ValueError."""
    if text and not (text.isascii() and text.isdigit() and len(text) <= 5):
        raise ValueError(text)
    return text


def _point(text: str) -> tuple[float, float, float]:
    """Latitude, longitude, kilometres; raises ValueError. Without a distance: the furthest that is looked."""
    lat, lon, *more = text.split("|")
    unit = more[1] if len(more) > 1 else ""
    if unit not in KM or len(more) > 2:
        raise ValueError(text)
    km = float(more[0]) * KM[unit] if more and more[0] else NEAR_MOST
    point = float(lat), float(lon), min(km, NEAR_MOST)
    if not (abs(point[0]) <= 90 and abs(point[1]) <= 180 and point[2] >= 0):
        raise ValueError(text)
    return point


def _rows(asked: dict[str, Any], now: datetime) -> tuple[list[PlaceRow], int]:
    start, count = asked["_offset"], asked["_count"]
    only = {"ids": asked["ids"], "postal_code": asked["postal_code"]}
    if asked["near"] is None:
        rows = page_in_service(now=now, start=start, count=count, **only) if count else []
        return rows, count_in_service(now=now, **only)
    lat, lon, km = asked["near"]
    found = places_near(lat=lat, lon=lon, now=now, limit=10_000, widest=km, bodies=True)
    kept = [
        row
        for row in found.rows
        if (only["ids"] is None or row.place.id in only["ids"])
        and row.place.postal_code.startswith(only["postal_code"])
    ]
    return kept[start : start + count], len(kept)


def _link(said: dict[str, Any]) -> str:
    return f"{settings.PUBLIC_URL}/fhir/Location?{urlencode(said)}"


def _fhir(
    resource: dict[str, Any], *, request: HttpRequest | None = None, status: int = 200
) -> HttpResponseBase:
    answer = JsonResponse(
        resource, content_type=FHIR_JSON, status=status, json_dumps_params={"ensure_ascii": False}
    )
    if status == 200:
        tag = "W/" + quote_etag(sha256(answer.content).hexdigest()[:24])
        is_held = request is not None and _has(request, tag)
        return _shared(HttpResponseNotModified() if is_held else answer, tag)
    return answer
