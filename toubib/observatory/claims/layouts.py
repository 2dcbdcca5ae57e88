"""What is asked of a claims folder, and the dated table of act codes: data, read once."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from pathlib import Path
from typing import Any

import yaml

DATA = Path(__file__).parent.parent / "data"
TELEHEALTH = ("TC", "TE", "TELESOIN")  # the acts of the REPSS sheet's second indicator
OF_A_VISIT = ("ACCOMP", "TRACEUR")
IN_PERSON = ("CONSULT", "VISIT")


@dataclass(frozen=True, slots=True)
class Column:
    """`kind` is text, int, number, date or code."""

    name: str
    kind: str
    required: bool


@dataclass(frozen=True, slots=True)
class ActCode:
    """A code of PRS_NAT_REF from `since` to `until`, both included; None where the day is not known."""

    code: int
    letters: str
    family: str
    since: date | None
    until: date | None
    synthetic: bool = False


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
    return tuple(
        ActCode(
            row["prs_nat_ref"], row["b2"], row["family"], row["from"], row["to"], row.get("synthetic", False)
        )
        for row in read_yaml("acts.yaml")
    )


@lru_cache(maxsize=1)
def channels() -> dict[str, Any]:
    found: dict[str, Any] = read_yaml("channels.yaml")
    return found


def read_yaml(name: str) -> Any:
    return yaml.safe_load((DATA / name).read_text(encoding="utf-8"))
