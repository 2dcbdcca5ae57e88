"""No cell under 11 leaves, nor one that totals would give back (the confidentiality rule of the SNDS)."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping

import numpy as np

from toubib.observatory.indicators.areas import FRANCE, UNKNOWN, Areas

LEAST = 11


def is_small(number: int) -> bool:
    """1 to 10; 0 is shown."""
    return 0 < number < LEAST


def shown(number: int | None) -> int | None:
    """The number, or None where it is small."""
    return None if number is None or is_small(number) else number


def hidden_areas(
    cells: Mapping[str, int], areas: Areas, is_secret: Callable[[str], bool] | None = None
) -> frozenset[str]:
    """The areas whose cell may not be shown: the small ones, or those that `is_secret`, and what protects them.

    A lone hidden part of a shown total takes the next smallest with it, even where what is of no area would blur it, and so do parts that are all 1;
    a hidden total with shown parts hides one of them.
    """
    secret = is_secret or (lambda area: is_small(cells[area]))
    hidden = {area for area in (FRANCE, *areas.regions, *areas.departements) if secret(area)}
    unknown = {UNKNOWN} if is_small(cells.get(UNKNOWN, 0)) else set()
    while True:
        before = len(hidden)
        for region, parts in areas.parts.items():
            _protect(cells, hidden, region, parts, set())
        _protect(cells, hidden, FRANCE, areas.regions, unknown)
        if len(hidden) == before:
            return frozenset(hidden)


def _protect(
    cells: Mapping[str, int], hidden: set[str], total: str, parts: Iterable[str], unseen: set[str]
) -> None:
    """`unseen`: small parts of the total that have no cell of their own."""
    secret = [part for part in parts if part in hidden]
    candidates = sorted((cells[part], part) for part in parts if part not in hidden and cells[part] > 0)
    count = len(secret) + len(unseen)
    are_ones = not unseen and secret and sum(cells[part] for part in secret) == count  # 0 is shown
    if total not in hidden and (count == 1 or len(secret) == 1 or are_ones):
        hidden.add(candidates[0][1] if candidates else total)
    elif total in hidden and not secret and not unseen and candidates:
        hidden.add(candidates[0][1])


def hidden_shares(counts: Mapping[str, int]) -> frozenset[str]:
    """Of parts whose total is shown: the small ones, and the next smallest where one would stand alone."""
    hidden = {name for name, count in counts.items() if is_small(count)}
    if len(hidden) == 1 or (hidden and sum(counts[name] for name in hidden) == len(hidden)):  # all of them 1
        left = sorted((count, name) for name, count in counts.items() if name not in hidden and count > 0)
        hidden |= {left[0][1]} if left else set()
    return frozenset(hidden)


Cell = tuple[str, str]  # an area and a part of its total
Line = tuple[Cell, tuple[Cell, ...]]  # a total and what sums to it
TINY = 1e-7


def hidden_cells(cells: Mapping[Cell, int], lines: Iterable[Line], secret: Iterable[Cell]) -> frozenset[Cell]:
    """The secret cells of a table with totals both ways, and those that protect them: no subtraction of shown cells gives one back."""
    lines, secret = list(lines), frozenset(secret)
    hidden = set(secret)
    while True:
        before = len(hidden)
        for total, parts in lines:
            _protect_line(cells, hidden, total, parts)
        if len(hidden) == before:
            told = _determined(hidden, lines) & secret
            for cell in sorted(told):
                near = {one for total, parts in lines if cell in (total, *parts) for one in (total, *parts)}
                left = sorted((cells[one], one) for one in near - hidden if cells[one] > 0)
                hidden |= {left[0][1]} if left else set()
            if len(hidden) == before:
                return frozenset(hidden)


def _protect_line(cells: Mapping[Cell, int], hidden: set[Cell], total: Cell, parts: tuple[Cell, ...]) -> None:
    unseen = [part for part in parts if part in hidden]
    seen_nulls = [part for part in unseen if part[0] != UNKNOWN]  # a reader has no cell of what is of no area
    left = sorted((cells[part], part) for part in parts if part not in hidden and cells[part] > 0)
    if total in hidden:
        if not unseen and left:
            hidden.add(left[0][1])
    elif (
        len(unseen) == 1
        or len(seen_nulls) == 1
        or (unseen and sum(cells[part] for part in unseen) == len(unseen))
    ):  # all of them 1
        told = [one for one in left if one[1][0] != UNKNOWN] or left
        hidden.add(told[0][1] if told else total)


def _determined(hidden: set[Cell], lines: list[Line]) -> frozenset[Cell]:
    """Hidden cells that the shown ones give back by several subtractions: those that no other solution of the sums can change."""
    found: set[Cell] = set()
    for own, rows in _connected(hidden, lines):
        place = {cell: number for number, cell in enumerate(own)}
        sums = np.zeros((len(rows), len(own)))
        for number, (total, parts) in enumerate(rows):
            for cell in (total, *parts):
                if cell in place:
                    sums[number, place[cell]] = -1.0 if cell == total else 1.0
        _, values, axes = np.linalg.svd(sums, full_matrices=False)
        told = np.square(axes[values > TINY]).sum(axis=0)  # 1: the sums alone span this cell
        found |= {cell for cell, number in place.items() if told[number] > 1 - TINY}
    return frozenset(found)


def _connected(hidden: set[Cell], lines: list[Line]) -> list[tuple[list[Cell], list[Line]]]:
    """Hidden cells that share lines, and those lines."""
    of: dict[Cell, list[int]] = {}
    ours = [(line, [cell for cell in (line[0], *line[1]) if cell in hidden]) for line in lines]
    ours = [one for one in ours if one[1]]
    for number, (_, cells) in enumerate(ours):
        for cell in cells:
            of.setdefault(cell, []).append(number)
    groups, seen = [], set[int]()
    for first in range(len(ours)):
        if first not in seen:
            todo, members = [first], {first}
            while todo:
                near = {number for cell in ours[todo.pop()][1] for number in of[cell]} - members
                members |= near
                todo += near
            seen |= members
            own = sorted({cell for number in members for cell in ours[number][1]})
            groups.append((own, [ours[number][0] for number in sorted(members)]))
    return groups
