"""Warning signs and reasons: data with a version and an author, in both languages.

Read from CATALOGUE_DIR: data/*.yaml here, or the copies that an operator's medical committee signed.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from pathlib import Path
from typing import Any

import yaml
from django.conf import settings
from django.utils.translation import get_language

FILES = ("signs.yaml", "reasons.yaml")


class BadCatalogue(ValueError):
    """A file of signs or reasons cannot be read; str() names the file and the fault."""


@dataclass(frozen=True, slots=True)
class Number:
    """Whom to call: `tel` or `sms` is dialled, `shown` is read."""

    key: str
    name: str
    shown: str
    href: str


@dataclass(frozen=True, slots=True)
class Sign:
    key: str
    group: str
    question: str
    call: tuple[Number, ...]


@dataclass(frozen=True, slots=True)
class SignList:
    """`groups`: (key, title) in the order of the page."""

    version: str
    author: str
    signed_by: str | None
    signed_on: date | None
    groups: tuple[tuple[str, str], ...]
    signs: tuple[Sign, ...]
    numbers: tuple[Number, ...]

    @property
    def keys(self) -> frozenset[str]:
        return frozenset(sign.key for sign in self.signs)

    def number(self, key: str) -> Number:
        return next(number for number in self.numbers if number.key == key)

    def named(self, keys: list[str]) -> list[Sign]:
        return [sign for sign in self.signs if sign.key in keys]


@dataclass(frozen=True, slots=True)
class Reason:
    key: str
    label: str
    pool: str
    channel: str
    channel_text: str
    advice: str
    photo: bool
    photo_required: bool
    free_text: bool
    kiosk_text: str  # told at a kiosk instead of the rest
    kiosk_device: str  # ... where this device stands there; empty: at any

    def said_at(self, devices: Collection[str]) -> str:
        """What is told at a kiosk with these devices; empty: the usual advice."""
        return self.kiosk_text if not self.kiosk_device or self.kiosk_device in devices else ""


def signs() -> SignList:
    """The warning signs, in the language of the page."""
    return _signs((get_language() or "fr")[:2])


def reasons() -> tuple[Reason, ...]:
    return _reasons((get_language() or "fr")[:2])


def reason(key: str) -> Reason | None:
    return next((row for row in reasons() if row.key == key), None)


def is_signed() -> bool:
    """Whether a medical committee signed both lists, the warning signs and the reasons."""
    return all(_signature(_read(name), name)[0] for name in FILES)


def check_files() -> None:
    """Read all that pages read, in both languages. Raises BadCatalogue."""
    for language in ("fr", "en"):
        for name, parse in zip(FILES, (_signs, _reasons), strict=True):
            try:
                _signature(_read(name), name)
                parse(language)
            except (yaml.YAMLError, OSError, KeyError, TypeError, AttributeError, ValueError) as error:
                why = " ".join(str(error).split())
                raise BadCatalogue(f"{_path(name)}: {type(error).__name__}: {why}") from error


def _signature(raw: dict[str, Any], name: str) -> tuple[str | None, date | None]:
    """Who signed and when: both or none. Raises ValueError."""
    by, on = raw["signed_by"], raw["signed_on"]
    if (by is None) != (on is None) or not isinstance(on, date | None) or not isinstance(by, str | None):
        raise ValueError(f"{name}: signed_by (a name) and signed_on (a date) go together")
    return by, on


@lru_cache(maxsize=4)
def _signs(language: str) -> SignList:
    raw = _read("signs.yaml")
    numbers = {key: _number(key, row, language) for key, row in raw["numbers"].items()}
    rows = tuple(
        Sign(
            row["key"],
            row["group"],
            _say(row["question"], language),
            tuple(numbers[key] for key in row["call"]),
        )
        for row in raw["signs"]
    )
    groups = tuple((row["key"], _say(row["title"], language)) for row in raw["groups"])
    lost = {sign.group for sign in rows} - {key for key, _title in groups}
    if lost:
        raise ValueError(
            f"signs.yaml: groups without a title: {sorted(lost)}; their signs would not be asked"
        )
    signature = _signature(raw, "signs.yaml")
    return SignList(raw["version"], raw["author"], *signature, groups, rows, tuple(numbers.values()))


@lru_cache(maxsize=4)
def _reasons(language: str) -> tuple[Reason, ...]:
    raw = _read("reasons.yaml")
    return tuple(
        Reason(
            key=row["key"],
            label=_say(row["label"], language),
            pool=row["pool"],
            channel=row["channel"],
            channel_text=_say(raw["channels"][row["channel"]], language),
            advice=_say(row["advice"], language),
            photo=row.get("photo", False),
            photo_required=row.get("photo_required", False),
            free_text=row.get("free_text", False),
            kiosk_text=_say(row["kiosk"], language) if "kiosk" in row else "",
            kiosk_device=row.get("kiosk_device", ""),
        )
        for row in raw["reasons"]
    )


def _number(key: str, row: dict[str, Any], language: str) -> Number:
    dial = row.get("tel") or row["sms"]
    return Number(
        key, _say(row["name"], language), row.get("shown", dial), f"{'tel' if 'tel' in row else 'sms'}:{dial}"
    )


def _say(texts: dict[str, str], language: str) -> str:
    return texts.get(language) or texts["fr"]


@lru_cache(maxsize=4)
def _read(name: str) -> dict[str, Any]:
    return yaml.safe_load(_path(name).read_text(encoding="utf-8"))


def _path(name: str) -> Path:
    return Path(settings.CATALOGUE_DIR) / name
