"""The layouts of the RPPS and FINESS extracts, and what a row of each says. Nothing is written here."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import astuple, dataclass
from itertools import islice
from pathlib import Path

from toubib.directory.enums import Profession, Specialty
from toubib.directory.projection import to_degrees
from toubib.directory.queries.numbers import has_valid_finess_key, has_valid_rpps_key, has_valid_siret_key
from toubib.ground.tables import BadTable, Column, Row, decoded, plain, read_table

Refuse = Callable[[BadTable], None]
STRUCTURE = " (coord. structure)"

RPPS = (
    Column("type", ("Type d'identifiant PP",)),
    Column("rpps", ("Identifiant PP",)),
    Column("family_name", ("Nom d'exercice",)),
    Column("given_name", ("Prénom d'exercice",)),
    Column("profession", ("Code profession",)),
    Column("specialty_type", ("Code type savoir-faire",), optional=True),
    Column("specialty_code", ("Code savoir-faire",), optional=True),
    Column("specialty_label", ("Libellé savoir-faire",), optional=True),
    Column("mode", ("Code mode exercice",), optional=True),
    Column("siret", ("Numéro SIRET site",), optional=True),
    Column("finess", ("Numéro FINESS site",), optional=True),
    Column("structure", ("Raison sociale site",), optional=True),
    Column("sign", ("Enseigne commerciale site",), optional=True),
    Column("number", ("Numéro Voie" + STRUCTURE,), optional=True),
    Column("repeat", ("Indice répétition voie" + STRUCTURE,), optional=True),
    Column("way", ("Libellé type de voie" + STRUCTURE,), optional=True),
    Column("street", ("Libellé Voie" + STRUCTURE,), optional=True),
    Column("postal_code", ("Code postal" + STRUCTURE,), optional=True),
    Column("code_insee", ("Code commune" + STRUCTURE,), optional=True),
    Column("phone", ("Téléphone" + STRUCTURE,), optional=True),
)
PROFESSIONS = {
    "10": Profession.DOCTOR, "21": Profession.PHARMACIST, "40": Profession.DENTAL_SURGEON, "50": Profession.MIDWIFE,
    "60": Profession.NURSE, "69": Profession.NURSE, "70": Profession.PHYSIOTHERAPIST,
    "91": Profession.SPEECH_THERAPIST, "92": Profession.ORTHOPTIST, "93": Profession.PSYCHOLOGIST, "26": Profession.AUDIOPROTHESISTE,
}  # fmt: skip
# How the label of a specialty (savoir-faire of type S) begins, or what it holds, without accents
SPECIALTIES = (
    ("medecine generale", Specialty.GENERAL_PRACTICE), ("psychiatrie", Specialty.PSYCHIATRY),
    ("neuro psychiatrie", Specialty.PSYCHIATRY), ("neurologie", Specialty.NEUROLOGY),
    ("gynecologie", Specialty.GYNAECOLOGY), ("ophtalmologie", Specialty.OPHTHALMOLOGY),
    ("pediatrie", Specialty.PAEDIATRICS), ("dermatologie", Specialty.DERMATOLOGY),
    ("cardiologie", Specialty.CARDIOLOGY), ("endocrinologie", Specialty.ENDOCRINOLOGY),
    ("stomatologie", Specialty.STOMATOLOGY),
)  # fmt: skip
RPPS_TYPE = "8"
MODES = {"L", "S", "B", ""}

FINESS = (
    Column("finess", ("nofinesset", "numero finess etablissement")),
    Column(
        "finess_ej", ("nofinessej", "nofinessej_1", "numero finess etablissement juridique"), optional=True
    ),
    Column("name", ("rs", "raison_sociale", "rslongue")),
    Column("long_name", ("rslongue",), optional=True),
    Column("category", ("categetab",)),
    Column("category_label", ("libcategetab", "categorie"), optional=True),
    Column("siret", ("siret",), optional=True),
    Column("number", ("numvoie",), optional=True),
    Column("way", ("typvoie",), optional=True),
    Column("street", ("voie",), optional=True),
    Column("postal_code", ("codepostal",), optional=True),
    Column("routing", ("ligneacheminement", "libelle_routage"), optional=True),
    Column("cog", ("cog", "code_insee"), optional=True),
    Column("departement", ("departement",), optional=True),
    Column("commune", ("commune", "code commune"), optional=True),
    Column("phone", ("telephone",), optional=True),
    Column("x", ("coordx", "coordxet"), optional=True),
    Column("y", ("coordy", "coordyet"), optional=True),
    Column("projection", ("sourcegeocod", "sourcecoordet"), optional=True),
    Column("lat", ("latitude",), optional=True),
    Column("lon", ("longitude",), optional=True),
)
# etalab-cs1100507-stock: no header; each line begins with the name of its section
STOCK = (
    "section", "finess", "finess_ej", "name", "long_name", "complrs", "compldistrib", "number", "way", "street",
    "compvoie", "lieuditbp", "commune", "departement", "libdepartement", "routing", "phone", "telecopie", "category",
    "category_label", "categagretab", "libcategagretab", "siret",
)  # fmt: skip
STOCK_POINT = ("section", "finess", "x", "y", "projection")
STOCK_PLACES = {name: place for place, name in enumerate(STOCK)}
POINT_PLACES = {name: place for place, name in enumerate(STOCK_POINT)}
POSTAL = re.compile(r"\d{5}")
CODE = re.compile(r"\d{5}|2[AB]\d{3}")
OVERSEAS = re.compile(r"9[A-Z]")


@dataclass(frozen=True, slots=True)
class Entry:
    """In the order of the columns of RegisterEntry."""

    rpps: str
    family_name: str
    given_name: str
    profession: str
    specialty: str
    specialty_code: str
    mode: str
    siret: str
    finess: str
    structure: str
    address: str
    postal_code: str
    code_insee: str
    phone: str


@dataclass(frozen=True, slots=True)
class Establishment:
    """In the order of the columns of RegisterPlace."""

    finess: str
    finess_ej: str
    siret: str
    name: str
    category: str
    category_label: str
    address: str
    postal_code: str
    code_insee: str
    phone: str
    lat: float | None
    lon: float | None


@dataclass(frozen=True, slots=True)
class Point:
    """A point of the stock file, said after the establishments."""

    finess: str
    lat: float
    lon: float


@dataclass(frozen=True, slots=True)
class Read:
    """A line read: what it says, or nothing (another kind of identifier, a line already said, a line refused)."""

    line: int
    said: tuple[object, ...] | Point | None
    is_refused: bool = False


def absent_from_rpps(path: Path) -> list[str]:
    """Columns of the layout that this file has not: whoever takes it in is told, since the register would lose them all."""
    row = next(read_table(path, RPPS))
    return [one.headers[0] for one in RPPS if not row.has(one.name)]


def read_rpps(path: Path, refuse: Refuse) -> Iterator[Read]:
    """PS_LibreAcces_Personne_activite, line by line. A bad line is told and left out."""
    for row in read_table(path, RPPS):
        try:
            yield Read(row.number, _entry(row))
        except BadTable as error:
            refuse(error)
            yield Read(row.number, None, is_refused=True)


def _entry(row: Row) -> tuple[object, ...] | None:
    if row.get("type") != RPPS_TYPE:
        return None  # an ADELI number, on its way out
    rpps = row.get("rpps")
    if not has_valid_rpps_key(rpps):
        raise row.refuse("rpps", f"{rpps[:20]!r} has not eleven digits with a right key")
    profession = PROFESSIONS.get(row.text("profession", 4), Profession.OTHER)
    mode = row.get("mode")
    if mode not in MODES:
        raise row.refuse("mode", f"{mode[:20]!r} is none of L, S, B")
    is_specialty = row.get("specialty_type") == "S"
    label = plain(row.get("specialty_label")) if is_specialty else ""
    specialty = ""
    if profession == Profession.DOCTOR and label:
        specialty = next((ours for words, ours in SPECIALTIES if words in label), Specialty.OTHER).value
    return astuple(
        Entry(
            rpps=rpps,
            family_name=row.text("family_name", 120),
            given_name=row.get("given_name")[:120],
            profession=profession.value,
            specialty=specialty,
            specialty_code=row.get("specialty_code")[:8] if is_specialty else "",
            mode=mode,
            siret=row.get("siret")[:14],
            finess=row.get("finess")[:9],
            structure=(row.get("sign") or row.get("structure"))[:200],
            address=_street(row, "number", "repeat", "way", "street"),
            postal_code=_kept(row.get("postal_code"), POSTAL),
            code_insee=_kept(row.get("code_insee").upper(), CODE),
            phone=row.get("phone")[:20],
        )
    )


def _street(row: Row, *fields: str) -> str:
    return " ".join(filter(None, map(row.get, fields)))[:200]


def _kept(value: str, layout: re.Pattern[str]) -> str:
    """What has not the shape of a code is not known, and no reason to leave a professional out."""
    return value if layout.fullmatch(value) else ""


def read_finess(path: Path, refuse: Refuse) -> Iterator[Read]:
    """The geocoded re-export, or etalab-cs1100507-stock. An establishment is said once; its other lines are activities."""
    seen: set[str] = set()
    for row in _finess_rows(path):
        try:
            said = _point(row) if row.get("section") == "geolocalisation" else _establishment(row, seen)
            yield Read(row.number, said)
        except BadTable as error:
            refuse(error)
            yield Read(row.number, None, is_refused=True)


def _finess_rows(path: Path) -> Iterator[Row]:
    try:
        first = next(islice(decoded(path), 1), "")
    except OSError as error:
        raise BadTable(path, 0, "", f"cannot be read: {error.strerror or 'not a whole file'}") from None
    if not first.startswith(("finess;etalab", "structureet;")):
        yield from read_table(path, FINESS)
        return
    for number, line in enumerate(decoded(path), start=1):
        cells = line.rstrip("\r\n").split(";")
        if cells[0] in {"structureet", "geolocalisation"}:
            yield Row(path, number, STOCK_PLACES if cells[0] == "structureet" else POINT_PLACES, cells)


def _finess_of(row: Row) -> str:
    finess = row.get("finess").zfill(9)
    if not has_valid_finess_key(finess):
        raise row.refuse("finess", f"{finess[:20]!r} has not nine signs with a right key")
    return finess


def _point(row: Row) -> Point | None:
    found = _projected(row)
    return Point(_finess_of(row), *found) if found else None


def _projected(row: Row) -> tuple[float, float] | None:
    x, y = row.number_of("x"), row.number_of("y")
    if x is None or y is None:
        return None
    return to_degrees(projection=row.get("projection").upper(), x=x, y=y)


def _establishment(row: Row, seen: set[str]) -> tuple[object, ...] | None:
    finess = _finess_of(row)
    if finess in seen:
        return None
    siret = "".join(row.get("siret").split())
    if siret and not has_valid_siret_key(siret):
        raise row.refuse("siret", f"{siret[:20]!r} has not fourteen digits with a right key")
    category = row.text("category", 4)
    lat, lon = row.number_of("lat"), row.number_of("lon")
    point = (lat, lon) if lat is not None and lon is not None else _projected(row)
    if point and not (abs(point[0]) <= 90 and abs(point[1]) <= 180):
        raise row.refuse("lat", f"{point} is no point")
    seen.add(finess)
    return astuple(
        Establishment(
            finess=finess,
            finess_ej=row.get("finess_ej")[:9],
            siret=siret,
            name=(row.get("long_name") or row.text("name"))[:200],
            category=category,
            category_label=row.get("category_label")[:200],
            address=_street(row, "number", "way", "street"),
            postal_code=_kept(row.get("postal_code") or row.get("routing")[:5], POSTAL),
            code_insee=_insee(row),
            phone=row.get("phone")[:20],
            lat=point[0] if point else None,
            lon=point[1] if point else None,
        )
    )


def _insee(row: Row) -> str:
    """Five signs; in the stock file the commune's own three follow the département's two, overseas 97 (« 9A », « 9B »…)."""
    whole, commune = row.get("cog").upper(), row.get("commune")
    if not whole and commune:
        departement = row.get("departement").upper()
        is_overseas = departement[:2] == "97" or OVERSEAS.fullmatch(departement)
        whole = ("97" if is_overseas else departement[:2]) + commune.zfill(3)
    return _kept(whole.zfill(5) if whole.isdigit() else whole, CODE)
