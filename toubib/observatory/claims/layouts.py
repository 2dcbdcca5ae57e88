"""What is asked of a claims folder, and the dated table of act codes: data, read once."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from pathlib import Path
from typing import Any

import yaml

from toubib.observatory.claims.faults import BadClaims

DATA = Path(__file__).parent.parent / "data"
TELEHEALTH = ("TC", "TE", "TELESOIN")  # the acts of the REPSS sheet's second indicator
OF_A_VISIT = ("ACCOMP", "TRACEUR")
IN_PERSON = ("CONSULT", "VISIT")
FAMILIES = (*TELEHEALTH, "TELESURV", *OF_A_VISIT, *IN_PERSON)
OF_A_CODE = ("prs_nat_ref", "b2", "family", "from", "to", "source")  # each line of acts.yaml has these
INVENTED = "SYNTHETIC"  # what the pseudonyms of the generator begin with


@dataclass(frozen=True, slots=True)
class Column:
    """`kind` is text, int, number, date or code."""

    name: str
    kind: str
    required: bool


@dataclass(frozen=True, slots=True)
class ActCode:
    """A code of PRS_NAT_REF from `since` to `until`, both included; None where the day is not known. `helper`, `place`: what it
    tells of a téléconsultation of that patient and day."""

    code: int
    letters: str
    family: str
    since: date | None
    until: date | None
    synthetic: bool = False
    helper: str | None = None
    place: str | None = None

    def holds(self, first: date, last: date) -> bool:
        """Is it in force on a day from `first` to `last`?"""
        return (self.since or first) <= last and first <= (self.until or last)


@lru_cache(maxsize=1)
def layouts() -> dict[str, dict[str, Column]]:
    """Table → its columns by name."""
    return {
        table: {
            name: Column(name, kind, part == "required")
            for part in ("required", "optional")
            for name, kind in parts[part].items()
        }
        for table, parts in read_yaml("layouts.yaml").items()
    }


@lru_cache(maxsize=1)
def act_codes() -> tuple[ActCode, ...]:
    return read_act_codes(DATA / "acts.yaml")


def read_act_codes(path: Path) -> tuple[ActCode, ...]:
    """Raises BadClaims with the line of what is wrong: a code that is misread would be missing from every figure."""
    text = path.read_text(encoding="utf-8")
    try:
        rows, top = yaml.safe_load(text), yaml.compose(text)
    except (yaml.YAMLError, ValueError) as error:
        raise BadClaims(path, 1, "-", f"not YAML: {' '.join(str(error).split())[:200]}") from None
    if not isinstance(top, yaml.SequenceNode):
        raise BadClaims(path, 1, "-", "a list of codes is expected")
    found: list[ActCode] = []
    for row, node in zip(rows, top.value, strict=True):
        line = node.start_mark.line + 1
        if fault := _fault_of(row):
            raise BadClaims(path, line, *fault)
        one = ActCode(
            row["prs_nat_ref"], row["b2"], row["family"], row["from"], row["to"],
            row.get("synthetic", False), row.get("helper"), row.get("place"),
        )  # fmt: skip
        same = [own for own in found if own.code == one.code]
        if any(own.holds(one.since or date.min, one.until or date.max) for own in same):
            raise BadClaims(path, line, "prs_nat_ref", f"{one.code} stands twice on one day")
        found.append(one)
    return tuple(found)


def _fault_of(row: Any) -> tuple[str, str] | None:
    """The key and what is wrong with it."""
    if not isinstance(row, dict):
        return "-", "the keys of a code are expected"
    for name in OF_A_CODE:
        if name not in row:
            return name, "missing"
    if not isinstance(row["prs_nat_ref"], int):
        return "prs_nat_ref", f"{row['prs_nat_ref']!r}: a number is expected"
    if row["family"] not in FAMILIES:
        return "family", f"{row['family']!r}: one of {', '.join(FAMILIES)} is expected"
    for name in ("from", "to"):
        if row[name] is not None and type(row[name]) is not date:
            return name, f"{row[name]!r}: a day as 2024-07-01 is expected, or null"
    if row["from"] and row["to"] and row["to"] < row["from"]:
        return "to", "before the first day"
    return None


@lru_cache(maxsize=1)
def channels() -> dict[str, Any]:
    found: dict[str, Any] = read_yaml("channels.yaml")
    return found


def read_yaml(name: str) -> Any:
    return yaml.safe_load((DATA / name).read_text(encoding="utf-8"))
