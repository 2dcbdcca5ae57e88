"""The layouts of the lists that the territory takes in, and what a row of each says. Nothing is written here."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from toubib.ground.tables import BadTable, Column, Row, plain, read_table, sheets_of
from toubib.territory.enums import OrganisationKind, ZoneKind

CODE = re.compile(r"\d{5}|2[AB]\d{3}")
POSTAL = re.compile(r"\d{5}")
DEPARTEMENT = re.compile(r"\d{2,3}|2[AB]")
OVERSEAS = ("97", "98")
CODE_INSEE = (
    "code", "code_insee", "code insee", "code commune insee", "code commune", "code de la commune", "depcom", "codgeo",
    "com", "commune",
)  # fmt: skip

COMMUNES = (
    Column("code", ("com", "code", "code_insee", "code commune insee", "code commune", "codgeo")),
    Column("name", ("libelle", "nom", "name", "nom_standard", "nom commune", "libgeo")),
    Column("departement", ("dep", "departement", "dep_code", "code departement"), optional=True),
    Column("region", ("reg", "region", "reg_code", "code region"), optional=True),
    Column("type", ("typecom", "type"), optional=True),
    Column("population", ("population", "pmun", "population municipale"), optional=True),
    Column("lat", ("lat", "latitude_centre", "latitude"), optional=True),
    Column("lon", ("lon", "longitude_centre", "longitude"), optional=True),
    Column("postal_codes", ("postal_codes", "codesPostaux", "codes_postaux", "code postal"), optional=True),
    Column("part_of", ("part_of", "comparent"), optional=True),
    Column("neighbours", ("neighbours",), optional=True),
)
# What a row of INSEE's file is: a commune, or an arrondissement; parts of a commune are not communes
TYPES = {"COM": True, "ARM": True, "COMA": False, "COMD": False,
         "commune-actuelle": True, "arrondissement-municipal": True,
         "commune-deleguee": False, "commune-associee": False, "": True}  # fmt: skip

ZONAGE = (
    Column("code", ("code de la commune", "code commune", "depcom", "code_insee", "codgeo")),
    Column(
        "zone",
        ("qualification attribuée par l'arrêté régional", "qualification", "zonage_mg", "zonage", "zone"),
    ),
    Column("name", ("libellé de la commune", "libcom", "nom", "commune"), optional=True),
)
# HZ, HV: out of any zone. ZAR: a region's own zone, which is none of the law's. The raw word is kept beside.
ZONES: dict[str, ZoneKind | None] = {
    "zip": ZoneKind.ZIP, "zac": ZoneKind.ZAC, "zv": ZoneKind.ZV, "zone de vigilance": ZoneKind.ZV,
    "zone d intervention prioritaire": ZoneKind.ZIP, "zone d action complementaire": ZoneKind.ZAC,
    "hz": ZoneKind.NONE, "hv": ZoneKind.NONE, "zar": ZoneKind.NONE, "hors zone": ZoneKind.NONE,
    "hors vivier": ZoneKind.NONE, "none": ZoneKind.NONE,
    "na": None, "n a": None, "": None, "n a resultat non disponible": None,
}  # fmt: skip

APL = (
    Column("code", ("code commune insee", "code commune", "codgeo", "depcom")),
    Column("apl", ("apl aux médecins généralistes", "apl médecins généralistes", "apl")),
    Column(
        "apl_65",
        (
            "apl aux médecins généralistes de 65 ans et moins",
            "apl aux médecins généralistes de 65 ans ou moins",
        ),
        optional=True,
    ),
)
APL_SHEET = re.compile(r"apl (\d{4})")

CPTS = (
    Column("finess", ("finess", "nofinesset", "numero finess", "finess_et")),
    Column("name", ("nom", "rs", "raison sociale", "nom_cpts")),
    Column("kind", ("type", "kind"), optional=True),
    Column("code", ("code_insee", "code commune insee", "code commune", "depcom")),
    Column("starts_on", ("debut", "date_debut", "depuis"), optional=True),
    Column("ends_on", ("fin", "date_fin"), optional=True),
    Column("referenced_from", ("referencee_le", "referencement_debut"), optional=True),
    Column("referenced_until", ("referencement_fin",), optional=True),
)
SAMU = (
    Column("departement", ("departement", "dep", "code departement")),
    Column("name", ("nom", "samu")),
    Column("number", ("numero", "numero_direct", "telephone")),
    Column("verified_on", ("verifie_le", "date")),
)


@dataclass(frozen=True, slots=True)
class CommuneRow:
    """None, or an empty list: the file does not say."""

    code: str
    name: str
    departement: str
    region: str
    population: int | None
    lat: float | None
    lon: float | None
    postal_codes: tuple[str, ...] | None
    part_of: str
    neighbours: tuple[str, ...] | None


@dataclass(frozen=True, slots=True)
class ZoneRow:
    code: str
    kind: ZoneKind | None
    label: str


@dataclass(frozen=True, slots=True)
class AplRow:
    code: str
    year: int
    apl: float
    apl_65: float | None
    standardised: float | None
    population: float | None


@dataclass(frozen=True, slots=True)
class CoverageRow:
    finess: str
    name: str
    kind: OrganisationKind
    code: str
    starts_on: date | None
    ends_on: date | None
    referenced_from: date | None
    referenced_until: date | None


@dataclass(frozen=True, slots=True)
class SamuRow:
    departement: str
    name: str
    number: str
    verified_on: date


def code_of(row: Row, field: str = "code") -> str:
    """Five signs; a leading zero that a spreadsheet ate is put back."""
    value = row.text(field).upper()
    value = value.zfill(5) if value.isdigit() else value
    if not CODE.fullmatch(value):
        raise row.refuse(field, f"{value[:20]!r} is not an INSEE code of a commune")
    return value


def departement_of(code: str) -> str:
    return code[:3] if code.startswith(OVERSEAS) else code[:2]


def read_communes(path: Path) -> Iterator[CommuneRow]:
    """INSEE's v_commune_AAAA.csv, communes.json of @etalab/decoupage-administratif, or a table of those columns."""
    seen: set[str] = set()
    for row in read_table(path, COMMUNES):
        if not row.one_of("type", TYPES) if row.get("type") else False:
            continue
        code = code_of(row)
        if code in seen:
            raise row.refuse("code", f"{code} a second time")
        seen.add(code)
        departement = row.get("departement") or departement_of(code)
        if not DEPARTEMENT.fullmatch(departement):
            raise row.refuse("departement", f"{departement[:20]!r} is not a département")
        people = row.number_of("population")
        yield CommuneRow(
            code=code,
            name=row.text("name", 120),
            departement=departement,
            region=row.get("region")[:3],
            population=None if people is None else int(people),
            lat=_degrees(row, "lat", 90),
            lon=_degrees(row, "lon", 180),
            postal_codes=_codes(row, "postal_codes", POSTAL),
            part_of=row.get("part_of") if CODE.fullmatch(row.get("part_of")) else "",
            neighbours=_codes(row, "neighbours", CODE),
        )


def _degrees(row: Row, field: str, most: int) -> float | None:
    value = row.number_of(field)
    if value is not None and abs(value) > most:
        raise row.refuse(field, f"{value} is no angle")
    return value


def _codes(row: Row, field: str, layout: re.Pattern[str]) -> tuple[str, ...] | None:
    if not row.has(field):
        return None
    codes = tuple(re.split(r"[ ,|]+", row.get(field).strip("[]"))) if row.get(field) else ()
    wrong = [code for code in codes if not layout.fullmatch(code)]
    if wrong:
        raise row.refuse(field, f"{wrong[0][:20]!r} is not a code")
    return codes


def read_zonage(path: Path) -> Iterator[ZoneRow]:
    """Zonage_medecin_AAAAMMJJ.xlsx (sheet Zonage_communes) of the DREES, or a table of a code and a zone. A commune said
    twice in two ways is refused."""
    seen: dict[str, ZoneKind | None] = {}
    for row in read_table(path, ZONAGE, sheet="Zonage_communes"):
        code, label = code_of(row), row.get("zone")
        word = re.sub(r"^\d ", "", plain(label))
        if word not in ZONES:
            raise row.refuse("zone", f"{label[:40]!r} is no zone that we know")
        kind = ZONES[word]
        if code in seen:
            if seen[code] != kind:
                raise row.refuse("zone", f"{code} has another zone above")
            continue
        seen[code] = kind
        yield ZoneRow(code, kind, label[:60])


def read_apl(path: Path, *, year: int | None) -> Iterator[AplRow]:
    """The DREES's workbook for general practitioners, every sheet « APL AAAA »; of a CSV the year must be told."""
    sheets = [(name, int(found[1])) for name in sheets_of(path) if (found := APL_SHEET.search(plain(name)))]
    if not sheets and year is None:
        raise BadTable(path, 0, "year", "neither a sheet « APL AAAA » nor a year told")
    for sheet, of_year in sheets or [("", year or 0)]:
        yield from _apl_of(path, sheet, of_year)


def _apl_of(path: Path, sheet: str, year: int) -> Iterator[AplRow]:
    columns = (
        *APL,
        Column("standardised", tuple(f"population standardisée {one} pour la médecine générale"
                                     for one in range(year, year - 4, -1)), optional=True),
        Column("population", tuple(f"population totale {one}" for one in range(year, year - 4, -1)), optional=True),
    )  # fmt: skip
    seen: set[str] = set()
    for row in read_table(path, columns, sheet=sheet):
        if not row.get("code"):
            continue  # the line of units, and notes below
        code, apl = code_of(row), row.number_of("apl")
        if apl is None:
            continue  # not computed there
        if not 0 <= apl < 100:
            raise row.refuse("apl", f"{apl} is no APL")
        if code in seen:
            raise row.refuse("code", f"{code} a second time")
        seen.add(code)
        yield AplRow(
            code,
            year,
            apl,
            row.number_of("apl_65"),
            row.number_of("standardised"),
            row.number_of("population"),
        )


def read_cpts(path: Path) -> Iterator[CoverageRow]:
    """A row by organisation and commune. No file of the State holds it: the columns are ours (docs/territory.md)."""
    for row in read_table(path, CPTS):
        finess = row.text("finess").zfill(9)
        if len(finess) != 9:
            raise row.refuse("finess", f"{finess[:20]!r} is not nine signs")
        said = row.get("kind").casefold() or OrganisationKind.CPTS.value
        if said not in OrganisationKind.values:
            raise row.refuse("kind", f"{said[:20]!r} is none of {', '.join(OrganisationKind.values)}")
        start, end = row.day("starts_on"), row.day("ends_on")
        if end is not None and (start is None or end <= start):
            raise row.refuse("ends_on", "the end does not follow the start")
        kept_from, kept_until = row.day("referenced_from"), row.day("referenced_until")
        if kept_until is not None and (kept_from is None or kept_until <= kept_from):
            raise row.refuse("referenced_until", "the end does not follow the start")
        yield CoverageRow(
            finess,
            row.text("name", 160),
            OrganisationKind(said),
            code_of(row),
            start,
            end,
            kept_from,
            kept_until,
        )


def read_samu(path: Path) -> Iterator[SamuRow]:
    """A row by département: the direct number of its SAMU, and the day it was verified. The columns are ours."""
    for row in read_table(path, SAMU):
        departement = row.text("departement").upper()
        departement = departement.zfill(2) if departement.isdigit() else departement
        if not DEPARTEMENT.fullmatch(departement):
            raise row.refuse("departement", f"{departement[:20]!r} is not a département")
        number = re.sub(r"[ .]", "", row.text("number"))
        number = "+33" + number[1:] if re.fullmatch(r"0\d{9}", number) else number
        if not re.fullmatch(r"\+\d{9,14}", number):
            raise row.refuse("number", f"{number[:20]!r} is not a telephone number")
        day = row.day("verified_on")
        if day is None:
            raise row.refuse("verified_on", "empty")
        yield SamuRow(departement, row.text("name", 120), number, day)
