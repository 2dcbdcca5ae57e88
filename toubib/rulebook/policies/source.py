"""The YAML of a policy or of cases: each fault has its line."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import yaml

from toubib.rulebook.lines import printable


class BadPolicy(ValueError):
    """A policy that cannot be read; str() is one line, `FILE:LINE: FIELD: message`."""


@dataclass(frozen=True)
class Where:
    """A file and the lines of its keys: of `key`, and of a part of it, a place in a list or a key of a map."""

    name: str
    lines: Mapping[tuple[Any, ...], int]

    def line(self, key: Any, part: Any = None) -> int:
        return self.lines.get((key, part)) or self.lines.get((key,), 1)

    def bad(self, message: str, key: Any = "-", part: Any = None) -> BadPolicy:
        return BadPolicy(f"{self.name}:{self.line(key, part)}: {printable(str(key))}: {printable(message)}")


class Loader(yaml.SafeLoader):
    """Each key once, no alias (a few lines of them can stand for billions), and every fault has its line."""

    def compose_node(self, parent: Any, index: Any) -> Any:
        if self.check_event(yaml.AliasEvent):
            raise yaml.MarkedYAMLError(
                problem="an alias is not read", problem_mark=self.peek_event().start_mark
            )
        return super().compose_node(parent, index)

    def construct_object(self, node: Any, deep: bool = False) -> Any:
        keys = [key for key, _ in node.value] if isinstance(node, yaml.MappingNode) else []
        for place, key in enumerate(keys):
            if isinstance(key, yaml.ScalarNode) and key.value in [one.value for one in keys[:place]]:
                raise yaml.MarkedYAMLError(problem=f"{key.value} stands twice", problem_mark=key.start_mark)
        try:
            return super().construct_object(node, deep)
        except ValueError as error:  # a date or a number that cannot be
            raise yaml.MarkedYAMLError(problem=str(error), problem_mark=node.start_mark) from None


def read_yaml(text: str, name: str) -> tuple[dict[Any, Any], Where]:
    """A map, and the lines of its keys; raises BadPolicy."""
    given, where = read_any(text, name)
    if not isinstance(given, dict):
        raise Where(name, {}).bad("a map is expected")
    return given, where


def read_any(text: str, name: str) -> tuple[Any, Where]:
    """A map and the lines of its keys, or a list of cases and theirs; raises BadPolicy."""
    nowhere = Where(name, {})
    try:
        loader = Loader(text)
        node = loader.get_single_node()
        given = loader.construct_document(node) if node else None
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        problem = getattr(error, "problem", None) or str(error)
        raise Where(name, {("-",): mark.line + 1 if mark else 1}).bad(f"not YAML: {problem}") from None
    except RecursionError:
        raise nowhere.bad("nested too deep for a policy") from None
    return given, Where(name, _lines_of(node))


def _lines_of(node: Any) -> dict[tuple[Any, ...], int]:
    found: dict[tuple[Any, ...], int] = {}
    if isinstance(node, yaml.SequenceNode):
        return {("cases", place): one.start_mark.line + 1 for place, one in enumerate(node.value)}
    for key, value in node.value if isinstance(node, yaml.MappingNode) else []:
        found[(key.value,)] = key.start_mark.line + 1
        if isinstance(value, yaml.MappingNode):
            found |= {(key.value, one.value): one.start_mark.line + 1 for one, _ in value.value}
        elif isinstance(value, yaml.SequenceNode):
            found |= {(key.value, place): one.start_mark.line + 1 for place, one in enumerate(value.value)}
    return found
