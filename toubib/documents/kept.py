"""Header and content as JSON, and back whole: what a document said stays readable for a copy, a renewal, an export."""

from __future__ import annotations

import dataclasses
import types
from datetime import date, datetime
from enum import Enum
from typing import Any, Literal, TypeVar, Union, get_args, get_origin, get_type_hints
from uuid import UUID

from toubib.documents.contents import Content, Header

Kept = dict[str, Any]
T = TypeVar("T")
CONTENTS: dict[str, type] = {one.__name__: one for one in get_args(Content)}


def keep(*, header: Header, content: Content) -> Kept:
    return {"header": _plain(header), "kind": type(content).__name__, "content": _plain(content)}


def header_kept(kept: Kept) -> Header:
    return _made(Header, kept["header"])


def content_kept(kept: Kept) -> Content:
    return _made(CONTENTS[kept["kind"]], kept["content"])  # type: ignore[no-any-return]


def _plain(value: Any) -> Any:
    if dataclasses.is_dataclass(value):
        return {field.name: _plain(getattr(value, field.name)) for field in dataclasses.fields(value)}
    if isinstance(value, tuple):
        return [_plain(one) for one in value]
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, (date, datetime)):
        return value.isoformat()
    return str(value) if isinstance(value, UUID) else value


def _made(kind: type[T], kept: Kept) -> T:
    """A field that an older version did not keep takes its default."""
    hints = get_type_hints(kind)
    return kind(**{name: _read(hints[name], value) for name, value in kept.items() if name in hints})


def _read(hint: Any, value: Any) -> Any:
    if value is None:
        return None
    origin = get_origin(hint)
    if origin in (Union, types.UnionType):
        return _read(next(one for one in get_args(hint) if one is not type(None)), value)
    if origin is tuple:
        return tuple(_read(get_args(hint)[0], one) for one in value)
    if origin is Literal:
        return value
    if dataclasses.is_dataclass(hint):
        return _made(hint, value)  # type: ignore[arg-type]
    if hint in (date, datetime):
        return hint.fromisoformat(value)
    if isinstance(hint, type) and issubclass(hint, (Enum, UUID)):
        return hint(value)
    return value
