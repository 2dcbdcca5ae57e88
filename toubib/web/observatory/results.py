"""Computed results: JSON documents in the operator's folder, read once and again when they change."""

from __future__ import annotations

import gzip
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import Any

from django.conf import settings

FRANCE = "FR"
Row = Mapping[str, Any]


@dataclass(frozen=True)
class Results:
    """The public indicators: `document` as `toubib observatory indicators` wrote it, `version` to name this one."""

    document: Mapping[str, Any]
    version: str
    names: dict[str, str] = field(default_factory=dict)
    levels: dict[str, str] = field(default_factory=dict)
    regions: dict[str, str] = field(default_factory=dict)
    cells: dict[str, dict[tuple[str, str], Row]] = field(default_factory=dict)

    @property
    def quarters(self) -> list[str]:
        return list(self.document["quarters"])

    @property
    def synthetic(self) -> bool:
        return bool(self.document["synthetic"])

    def rows(self, key: str, variant: str = "") -> dict[tuple[str, str], Row]:
        """(quarter, area) → row."""
        return self.cells.get(f"{key}/{variant}", {})

    def areas(self, level: str) -> list[str]:
        return [area for area, own in self.levels.items() if own == level]


def read_document(name: str) -> tuple[Mapping[str, Any], str] | None:
    """`name`.json or `name`.json.gz of the folder, and its version; None where neither is there."""
    for path in (settings.OBSERVATORY_DIR / f"{name}.json", settings.OBSERVATORY_DIR / f"{name}.json.gz"):
        if path.is_file():
            about = path.stat()
            return _read(path, about.st_mtime_ns, about.st_size), f"{about.st_mtime_ns:x}"
    return None


@lru_cache(maxsize=4)
def _read(path: Path, changed: int, size: int) -> Mapping[str, Any]:
    text = path.read_bytes()
    found: Mapping[str, Any] = json.loads(gzip.decompress(text) if path.suffix == ".gz" else text)
    return found


def current_results() -> Results | None:
    found = read_document("indicators")
    return None if found is None else _indexed(found[1], _Held(found[0]))


class _Held:
    """A document as a key of the cache below: the version says it all."""

    def __init__(self, document: Mapping[str, Any]) -> None:
        self.document = document

    def __hash__(self) -> int:
        return 0

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Held)


@lru_cache(maxsize=2)
def _indexed(version: str, held: _Held) -> Results:
    document = held.document
    cells: dict[str, dict[tuple[str, str], Row]] = {}
    for key, rows in document.items():
        if (
            isinstance(rows, list)
            and rows
            and isinstance(rows[0], dict)
            and "area" in rows[0]
            and "quarter" in rows[0]
        ):
            for row in rows:
                own = cells.setdefault(f"{key}/{row.get('variant', '')}", {})
                own[row["quarter"], row["area"]] = row
    areas = document["areas"]
    return Results(
        document,
        version,
        names={row["area"]: row["name"] for row in areas},
        levels={row["area"]: row["level"] for row in areas},
        regions={row["area"]: row["region"] for row in areas if row.get("region")},
        cells=cells,
    )
