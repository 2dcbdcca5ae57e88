"""Reads the YAML files of this folder, and refuses what a reader of the law could not trust."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from itertools import pairwise
from pathlib import Path
from typing import Any

import yaml

CONFIDENCES = frozenset({"seed", "found", "both", "memory", "choice"})
NUMBERS = frozenset({
    "EUR", "acts", "age", "communes", "consultations", "coefficient_EUR", "days", "minutes", "months", "ratio",
    "requests", "seconds", "tests", "years",
})  # fmt: skip
TEXTS = frozenset({"enum", "text", "time"})
ROW_KEYS = frozenset({"id", "label", "unit", "values", "gap", "reference", "confidence"})
VALUE_KEYS = frozenset({
    "from", "to", "value", "reference", "href", "confidence", "contested", "verified", "note", "alternatives",
})  # fmt: skip
ALTERNATIVE_KEYS = frozenset({"value", "from", "to", "source", "note"})

LINE = ("line",)  # no key of a file

Value = bool | int | float | str | tuple[str, ...]


class BadParameters(ValueError):
    """A file of parameters cannot be trusted; str() is one line, `FILE:LINE: PARAMETER: fault`."""


@dataclass(frozen=True, slots=True)
class Alternative:
    """Another reading: another value, or the same one over another period, and who says so."""

    value: Value
    source: str
    starts: date | None = None
    ends: date | None = None
    note: str = ""


@dataclass(frozen=True, slots=True)
class Parameter:
    """One value in force over the half-open period [starts, ends); `ends` None: still in force."""

    id: str
    value: Value
    unit: str
    starts: date
    ends: date | None
    reference: str
    confidence: str
    label: str = ""
    subject: str = ""
    href: str = ""
    contested: bool = False
    verified: bool = True
    note: str = ""
    alternatives: tuple[Alternative, ...] = ()
    rank: int = 0  # its place in its file: the order in which people read

    def covers(self, on: date) -> bool:
        return self.starts <= on and (self.ends is None or on < self.ends)


def load_folder(folder: Path) -> tuple[Parameter, ...]:
    """Every period of every parameter, sorted by id and start. Raises BadParameters."""
    found: dict[str, list[Parameter]] = {}
    for path in sorted(folder.glob("*.yaml")):
        for rank, (line, row) in enumerate(_rows(path)):
            where = f"{path.name}:{line}: {_id_of(row, path, line)}"
            if row["id"] in found:
                raise BadParameters(f"{where}: id given twice")
            found[row["id"]] = [replace(period, rank=rank) for period in _periods(row, where, path.stem)]
    return tuple(period for id in sorted(found) for period in found[id])


class Loader(yaml.SafeLoader):
    """A value that cannot be, as the 30th of February, has its line."""

    def construct_object(self, node: Any, deep: bool = False) -> Any:
        try:
            return super().construct_object(node, deep)
        except ValueError as error:  # a day that is none
            raise yaml.MarkedYAMLError(problem=str(error), problem_mark=node.start_mark) from None


def _rows(path: Path) -> list[tuple[int, Any]]:
    """(line, row): a period holds its own line too, as `LINE`."""
    try:
        loader = Loader(path.read_text(encoding="utf-8"))
        node = loader.get_single_node()
        rows = loader.construct_document(node) if node else None
    except (yaml.YAMLError, ValueError) as error:
        mark = getattr(error, "problem_mark", None)
        fault = " ".join(str(getattr(error, "problem", None) or error).split())
        line = mark.line + 1 if mark else 1
        raise BadParameters(f"{path.name}:{line}: -: not readable as YAML: {fault}") from error
    if node is None or not isinstance(rows, list):
        raise BadParameters(f"{path.name}:1: -: a list of parameters is expected")
    for row, of_row in zip(rows, node.value, strict=True):
        _mark(row, of_row)
    return [(of_row.start_mark.line + 1, row) for row, of_row in zip(rows, node.value, strict=True)]


def _mark(row: Any, node: Any) -> None:
    """Put its line into each period of a row."""
    for key, values in node.value if isinstance(row, dict) else ():
        if key.value == "values" and isinstance(values, yaml.SequenceNode):
            for period, of_period in zip(row["values"], values.value, strict=True):
                if isinstance(period, dict):
                    period[LINE] = of_period.start_mark.line + 1


def _id_of(row: object, path: Path, line: int) -> str:
    if not isinstance(row, dict) or not isinstance(row.get("id"), str):
        raise BadParameters(f"{path.name}:{line}: -: a parameter without id: {str(row)[:60]}")
    return row["id"]


def _periods(row: Mapping[str, Any], where: str, subject: str) -> list[Parameter]:
    _only(row, ROW_KEYS, where)
    for key in ("label", "unit"):
        _text(row, key, where)
    values = row.get("values")
    if not isinstance(values, list) or not all(isinstance(value, dict) for value in values) or not values:
        raise BadParameters(f"{where}: values: a list of periods is expected")
    for value in values:
        _day(value, "from", where)
    starts = [value["from"] for value in values]
    if starts != sorted(set(starts)):
        raise BadParameters(f"{where}: periods out of order, or two with one beginning")
    periods = [
        _period(row, value, after, where, subject)
        for value, after in zip(values, [*starts[1:], None], strict=True)
    ]
    _check_joints(periods, bool(row.get("gap", False)), where)
    return periods


def _period(row: Mapping[str, Any], value: Any, after: date | None, where: str, subject: str) -> Parameter:
    file, _, rest = where.split(":", 2)
    where = f"{file}:{value.pop(LINE)}:{rest}: {value['from']}"
    _only(value, VALUE_KEYS, where)
    full = {"reference": row.get("reference"), "confidence": row.get("confidence"), **value}
    confidence = _text(full, "confidence", where)
    if confidence not in CONFIDENCES:
        raise BadParameters(f"{where}: confidence: {confidence} is none of {', '.join(sorted(CONFIDENCES))}")
    contested = _flag(full, "contested", False, where)
    doubtful = contested or confidence == "memory"
    verified = _flag(full, "verified", not doubtful, where)
    if doubtful and verified:
        raise BadParameters(f"{where}: verified: a contested value, or one from memory, is not verified")
    alternatives = tuple(_alternative(one, row["unit"], where) for one in full.get("alternatives", ()))
    note = _text(full, "note", where) if "note" in full else ""
    if contested and not (alternatives or note):
        raise BadParameters(f"{where}: contested: an alternative or a note must say how")
    ends = _day(full, "to", where) if "to" in full else after
    if ends is not None and ends <= full["from"]:
        raise BadParameters(f"{where}: to: the period ends before it begins")
    return Parameter(
        id=row["id"], value=_value(full, row["unit"], where), unit=row["unit"], starts=full["from"], ends=ends,
        reference=_text(full, "reference", where), confidence=confidence, label=row["label"], subject=subject,
        href=_href(full, where), contested=contested, verified=verified, note=note, alternatives=alternatives,
    )  # fmt: skip


def _check_joints(periods: Sequence[Parameter], may_gap: bool, where: str) -> None:
    for one, two in pairwise(periods):
        if one.ends is not None and one.ends > two.starts:
            raise BadParameters(f"{where}: overlap: one period ends {one.ends}, the next begins {two.starts}")
        if one.ends != two.starts and not may_gap:
            raise BadParameters(f"{where}: gap from {one.ends} to {two.starts}, not declared (gap: true)")


def _alternative(raw: object, unit: str, where: str) -> Alternative:
    if not isinstance(raw, dict):
        raise BadParameters(f"{where}: alternatives: each has a value and a source")
    where = f"{where}: alternatives"
    _only(raw, ALTERNATIVE_KEYS, where)
    starts = _day(raw, "from", where) if "from" in raw else None
    ends = _day(raw, "to", where) if "to" in raw else None
    note = _text(raw, "note", where) if "note" in raw else ""
    return Alternative(_value(raw, unit, where), _text(raw, "source", where), starts, ends, note)


def _value(raw: Mapping[str, Any], unit: str, where: str) -> Value:
    if "value" not in raw:
        raise BadParameters(f"{where}: value: missing")
    value = raw["value"]
    if unit == "bool" and isinstance(value, bool):
        return value
    if unit in NUMBERS and isinstance(value, (int, float)) and not isinstance(value, bool) and value >= 0:
        return value
    if unit in TEXTS and isinstance(value, str) and value:
        return value
    if unit == "list" and isinstance(value, list) and all(isinstance(one, str) for one in value):
        return tuple(value)
    if unit not in NUMBERS | TEXTS | {"bool", "list"}:
        raise BadParameters(f"{where}: unit: {unit} is not known")
    raise BadParameters(f"{where}: value: {value!r} is not a value in {unit}")


def _only(raw: Mapping[Any, Any], keys: frozenset[str], where: str) -> None:
    unknown = sorted(str(key) for key in raw if key not in keys)
    if unknown:
        raise BadParameters(f"{where}: unknown key: {', '.join(unknown)}")


def _text(raw: Mapping[str, Any], key: str, where: str) -> str:
    value = raw.get(key)
    if not isinstance(value, str) or not value.strip():
        raise BadParameters(f"{where}: {key}: missing")
    return value


def _flag(raw: Mapping[str, Any], key: str, default: bool, where: str) -> bool:
    value = raw.get(key, default)
    if not isinstance(value, bool):
        raise BadParameters(f"{where}: {key}: true or false is expected")
    return value


def _day(raw: Mapping[str, Any], key: str, where: str) -> date:
    value = raw.get(key)
    if not isinstance(value, date) or isinstance(value, datetime):
        raise BadParameters(f"{where}: {key}: {value!r} is not a day (YYYY-MM-DD)")
    return value


def _href(raw: Mapping[str, Any], where: str) -> str:
    if "href" not in raw:
        return ""
    href = _text(raw, "href", where)
    if not href.startswith("https://"):
        raise BadParameters(f"{where}: href: an https address is expected")
    return href
