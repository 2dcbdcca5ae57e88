"""The facts of one act: their names, types and values, and how a JSON object of them is read.

Source: docs/law.md; the same names are the columns of the acts table. Null or absent: unknown, never "no".
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from datetime import date, time
from decimal import Decimal, InvalidOperation
from functools import lru_cache
from pathlib import Path
from typing import Any

import yaml

CENTS_MOST = 10_000_000  # 100,000 euros: beyond, it is a typing error
DEPARTEMENT = re.compile(r"(0[1-9]|1\d|2[1-9AB]|[3-8]\d|9[0-5]|97[1-8]|98[4678])\Z")
COUNTRY = re.compile(r"[A-Z]{2}\Z")
DATE = re.compile(r"\d{4}-\d\d-\d\d\Z")
TIME = re.compile(r"\d\d:\d\d(:\d\d)?\Z")


FIRST_YEAR, LAST_YEAR = 2000, 2050  # of the acts that are judged


class BadFact(ValueError):
    """A fact that cannot be read: `field` and a sentence."""

    def __init__(self, field: str, message: str) -> None:
        super().__init__(f"{field}: {message}")
        self.field = field
        self.message = message


@dataclass(frozen=True, slots=True)
class Fact:
    """One fact: `type` is string, date, time, enum, bool, int, money, country, departement or list."""

    name: str
    type: str
    label: str
    values: tuple[str, ...] = ()
    least: int = 0
    most: int = 0

    @property
    def columns(self) -> dict[str, str]:
        """Columns of the engine's table: name → bool, int, text or date. Money is in cents, time in minutes."""
        if self.type == "list":
            return {f"{self.name}_{value}": "bool" for value in self.values}
        if self.type == "money":
            return {f"{self.name}_cents": "int"}
        if self.type == "time":
            return {f"{self.name}_minutes": "int"}
        kinds = {"bool": "bool", "int": "int", "date": "date"}
        return {self.name: kinds.get(self.type, "text")}

    def read(self, value: Any) -> dict[str, Any]:
        """The engine's values of one JSON value; raises BadFact. None: every column unknown."""
        if value is None:
            return dict.fromkeys(self.columns)
        reader = getattr(self, f"_read_{self.type}")
        return reader(value)

    def _read_string(self, value: Any) -> dict[str, Any]:
        if not isinstance(value, str) or len(value) > 200:
            raise BadFact(self.name, "a text of at most 200 characters is expected")
        if not value.isascii() and any("\ud800" <= one <= "\udfff" for one in value):
            raise BadFact(self.name, "half of a character (a surrogate alone) is no text")
        return {self.name: value}

    def _read_enum(self, value: Any) -> dict[str, Any]:
        if value not in self.values or not isinstance(value, str):
            raise BadFact(self.name, f"unknown value {show(value)}; one of {', '.join(self.values)}")
        return {self.name: value}

    def _read_bool(self, value: Any) -> dict[str, Any]:
        if not isinstance(value, bool):
            raise BadFact(self.name, f"true or false is expected, not {show(value)}")
        return {self.name: value}

    def _read_int(self, value: Any) -> dict[str, Any]:
        if isinstance(value, bool) or not isinstance(value, int):
            raise BadFact(self.name, f"a whole number is expected, not {show(value)}")
        if not self.least <= value <= self.most:
            raise BadFact(self.name, f"{value} is not between {self.least} and {self.most}")
        return {self.name: value}

    def _read_money(self, value: Any) -> dict[str, Any]:
        if isinstance(value, bool) or not isinstance(value, (int, float, Decimal)):
            raise BadFact(self.name, f"an amount in euros is expected, not {show(value)}")
        try:
            cents = Decimal(str(value)) * 100
        except InvalidOperation:
            cents = Decimal(-1)
        if not cents.is_finite() or not 0 <= cents <= CENTS_MOST or cents != cents.to_integral_value():
            raise BadFact(self.name, f"{show(value)} is no amount in euros and cents")
        return {f"{self.name}_cents": int(cents)}

    def _read_date(self, value: Any) -> dict[str, Any]:
        try:
            if not isinstance(value, str) or not DATE.match(value):
                raise ValueError
            read = date.fromisoformat(value)
        except ValueError:
            raise BadFact(self.name, f"{show(value)} is no date of the form 2025-03-10") from None
        if not FIRST_YEAR <= read.year <= LAST_YEAR:
            raise BadFact(self.name, f"{value} is not between {FIRST_YEAR} and {LAST_YEAR}")
        return {self.name: read}

    def _read_time(self, value: Any) -> dict[str, Any]:
        try:
            if not isinstance(value, str) or not TIME.match(value):
                raise ValueError
            read = time.fromisoformat(value)
        except ValueError:
            raise BadFact(self.name, f"{show(value)} is no time of the form 14:30") from None
        return {f"{self.name}_minutes": read.hour * 60 + read.minute}

    def _read_country(self, value: Any) -> dict[str, Any]:
        if not isinstance(value, str) or not COUNTRY.match(value):
            raise BadFact(self.name, f"{show(value)} is no country code of two capitals (ISO 3166)")
        return {self.name: value}

    def _read_departement(self, value: Any) -> dict[str, Any]:
        if not isinstance(value, str) or not DEPARTEMENT.match(value):
            raise BadFact(self.name, f"{show(value)} is no département (01, 2A, 971)")
        return {self.name: value}

    def _read_list(self, value: Any) -> dict[str, Any]:
        if not isinstance(value, list) or any(not isinstance(one, str) for one in value):
            raise BadFact(self.name, f"a list is expected, not {show(value)}")
        for one in value:
            if one not in self.values:
                raise BadFact(self.name, f"unknown value {show(one)}; of {', '.join(self.values)}")
        return {f"{self.name}_{one}": one in value for one in self.values}

    def schema(self) -> dict[str, Any]:
        """The JSON Schema of the value."""
        kinds: dict[str, dict[str, Any]] = {
            "string": {"type": ["string", "null"], "maxLength": 200},
            "enum": {"enum": [*self.values, None]},
            "bool": {"type": ["boolean", "null"]},
            "int": {"type": ["integer", "null"], "minimum": self.least, "maximum": self.most},
            "money": {"type": ["number", "null"], "minimum": 0, "maximum": CENTS_MOST // 100},
            "date": {"type": ["string", "null"], "format": "date", "pattern": r"^\d{4}-\d\d-\d\d$"},
            "time": {"type": ["string", "null"], "pattern": r"^\d\d:\d\d(:\d\d)?$"},
            "country": {"type": ["string", "null"], "pattern": "^[A-Z]{2}$"},
            "departement": {"type": ["string", "null"], "pattern": f"^{DEPARTEMENT.pattern[:-2]}$"},
            "list": {"type": ["array", "null"], "items": {"enum": list(self.values)}, "uniqueItems": True},
        }
        return {"description": self.label, **kinds[self.type]}


def show(value: Any) -> str:
    """A value in a message, cut short."""
    text = json.dumps(value, ensure_ascii=False, default=str)
    return text if len(text) <= 60 else text[:57] + "…"


@lru_cache(maxsize=1)
def all_facts() -> dict[str, Fact]:
    """Every fact, in the order of the schema."""
    rows = yaml.safe_load((Path(__file__).parent / "facts.yaml").read_text(encoding="utf-8"))
    return {
        name: Fact(
            name,
            row["type"],
            row["label"],
            tuple(row.get("values", ())),
            row.get("min", 0),
            row.get("max", 0),
        )
        for name, row in rows.items()
    }


@lru_cache(maxsize=1)
def columns() -> dict[str, str]:
    """Columns of the engine's table and their kinds, in order."""
    return {name: kind for fact in all_facts().values() for name, kind in fact.columns.items()}


@lru_cache(maxsize=1)
def fact_of_column() -> dict[str, str]:
    """The fact that a column of the engine's table belongs to."""
    return {column: fact.name for fact in all_facts().values() for column in fact.columns}


def read_facts(given: Any) -> dict[str, Any]:
    """The engine's row of one JSON object; raises BadFact. What is absent is unknown."""
    if not isinstance(given, dict):
        raise BadFact("-", "an object of facts is expected")
    unknown = sorted(set(given) - set(all_facts()))
    if unknown:
        raise BadFact(unknown[0][:60], "unknown fact")
    row: dict[str, Any] = {}
    for name, fact in all_facts().items():
        row.update(fact.read(given.get(name)))
    return row


def json_schema() -> dict[str, Any]:
    """The JSON Schema of the facts of one act."""
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "Facts of one act",
        "description": "Null or absent: unknown, never no.",
        "type": "object",
        "additionalProperties": False,
        "properties": {name: fact.schema() for name, fact in all_facts().items()},
    }
