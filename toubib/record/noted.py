"""What a note is made of, as plain data: its texts, its measurements, what stands and what changed between versions."""

from __future__ import annotations

import difflib
import re
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from decimal import Decimal, InvalidOperation
from itertools import pairwise
from typing import Any
from uuid import UUID

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from toubib.nomenclature.queries import MEASUREMENTS, search_diagnoses
from toubib.record.enums import MeasuredBy

FIRST_TEXTS = ("reason", "findings", "conclusion", "advice")
TEXTS = ("reason", "history", "findings", "conclusion", "advice", "warning_signs", "diagnosis")
REQUIRED = ("reason", "findings", "conclusion")
LACKS = {
    "reason": gettext_lazy("Écrivez le motif."),
    "findings": gettext_lazy("Écrivez ce que vous avez constaté."),
    "conclusion": gettext_lazy("Écrivez votre conclusion et votre décision."),
}
LABELS = {
    "reason": gettext_lazy("Motif"),
    "history": gettext_lazy("Antécédents utilisés"),
    "findings": gettext_lazy("Constatations"),
    "measurements": gettext_lazy("Mesures"),
    "conclusion": gettext_lazy("Conclusion et décision"),
    "diagnosis": gettext_lazy("Code CIM-10"),
    "advice": gettext_lazy("Conseils"),
    "warning_signs": gettext_lazy("Signes d’alerte dits"),
}
CODE = re.compile(r"^\s*([A-Za-z]\d\d(?:\.?[0-9A-Za-z]{1,3})?)(?:\s+(.*))?$", re.DOTALL)
CATALOGUE = {one.code: one for one in MEASUREMENTS}


@dataclass(frozen=True, slots=True)
class Measure:
    """One measurement as typed: `value` in the unit of the catalogue, a comma or a point in it. `source`: the reading it
    was carried from, in words and codes (`readings.Reading`), where a device sent it."""

    code: str
    value: str
    by: str = MeasuredBy.PATIENT
    source: Mapping[str, Any] | None = None

    @property
    def number(self) -> Decimal | None:
        try:
            read = Decimal(self.value.strip().replace(",", "."))
        except InvalidOperation:
            return None
        return read if read.is_finite() else None

    @property
    def words(self) -> str:
        """« Température 38,4 °C (dit par le patient) »."""
        one = CATALOGUE.get(self.code)
        label, unit = (one.label, one.unit) if one else (self.code, "")
        return f"{label} {self.value} {unit}".rstrip() + f" ({self.who})"

    @property
    def who(self) -> str:
        """« dit par le patient » ; « envoyé par un appareil : tensiomètre n° 2, série 0706, à 10 h 42 »."""
        label = str(MeasuredBy(self.by).label)
        words = str((self.source or {}).get("words", ""))
        return f"{label} : {words}" if words else label


@dataclass(frozen=True, slots=True)
class Span:
    """Words of a change: `kind` is same, added or removed."""

    kind: str
    text: str


@dataclass(frozen=True, slots=True)
class Change:
    """What one correction changed: who, when, why, and each part word by word."""

    version: int
    by: UUID | None
    at: datetime | None
    why: str
    parts: list[tuple[Any, list[Span]]]


def measures_of(kept: Sequence[Mapping[str, Any]]) -> tuple[Measure, ...]:
    """Those of a row, in the order of the catalogue; one that the catalogue no longer names comes last."""
    found = {row["code"]: Measure(row["code"], row["value"], row["by"], row.get("source")) for row in kept}
    ordered = [code for code in CATALOGUE if code in found]
    return tuple(found[code] for code in (*ordered, *(code for code in found if code not in CATALOGUE)))


def keep_measures(measures: Sequence[Measure]) -> list[dict[str, Any]]:
    """As a row keeps them, with the codes of that day: LOINC and UCUM, so that a later catalogue changes nothing."""
    kept = []
    for one in measures_of([asdict(one) for one in measures if one.value.strip()]):
        known = CATALOGUE.get(one.code)
        codes = {"loinc": known.loinc, "ucum": known.ucum} if known else {}
        row = {**asdict(one), "value": one.value.strip(), **codes}
        if one.source is None:
            del row["source"]
        kept.append(row)
    return kept


def missing_parts(note: Any) -> dict[str, str]:
    return {name: str(LACKS[name]) for name in REQUIRED if not getattr(note, name).strip()}


def wrong_parts(note: Any) -> dict[str, str]:
    """Why a draft may not be signed as it is, by the name of the part: a value that no living person has, a code that
    is not of the CIM-10. What is normal or not is never judged."""
    wrong = {}
    for one in measures_of(note.measurements):
        sentence = _wrong_measure(one)
        if sentence:
            wrong[f"m_{one.code}"] = sentence
    if note.diagnosis.strip() and find_diagnosis(note.diagnosis) is None:
        wrong["diagnosis"] = _("Choisissez un code de la liste, ou laissez ce champ vide.")
    return wrong


def _wrong_measure(one: Measure) -> str:
    known = CATALOGUE.get(one.code)
    number = one.number
    if known is None or number is None:
        return _("Écrivez un nombre, par exemple 38,4.")
    low, high = Decimal(str(known.low)), Decimal(str(known.high))
    if low <= number <= high:
        return ""
    return _("Hors de ce qui se mesure : entre %(low)s et %(high)s %(unit)s. Vérifiez l’appareil.") % {
        "low": f"{low:f}".replace(".", ","),
        "high": f"{high:f}".replace(".", ","),
        "unit": known.unit,
    }


def find_diagnosis(typed: str) -> tuple[str, str] | None:
    """(code, label) of the CIM-10 for what begins with a code of it; None otherwise."""
    match = CODE.match(typed)
    if match is None:
        return None
    code = match[1].upper()
    for found in search_diagnoses(text=code, limit=5):
        if found.code.replace(".", "") == code.replace(".", ""):
            return found.code, str(found.label)
    return None


def parts_of(note: Any) -> dict[str, str]:
    """Every part as words, in the order of reading."""
    measured = "\n".join(one.words for one in measures_of(note.measurements))
    return {name: measured if name == "measurements" else getattr(note, name) for name in LABELS}


def standing(notes: Sequence[Any]) -> Any:
    """The version that holds: the last correction, or the first note; None where there is none."""
    return next((note for note in reversed(notes) if note.version == 1 or note.why), None)


def additions(notes: Sequence[Any]) -> list[Any]:
    return [note for note in notes if note.version > 1 and not note.why]


def changes_of(notes: Sequence[Any]) -> list[Change]:
    """Each correction beside the full version before it."""
    full = [note for note in notes if note.version == 1 or note.why]
    return [_change(before, after) for before, after in pairwise(full)]


def _change(before: Any, after: Any) -> Change:
    old, new = parts_of(before), parts_of(after)
    parts = [(LABELS[name], word_diff(old[name], new[name])) for name in LABELS if old[name] != new[name]]
    return Change(after.version, after.signed_by, after.signed_at, after.why, parts)


def word_diff(old: str, new: str) -> list[Span]:
    """Word by word. The spans that are not `added` make up `old`, those that are not `removed` make up `new`: no word
    of either is lost."""
    before, after = re.findall(r"\s+|\S+", old), re.findall(r"\s+|\S+", new)
    spans = []
    for kind, a, b, c, d in difflib.SequenceMatcher(None, before, after, autojunk=False).get_opcodes():
        if kind == "equal":
            spans.append(Span("same", "".join(before[a:b])))
            continue
        if b > a:
            spans.append(Span("removed", "".join(before[a:b])))
        if d > c:
            spans.append(Span("added", "".join(after[c:d])))
    return spans
