"""Lists that whoever runs Toubib writes: organisations with their agrément and conventions; places of care, put on file and not
opened; for whom professionals practise."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from pathlib import Path
from typing import Any

from django.db import transaction
from django.db.models import Q

from toubib.directory.enums import Access, Assistance, Device, Employer, OrganisationKind, PlaceKind
from toubib.directory.models import Organisation, Place, Practitioner
from toubib.directory.operations.organisations import (
    BadOrganisation,
    agree_with,
    grant_agrement,
    keep_organisation,
    say_practice_place,
    withdraw_agrement,
)
from toubib.directory.operations.places import BadPlace, PlaceFacts, keep_place
from toubib.ground.actors import Actor
from toubib.ground.tables import Column, Row, read_table
from toubib.territory.models import Commune, TerritorialOrganisation

NEEDED = (
    "name",
    "kind",
    "host",
    "host_kind",
    "address",
    "postal_code",
    "code_insee",
    "lat",
    "lon",
    "hours",
    "assistance",
)
PAPERS = (
    "agrement", "agrement_from", "agrement_until", "agrement_withdrawn", "cpts_finess", "convention", "convention_from",
    "convention_until",
)  # fmt: skip
MAY = (
    "host_siret", "host_finess", "operator", "operator_kind", "operator_siret", "operator_finess", "devices", "access",
    "phone", "way_in", "ars_declared_on", "ars_reference", *PAPERS,
)  # fmt: skip
WHO, NUMBERS = ("organisation", "organisation_kind"), ("organisation_siret", "organisation_finess")


def _columns(needed: Iterable[str], may: Iterable[str]) -> tuple[Column, ...]:
    return (
        *(Column(name, (name,)) for name in needed),
        *(Column(name, (name,), optional=True) for name in may),
    )


ORGANISATIONS = _columns(WHO, (*NUMBERS, *PAPERS))
PLACES = _columns(NEEDED, MAY)
PRACTICES = _columns(("rpps", *WHO, "from"), (*NUMBERS, "code_insee", "employer", "main"))
PARTED = re.compile(r"[\s|,]+")


@transaction.atomic
def import_organisations(*, file: Path, by: Actor, now: datetime) -> dict[str, int]:
    """Companies with their agrément, who has a convention with a CPTS, the CPTS themselves: all of the list or, with BadTable,
    nothing. An organisation that is on file stays as it is; what it holds is refreshed."""
    counts = {"organisations": 0}
    for row in read_table(file, ORGANISATIONS):
        found = _organisation(row, "organisation", by, now)
        try:
            _papers(row, host=found, operator=found, by=by, now=now)
        except BadOrganisation as error:
            raise row.refuse(error.field, str(error.sentence)) from None
        counts["organisations"] += 1
    return counts


@transaction.atomic
def import_places(*, file: Path, by: Actor, now: datetime) -> dict[str, int]:
    """All of the list or, with BadTable, nothing. A place of this host and name that is on file stays as it is."""
    counts = {"added": 0, "known": 0}
    for row in read_table(file, PLACES):
        try:
            is_new = _take_in(row, by, now)
        except (BadPlace, BadOrganisation) as error:
            raise row.refuse(error.field, str(error.sentence)) from None
        counts["added" if is_new else "known"] += 1
    return counts


@transaction.atomic
def import_practices(*, file: Path, by: Actor, now: datetime) -> dict[str, int]:
    """For whom professionals of this platform practise, from which day: all of the list or, with BadTable, nothing. A new main
    place ends the one before; the same row twice changes nothing."""
    counts = {"practices": 0}
    for row in read_table(file, PRACTICES):
        practitioner = Practitioner.objects.filter(rpps=row.text("rpps")).first()
        if practitioner is None:
            raise row.refuse("rpps", f"{row.get('rpps')[:20]!r} is no professional of this platform")
        say_practice_place(
            practitioner=practitioner,
            organisation=_organisation(row, "organisation", by, now),
            commune=_commune(row) if row.get("code_insee") else None,
            employer=row.one_of("employer", _by_value(Employer)) if row.get("employer") else "",
            is_main=row.one_of("main", {"yes": True, "no": False}) if row.get("main") else True,
            starts_on=_day(row, "from"),
            by=by,
            now=now,
        )
        counts["practices"] += 1
    return counts


def _take_in(row: Row, by: Actor, now: datetime) -> bool:
    facts, commune = _facts(row), _commune(row)
    host = _organisation(row, "host", by, now)
    operator = _organisation(row, "operator", by, now) if row.get("operator") else host
    _papers(row, host=host, operator=operator, by=by, now=now)
    if Place.objects.filter(host=host, name=facts.name).exists():
        return False
    keep_place(facts=facts, host=host, operator=operator, commune=commune, by=by, now=now)
    return True


def _facts(row: Row) -> PlaceFacts:
    lat, lon = row.number_of("lat"), row.number_of("lon")
    if lat is None or lon is None:
        raise row.refuse("lat" if lat is None else "lon", "empty")
    return PlaceFacts(
        name=" ".join(row.text("name", 160).split()),
        kind=row.one_of("kind", _by_value(PlaceKind)),
        address=row.text("address", 160),
        postal_code=row.text("postal_code"),
        lat=lat,
        lon=lon,
        hours=" ".join(row.text("hours", 500).split()),
        assistance=row.one_of("assistance", _by_value(Assistance)),
        devices=tuple(_several(row, "devices", Device)),
        access=tuple(_several(row, "access", Access)),
        phone=row.get("phone")[:16],
        way_in=row.get("way_in")[:300],
        ars_declared_on=row.day("ars_declared_on"),
        ars_reference=row.get("ars_reference")[:120],
    )


def _by_value(kinds: Any) -> Mapping[str, Any]:
    return {one.value: one for one in kinds}


def _several(row: Row, field: str, kinds: Any) -> Sequence[Any]:
    words = [one for one in PARTED.split(row.get(field)) if one]
    unknown = [one for one in words if one not in kinds.values]
    if unknown:
        raise row.refuse(field, f"{unknown[0][:60]!r} is none of {', '.join(kinds.values)}")
    return [kinds(one) for one in words]


def _commune(row: Row) -> Commune:
    code = row.text("code_insee").upper()
    found = Commune.objects.filter(code_insee=code).first()
    if found is None:
        raise row.refuse("code_insee", f"{code[:20]!r} is no commune that we know")
    return found


def _organisation(row: Row, which: str, by: Actor, now: datetime) -> Organisation:
    """The one on file with this SIRET or FINESS, or else this kind and name, as it is; or a new one."""
    name = " ".join(row.text(which, 160).split())
    kind = row.one_of(f"{which}_kind", _by_value(OrganisationKind))
    siret, finess = "".join(row.get(f"{which}_siret").split()), row.get(f"{which}_finess").upper()
    numbers = Q(siret=siret) & ~Q(siret="") | Q(finess=finess) & ~Q(finess="")
    found = Organisation.objects.filter(numbers).order_by("id").first()
    found = found or Organisation.objects.filter(kind=kind, name=name).order_by("id").first()
    is_cpts = kind == OrganisationKind.CPTS and finess
    itself = TerritorialOrganisation.objects.filter(finess=finess).first() if is_cpts else None
    try:
        return found or keep_organisation(
            kind=kind, name=name, siret=siret, finess=finess, territorial=itself, by=by, now=now
        )
    except BadOrganisation as error:
        raise row.refuse(f"{which}_{error.field}", str(error.sentence)) from None


def _papers(row: Row, *, host: Organisation, operator: Organisation, by: Actor, now: datetime) -> None:
    """The agrément of who runs it, the host's convention with a CPTS: by their first day, where the row has them."""
    if row.get("agrement"):
        own = grant_agrement(
            organisation=operator,
            reference=row.text("agrement", 200),
            starts_on=_day(row, "agrement_from"),
            ends_on=_day(row, "agrement_until"),
            by=by,
            now=now,
        )
        withdrawn = row.day("agrement_withdrawn")
        if withdrawn is not None:
            withdraw_agrement(agrement=own, on=withdrawn, by=by, now=now)
    if row.get("convention"):
        cpts = TerritorialOrganisation.objects.filter(finess=row.text("cpts_finess")).first()
        if cpts is None:
            raise row.refuse("cpts_finess", f"{row.get('cpts_finess')[:20]!r} is no CPTS that we know")
        agree_with(
            organisation=host,
            territorial=cpts,
            reference=row.text("convention", 200),
            starts_on=_day(row, "convention_from"),
            ends_on=row.day("convention_until"),
            by=by,
            now=now,
        )


def _day(row: Row, field: str) -> date:
    found = row.day(field)
    if found is None:
        raise row.refuse(field, "empty")
    return found
