"""The checklist of places and the kinds of place, as dated data: data/checklist.yaml."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from pathlib import Path
from typing import Any

import yaml

from toubib.directory.enums import Device, PlaceKind

DATA = Path(__file__).parent / "data" / "checklist.yaml"
STATUSES = ("care", "other", "forbidden")
ASKED = {"all", "care", "other", "none", *PlaceKind.values}


@dataclass(frozen=True, slots=True)
class Item:
    """What must be seen. `asked`: of which places (all, a status, one kind, or none: recorded only); `devices`: those that must be in order, read from the place itself."""

    id: str
    asked: str
    title: str
    see: str
    source: str
    confidence: str
    devices: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Checklist:
    """A version, from its day until the next."""

    starts_on: date
    title: str
    note: str
    verified: bool
    kinds: dict[str, frozenset[str]]
    forbidden_sentence: str
    sensitive_sentence: str
    items: tuple[Item, ...]

    def status_of(self, kind: str) -> str:
        """care, other or forbidden; empty: a version of before this kind was known says nothing of it."""
        return next((status for status in STATUSES if kind in self.kinds[status]), "")

    def asked_of(self, kind: str) -> tuple[Item, ...]:
        """The items without which a place of this kind may not open."""
        wanted = {"all", self.status_of(kind), kind}
        return tuple(item for item in self.items if item.asked in wanted)


def checklist_on(*, on: date) -> Checklist | None:
    """The version in force; None before the first."""
    held = [one for one in versions() if one.starts_on <= on]
    return held[-1] if held else None


@lru_cache(maxsize=1)
def versions() -> tuple[Checklist, ...]:
    read = yaml.safe_load(DATA.read_text(encoding="utf-8"))
    return tuple(sorted((_version(one) for one in read), key=lambda one: one.starts_on))


def _version(raw: dict[str, Any]) -> Checklist:
    items = tuple(Item(**{**one, "devices": tuple(one.get("devices", ()))}) for one in raw["items"])
    _check(raw, items)
    return Checklist(
        starts_on=raw["from"],
        title=raw["source"]["title"],
        note=raw["source"]["note"],
        verified=raw["source"]["verified"],
        kinds={status: frozenset(kinds) for status, kinds in raw["kinds"].items()},
        forbidden_sentence=raw["forbidden_sentence"],
        sensitive_sentence=raw["sensitive_sentence"],
        items=items,
    )


def _check(raw: dict[str, Any], items: tuple[Item, ...]) -> None:
    """A slip in the file is said with its version and item, at the first reading."""
    where = f"checklist.yaml, version of {raw['from']}"
    for item in items:
        if item.asked not in ASKED:
            raise ValueError(f"{where}, {item.id}: asked: {item.asked!r} is none of {sorted(ASKED)}")
        if unknown := set(item.devices) - set(Device.values):
            raise ValueError(f"{where}, {item.id}: devices: unknown {sorted(unknown)}")
    named = [kind for status in STATUSES for kind in raw["kinds"][status]]
    wrong = sorted({kind for kind in named if kind not in PlaceKind.values or named.count(kind) > 1})
    if wrong:
        raise ValueError(f"{where}, kinds: {wrong} unknown to PlaceKind, or named twice")
