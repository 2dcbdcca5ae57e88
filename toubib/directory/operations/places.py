"""Places of care: what they are, what was seen there, and their opening, which the checklist may refuse."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import date, datetime

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from toubib.directory.checklist import checklist_on
from toubib.directory.enums import Access, Assistance, Device, PlaceKind, Verdict
from toubib.directory.models import Organisation, Place, PlaceEvidence
from toubib.directory.queries.hours import are_hours
from toubib.directory.queries.opening import Reason, is_refused, may_open
from toubib.ground.actors import Actor
from toubib.ground.journal import trace
from toubib.territory.models import Commune


class BadPlace(ValueError):
    """What cannot be of a place: which field, and the sentence for who typed it."""

    SENTENCES = {
        "name": _("Écrivez le nom du lieu."),
        "address": _("Écrivez l’adresse."),
        "postal_code": _("Le code postal a cinq chiffres."),
        "point": _("Ce point n’est pas sur la Terre."),
        "hours": _("Les heures ne se lisent pas. Par exemple : Mo-Fr 09:00-12:30,14:00-19:00; PH off"),
        "devices": _("Un de ces appareils n’est pas connu."),
        "access": _("Un de ces accès n’est pas connu."),
        "item": _("Ce point n’est pas dans la liste de contrôle."),
        "words": _("Écrivez ce que vous avez vu."),
        "seen_on": _("Ce jour n’est pas encore venu."),
    }

    def __init__(self, field: str) -> None:
        super().__init__(str(self.SENTENCES[field]))
        self.field, self.sentence = field, self.SENTENCES[field]


class CannotOpen(ValueError):
    """The checklist refuses; every reason, for the manager."""

    def __init__(self, reasons: Sequence[Reason]) -> None:
        self.reasons = [one for one in reasons if one.kind == "refusal"]
        super().__init__(" ".join(one.sentence for one in self.reasons))


@dataclass(frozen=True, slots=True)
class PlaceFacts:
    """What is said of a place. `hours`: the syntax of OpenStreetMap, exceptions included."""

    name: str
    kind: PlaceKind
    address: str
    postal_code: str
    lat: float
    lon: float
    hours: str
    assistance: Assistance
    devices: tuple[Device, ...] = ()
    access: tuple[Access, ...] = ()
    phone: str = ""
    way_in: str = ""
    ars_declared_on: date | None = None
    ars_reference: str = ""


@transaction.atomic
def keep_place(
    *,
    facts: PlaceFacts,
    host: Organisation,
    operator: Organisation,
    commune: Commune,
    by: Actor,
    now: datetime,
) -> Place:
    """Add a place, or refresh the one of this host and name; it is not open for that. Raises BadPlace."""
    _check(facts)
    said = {**asdict(facts), "name": " ".join(facts.name.split())}
    said["devices"], said["access"] = sorted(set(facts.devices)), sorted(set(facts.access))
    place, _made = Place.objects.update_or_create(
        host=host, name=said.pop("name"), defaults={**said, "operator": operator, "commune": commune}
    )
    trace(by=by, action="directory.place.keep", now=now, subject="place", subject_id=place.id)
    return place


def _check(facts: PlaceFacts) -> None:
    wrong = {
        "name": not facts.name.strip(),
        "address": not facts.address.strip(),
        "postal_code": not re.fullmatch(r"[0-9]{5}", facts.postal_code),
        "point": not (abs(facts.lat) <= 90 and abs(facts.lon) <= 180),
        "hours": not are_hours(facts.hours),
        "devices": not set(facts.devices) <= set(Device.values),
        "access": not set(facts.access) <= set(Access.values),
    }
    first = next((field for field, is_wrong in wrong.items() if is_wrong), None)
    if first:
        raise BadPlace(first)


@transaction.atomic
def say_evidence(
    *, place: Place, item: str, verdict: Verdict, words: str, seen_on: date, by: Actor, now: datetime
) -> PlaceEvidence:
    """What somebody saw of an item, on a day. An open place that the checklist refuses from then on closes. Raises BadPlace."""
    checklist = checklist_on(on=seen_on)
    if checklist is None or item not in {one.id for one in checklist.items}:
        raise BadPlace("item")
    if not words.strip():
        raise BadPlace("words")
    if seen_on > _day(now):
        raise BadPlace("seen_on")
    row = PlaceEvidence.objects.create(
        place=place, item=item, verdict=verdict, words=words.strip()[:500], seen_on=seen_on, said_by=by.account_id, said_at=now
    )  # fmt: skip
    trace(by=by, action="directory.place.evidence", now=now, subject="place", subject_id=place.id)
    _close_if_refused(place, by=by, now=now)
    return row


@transaction.atomic
def say_devices(*, place: Place, devices: Sequence[Device], by: Actor, now: datetime) -> None:
    """Which devices are in order now. A pharmacy that lacks one it must have closes. Raises BadPlace."""
    if not set(devices) <= set(Device.values):
        raise BadPlace("devices")
    place.devices = sorted(set(devices))
    place.save(update_fields=["devices"])
    trace(by=by, action="directory.place.devices", now=now, subject="place", subject_id=place.id)
    _close_if_refused(place, by=by, now=now)


@transaction.atomic
def say_hours(*, place: Place, hours: str, by: Actor, now: datetime) -> None:
    """The whole of the hours, exceptions included. Raises BadPlace."""
    said = " ".join(hours.split())
    if not are_hours(said):
        raise BadPlace("hours")
    place.hours = said
    place.save(update_fields=["hours"])
    trace(by=by, action="directory.place.hours", now=now, subject="place", subject_id=place.id)


@transaction.atomic
def say_help(
    *, place: Place, assistance: Assistance, access: Sequence[Access], way_in: str, by: Actor, now: datetime
) -> None:
    """Who helps there, and how people get in. Raises BadPlace."""
    if not set(access) <= set(Access.values):
        raise BadPlace("access")
    place.assistance, place.access, place.way_in = assistance, sorted(set(access)), way_in.strip()[:300]
    place.save(update_fields=["assistance", "access", "way_in"])
    trace(by=by, action="directory.place.help", now=now, subject="place", subject_id=place.id)


@transaction.atomic
def open_place(*, place: Place, on: date, by: Actor, now: datetime) -> Place:
    """In service from a day. Raises CannotOpen with every reason of the checklist. Idempotent."""
    kept = Place.objects.select_for_update(of=("self",)).select_related("operator").get(pk=place.pk)
    reasons = may_open(place=kept, on=on)
    if any(one.kind == "refusal" for one in reasons):
        raise CannotOpen(reasons)
    if kept.opened_on is None or kept.closed_on is not None:
        kept.opened_on, kept.closed_on = on, None
        kept.save(update_fields=["opened_on", "closed_on"])
        trace(by=by, action="directory.place.open", now=now, subject="place", subject_id=kept.id)
    return kept


@transaction.atomic
def close_place(*, place: Place, on: date, by: Actor, now: datetime) -> Place:
    """Out of service from a day. Idempotent."""
    kept = Place.objects.select_for_update(of=("self",)).get(pk=place.pk)
    if kept.opened_on is not None and kept.closed_on is None:
        kept.closed_on = max(on, kept.opened_on)
        kept.save(update_fields=["closed_on"])
        trace(by=by, action="directory.place.close", now=now, subject="place", subject_id=kept.id)
    return kept


def _close_if_refused(place: Place, *, by: Actor, now: datetime) -> None:
    kept = Place.objects.select_related("operator").get(pk=place.pk)
    if kept.opened_on is not None and kept.closed_on is None and is_refused(place=kept, on=_day(now)):
        close_place(place=kept, on=_day(now), by=by, now=now)


def _day(now: datetime) -> date:
    return timezone.localtime(now).date()
