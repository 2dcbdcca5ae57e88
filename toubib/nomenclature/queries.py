"""Medicines and diagnoses as one types, and what may be prescribed on a day."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from itertools import pairwise
from pathlib import Path
from typing import Any
from uuid import UUID

from django.db.models import Q

from toubib.nomenclature.enums import ListKind
from toubib.nomenclature.index import ASIDE, Held, Index, Words
from toubib.nomenclature.measurements import MEASUREMENTS, Vital
from toubib.nomenclature.models import Diagnosis, Medicine, NomenclatureImport, Presentation
from toubib.nomenclature.verdicts import Verdict, judge, verdict_of
from toubib.nomenclature.words import in_order, plain, words_of

__all__ = [
    "MEASUREMENTS",
    "BoxFound",
    "DiagnosisFound",
    "MedicineDetail",
    "MedicineFound",
    "Verdict",
    "Vital",
    "hold_lists",
    "latest_import",
    "may_be_prescribed",
    "medicine_of",
    "search_diagnoses",
    "search_medicines",
]

MOST = 50
COMMON = Path(__file__).parent / "data" / "diagnoses.txt"  # the demo's list, chosen for general practice
FOUND = (
    "cis", "main_cip13", "name", "inn", "form", "substances", "group_label", "categories", "is_marketed",
    "is_authorised", "conditions_known", "routes",
)  # fmt: skip
SCANNED = re.compile(
    r"\A(?:\](?:d2|C1))?\(?01\)?0(\d{13})"
)  # a GS1 code: the GTIN-14 of the box holds its CIP13
# « chlorhydrate de metformine »: one types metformine.
SALTS = frozenset({
    "acetate", "besilate", "bromhydrate", "bromure", "chlorhydrate", "chlorure", "citrate", "d", "de", "dipropionate", "fumarate",
    "gluconate", "hemifumarate", "hemisulfate", "l", "maleate", "mesilate", "nitrate", "phosphate", "sodium", "succinate", "sulfate",
    "tartrate", "valerate",
})  # fmt: skip
CODE = re.compile(r"\A[a-z]\d[\da-z.+]*\Z")


@dataclass(frozen=True, slots=True)
class MedicineFound:
    """A line of the list. `inn`: its substances, « paracétamol » or « amoxicilline + acide clavulanique »; `dosages`
    in the same order; `refused`: why it may not be prescribed here on the day asked, None where it may or where
    nobody knows (`verdict.allowed` is None then)."""

    cis: str
    cip13: str | None
    name: str
    inn: str
    form: str
    dosages: tuple[str, ...]
    generic_group: str
    is_marketed: bool
    hospital_only: bool
    routes: tuple[str, ...]
    verdict: Verdict

    @property
    def refused(self) -> Verdict | None:
        return self.verdict if self.verdict.is_refused else None


@dataclass(frozen=True, slots=True)
class BoxFound:
    cip13: str
    cip7: str
    label: str
    is_marketed: bool
    rate: str


@dataclass(frozen=True, slots=True)
class MedicineDetail:
    """One medicine whole; `conditions`: its conditions of prescription word for word; `boxes`: those on sale first."""

    found: MedicineFound
    status: str
    holder: str
    is_watched: bool
    conditions: tuple[str, ...]
    boxes: tuple[BoxFound, ...]


@dataclass(frozen=True, slots=True)
class DiagnosisFound:
    """`code` with its dot, as « J20.9 »."""

    code: str
    label: str


def latest_import(*, kind: ListKind) -> NomenclatureImport | None:
    """The list in use: its source, its day, whether it is the demo's."""
    return NomenclatureImport.objects.filter(kind=kind).order_by("-imported_at").first()


def search_medicines(*, text: str, on: date, limit: int = 12) -> list[MedicineFound]:
    """By name, by substance, or by code (CIS, CIP7, CIP13 as typed or as a scanner reads it). Each word may be begun
    only, in any order; accents and case do not count, nor one slip in a word of four letters or more."""
    version = _version(ListKind.BDPM)
    limit = min(limit, MOST)
    code = _typed_code(text)
    if version is None or limit < 1:
        return []
    keys = _keys_of_code(code, limit) if code else _MEDICINES.get(version).find(text, limit)
    rows = {row["cis"]: row for row in Medicine.objects.filter(cis__in=keys).values(*FOUND)}
    return [_found(rows[key], on) for key in keys if key in rows]


def hold_lists() -> None:
    """Read both lists into the memory of this process, so that no search waits for it."""
    for kind, held in ((ListKind.BDPM, _MEDICINES), (ListKind.CIM10, _DIAGNOSES)):
        version = _version(kind)
        if version is not None:
            held.get(version)


def medicine_of(*, cis: str, on: date) -> MedicineDetail | None:
    """A medicine with its boxes; None where the list in use has none of that code."""
    row = Medicine.objects.filter(cis=cis).first()
    if row is None:
        return None
    boxes = row.presentations.order_by("-is_marketed", "-is_active", "cip13")
    shown = tuple(BoxFound(box.cip13, box.cip7, box.label, box.is_marketed, box.rate) for box in boxes)
    found = _found({name: getattr(row, name) for name in FOUND}, on)
    return MedicineDetail(found, row.status, row.holder, row.is_watched, tuple(row.conditions), shown)


def may_be_prescribed(*, cis: str, on: date) -> Verdict:
    """On an ordonnance of a teleconsultation here. A medicine that is not in the list, or whose conditions were not
    imported, answers None: nobody knows."""
    detail = medicine_of(cis=cis, on=on)
    return verdict_of("RX.UNKNOWN_MEDICINE", on) if detail is None else detail.found.verdict


def search_diagnoses(*, text: str, limit: int = 12) -> list[DiagnosisFound]:
    """Codes of the CIM-10 by code or by words, as one types."""
    version = _version(ListKind.CIM10)
    limit = min(limit, MOST)
    if version is None or limit < 1:
        return []
    bare = plain(text).strip()
    index = _DIAGNOSES.get(version)
    is_code = CODE.match(bare)
    keys = index.beginning(bare.replace(".", "").upper(), limit) if is_code else index.find(text, limit)
    labels = dict(Diagnosis.objects.filter(code__in=keys).values_list("code", "label"))
    return [DiagnosisFound(dotted(key), labels[key]) for key in keys if key in labels]


def dotted(code: str) -> str:
    """J209 → J20.9."""
    return f"{code[:3]}.{code[3:]}" if len(code) > 3 else code


def _version(kind: ListKind) -> UUID | None:
    rows = NomenclatureImport.objects.filter(kind=kind).order_by("-imported_at")
    return rows.values_list("id", flat=True).first()


def _typed_code(text: str) -> str:
    """The digits of a code that was typed or scanned; empty where words were typed."""
    bare = re.sub(r"[\s\x1d]", "", text)
    scanned = SCANNED.match(bare)
    if scanned:
        return scanned[1]
    return bare if bare.isascii() and bare.isdigit() and 6 <= len(bare) <= 13 else ""


def _keys_of_code(code: str, limit: int) -> list[str]:
    """Of the first boxes whose code begins so, medicines on sale first; a short code may be a CIS or a CIP7 too."""
    fits = _between("cip13", code)
    keys: list[str] = []
    if len(code) <= 8:
        fits |= _between("cip7", code)
        rows = Medicine.objects.filter(_between("cis", code)).order_by("cis")
        keys = [*rows.values_list("cis", flat=True)[:limit]]
    boxes = Presentation.objects.filter(fits).order_by("cip13")
    found = [*boxes.values_list("medicine__is_marketed", "medicine__cis")[: limit * 4]]
    keys += [cis for _on_sale, cis in sorted(found, key=lambda row: not row[0])]
    return list(dict.fromkeys(keys))[:limit]


def _between(field: str, start: str) -> Q:
    """What begins so, asked as a range: both databases answer it from the index, which LIKE does not on PostgreSQL."""
    after = start[:-1] + chr(ord(start[-1]) + 1)
    return Q(**{f"{field}__gte": start, f"{field}__lt": after})


def _found(row: Mapping[str, Any], on: date) -> MedicineFound:
    verdict = judge(
        substances=row["substances"],
        categories=row["categories"],
        conditions_known=row["conditions_known"],
        authorised=row["is_authorised"],
        on=on,
    )
    return MedicineFound(
        cis=row["cis"],
        cip13=row["main_cip13"] or None,
        name=row["name"],
        inn=row["inn"],
        form=row["form"],
        dosages=tuple(one["dose"] for one in row["substances"] if one["is_inn"] and one["dose"]),
        generic_group=row["group_label"],
        is_marketed=row["is_marketed"],
        hospital_only="hospital_only" in row["categories"],
        routes=tuple(row["routes"]),
        verdict=verdict,
    )


def _medicine_rows() -> Iterator[tuple[str, Words]]:
    """In the order of equals: on sale, few substances, not diluted, then by name."""
    rows = Medicine.objects.values_list("cis", "name", "inn", "is_marketed", "is_authorised")
    ranked = sorted(
        (not (marketed and allowed), inn.count(" + "), "homéopathi" in inn, in_order(name), cis, name, inn)
        for cis, name, inn, marketed, allowed in rows.iterator(chunk_size=2000)
    )
    for off_sale, *_order, cis, name, inn in ranked:
        more = ASIDE if off_sale else 0
        yield cis, [(word, kind + more) for word, kind in _medicine_words(name, inn)]


def _medicine_words(name: str, inn: str) -> Words:
    parts = [words_of(part) for part in inn.split(" + ")]
    heads = {next((word for word in part if word not in SALTS), "") for part in parts}
    named = words_of(name)
    words = [(word, 2 if word in heads else 3) for part in parts for word in part]
    words += [(word, 3) for word in (*named, *_other_units(named))]
    if named:
        words.append((named[0], 0 if named[0] in heads else 1))
    return words


def _other_units(words: list[str]) -> Iterator[str]:
    """« 1 g » and « 1000 mg » are one dose, whichever is typed."""
    for amount, unit in pairwise(words):
        if unit == "mg" and amount.isdigit() and int(amount) >= 100:
            yield from (f"{int(amount) / 1000:g}", "g")
        elif unit == "g" and amount.replace(".", "", 1).isdigit() and float(amount) < 10:
            yield from (f"{float(amount) * 1000:g}", "mg")


def _diagnosis_rows() -> Iterator[tuple[str, Words]]:
    """In the order of equals: what general practice meets every day, codes of use, short labels."""
    common = _common_codes()
    rows = Diagnosis.objects.values_list("code", "label", "rank").iterator(chunk_size=2000)
    ranked = sorted((code not in common, rank, len(label), code, label) for code, label, rank in rows)
    for *_order, code, label in ranked:
        yield code, [(word, 1 if place == 0 else 3) for place, word in enumerate(words_of(label))]


def _common_codes() -> frozenset[str]:
    lines = COMMON.read_text(encoding="utf-8").splitlines()
    return frozenset(line.split("|")[0] for line in lines)


_MEDICINES = Held(lambda: Index(_medicine_rows()))
_DIAGNOSES = Held(lambda: Index(_diagnosis_rows()))
